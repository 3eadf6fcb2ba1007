"""Match verdicts on both engines: kept for good, the last one counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.errors import InputError
from warehouse.records import MatchVerdict, Records
from warehouse.records.audit import list_entries
from warehouse.records.copying import load_copy, save_copy
from warehouse.records.verdicts import (
    WITHDRAWN,
    Ruling,
    add_rulings,
    latest_verdicts,
    newest_verdicts,
    standing_verdicts,
    verdict_history,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def said(verdict: MatchVerdict) -> tuple[int, str, str, datetime]:
    return verdict.number, verdict.verdict, verdict.decided_by, verdict.decided_at


def test_the_last_verdict_counts_and_all_are_kept(records: Records) -> None:
    with records.transaction() as tx:
        add_rulings(tx, [Ruling("o1", "tea", "accept"), Ruling("o2", "tea", "reject")], by="ann", at=NOW)
    with records.transaction() as tx:
        add_rulings(tx, [Ruling("o1", "tea", "other_pack", pack_ratio=12)], by="bob", at=LATER)
    with records.reading() as tx:
        standing = standing_verdicts(tx)
        assert {pair: row.verdict for pair, row in standing.items()} == {
            ("o1", "tea"): "other_pack",
            ("o2", "tea"): "reject",
        }
        assert standing["o1", "tea"].pack_ratio == 12
        assert [said(row) for row in verdict_history(tx, "o1", "tea")] == [
            (2, "other_pack", "bob", LATER),
            (1, "accept", "ann", NOW),
        ]
        assert list(standing_verdicts(tx, ["o2", "o3"])) == [("o2", "tea")]
        assert [row.offer_id for row in latest_verdicts(tx, limit=2)] == ["o1", "o1"]


def test_what_is_withdrawn_does_not_stand(records: Records) -> None:
    with records.transaction() as tx:
        add_rulings(tx, [Ruling("o1", "tea", "accept")], by="ann", at=NOW)
        add_rulings(tx, [Ruling("o1", "tea", WITHDRAWN)], by="ann", at=LATER)
        assert standing_verdicts(tx) == {}
        assert newest_verdicts(tx)["o1", "tea"].number == 2


def test_what_stands_already_is_not_written_again(records: Records) -> None:
    ruling = Ruling("o1", "tea", "accept", note="seen", offer_title="Green tea")
    with records.transaction() as tx:
        assert len(add_rulings(tx, [ruling, ruling], by="ann", at=NOW)) == 1
        assert add_rulings(tx, [ruling], by="bob", at=LATER) == []
        # The page says something else now: the verdict is about that.
        assert (
            len(add_rulings(tx, [Ruling("o1", "tea", "accept", note="seen", offer_title="Tea")], by="b", at=NOW)) == 1
        )


def test_verdicts_leave_a_trace_in_the_audit_log(records: Records) -> None:
    with records.transaction() as tx:
        add_rulings(tx, [Ruling("o1", "tea", "reject")], by="ann", at=NOW)
        add_rulings(tx, [Ruling(offer, "tea", "reject") for offer in ("o2", "o3")], by="key 1", at=LATER)
        add_rulings(tx, [], by="nobody", at=LATER)
        both, one = list_entries(tx, subject="match verdicts")
    assert (one.actor, one.detail) == ("ann", {"offer_id": "o1", "sku": "tea", "verdict": "reject"})
    assert (both.actor, both.detail) == ("key 1", {"verdicts": 2})


def test_a_verdict_given_elsewhere_keeps_who_and_when(records: Records) -> None:
    brought = Ruling("o1", "tea", "accept", decided_by="ann", decided_at=NOW)
    with records.transaction() as tx:
        add_rulings(tx, [brought], by="command", at=LATER)
        assert said(standing_verdicts(tx)["o1", "tea"]) == (1, "accept", "ann", NOW)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"verdict": "maybe"}, "verdict: there is no verdict 'maybe'; choose from accept, reject"),
        ({"verdict": "other_pack"}, "pack_ratio: other_pack needs one"),
        ({"verdict": "other_pack", "pack_ratio": 0.0}, "pack_ratio: 0 cannot be"),
        ({"verdict": "other_pack", "pack_ratio": -12.0}, "-12 cannot be"),
        ({"verdict": "other_pack", "pack_ratio": 1.0}, "1 is the same pack; accept it"),
        ({"verdict": "other_pack", "pack_ratio": float("nan")}, "nan cannot be"),
        ({"verdict": "equivalent", "pack_ratio": float("inf")}, "inf cannot be"),
        ({"verdict": "accept", "pack_ratio": 2.0}, "belongs to the verdict other_pack"),
        ({"verdict": "accept", "offer_id": " "}, "offer_id: it is empty"),
    ],
)
def test_verdicts_that_cannot_be(wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Ruling(**{"offer_id": "o1", "sku": "tea", **wrong})  # type: ignore[arg-type]


def test_a_copy_of_the_records_has_the_history(records: Records, tmp_path: Path) -> None:
    with records.transaction() as tx:
        add_rulings(tx, [Ruling("o1", "tea", "accept", offer_title="Grüner Tee")], by="ann", at=NOW)
        add_rulings(tx, [Ruling("o1", "tea", "reject")], by="bob", at=LATER)
    save_copy(records, tmp_path / "copy.db")
    again = Records.open(f"sqlite:///{tmp_path / 'again.db'}")
    with again.transaction() as tx:
        load_copy(tx, tmp_path / "copy.db")
        assert [said(row) for row in verdict_history(tx, "o1", "tea")] == [
            (2, "reject", "bob", LATER),
            (1, "accept", "ann", NOW),
        ]
        assert verdict_history(tx, "o1", "tea")[1].offer_title == "Grüner Tee"
    again.close()
