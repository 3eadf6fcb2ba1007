"""What `purveyor init FOLDER` writes: a shop file with everything that can be set, what is not used commented out."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from string import Template

from purveyor.all_jobs import JOBS


def shop_file_text(title: str, store_id: str, store: Mapping[str, str | bool | None]) -> str:
    """The text of a new shop file with one store; its time zone is that of the schedule too."""
    from warehouse.settings import Settings

    fields = {name: field.default for name, field in Settings.model_fields.items()}
    template = Template((files("purveyor") / "shop_template.yaml").read_text(encoding="utf-8"))
    lines = [f"  {_yaml(store_id)}:", *(f"    {name}: {_yaml(value)}" for name, value in store.items())]
    return template.substitute(
        title=title,
        timezone=_yaml(store["timezone"]),
        stores="\n".join(lines),
        schedule="\n".join(_scheduled()),
        history=fields["history_days"],
        files=fields["files_days"],
        memory_limit=fields["memory_limit"],
    )


def _scheduled() -> list[str]:
    crons = {job.name: f'"{job.cron}"' if job.cron else "off" for job in JOBS}
    width = max((len(f"{name}: {cron}") for name, cron in crons.items()), default=0)
    docs = {job.name: job.doc.partition("\n")[0] for job in JOBS}
    return [f"#  {f'{name}: {cron}':<{width}}  # {docs[name]}" for name, cron in crons.items()]


def _yaml(value: str | bool | None) -> str:
    """A value on one line of YAML, in quotes where it needs them."""
    import yaml

    written: str = yaml.safe_dump(value, allow_unicode=True, width=10_000)
    return written.removesuffix("...\n").strip()
