"""The queue without workers: who may be in it, and what the scheduler puts there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import FixedClock
from warehouse.errors import ConfigError, InputError, NotFound, PurveyorError
from warehouse.house import Warehouse
from warehouse.jobs import store as store_module
from warehouse.jobs.job import Job
from warehouse.jobs.overview import recent_runs, standings
from warehouse.jobs.runs import log_path, run_id
from warehouse.jobs.scheduler import enqueue_due
from warehouse.jobs.store import JobStore
from warehouse.records.schedules import set_paused
from warehouse.settings import Settings

CRAWL = Job("count", "Counts", "working_jobs:count", "working_jobs:subjects", cron="0 3 * * *")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def jobs_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture
def store(warehouse: Warehouse) -> Iterator[JobStore]:
    """The queue of a house, on SQLite."""
    with JobStore.open(warehouse.settings) as opened:
        yield opened


@pytest.fixture
def settings_on_both(records_url: str, tmp_path: Path) -> Settings:
    """A house whose records and jobs are on SQLite, and one where both are on PostgreSQL."""
    return Settings(
        home=tmp_path / "home", records_url=records_url, jobs_url=records_url.replace("records.db", "jobs.db")
    )


@given(
    st.tuples(st.sampled_from(["crawl", "import"]), st.text(max_size=80), st.datetimes()),
    st.tuples(st.sampled_from(["crawl", "import"]), st.text(max_size=80), st.datetimes()),
)
def test_an_id_is_of_one_run_only_and_names_a_file(
    one: tuple[str, str, datetime], other: tuple[str, str, datetime]
) -> None:
    first, second = (run_id(job, subject, at.replace(tzinfo=UTC)) for job, subject, at in (one, other))
    assert (first == second) == (one == other)
    assert log_path(Settings(home=Path("/home-of-a-test")), first).parent == Path("/home-of-a-test/logs")


def test_what_is_no_id_opens_no_file(settings: Settings) -> None:
    for name in ("../records", "a/b", "", ".hidden"):
        with pytest.raises(NotFound, match="there is no run"):
            log_path(settings, name)


def test_a_run_goes_through_the_queue_once_and_never_beside_itself(settings_on_both: Settings) -> None:
    with JobStore.open(settings_on_both) as store:
        asked = store.enqueue(CRAWL, {"a": NOON, "b": NOON})
        assert {run.run_id for run in asked.values()} == {"count.a.20260601T120000Z", "count.b.20260601T120000Z"}
        assert {run.state for run in asked.values()} == {"queued"}
        # Asked for again, and at another time: there is one run still.
        assert store.enqueue(CRAWL, {"a": NOON}) == {"a": asked["a"]}
        assert store.enqueue(CRAWL, {"a": NOON + timedelta(hours=1)}) == {"a": asked["a"]}
        assert len(store.runs()) == 2

        cancelled = store.cancel(asked["a"].run_id)
        assert cancelled.state == "cancelled" and cancelled.ended_at is not None
        with pytest.raises(InputError, match="is cancelled already"):
            store.cancel(cancelled.run_id)
        # The same time is not run again by itself; a person may want it.
        assert store.enqueue(CRAWL, {"a": NOON})["a"].state == "cancelled"
        assert store.retry(CRAWL, cancelled.run_id).state == "queued"
        with pytest.raises(InputError, match="is queued; only a failed or cancelled run"):
            store.retry(CRAWL, cancelled.run_id)
        with pytest.raises(NotFound, match="there is no run 'nothing'"):
            store.cancel("nothing")


def test_a_retry_waits_for_a_newer_run_of_the_same_job(store: JobStore) -> None:
    old = store.enqueue(CRAWL, {"a": NOON})["a"]
    store.cancel(old.run_id)
    new = store.enqueue(CRAWL, {"a": NOON + timedelta(hours=1)})["a"]
    with pytest.raises(InputError, match=f"run {new.run_id} of the same job is queued"):
        store.retry(CRAWL, old.run_id)


def test_runs_of_another_version_are_taken_over_and_old_ones_forgotten(
    settings_on_both: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JobStore.open(settings_on_both) as store:
        monkeypatch.setattr(store_module, "VERSION", "0")
        runs = store.enqueue(CRAWL, {"a": NOON, "b": NOON})
        store.cancel(runs["b"].run_id)
        assert store.adopt("worker-1") == []
        monkeypatch.setattr(store_module, "VERSION", "1")
        assert store.adopt("worker-1") == [runs["a"].run_id]
        assert store.adopt("worker-1") == []
        assert store.run(runs["a"].run_id).state == "queued"

        log = log_path(settings_on_both, runs["b"].run_id)
        log.parent.mkdir(parents=True)
        log.write_text("what happened")
        assert store.forget(datetime.now(UTC) - timedelta(days=1)) == 0
        assert store.forget(datetime.now(UTC) + timedelta(seconds=2)) == 1
        assert not log.exists()
        assert [run.run_id for run in store.runs()] == [runs["a"].run_id]


def test_a_database_that_is_none_is_one_clear_error(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, jobs_url="postgresql://someone:secret-word@127.0.0.1:1/jobs")
    with pytest.raises(ConfigError, match="cannot be") as error:
        JobStore.open(settings)
    assert "secret-word" not in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(ConfigError, match="mysql cannot be used"):
        JobStore.open(Settings(home=tmp_path, jobs_url="mysql://host/jobs"))
    (tmp_path / "text.db").write_text("not a database at all, but a text that is long enough to be looked at" * 20)
    with pytest.raises(ConfigError, match=r"text\.db cannot be used"):
        JobStore.open(Settings(home=tmp_path, jobs_url=f"sqlite:///{tmp_path / 'text.db'}"))


# The scheduler.


@pytest.fixture
def tick(warehouse: Warehouse, store: JobStore) -> Callable[[], list[str]]:
    """Asks for what is due, and gives what was said."""

    def ask() -> list[str]:
        said: list[str] = []
        enqueue_due(warehouse, store, (CRAWL,), say=said.append)
        return said

    return ask


def scheduled(store: JobStore, subject: str) -> list[str]:
    return sorted(f"{run.scheduled_at:%d %H:%M} {run.state}" for run in store.runs() if run.subject == subject)


def test_due_runs_are_asked_for_missed_ones_once_and_none_of_the_past(
    store: JobStore, clock: FixedClock, tick: Callable[[], list[str]]
) -> None:
    assert tick() == []  # known from now on: this morning's time is past
    clock.forward(hours=14)
    assert tick() == []
    clock.forward(hours=2)  # four o'clock: an hour late, but that is when we looked
    assert tick() == [
        "count a: due at 2026-06-02 03:00 UTC, 60 minutes late",
        "count b: due at 2026-06-02 03:00 UTC, 60 minutes late",
    ]
    assert tick() == []
    store.cancel("count.a.20260602T030000Z")
    # The house is off for five nights: the last of them is made up for, and b's older run still waits.
    clock.forward(days=5)
    assert tick() == [
        "count b: skipped at 2026-06-07 03:00 UTC, as run count.b.20260602T030000Z is queued",
        "count a: due at 2026-06-07 03:00 UTC, 60 minutes late",
    ]
    assert tick() == []
    assert scheduled(store, "a") == ["02 03:00 cancelled", "07 03:00 queued"]
    assert scheduled(store, "b") == ["02 03:00 queued"]


def test_a_new_subject_and_a_new_time_are_for_what_is_to_come(
    warehouse: Warehouse, store: JobStore, clock: FixedClock, tick: Callable[[], list[str]], tmp_path: Path
) -> None:
    tick()
    (warehouse.settings.home / "subjects").write_text("a b c")
    clock.forward(days=1)
    assert len(tick()) == 2  # noon again: c was not there at three
    for run in store.runs():
        store.cancel(run.run_id)
    warehouse.settings.shop_file = tmp_path / "purveyor.yaml"
    warehouse.settings.shop_file.write_text("schedule:\n  count: 0 11 * * *\n")
    assert tick() == []  # eleven o'clock is past, and was not a time then
    clock.forward(days=1)
    assert len(tick()) == 3


def test_a_paused_job_waits_and_does_not_make_up_for_it(
    warehouse: Warehouse, store: JobStore, clock: FixedClock, tick: Callable[[], list[str]]
) -> None:
    tick()
    with warehouse.records.transaction() as tx:
        set_paused(tx, "count", True, now=clock())
    clock.forward(days=2)
    assert tick() == []
    assert [(standing.paused, standing.next_due) for standing in standings(warehouse, (CRAWL,))] == [(True, None)]
    with warehouse.records.transaction() as tx:
        set_paused(tx, "count", False, now=clock())
    assert tick() == []
    clock.forward(days=1)
    assert len(tick()) == 2


def test_a_subject_s_own_cron_takes_the_place_of_the_job_s(
    warehouse: Warehouse, store: JobStore, clock: FixedClock, tmp_path: Path
) -> None:
    own = replace(CRAWL, own_crons="working_jobs:own_crons")
    subjects, crons = (warehouse.settings.home / name for name in ("subjects", "own_crons.json"))
    subjects.write_text("a b c")
    crons.write_text('{"b": "0 15 * * *", "c": null}')

    def due() -> list[str]:
        said: list[str] = []
        enqueue_due(warehouse, store, (own,), say=said.append)
        for run in store.runs():
            if not run.finished:
                store.cancel(run.run_id)
        return [text.rpartition(" UTC")[0] for text in said]

    (standing,) = standings(warehouse, (own,))
    assert (standing.cron, standing.own_crons) == ("0 3 * * *", 1)
    assert standing.next_due == datetime(2026, 6, 1, 15, tzinfo=UTC)
    assert due() == []
    clock.forward(hours=3)
    assert due() == ["count b: due at 2026-06-01 15:00"]
    clock.forward(hours=12)
    assert due() == ["count a: due at 2026-06-02 03:00"]
    crons.write_text('{"b": "0 16 * * *"}')
    clock.forward(hours=14)
    assert due() == []  # a new time, and today's is past: for what is to come; so is c's, which has the job's now
    clock.forward(days=1)
    assert sorted(due()) == [f"count {subject}: due at 2026-06-03 {at}" for subject, at in
                             (("a", "03:00"), ("b", "16:00"), ("c", "03:00"))]  # fmt: skip
    warehouse.settings.shop_file = tmp_path / "purveyor.yaml"
    warehouse.settings.shop_file.write_text("schedule:\n  count: off\n")
    (standing,) = standings(warehouse, (own,))
    assert (standing.cron, standing.own_crons, standing.next_due) == (None, 1, datetime(2026, 6, 4, 16, tzinfo=UTC))
    clock.forward(days=1)
    assert due() == ["count b: due at 2026-06-04 16:00"]


def test_a_room_that_fails_holds_up_no_other(warehouse: Warehouse, store: JobStore, clock: FixedClock) -> None:
    broken = Job("broken", "Breaks", "working_jobs:count", "working_jobs:no_subjects", cron="0 3 * * *")
    said: list[str] = []
    for _ in range(2):
        match = r"^broken: its subjects cannot be listed \(OSError: the list is gone\)$"
        with pytest.raises(PurveyorError, match=match):
            enqueue_due(warehouse, store, (broken, CRAWL), say=said.append)
        clock.forward(days=1)
    assert said[-1].startswith("count b: due") and len(store.runs()) == 2


def test_many_schedulers_ask_for_each_run_once(settings_on_both: Settings, clock: FixedClock) -> None:
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def schedule() -> None:
        try:
            with Warehouse.open(settings_on_both, clock=clock) as warehouse, JobStore.open(settings_on_both) as store:
                start.wait()
                enqueue_due(warehouse, store, (CRAWL,), say=lambda _: None)  # all learn of it at once
                start.wait()
                clock.now = datetime(2026, 6, 2, 12, tzinfo=UTC)
                enqueue_due(warehouse, store, (CRAWL,), say=lambda _: None)
        except BaseException as error:
            start.abort()
            failures.append(error)

    threads = [threading.Thread(target=schedule) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with JobStore.open(settings_on_both) as store:
        assert sorted(run.run_id for run in store.runs()) == ["count.a.20260602T030000Z", "count.b.20260602T030000Z"]


def test_what_people_see(warehouse: Warehouse, store: JobStore, clock: FixedClock) -> None:
    store.enqueue(CRAWL, {"a": NOON})
    (standing,) = standings(warehouse, (CRAWL,))
    assert (standing.job, standing.cron, standing.timezone, standing.paused) == ("count", "0 3 * * *", "UTC", False)
    assert standing.next_due == datetime(2026, 6, 2, 3, tzinfo=UTC)
    assert standing.last_run is not None and standing.last_run.state == "queued"
    assert [run.subject for run in recent_runs(warehouse)] == ["a"]


def test_a_house_without_a_queue_gets_none_from_being_looked_at(warehouse: Warehouse) -> None:
    assert recent_runs(warehouse) == []
    assert standings(warehouse, (CRAWL,))[0].last_run is None
    assert not (warehouse.settings.home / "jobs.db").exists()
