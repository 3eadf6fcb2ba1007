"""`purveyor match review` and `match verdicts`: what people decide about which offer is which product."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from purveyor.common import Json, emit, open_warehouse

if TYPE_CHECKING:
    from pricing.matching.verdicts.review import Candidate, JudgedOffer
    from warehouse.house import Warehouse
    from warehouse.records import MatchVerdict

_KEYS = {"a": "accept", "r": "reject", "p": "other_pack", "e": "equivalent"}
_HELP = "a accept, r reject, p other pack, e equivalent, s skip, u undo, q quit: "
_AT_ONCE = 50


def review(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Offers to list, where it is not a terminal.")] = 20,
    as_json: Json = False,
) -> None:
    """Look at the offers whose product is not certain, what sells most first, and decide with a key each.

    On a terminal it shows one pair after the other: the same product (a), another (r), the same in another pack (p),
    another brand's for the same use (e). A verdict counts at once and for good; elsewhere, or with --json, it lists
    them.

    Example: purveyor match review
    """
    from pricing.matching.verdicts.review import review_page

    with open_warehouse() as warehouse:
        if not as_json and on_terminal():
            _decide_by_keys(warehouse)
            return
        page = review_page(warehouse, limit=limit)
    listed = [_shown(judged, c) for judged in page.offers for c in judged.candidates if c.verdict == "review"]
    rest = page.waiting - len(page.offers)
    text = "\n\n".join(listed) + (f"\n\n… and {rest:,} more offers" if rest > 0 else "")
    payload = {"offers": [_payload(judged) for judged in page.offers], "waiting": page.waiting}
    emit(payload, as_json, text.strip() or "no offer waits for a look")


def verdicts(
    output: Annotated[Path | None, typer.Option(help="Write the standing verdicts to this .csv or .xlsx file.")] = None,
    source: Annotated[
        Path | None, typer.Option("--input", help="Take the verdicts of such a file in, all or none.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write what people decided to a file, or take such a file in.

    A file needs the columns offer_id, sku and verdict (accept, reject, other_pack, equivalent, withdrawn), and
    pack_ratio for other_pack: our units in one of the offer. Taken in twice it changes nothing.

    Example: purveyor match verdicts --output verdicts.xlsx
    """
    from pricing.matching.verdicts.files import export_verdicts, import_verdicts
    from warehouse.errors import InputError

    if (output is None) == (source is None):
        raise InputError("say --output FILE to write the verdicts to a file, or --input FILE to take them in")
    with open_warehouse() as warehouse:
        if output is not None:
            count = export_verdicts(warehouse, output)
            emit({"verdicts": count, "output": output}, as_json, f"{count:,} verdicts in {output}")
        if source is not None:
            found = import_verdicts(warehouse, source, by=login())
            text = (
                f"{found.written:,} new verdicts, {found.unchanged:,} stood already, {found.outdated:,} left out: "
                "older than what stands"
            )
            emit(asdict(found), as_json, text)


def on_terminal() -> bool:
    """Whether somebody can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def login() -> str:
    """The name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        return "command"


def _decide_by_keys(warehouse: Warehouse) -> None:
    from pricing.matching.verdicts.giving import undo_verdict

    who = login()
    given: list[tuple[JudgedOffer, Candidate, MatchVerdict]] = []
    settled: set[str] = set()
    for pair in _pairs(warehouse, settled):
        pending = [pair]
        while pending:
            judged, candidate = pending[-1]
            typer.echo("\n" + _shown(judged, candidate))
            key = _key()
            if key == "q":
                typer.echo(f"{len(given):,} verdicts given")
                return
            if key == "s":
                pending.pop()
            elif key != "u":
                written = _decide(warehouse, judged, candidate, _KEYS[key], who)
                if written is None:
                    continue
                given += [(judged, candidate, verdict) for verdict in written]
                settled.update(verdict.offer_id for verdict in written if key in "ap")
                pending.pop()
            elif given:
                judged, candidate, verdict = given.pop()
                undo_verdict(warehouse, verdict.offer_id, verdict.sku, verdict.number, by=who)
                settled.discard(verdict.offer_id)
                typer.echo("undone")
                pending.append((judged, candidate))
            else:
                typer.echo("nothing to undo")
    typer.echo(f"\nnothing more waits for a look; {len(given):,} verdicts given")


def _decide(
    warehouse: Warehouse, judged: JudgedOffer, candidate: Candidate, verdict: str, who: str
) -> list[MatchVerdict] | None:
    """The verdict as kept; None where it cannot be, which is told."""
    from pricing.matching.verdicts.giving import decide_pairs
    from warehouse.records.verdicts import Ruling, WrongRuling

    pack = verdict == "other_pack"
    ratio = typer.prompt("our units in one of theirs, such as 12 or 0.5", type=float) if pack else None
    try:
        ruling = Ruling(judged.offer.offer_id, candidate.sku, verdict, pack_ratio=ratio)
    except WrongRuling as wrong:
        typer.echo(str(wrong))
        return None
    return decide_pairs(warehouse, [ruling], by=who)


def _pairs(warehouse: Warehouse, settled: set[str]) -> Iterator[tuple[JudgedOffer, Candidate]]:
    """The pairs to review, page by page; those of an offer that was settled meanwhile are left out."""
    from pricing.matching.verdicts.review import review_page

    after: str | None = None
    while True:
        page = review_page(warehouse, after=after, limit=_AT_ONCE)
        for judged in page.offers:
            for candidate in judged.candidates:
                if candidate.verdict == "review" and judged.offer.offer_id not in settled:
                    yield judged, candidate
        after = page.next_after
        if after is None:
            return


def _key() -> str:
    while True:
        typer.echo(_HELP, nl=False)
        key = typer.getchar().lower()
        typer.echo(key if key.isprintable() else "")
        if key in ("", "\x04"):  # nobody is there any more
            return "q"
        if key in (*_KEYS, "s", "u", "q"):
            return key


def _shown(judged: JudgedOffer, candidate: Candidate) -> str:
    """A pair in a few lines. What pages say cannot steer the terminal."""
    offer = judged.offer
    lines = {
        "theirs": [offer.title or "no title", offer.brand, _price(offer.price, offer.currency), offer.gtin, offer.mpn],
        "": [offer.site, offer.url],
        "ours": [candidate.title or "no title", candidate.brand, _price(candidate.price, candidate.currency)],
        " ": [candidate.gtin, candidate.mpn, candidate.url],
        "why": [candidate.reason],
        "for": [candidate.speaks_for],
        "against": [candidate.speaks_against],
    }
    told = [f"offer {offer.offer_id}  product {candidate.sku}"]
    told += [f"  {name.strip():<8}{'  '.join(filter(None, parts))}" for name, parts in lines.items() if any(parts)]
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in told)


def _price(price: object, currency: str | None) -> str | None:
    return None if price is None else f"{price:.2f} {currency or ''}".strip()


def _payload(judged: JudgedOffer) -> dict[str, Any]:
    """An offer and its candidates as plain values."""
    candidates = []
    for candidate in judged.candidates:
        decided = candidate.decided
        told = {name: value for name, value in vars(candidate).items() if name != "decided"}
        by = decided and {"verdict": decided.verdict, "by": decided.decided_by, "at": decided.decided_at}
        candidates.append({**told, "decided": by})
    return {**asdict(judged.offer), "candidates": candidates}
