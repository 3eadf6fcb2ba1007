"""Customers buy, leave, consent and read mail by the laws that the truth states."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.market import Market
from experiments.market.people import AT_RISK
from tests.experiments.conftest import END, START
from tests.experiments.frames import frame


def test_customers_buy_what_they_like_while_they_are_customers(market: Market, sold: pd.DataFrame) -> None:
    truth, accounts = frame(market.truth.customers), frame(market.tables["customers"])
    lines = sold.merge(truth, on="customer_id").merge(accounts[["customer_id", "registered_at"]], on="customer_id")
    assert (lines.ordered_at > lines.registered_at).all()
    assert (lines.day < pd.to_datetime(lines.left_on)).all()
    category = frame(market.tables["products"]).set_index("sku").category
    favourite = lines.tastes.map(lambda tastes: market.truth.categories[int(np.argmax(tastes))])
    assert (lines.sku.map(category) == favourite).mean() > 5 / len(market.truth.categories)
    assert 0.3 < (pd.to_datetime(truth.left_on) <= pd.Timestamp(END)).mean() < 0.8


def test_consent_is_a_history_that_starts_at_registration(market: Market) -> None:
    consents = frame(market.tables["consents"]).merge(frame(market.tables["customers"]), on="customer_id")
    assert (consents["at"] >= consents.registered_at).all()
    assert set(consents.channel) == {"email", "ads"}
    turns = consents.groupby(["customer_id", "channel"]).granted
    assert (turns.nunique() == 2).any()  # somebody withdrew
    assert turns.apply(lambda granted: not (granted.shift() == granted).any()).all()  # each row changes the state


def parameters(market: Market) -> dict[str, float]:
    return {row["name"]: row["value"] for row in market.truth.parameters.to_pylist()}


def test_customers_leave_by_the_stated_law(market: Market) -> None:
    """Exponential lifetimes whose hazards are gamma distributed have the Lomax law."""
    customers = frame(market.truth.customers).merge(frame(market.tables["customers"]), on="customer_id")
    local = customers.registered_at.dt.tz_convert("Europe/Berlin").dt.tz_localize(None).dt.normalize()
    begins = (local + pd.Timedelta(days=1)).clip(lower=pd.Timestamp(START) - pd.Timedelta(days=AT_RISK))
    lived = (pd.to_datetime(customers.left_on) - begins).dt.days
    known = parameters(market)
    law = stats.lomax(known["leaving_shape"], scale=known["leaving_scale_days"])
    assert stats.kstest(lived + 0.5, law.cdf).pvalue > 0.001
    mean = known["leaving_shape"] / known["leaving_scale_days"]
    assert customers.hazard.mean() == pytest.approx(mean, rel=0.1)


def test_orders_of_those_who_stay_are_gamma_poisson(market: Market, sold: pd.DataFrame) -> None:
    """Counts spread as the stated shape of the rates says: variance = mean + mean ** 2 / shape."""
    people = frame(market.truth.customers).merge(frame(market.tables["customers"]), on="customer_id")
    stayed = people[
        (people.registered_at < pd.Timestamp(START, tz="UTC")) & (pd.to_datetime(people.left_on) > pd.Timestamp(END))
    ]
    orders = sold.groupby("customer_id").order_id.nunique().reindex(stayed.customer_id).fillna(0)
    shape = orders.mean() ** 2 / (orders.var() - orders.mean())
    assert shape == pytest.approx(parameters(market)["rate_shape"], rel=0.25)
    assert np.corrcoef(orders, stayed.rate)[0, 1] > 0.9


def mails(market: Market) -> pd.DataFrame:
    """A row per mail that arrived, with the number of mails of the 28 days before, and what came of it."""
    sent = frame(market.tables["sent_messages"]).sort_values("sent_at", kind="stable")
    days = sent.sent_at.dt.tz_convert("Europe/Berlin").dt.tz_localize(None).dt.normalize()
    sent["day"] = (days - pd.Timestamp(START)).dt.days
    pairs = sent[["message_id", "customer_id", "day"]].merge(sent[["customer_id", "day"]], on="customer_id")
    earlier = pairs[(pairs.day_y < pairs.day_x) & (pairs.day_x - pairs.day_y <= 28)]
    sent["load"] = sent.message_id.map(earlier.message_id.value_counts()).fillna(0)
    events = frame(market.tables["events"])
    for kind in ("open", "click", "unsubscribe"):
        mine = events[events.event_type == kind].properties.str.extract(r'"message_id": "(.*)"')[0]
        sent[kind] = sent.message_id.isin(mine)
    sent = sent.merge(frame(market.truth.customers).drop(columns="tastes"), on="customer_id")
    sent["gone"] = pd.to_datetime(sent.left_on) <= pd.Timestamp(START) + pd.to_timedelta(sent.day, "D")
    return sent[sent.outcome == "delivered"]


def test_mail_is_sent_only_to_whom_allows_it(market: Market) -> None:
    turns = frame(market.tables["consents"]).query("channel == 'email'").sort_values("at", kind="stable")
    sent = frame(market.tables["sent_messages"]).sort_values("sent_at", kind="stable")
    assert len(sent) > 5000
    state = pd.merge_asof(sent, turns, left_on="sent_at", right_on="at", by="customer_id")
    assert state.granted.eq(True).all()


def test_mail_is_opened_and_tired_of_as_stated(market: Market) -> None:
    mail, known = mails(market), parameters(market)
    tired = np.exp(-known["fatigue"] * mail.load)
    expected = mail.opens * tired * np.where(mail.gone, known["open_when_gone"], 1)
    for _, part in mail.assign(expected=expected).groupby("load"):
        spread = np.sqrt((part.expected * (1 - part.expected)).sum())
        assert abs(part.open.sum() - part.expected.sum()) < 4 * spread + 0.01 * part.open.sum()
    assert mail[mail.load >= 4].open.mean() < 0.85 * mail[mail.load == 0].open.mean()
    opened = mail[mail.open]
    assert opened.click.sum() == pytest.approx(opened.clicks.sum(), rel=0.15) and not mail[~mail.open].click.any()
    ends = known["unsubscribe"] * np.exp(known["unsubscribe_fatigue"] * mail.load)
    assert abs(mail.unsubscribe.sum() - ends.sum()) < 4 * np.sqrt(ends.sum()) + 3


def test_an_unsubscription_ends_consent_and_mail(market: Market) -> None:
    turns = frame(market.tables["consents"])
    ended = turns[turns.source == "unsubscribe link"]
    assert len(ended) > 3 and not ended.granted.any()
    after = ended.merge(turns[turns.channel == "email"], on="customer_id")
    assert (after.at_y <= after.at_x).all()
    sent = ended.merge(frame(market.tables["sent_messages"]), on="customer_id")
    assert (sent.sent_at <= sent["at"]).all()
