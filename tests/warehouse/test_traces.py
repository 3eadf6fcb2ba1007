"""Recognising a customer in text."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.erasure.traces import Person, Traces

ANNA = Person("C-1017", frozenset({"Anna.Muster@Example.com"}), frozenset({"+49 170 5550199"}))


@pytest.mark.parametrize(
    "text",
    [
        "C-1017",
        '{"customer_id":"C-1017"}',
        "customer C-1017: not found",
        "?customer=C-1017&x=1",
        "?mail=anna.muster@example.com&x=1",
        "mailto:anna.muster@example.com?subject=x",
        "ask anna.muster@example.com!",
        "**anna.muster@example.com**",
        r'{"note":"C-1017\nanna.muster@example.com\r\nhello"}',
        "„anna.muster@example.com“".encode().decode("latin-1"),
        "anna.muster@example.com\u00a0or".encode().decode("latin-1"),
        "+49\u202f170\u00a0555\u00a001\u00a099".encode().decode("latin-1"),
        "<ANNA.MUSTER@example.com>",
        "mailto:anna.muster@example.com.",
        "0170 555 01 99",
        "tel:+491705550199",
        "0170/555-0199",
        "(0)170-5550199",
        "12 0049170555 0199",
        hashlib.sha256(b"anna.muster@example.com").hexdigest(),
        hashlib.sha256(b"+491705550199").hexdigest(),
    ],
)
def test_found(text: str) -> None:
    assert Traces([ANNA]).named_in(text)
    masked = Traces([ANNA]).masked(f"before {text} after")
    assert len(masked) == len(f"before {text} after")
    assert masked.startswith("before ") and masked.endswith(" after")
    assert not Traces([ANNA]).named_in(masked)


@pytest.mark.parametrize(
    "text",
    ["C-10170", "XC-1017", "joanna.muster@example.com", "anna.muster@example.community", "0170 5550198", "", "C"],
)
def test_others_are_not_meant(text: str) -> None:
    assert not Traces([ANNA]).named_in(text)
    assert Traces([ANNA]).masked(text) == text


def test_ids_may_be_left_aside() -> None:
    said = Traces([ANNA], ids=False)
    assert not said.named_in("C-1017")
    assert said.named_in("anna.muster@example.com")


@pytest.mark.parametrize("mail", ["anna", "anna muster@example.com", "ännä@exämple.com", '"a b"@example.com'])
def test_what_is_hardly_a_mail_address_is_found_as_it_stands(mail: str) -> None:
    found = Traces([Person("1", frozenset({mail}))])
    assert found.named_in(f"name,{mail},x".encode().decode("latin-1"))


def test_gmail_writes_one_mailbox_in_many_ways() -> None:
    found = Traces([Person("1", frozenset({"anna.muster+shop@gmail.com"}))])
    assert found.named_in(hashlib.sha256(b"annamuster@gmail.com").hexdigest())


@given(st.text(min_size=1).filter(lambda text: text.strip() == text and text.isprintable()))
def test_law_an_id_is_found_in_a_cell(customer: str) -> None:
    cell = customer.replace('"', '""')
    row = f'x,"{cell}",y\n' if '"' not in customer else f"x\t{customer}\ty\n"
    assert Traces([Person(customer)]).named_in(row.encode().decode("latin-1"))


def test_none_at_all() -> None:
    assert not Traces([])
    assert not Traces([]).named_in("C-1017 anna.muster@example.com")
