"""After an erasure and its purge nothing stored names the customer, and everyone else is as before."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from campaigns.audiences import export_audience
from campaigns.segments import compute, read_segment
from purveyor.main import app
from tests.conftest import FixedClock
from warehouse.erasure import Purged, purge, purge_erased
from warehouse.erasure.databases import clean_database
from warehouse.erasure.traces import Person, Traces
from warehouse.errors import InputError, QueryError
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.jobs.job import Run
from warehouse.progress import quiet
from warehouse.records import Records
from warehouse.records.models import Delivery, Tombstone
from warehouse.records.tombstones import add_tombstone
from warehouse.settings import Settings
from warehouse.stores import open_store
from warehouse.tables import CUSTOMERS, EVENTS, EXPOSURES, ORDERS, SENT_MESSAGES, TABLES
from warehouse.upkeep import keep_up

ANNA = "C-1017"
OLD_MAIL, MAIL, PHONE = "anna.old@example.org", "Anna.Muster@Example.com", "+49 170 5550199"
SECRETS = (OLD_MAIL, MAIL.lower(), "1705550199", "170 5550199", "170-555-0199")
"""In lower case; a phone number as it may be written."""

CUSTOMERS_CSV = f"""customer_id,email,phone,first_name,registered_at
{ANNA},{OLD_MAIL},{PHONE},Anna,2026-01-01T00:00:00Z
C-1018,bert@example.org,+49 170 5550111,Bert,2026-01-01T00:00:00Z
C-1019,cora@example.org,+49 170 5550122,Cora,2026-01-01T00:00:00Z
C-2000,shared@example.org,,Dora,2026-01-01T00:00:00Z
"""
LATER_CSV = f"""customer_id,email,phone,first_name,registered_at
{ANNA},{MAIL},{PHONE},Anna,2026-01-01T00:00:00Z
C-1018,bert@example.org,+49 170 5550111,Bert,2026-01-01T00:00:00Z
"""
REJECTED_CSV = f"""customer_id,email,phone,first_name,registered_at
{ANNA},{MAIL},0170 5550199,"Anna
Muster",yesterday
C-1018,bert@example.org,+49 170 5550111,Bert,never
"""
ORDERS_CSV = f"""order_id,ordered_at,customer_id,sku,quantity,amount,currency,line_id
1,2026-03-01T10:00:00Z,{ANNA},TEA,1,10.50,EUR,1
2,2026-03-02T10:00:00Z,C-1018,TEA,2,21.00,EUR,1
3,2026-04-02T10:00:00Z,{ANNA},CUP,1,7.00,EUR,1
4,2026-04-03T10:00:00Z,C-1019,CUP,1,7.00,EUR,1
"""
CONSENTS_CSV = f"""customer_id,channel,granted,at,source
{ANNA},ads,true,2026-01-02T00:00:00Z,checkout
C-1018,ads,true,2026-01-02T00:00:00Z,checkout
"""
SEGMENT = "segment: buyers\nwhere:\n  orders: {at_least: 1}\n"


def event(name: str, customer: str | None, **properties: object) -> dict[str, object]:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return {
        "event_id": name,
        "event_type": "view",
        "occurred_at": at,
        "received_at": at,
        "customer_id": customer,
        "anonymous_id": f"browser-{name}",
        "properties": json.dumps(properties) if properties else None,
    }


def append(warehouse: Warehouse, table: str, *rows: dict[str, object]) -> None:
    schema = pa.schema([TABLES[table].schema.field(name) for name in rows[0]])
    warehouse.lake.append(TABLES[table], pa.Table.from_pylist(list(rows), schema=schema))


class MovedClock:
    """The machine's time, some days on: commits and files carry the machine's."""

    def __init__(self) -> None:
        self.days = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days, seconds=1)


@pytest.fixture
def later() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="module")
def full_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a shop in which Anna has left traces wherever one can."""
    folder = tmp_path_factory.mktemp("full")
    with Warehouse.open(Settings(home=folder / "home"), clock=MovedClock()) as warehouse:
        fill(warehouse, folder)
    return folder / "home"


@pytest.fixture
def shop(full_home: Path, tmp_path: Path, later: MovedClock) -> Iterator[Warehouse]:
    """A copy of it."""
    shutil.copytree(full_home, tmp_path / "home")
    with Warehouse.open(Settings(home=tmp_path / "home"), clock=later) as warehouse:
        yield warehouse


def fill(warehouse: Warehouse, folder: Path) -> None:
    open_store(warehouse, "main", currency="EUR", timezone="UTC")
    for number, (kind, text, skip) in enumerate(
        (
            ("customers", CUSTOMERS_CSV, False),
            ("customers", LATER_CSV, False),
            ("customers", REJECTED_CSV, True),
            ("orders", ORDERS_CSV, False),
            ("consents", CONSENTS_CSV, False),
        )
    ):
        path = folder / f"{number}.csv"
        path.write_text(text, encoding="utf-8")
        import_file(warehouse, kind, path, skip_rejected=skip)
    append(warehouse, "events", event("e1", ANNA, email=MAIL), event("e2", "C-1018", email="bert@example.org"))
    append(warehouse, "events", event("e3", None, newsletter=MAIL.upper()), event("e4", None, call="0170/5550199"))
    append(warehouse, "events", event("e5", None, page=f"/thanks?mail={MAIL}&step=2"))
    append(warehouse, "events", event("e6", None, note=f"Hello\n{MAIL}!"))
    at = datetime(2026, 5, 2, tzinfo=UTC)
    for unit in (ANNA, "C-1018"):
        append(warehouse, "exposures", {"experiment": "x", "unit_id": unit, "variant": "a", "exposed_at": at})
    message = {"message_id": "m1", "customer_id": ANNA, "channel": "email", "sent_at": at, "outcome": f"550 {MAIL}"}
    append(warehouse, "sent_messages", message)
    DeltaTable(warehouse.settings.lake / "customers").create_checkpoint()
    warehouse.lake.compact(CUSTOMERS)
    (folder / "buyers.yaml").write_text(SEGMENT)
    compute(warehouse, read_segment(folder / "buyers.yaml"))
    home = warehouse.settings
    home.exports.mkdir()
    assert export_audience(warehouse, "buyers", output=home.exports / "audience.csv").exported == 2
    (home.exports / "for-you.csv").write_text(f"customer_id,rank,sku\n{ANNA},1,TEA\nC-1018,1,CUP\n")
    release(warehouse, [ANNA, "C-1018"])
    files(home)
    with warehouse.records.transaction() as tx:
        fault = {"fault": f"line 2: '{MAIL}' is no time"}
        tx.add(Delivery(source="s", delivery="1", content_hash="0", fetched_at=at, outcome="failed", detail=fault))


def release(warehouse: Warehouse, customers: list[str]) -> str:
    def write(folder: Path) -> None:
        (folder / "names.json").write_text(json.dumps({"customers": customers, "skus": [ANNA]}))
        (folder / "model.txt").write_text("weights")

    return warehouse.artifacts.release(
        "recommender", write, metrics={}, trained_on={}, people={"names.json": "customers"}
    ).version


def files(home: Settings) -> None:
    """Files of many kinds, all from before the erasure."""
    for folder in (home.landing, home.logs, home.scratch / "crawl-dead"):
        folder.mkdir(parents=True)
    (home.scratch / "crawl-dead.lock").touch()
    (home.scratch / "crawl-dead" / "spill.bin").write_bytes(b"\0\1" + MAIL.encode())
    (home.scratch / "crawl-1.log").write_text(f"GET https://shop.example/?mail={MAIL}\n")
    (home.logs / "run-1.log").write_text(f"read customers\nrow 2: '{MAIL}' is no time\nwritten: 2\n")
    (home.landing / "customers.csv").write_bytes(CUSTOMERS_CSV.replace("\n", "\r\n").encode("utf-8-sig"))
    (home.landing / "people.jsonl").write_text(f'{{"id": "{ANNA}", "name": "Anna"}}\n{{"id": "C-1018"}}\n')
    (home.landing / "feed.xml").write_text(f"<c><mail>{MAIL}</mail><name>Anna Muster</name></c>")
    (home.landing / "utf16.xml").write_text(f"<c><mail>{MAIL}</mail></c>", encoding="utf-16")
    (home.landing / "other.xml").write_text("<c><mail>bert@example.org</mail></c>")
    (home.landing / "torn.gz").write_bytes(gzip.compress(MAIL.encode() * 50)[:40])
    with gzip.open(home.landing / "customers.csv.gz", "wb") as packed:
        packed.write(CUSTOMERS_CSV.encode())
    with gzip.open(home.landing / "others.csv.gz", "wb") as packed:
        packed.write(b"customer_id\nC-1018\n")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([ANNA, MAIL])
    book.save(home.landing / "customers.xlsx")
    pq.write_table(pa.table({"customer": [ANNA], "mail": [MAIL]}), home.landing / "customers.parquet")
    past = datetime.now().timestamp() - 60  # noqa: DTZ005
    for path in home.landing.iterdir():
        os.utime(path, (past, past))
    (home.home / "price-report.html").write_text(f"<p>asked by {MAIL}</p>")
    with sqlite3.connect(home.home / "jobs.db") as jobs:
        jobs.execute("pragma journal_mode = wal")
        jobs.execute("create table runs (id text primary key, error text, at integer)")
        jobs.execute("insert into runs values ('1', ?, 1), ('2', 'none', 1)", [f"line 2: {MAIL} is no time"])
        jobs.execute("create table gone (id integer primary key, error text)")
        jobs.executemany("insert into gone (error) values (?)", [(f"line {n}: {MAIL}",) for n in range(50)])
        jobs.execute("delete from gone")
    jobs.close()


def said_in(home: Path) -> Iterator[tuple[Path, bytes]]:
    """Every byte of every file in the home, as it is and unpacked, in lower case."""
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield path, content.lower()
        yield path, content.replace(b"\0", b"").lower()
        if content.startswith(b"PAR1"):
            for batch in pq.ParquetFile(path).iter_batches():
                yield path, json.dumps(batch.to_pylist(), default=str, ensure_ascii=False).encode().lower()
        elif content.startswith(b"\x1f\x8b"):
            with contextlib.suppress(EOFError):
                yield path, gzip.decompress(content).lower()
        elif content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                yield path, b"".join(archive.read(name) for name in archive.namelist()).lower()


def places_of(home: Path, *words: str) -> set[str]:
    return {
        path.relative_to(home).as_posix()
        for path, content in said_in(home)
        if any(word.encode() in content for word in words)
    }


def visible(warehouse: Warehouse, *, as_of: datetime | None = None) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables, as a session shows them."""
    with warehouse.session(as_of=as_of) as session:
        return {name: session.query(f"select * from {name} order by all").to_pylist() for name in TABLES}


def nightly(warehouse: Warehouse) -> dict[str, object]:
    return dict(purge(warehouse, Run("r", "purge", "", warehouse.clock()), quiet))


def tombstone(warehouse: Warehouse, customer: str = ANNA) -> Tombstone:
    with warehouse.records.reading() as tx:
        return tx.get_one(Tombstone, customer)


def test_no_byte_is_left_and_nobody_else_lost_a_row(shop: Warehouse) -> None:
    home = shop.settings.home
    assert len(places_of(home, *SECRETS)) > 20  # or the search below would prove nothing
    shop.erase(ANNA)
    before = visible(shop)
    done = purge_erased(shop, at_once=True)
    assert (done.customers, done.waiting, done.busy) == (1, 0, 0)
    shop.records.close()
    assert places_of(home, *SECRETS) == set()
    assert visible(shop) == {
        **before,
        # Nobody's events that spoke of her do so no longer.
        "events": [
            {**row, "anonymous_id": None, "properties": None} if row["event_id"] in ("e3", "e4", "e5", "e6") else row
            for row in before["events"]
        ],
    }
    assert tombstone(shop).purged_at is not None


def test_the_id_stays_only_where_it_keeps_her_out(shop: Warehouse) -> None:
    shop.erase(ANNA)
    purge_erased(shop, at_once=True)
    shop.records.close()
    found = {path for path in places_of(shop.settings.home, ANNA.lower()) if "_delta_log" not in path}
    # The tombstone, and a release whose list of products happens to hold the same word.
    assert {path.partition("/")[0] for path in found} == {"records.db", "artifacts"}


def test_other_customers_files_lose_nothing(shop: Warehouse) -> None:
    home = shop.settings
    shop.erase(ANNA)
    purge_erased(shop, at_once=True)
    (rejects,) = home.rejects.iterdir()
    with rejects.open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[2] for row in rows[1:]] == ["C-1018"]
    assert oct(rejects.stat().st_mode & 0o777) == "0o600"
    bert_only = CUSTOMERS_CSV.replace(f"{ANNA},{OLD_MAIL},{PHONE},Anna,2026-01-01T00:00:00Z\n", "")
    assert (home.landing / "customers.csv").read_bytes() == bert_only.replace("\n", "\r\n").encode("utf-8-sig")
    assert (home.landing / "people.jsonl").read_text() == '{"id": "C-1018"}\n'
    assert len((home.exports / "audience.csv").read_text().splitlines()) == 2
    assert (home.exports / "for-you.csv").read_text() == "customer_id,rank,sku\nC-1018,1,CUP\n"
    assert {path.name for path in home.landing.iterdir()} == {
        "customers.csv", "people.jsonl", "other.xml", "others.csv.gz"
    }  # fmt: skip
    log = (home.logs / "run-1.log").read_text().splitlines()
    assert (log[0], log[2]) == ("read customers", "written: 2")
    assert "'xxxxxxxxxxxxxxxxxxxxxxx' is no time" in log[1]
    with sqlite3.connect(home.home / "jobs.db") as jobs:
        errors = [error for (error,) in jobs.execute("select error from runs order by id")]
    jobs.close()
    assert errors == [f"line 2: {'x' * len(MAIL)} is no time", "none"]


def test_by_night_old_versions_stay_as_long_as_the_retention_says(shop: Warehouse, later: MovedClock) -> None:
    home = shop.settings.home
    moment = datetime.now(UTC)
    with shop.session() as reader:
        shop.erase(ANNA)
        then = visible(shop, as_of=moment)
        first = nightly(shop)
        assert (first["customers"], first["waiting"]) == (0, 1)
        # A reader from before goes on with its files, and so does a look back, which shows what it showed.
        assert reader.query("select count(*) as n from customers").to_pylist() == [{"n": 4}]
    assert visible(shop, as_of=moment) == then
    assert {path.partition("/")[0] for path in places_of(home, *SECRETS)} == {"lake"}
    assert tombstone(shop).purged_at is None
    later.days = 6
    assert nightly(shop)["waiting"] == 1
    later.days = 8
    assert later() < datetime.fromisoformat(str(first["gone_by"]))
    assert nightly(shop)["customers"] == 1
    shop.records.close()
    assert places_of(home, *SECRETS) == set()
    assert tombstone(shop).purged_at is not None
    assert nightly(shop)["customers"] == 0


def test_one_after_the_other(shop: Warehouse) -> None:
    home, bert = shop.settings.home, ("bert@example.org", "1705550111")
    shop.erase(ANNA)
    assert nightly(shop)["waiting"] == 1
    a_week_passes(home)
    shop.erase("C-1018")
    keep_up(shop, Run("r", "compact", "", shop.clock()), quiet)  # which leaves the purge its words
    done = nightly(shop)
    assert (done["customers"], done["waiting"]) == (1, 1)
    shop.records.close()
    assert places_of(home, *SECRETS) == set()
    assert {path.split("/")[1] for path in places_of(home, *bert)} == {"customers", "events"}
    assert tombstone(shop).purged_at is not None
    assert tombstone(shop, "C-1018").purged_at is None
    a_week_passes(home)
    assert nightly(shop)["customers"] == 1
    shop.records.close()
    assert places_of(home, *bert) == set()


def a_week_passes(home: Path) -> None:
    """Make the lake older, as the days would."""
    week = 7 * 86_400
    for path in (home / "lake").rglob("*"):
        if path.name.endswith(".json") and path.parent.name == "_delta_log":
            stamp = re.compile(r'("commitInfo":\{"timestamp":)(\d+)')
            path.write_text(stamp.sub(lambda m: f"{m[1]}{int(m[2]) - week * 1000}", path.read_text()))
        if path.is_file():
            os.utime(path, (path.stat().st_mtime - week,) * 2)


def test_who_reads_while_it_is_done_at_once_is_told_so(shop: Warehouse) -> None:
    shop.erase(ANNA)
    with shop.session() as reader:
        purge_erased(shop, at_once=True)
        with pytest.raises(QueryError, match="purged meanwhile, run it again"):
            reader.query("select * from customers")
        assert reader.query("select count(*) as n from stores").to_pylist() == [{"n": 1}]


def test_backups_in_the_home_go_by_their_own_rule(shop: Warehouse) -> None:
    folder = shop.settings.home / "backups"
    folder.mkdir()
    (folder / "tombstones.jsonl").write_text(f'{{"customer_id": "{ANNA}"}}\n')
    shop.erase(ANNA)
    purge_erased(shop, at_once=True)
    assert ANNA in (folder / "tombstones.jsonl").read_text()


def test_the_command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))
    monkeypatch.setenv("PURVEYOR_HISTORY_DAYS", "3")
    with Warehouse.open(settings) as warehouse:
        for customer in ("C-1", "C-2"):
            append(warehouse, "customers", {"customer_id": customer, "email": MAIL})
    first = CliRunner().invoke(app, ["erase", "C-1", "--json"])
    told = json.loads(first.stdout)
    erased_at = datetime.now(UTC)
    assert told["purged_at"] is None
    assert abs(datetime.fromisoformat(told["gone_by"]) - erased_at - timedelta(days=5)) < timedelta(hours=1)
    assert "the nightly purge takes away what is stored" in CliRunner().invoke(app, ["erase", "C-1"]).stdout
    done = CliRunner().invoke(app, ["erase", "C-2", "--now"])
    assert "nothing of them is stored but the id" in done.stdout
    assert places_of(settings.home, MAIL.lower()) == set()


def test_a_customer_who_comes_back_in_a_late_file_goes_again(shop: Warehouse) -> None:
    shop.erase(ANNA)
    purge_erased(shop, at_once=True)
    append(shop, "events", event("late", ANNA, page="cart"))
    append(shop, "orders", {
        "store_id": "main", "order_id": "9", "line_id": "1", "ordered_at": datetime(2026, 5, 1, tzinfo=UTC),
        "customer_id": ANNA, "line_kind": "product", "quantity": 1.0, "amount": Decimal(5), "currency": "EUR",
    })  # fmt: skip
    done = purge_erased(shop, at_once=True)
    assert done.rows == {"orders": 1, "events": 1}
    assert not [path for path in places_of(shop.settings.home, ANNA.lower()) if path.endswith(".parquet")]


def test_what_a_household_shares_names_nobody(shop: Warehouse) -> None:
    append(shop, "customers", {"customer_id": "C-3", "email": "Shared@Example.org"})
    (shop.settings.logs / "run-2.log").write_text("told shared@example.org\n")
    shop.erase("C-2000")
    assert purge_erased(shop, at_once=True).customers == 1
    assert (shop.settings.logs / "run-2.log").read_text() == "told shared@example.org\n"


def test_a_current_release_answers_on_without_her_and_others_go(shop: Warehouse) -> None:
    old = shop.artifacts.open("recommender")
    new = release(shop, ["C-1018", ANNA, "C-1019"])
    clean = release(shop, ["C-1018"])
    shop.artifacts.make_current("recommender", new)
    shop.erase(ANNA)
    assert purge_erased(shop, at_once=True).releases == 2
    current = shop.artifacts.open("recommender")
    assert current.version not in (old.version, new)
    assert current.version[:22] == new[:22]  # it keeps its place in time
    names = json.loads((current.folder / "names.json").read_text())
    assert names == {"customers": ["C-1018", None, "C-1019"], "skus": [ANNA]}
    assert [info.version for info in shop.artifacts.history("recommender")] == [clean, current.version]


def test_the_records_are_cleaned_on_either_engine(records_url: str, records: Records) -> None:
    at = datetime(2026, 5, 2, tzinfo=UTC)
    fault = {"fault": f"line 2: '{MAIL}' is no \"time\"", "rows": 3, "customer": ANNA}
    with records.transaction() as tx:
        tx.add(Delivery(source="s", delivery="1", content_hash="0", fetched_at=at, outcome="failed", detail=fault))
        add_tombstone(tx, ANNA, at, actor="test")
    person = Person(ANNA, frozenset({MAIL}), frozenset({PHONE}))
    assert clean_database(records_url, Traces([person], ids=False)) == (1, True)
    with records.reading() as tx:
        masked = {**fault, "fault": f"line 2: '{'x' * len(MAIL)}' is no \"time\""}
        assert tx.get_one(Delivery, ("s", "1")).detail == masked
        assert tx.get_one(Tombstone, ANNA).erased_at == at
    assert clean_database(records_url, Traces([person], ids=False)) == (0, True)


def test_only_one_purges_at_a_time(shop: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.erasure.purging._WAIT_SECONDS", 0.1)
    shop.erase(ANNA)
    with exclusive(shop.settings, "purge"), pytest.raises(InputError, match="another process is purging"):
        purge_erased(shop)


def test_a_busy_database_is_for_the_next_night(shop: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.erasure.databases._BUSY_SECONDS", 0.1)
    shop.erase(ANNA)
    busy = sqlite3.connect(shop.settings.home / "jobs.db", isolation_level=None)
    busy.execute("begin immediate")
    done = purge_erased(shop, at_once=True)
    assert (done.customers, done.waiting, done.busy) == (0, 1, 1)
    busy.close()
    assert purge_erased(shop, at_once=True).customers == 1
    shop.records.close()
    assert places_of(shop.settings.home, *SECRETS) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse.erasure import databases, purging
from warehouse.house import Warehouse
from warehouse.lake import Lake
from warehouse.settings import Settings

steps = 0

def counted(holder, name):
    function = getattr(holder, name)
    def step(*args, **named):
        global steps
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **named)
    setattr(holder, name, step)

counted(Path, "unlink")
counted(Path, "rename")
counted(Lake, "_commit")
counted(databases, "_mask")
counted(purging, "mark_purged")
for moment in map(int, sys.argv[2:]):
    child = os.fork()
    if not child:
        with Warehouse.open(Settings(home=Path(sys.argv[1]))) as house:
            steps = moment
            purging.purge_erased(house, at_once=True)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_killed_at_any_moment_it_completes(shop: Warehouse) -> None:
    home = shop.settings.home
    shop.erase(ANNA)
    before = visible(shop)
    shop.records.close()
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), *("9", "30")],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert run.stdout.split() == [str(-signal.SIGKILL)] * 2, run.stderr
    assert tombstone(shop).purged_at is None
    assert purge_erased(shop, at_once=True).customers == 1
    shop.records.close()
    assert places_of(home, *SECRETS) == set()
    after = visible(shop)
    del before["events"], after["events"]  # of which those that spoke of her say less now
    assert after == before


IDS = st.sampled_from(["1", "17", "O'Neil", "ü, x", 'a"b', "a\\b", "%_", "C-1"])
ROWS = st.lists(st.tuples(st.sampled_from(["customers", "orders", "events", "exposures"]), IDS), max_size=12)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    commits=st.lists(ROWS, min_size=1, max_size=3), erased=st.sets(IDS, min_size=1, max_size=3), compact=st.booleans()
)
def test_law_what_sessions_show_is_the_same_before_and_after(
    tmp_path_factory: pytest.TempPathFactory,
    commits: list[list[tuple[str, str]]],
    erased: set[str],
    compact: bool,
) -> None:
    clock = MovedClock()
    with Warehouse.open(Settings(home=tmp_path_factory.mktemp("law") / "home"), clock=clock) as warehouse:
        for number, rows in enumerate(commits):
            write(warehouse, number, rows)
        if compact:
            for table in (CUSTOMERS, ORDERS, EVENTS, EXPOSURES, SENT_MESSAGES):
                warehouse.lake.compact(table)
        for customer in erased:
            warehouse.erase(customer)
        before = visible(warehouse)
        done: Purged = purge_erased(warehouse, at_once=True)
        assert visible(warehouse) == before
        assert (done.customers, done.waiting) == (len(erased), 0)


def write(warehouse: Warehouse, commit: int, rows: list[tuple[str, str]]) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    made: dict[str, Callable[[str, int], dict[str, object]]] = {
        "customers": lambda c, n: {"customer_id": c, "email": f"{n}@example.org", "city": f"{commit}"},
        "orders": lambda c, n: {
            "store_id": "main", "order_id": f"{commit}-{n}", "line_id": "1", "ordered_at": at + timedelta(days=20 * n),
            "customer_id": c, "line_kind": "product", "quantity": 1.0, "amount": Decimal("1.25"), "currency": "EUR",
        },
        "events": lambda c, n: event(f"{commit}-{n}", c, n=n),
        "exposures": lambda c, n: {"experiment": "x", "unit_id": c, "variant": "a", "exposed_at": at},
    }  # fmt: skip
    for name, make in made.items():
        found = {c: make(c, n) for n, (table, c) in enumerate(rows) if table == name}
        if found:
            schema = pa.schema([TABLES[name].schema.field(column) for column in next(iter(found.values()))])
            warehouse.lake.merge(TABLES[name], pa.Table.from_pylist(list(found.values()), schema=schema))


def test_a_house_without_erasures_has_nothing_to_do(warehouse: Warehouse, clock: FixedClock) -> None:
    assert purge_erased(warehouse).customers == 0
    warehouse.erase("nobody")
    assert purge_erased(warehouse).customers == 1
    assert tombstone(warehouse, "nobody").purged_at == clock.now
