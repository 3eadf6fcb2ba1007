"""One process at a time, on one machine and across several."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from warehouse.errors import ConfigError
from warehouse.exclusive import exclusive, held_beside, lock_beside
from warehouse.settings import Settings


@pytest.fixture
def house(records_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", records_url=records_url)


def test_a_lock_is_held_by_one_at_a_time_and_free_afterwards(house: Settings) -> None:
    names = ["purge", "crawl a/b", "ü" * 200]
    for name in names:
        with exclusive(house, name) as first, exclusive(house, name) as second, exclusive(house, "another") as other:
            assert (first, second, other) == (True, False, True)
            assert held_beside(house.records, house.home, ["nobody's", *names]) == [name]
        with exclusive(house, name) as again:
            assert again
    assert held_beside(house.records, house.home, names) == []


def test_waiting_ends_when_the_time_is_over_or_the_lock_is_free(house: Settings) -> None:
    with exclusive(house, "purge"):
        began = time.monotonic()
        with exclusive(house, "purge", wait=0.3) as held:
            assert not held
        assert 0.3 <= time.monotonic() - began < 60


def test_a_lock_is_free_when_its_holder_is_killed_though_its_children_live(house: Settings) -> None:
    script = (
        "import subprocess, sys\nfrom warehouse.exclusive import exclusive\nfrom warehouse.settings import Settings\n"
        "with exclusive(Settings.model_validate_json(sys.argv[1]), 'purge') as held:\n"
        "    child = subprocess.Popen(['sleep', '600'], close_fds=False)\n"
        "    print(held, child.pid, flush=True)\n"
        "    child.wait()\n"
    )
    command = [sys.executable, "-c", script, house.model_dump_json()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        held, child = holder.stdout.readline().split()
        assert held == "True"
        with exclusive(house, "purge") as ours:
            assert not ours
        holder.kill()
        holder.wait()
        with exclusive(house, "purge", wait=5) as ours:
            assert ours
        os.kill(int(child), signal.SIGTERM)


@pytest.mark.parametrize("records_url", ["postgresql"], indirect=True)
def test_a_lock_that_is_lost_with_its_connection_is_known_to_be_lost(house: Settings, records_url: str) -> None:
    lock = lock_beside(house.records, house.home, "worker-1")
    assert lock.take() and lock.still_held()
    engine = create_engine(records_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        kill = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
        connection.execute(text(kill))
    engine.dispose()
    assert not lock.still_held()
    lock.release()


def test_a_server_out_of_reach_is_one_clear_error(tmp_path: Path) -> None:
    house = Settings(home=tmp_path, records_url="postgresql://someone:secret-word@127.0.0.1:1/records")
    with pytest.raises(ConfigError, match="cannot be locked") as error, exclusive(house, "purge"):
        pass
    assert "secret-word" not in str(error.value)
