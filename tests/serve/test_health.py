"""Alive and ready: two different questions."""

from __future__ import annotations

import httpx

from tests.serve.test_access import assert_problem
from warehouse.house import Warehouse
from warehouse.settings import Settings


def faults(answer: httpx.Response) -> dict[str, str]:
    """What is not ready, by part."""
    assert_problem(answer, 503)
    return {fault["place"]: fault["detail"] for fault in answer.json()["errors"]}


def test_alive_without_a_key(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_not_ready_without_a_model_and_it_says_what_to_run(client: httpx.Client) -> None:
    found = faults(client.get("/readyz"))
    assert list(found) == ["recommender"]
    assert "purveyor recommender train" in found["recommender"]


def test_not_ready_where_the_lake_cannot_be_read(client: httpx.Client, settings: Settings) -> None:
    log = settings.lake / "orders" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("{ torn")
    answer = client.get("/readyz")
    assert "lake" in faults(answer)
    assert str(settings.home) not in answer.text


def test_not_ready_where_the_records_cannot_be_reached(
    client: httpx.Client, settings: Settings, warehouse: Warehouse
) -> None:
    warehouse.records.close()
    for file in settings.home.glob("records.db*"):
        file.unlink()
    (settings.home / "records.db").mkdir()
    answer = client.get("/readyz")
    assert "records" in faults(answer)
    assert str(settings.home) not in answer.text
    assert client.get("/healthz").status_code == 200
    assert_problem(client.get("/v1/segments", headers={"X-API-Key": "pv_0123456789abcdef_" + "a" * 43}), 503)
