"""What is remembered of short texts: the same answers, asked for once, and never without bound."""

from __future__ import annotations

from scrapers.extraction.remembered import LONGEST, MOST, remembered


def test_each_text_is_worked_out_once() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length(text) for text in ("price", "", "price", "")] == [5, 0, 5, 0]
    assert asked == ["price", ""]


def test_answers_stay_right_when_more_texts_come_than_are_kept() -> None:
    asked: list[str] = []

    @remembered
    def last(text: str) -> str:
        asked.append(text)
        return text[-1]

    texts = [f"class-{number}" for number in range(MOST + 10)]
    assert [last(text) for text in texts] == [text[-1] for text in texts]
    assert last(texts[-1]) == texts[-1][-1]
    assert len(asked) == len(texts)  # the last ones are known
    assert last(texts[0]) == texts[0][-1]
    assert len(asked) == len(texts) + 1  # the first ones were forgotten


def test_long_texts_are_not_kept() -> None:
    asked: list[str] = []

    @remembered
    def is_long(text: str) -> bool:
        asked.append(text)
        return True

    assert is_long("x" * (LONGEST + 1))
    assert is_long("x" * (LONGEST + 1))
    assert len(asked) == 2
