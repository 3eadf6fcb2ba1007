"""A draft becomes a site file and saved test pages."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from scrapers.adding.draft import Draft
from scrapers.adding.site_file import site_file
from scrapers.corrections import confirm
from scrapers.sites import read_site
from warehouse.errors import InputError
from warehouse.settings import Settings


def file_of(settings: Settings, name: str) -> Path:
    """Where a site's file goes unless told otherwise: in `sites/`, beside the shop file or else in the home folder."""
    beside = settings.shop_file.parent if settings.shop_file else settings.home
    return beside / "sites" / f"{name}.yaml"


def save(draft: Draft, settings: Settings, path: Path, *, replace: bool = False) -> None:
    """Write the draft's site file, and what she confirmed as saved test pages.

    InputError where another file is there, unless it is to be replaced.
    """
    text = site_file(draft.site, draft.notes)
    half = path.with_name(f".{path.name}.half")
    try:
        if path.exists() and path.read_text(encoding="utf-8") != text and not replace:
            raise InputError(f"{path} is there already, and may have been edited; name another, or have it replaced")
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(text, encoding="utf-8")
        read_site(half)  # what is put in place can be read
        half.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}); choose another place for the site file"
        ) from None
    finally:
        with suppress(OSError):
            half.unlink()
    by_url: dict[str, dict[str, str]] = {}
    for correction in draft.corrections:
        by_url.setdefault(correction.url, {})[correction.field] = correction.value
    for page in draft.pages:
        if page.url in by_url:
            confirm(settings.corrections / draft.site.name, page, by_url[page.url])
