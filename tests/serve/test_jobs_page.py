"""The jobs page: what is scheduled, what ran, and buttons that only this console's own pages may press."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from serve.app import create_app
from tests.serve.conftest import browsing, running
from tests.serve.test_console import Page
from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.jobs.store import JobStore
from warehouse.records.schedules import paused_jobs

JOBS = (
    Job("tidy", "Tidies up", "tests.warehouse.jobs_for_tests:none", cron="0 3 * * *"),
    Job("ask", "Runs when asked", "tests.warehouse.jobs_for_tests:none"),
)


@pytest.fixture
def browser(warehouse: Warehouse) -> Iterator[httpx.Client]:
    """A client that sends what a browser sends with a form of the page it shows."""
    with (
        running(create_app(warehouse, jobs=JOBS, poll_seconds=0)) as base,
        browsing(base) as client,
    ):
        yield client


def test_an_empty_house_says_what_is_planned_and_how_to_start_a_worker(browser: httpx.Client) -> None:
    page = Page(browser.get("/jobs"))
    assert "purveyor worker" in page.code
    assert "Tidies up" in page.text
    assert "2026-06-02 03:00 UTC" in page.text  # the clock stands at noon on 1 June
    assert "No job has run yet" in page.text


def test_a_job_is_run_cancelled_and_run_again_by_button(browser: httpx.Client, warehouse: Warehouse) -> None:
    Page(browser.post("/jobs/tidy/run"))
    with JobStore.open(warehouse.settings) as store:
        (run,) = store.runs()
        assert (run.job, run.state) == ("tidy", "queued")
        Page(browser.post(f"/jobs/runs/{run.run_id}/cancel"))
        assert store.run(run.run_id).state == "cancelled"
        page = Page(browser.post(f"/jobs/runs/{run.run_id}/retry"))
        assert store.run(run.run_id).state == "queued"
    assert ("form", "action", f"/jobs/runs/{run.run_id}/cancel") in page.attributes


def test_a_schedule_is_paused_and_goes_on(browser: httpx.Client, warehouse: Warehouse) -> None:
    page = Page(browser.post("/jobs/tidy/pause"))
    assert "paused" in page.text
    with warehouse.records.reading() as tx:
        assert paused_jobs(tx) == {"tidy"}
    assert "paused" not in Page(browser.post("/jobs/tidy/resume")).text


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_nobody_elses_page_presses_a_button(browser: httpx.Client, warehouse: Warehouse, origin: str) -> None:
    answer = browser.post("/jobs/tidy/pause", headers={"Origin": origin})
    assert answer.status_code == 403
    with warehouse.records.reading() as tx:
        assert not paused_jobs(tx)


def test_what_is_not_there_is_not_found(browser: httpx.Client) -> None:
    assert browser.post("/jobs/launder/run").status_code == 404
    assert browser.post("/jobs/runs/tidy.20260101T000000Z/cancel").status_code == 404


def test_a_run_that_failed_shows_why_as_text(browser: httpx.Client, warehouse: Warehouse) -> None:
    with JobStore.open(warehouse.settings) as store:
        store.enqueue(JOBS[0], {"<b>shop</b>": warehouse.clock() - timedelta(hours=1)})
    page = Page(browser.get("/jobs"))
    assert "<b>shop</b>" in page.text
    assert "b" not in page.tags
