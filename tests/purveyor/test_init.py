"""`purveyor init`, run once and again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PURVEYOR = Path(sys.executable).with_name("purveyor")


def test_run_again_it_keeps_what_is_not_given(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PURVEYOR_")}
    environment |= {"PURVEYOR_HOME": str(tmp_path / "home"), "COLUMNS": "200"}

    def init(*arguments: str) -> dict[str, object]:
        finished = subprocess.run(
            [PURVEYOR, "init", *arguments, "--json"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        store: dict[str, object] = json.loads(finished.stdout)
        return store

    first = init("--currency", "GBP", "--timezone", "Europe/London", "--country", "GB", "--prices-with-tax")
    assert (first["currency"], first["timezone"], first["prices_include_tax"]) == ("GBP", "Europe/London", True)
    assert init() == first
    assert init("--name", "The Shop") == first | {"name": "The Shop"}
    assert init("--currency", "USD") == first | {"name": "The Shop", "currency": "USD"}
    other = init("--store", "other")
    assert (other["currency"], other["timezone"]) == ("EUR", "UTC")
