"""The recommender that answers now: the current release, reopened when another becomes current."""

from __future__ import annotations

import logging
from contextlib import suppress

from recommender.answers import KIND, Recommender
from serve.fresh import Fresh
from serve.problems import UnavailableError
from warehouse.errors import NotFound
from warehouse.house import Warehouse
from warehouse.records.releases import current_release
from warehouse.records.tombstones import erased_customers

log = logging.getLogger(__name__)


def current_model(warehouse: Warehouse, *, poll_seconds: float) -> Fresh[Recommender, str]:
    """Gives the recommender of the current release; UnavailableError where nothing was released yet."""

    def version() -> str:
        with warehouse.records.reading() as tx:
            release = current_release(tx, KIND)
        if release is None:
            raise UnavailableError("no recommender has been released yet; run `purveyor recommender train`")
        return release.version

    def opened(_: str) -> Recommender:
        with warehouse.records.reading() as tx:
            erased = frozenset(erased_customers(tx))
        with suppress(NotFound):
            return Recommender.open(warehouse.artifacts, erased=erased)
        # A file is missing: the release may have been replaced and cleared away since, then another is current now.
        try:
            return Recommender.open(warehouse.artifacts, erased=erased)
        except NotFound as error:
            log.error("%s", error)
            raise UnavailableError(
                "the released recommender is incomplete; the server's log says what is missing"
            ) from None

    return Fresh(version, opened, poll_seconds=poll_seconds)
