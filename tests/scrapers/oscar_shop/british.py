"""What oscar leaves to a shop: whose prices and taxes hold, and who scales its pictures."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


def british_prices(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware: prices as oscar's own strategy for the United Kingdom has them, with VAT."""
    from oscar.apps.partner.strategy import UK

    def answer(request: Any) -> Any:
        request.strategy = UK(request)
        return get_response(request)

    return answer


class Unscaled:
    """A thumbnailer that leaves pictures as they are: the shop has none, and needs no library to scale them."""

    def generate_thumbnail(self, source: Any, **_: Any) -> SimpleNamespace:
        """The picture itself."""
        return SimpleNamespace(url=f"/media/{getattr(source, 'name', source)}", width=155, height=155)

    def delete_thumbnails(self, source: Any) -> None:
        """There are none."""
