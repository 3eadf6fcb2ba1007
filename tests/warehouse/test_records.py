"""What the records keep, topic by topic, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from warehouse.errors import InputError, NotFound
from warehouse.records import ApiKey, PriceRule, Records, Release, SegmentDefinition, Site, Store, Tombstone
from warehouse.records.audit import add_entry, list_entries
from warehouse.records.definitions import get_definition, list_definitions, save_definition
from warehouse.records.experiments import (
    Variant,
    get_experiment,
    list_experiments,
    save_experiment,
    start_experiment,
    stop_experiment,
)
from warehouse.records.keys import check_key, create_key, list_keys, revoke_key
from warehouse.records.releases import add_release, current_release, list_releases, make_current
from warehouse.records.stores import find_store, get_store, list_stores, save_store
from warehouse.records.tombstones import add_tombstone, erased_customers

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SPAN = (datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2999-01-01"))

on_both_engines = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class TestValues:
    @on_both_engines
    @given(moment=st.datetimes(*SPAN, timezones=st.timezones()))
    def test_moments_come_back_as_utc(self, records: Records, moment: datetime) -> None:
        with records.transaction() as tx:
            tx.merge(Site(site="shop.example", definition={}, updated_at=moment))
        with records.reading() as tx:
            kept = tx.get_one(Site, "shop.example").updated_at
        assert kept.tzinfo is UTC
        assert kept == moment.astimezone(UTC)

    @on_both_engines
    @given(moments=st.lists(st.datetimes(*SPAN, timezones=st.just(UTC)), max_size=5))
    def test_moments_compare_by_time(self, records: Records, moments: list[datetime]) -> None:
        with records.transaction() as tx:
            tx.execute(text("delete from tombstones"))
            tx.add_all(Tombstone(customer_id=str(i), erased_at=moment) for i, moment in enumerate(moments))
        with records.reading() as tx:
            assert list(tx.scalars(select(Tombstone.erased_at).order_by(Tombstone.erased_at))) == sorted(moments)
            before = select(func.count()).select_from(Tombstone).where(Tombstone.erased_at < NOW)
            assert tx.scalar(before) == sum(moment < NOW for moment in moments)

    def test_a_time_without_zone_is_refused(self, records: Records) -> None:
        with pytest.raises(Exception, match="2026-06-01T12:00:00 has no time zone"), records.transaction() as tx:
            tx.merge(Site(site="shop.example", definition={}, updated_at=NOW.replace(tzinfo=None)))

    @pytest.mark.parametrize(
        "value",
        [{"b": 1, "a": [None, True, "Ω 'x' \" \\ \0 \ud800"]}, {"n": 12345678901234567890, "f": 0.1, "e": 1e300}, {}],
    )
    def test_json_comes_back_as_it_was(self, records: Records, value: dict[str, Any]) -> None:
        with records.transaction() as tx:
            tx.merge(Site(site="shop.example", definition=value, updated_at=NOW))
        with records.reading() as tx:
            kept = tx.get_one(Site, "shop.example").definition
        assert kept == value
        assert list(kept) == list(value)

    def test_json_that_only_one_engine_would_keep_is_refused(self, records: Records) -> None:
        with pytest.raises(Exception, match="not JSON compliant"), records.transaction() as tx:
            tx.merge(Site(site="shop.example", definition={"rate": float("nan")}, updated_at=NOW))

    @pytest.mark.parametrize("customer", ["007", "Ω", "a'b", 'a"b', "%s", ":x", " ", "x" * 255])
    def test_ids_come_back_as_they_were(self, records: Records, customer: str) -> None:
        with records.transaction() as tx:
            add_tombstone(tx, customer, NOW, actor="test")
        with records.reading() as tx:
            assert erased_customers(tx) == [customer]

    @pytest.mark.parametrize(
        ("hostile", "complaint"),
        [("a\0b", "NUL"), ("a\ud800b", "not valid Unicode"), ("x" * 256, "256 characters is too long")],
    )
    def test_texts_an_engine_cannot_keep_are_refused(self, records: Records, hostile: str, complaint: str) -> None:
        with pytest.raises(InputError, match=complaint), records.transaction() as tx:
            add_tombstone(tx, hostile, NOW, actor="test")
        with pytest.raises(InputError, match=complaint), records.reading() as tx:
            get_experiment(tx, hostile)


class TestStores:
    def test_saved_and_replaced(self, records: Records) -> None:
        with records.transaction() as tx:
            save_store(tx, "de", name="Web DE", currency="EUR", timezone="Europe/Berlin", country="DE")
            save_store(tx, "at", name="Web AT", currency="EUR", timezone="Europe/Vienna", prices_include_tax=True)
            save_store(tx, "de", name="Germany", currency="EUR", timezone="Europe/Berlin")
        with records.reading() as tx:
            assert [store.store_id for store in list_stores(tx)] == ["at", "de"]
            assert (get_store(tx, "de").name, get_store(tx, "de").country) == ("Germany", None)
            assert get_store(tx, "de").prices_include_tax is None
            assert find_store(tx, "fr") is None
            with pytest.raises(NotFound, match="no store 'fr'; known stores: at, de"):
                get_store(tx, "fr")

    @pytest.mark.parametrize(
        ("wrong", "complaint"),
        [
            ({"currency": "XYZ"}, "'XYZ' is no currency"),
            ({"currency": "eur"}, "'eur' is no currency"),
            ({"timezone": "Berlin"}, "'Berlin' is no time zone"),
            ({"timezone": "../../etc/passwd"}, "no time zone"),
            ({"timezone": "Europe"}, "no time zone"),
            ({"timezone": ""}, "no time zone"),
            ({"country": "Germany"}, "no country"),
        ],
    )
    def test_details_that_cannot_be(self, records: Records, wrong: dict[str, str], complaint: str) -> None:
        details: dict[str, Any] = {"name": "Shop", "currency": "EUR", "timezone": "Europe/Berlin", **wrong}
        with pytest.raises(InputError, match=complaint), records.transaction() as tx:
            save_store(tx, "de", **details)
        with records.reading() as tx:
            assert tx.scalar(select(func.count()).select_from(Store)) == 0


@pytest.mark.parametrize("kind", [SegmentDefinition, PriceRule])
class TestDefinitions:
    def test_a_new_version_only_when_the_content_changed(self, records: Records, kind: type[PriceRule]) -> None:
        contents = [{"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1}, {"a": 1, "b": [2, 1]}, {"a": 1, "b": [1, 2]}]
        versions = []
        for content in contents:
            with records.transaction() as tx:
                versions.append(save_definition(tx, kind, "vip", content, at=NOW).version)
        assert versions == [1, 1, 2, 3]
        with records.reading() as tx:
            assert get_definition(tx, kind, "vip").version == 3
            assert get_definition(tx, kind, "vip", 2).definition == contents[2]

    def test_the_newest_of_each_are_listed(self, records: Records, kind: type[PriceRule]) -> None:
        with records.transaction() as tx:
            for name, content in [("b", 1), ("a", 1), ("b", 2), ("c", 1)]:
                save_definition(tx, kind, name, {"content": content}, at=NOW)
        with records.reading() as tx:
            assert [(d.name, d.version) for d in list_definitions(tx, kind)] == [("a", 1), ("b", 2), ("c", 1)]

    def test_what_is_not_there(self, records: Records, kind: type[PriceRule]) -> None:
        with records.transaction() as tx:
            with pytest.raises(NotFound, match="'vip'; known: none yet"):
                get_definition(tx, kind, "vip")
            save_definition(tx, kind, "vip", {}, at=NOW)
            with pytest.raises(NotFound, match="'vip' has no version 2; the newest is 1"):
                get_definition(tx, kind, "vip", 2)
            with pytest.raises(NotFound, match="'vipp'; known: vip"):
                get_definition(tx, kind, "vipp")
            with pytest.raises(InputError, match="needs a name"):
                save_definition(tx, kind, " ", {}, at=NOW)


class TestKeys:
    def test_a_key_opens_what_it_may_until_revoked(self, records: Records) -> None:
        with records.transaction() as tx:
            key_id, secret = create_key(tx, label="shop", scopes=["events", "recommend"], at=NOW)
            _, other = create_key(tx, label="other", scopes=["prices"], at=LATER)
        with records.reading() as tx:
            key = check_key(tx, secret)
            assert key is not None
            assert (key.key_id, key.label, key.scopes) == (key_id, "shop", ["recommend", "events"])
            assert [k.label for k in list_keys(tx)] == ["shop", "other"]
        with records.transaction() as tx:
            revoke_key(tx, key_id, at=NOW)
            revoke_key(tx, key_id, at=LATER)
        with records.reading() as tx:
            assert check_key(tx, secret) is None
            assert check_key(tx, other) is not None
            assert list_keys(tx)[0].revoked_at == NOW

    def test_the_secret_itself_is_not_kept(self, records: Records) -> None:
        with records.transaction() as tx:
            key_id, secret = create_key(tx, label="shop", scopes=["events"], at=NOW)
        with records.reading() as tx:
            key = tx.get(ApiKey, key_id)
            kept = tx.execute(text("select * from api_keys")).all()
        assert key is not None
        assert len(key.key_hash) == 64
        assert secret.removeprefix(f"pv_{key_id}_") not in repr(kept)

    def test_other_secrets_open_nothing(self, records: Records) -> None:
        with records.transaction() as tx:
            _, secret = create_key(tx, label="shop", scopes=["events"], at=NOW)
            changed = secret[:-1] + ("A" if secret[-1] != "A" else "B")
            unknown = "pv_" + "0" * 16 + secret[19:]
            for wrong in ["", "x", changed, unknown, secret + "\n", secret + "A", secret.upper(), "\0", "\ud800", "é"]:
                assert check_key(tx, wrong) is None
            assert check_key(tx, secret) is not None

    @pytest.mark.parametrize(("scopes", "complaint"), [(["admin"], "unknown scope 'admin'"), ([], "at least one")])
    def test_scopes_that_cannot_be(self, records: Records, scopes: list[str], complaint: str) -> None:
        with pytest.raises(InputError, match=complaint), records.transaction() as tx:
            create_key(tx, label="shop", scopes=scopes, at=NOW)

    def test_revoking_an_unknown_key(self, records: Records) -> None:
        with pytest.raises(NotFound, match="'nobody'"), records.transaction() as tx:
            revoke_key(tx, "nobody", at=NOW)


AB: list[Variant] = [{"name": "control", "weight": 1}, {"name": "treatment", "weight": 1}]
ABC: list[Variant] = [*AB, {"name": "bold", "weight": 0.5}]


class TestExperiments:
    def test_a_draft_may_change_and_a_started_one_may_not(self, records: Records) -> None:
        with records.transaction() as tx:
            save_experiment(tx, "shipping", variants=AB, metric={"name": "spend"})
            draft = save_experiment(tx, "shipping", variants=ABC, metric={"name": "spend"})
            assert (draft.status, draft.salt, draft.started_at) == ("draft", "shipping", None)
            start_experiment(tx, "shipping", at=NOW)
            start_experiment(tx, "shipping", at=LATER)
            save_experiment(tx, "shipping", variants=ABC, metric={"name": "orders"})
        with records.transaction() as tx:
            with pytest.raises(InputError, match="has started"):
                save_experiment(tx, "shipping", variants=AB, metric={"name": "spend"})
            with pytest.raises(InputError, match="has started"):
                save_experiment(tx, "shipping", variants=ABC, metric={"name": "spend"}, salt="other")
        with records.reading() as tx:
            kept = get_experiment(tx, "shipping")
        assert (kept.status, kept.started_at, kept.metric) == ("running", NOW, {"name": "orders"})
        assert kept.variants == ABC

    def test_a_stopped_one_stays_stopped(self, records: Records) -> None:
        with records.transaction() as tx:
            save_experiment(tx, "shipping", variants=AB, metric={}, salt="2026")
            start_experiment(tx, "shipping", at=NOW)
            stop_experiment(tx, "shipping")
            with pytest.raises(InputError, match="was stopped"):
                start_experiment(tx, "shipping", at=LATER)
        with records.reading() as tx:
            assert [(e.key, e.status, e.salt) for e in list_experiments(tx)] == [("shipping", "stopped", "2026")]

    @pytest.mark.parametrize(
        ("variants", "complaint"),
        [
            ([], "0 variants"),
            (AB[:1], "1 variants"),
            ([AB[0], AB[0]], "name of its own"),
            ([AB[0], {"name": " ", "weight": 1}], "name of its own"),
            ([AB[0], {"name": "b", "weight": 0}], "weighs 0"),
            ([AB[0], {"name": "b", "weight": -1}], "weighs -1"),
            ([AB[0], {"name": "b", "weight": float("nan")}], "weighs nan"),
            ([AB[0], {"name": "b", "weight": float("inf")}], "weighs inf"),
        ],
    )
    def test_variants_that_cannot_be(self, records: Records, variants: list[Variant], complaint: str) -> None:
        with pytest.raises(InputError, match=complaint), records.transaction() as tx:
            save_experiment(tx, "shipping", variants=variants, metric={})

    def test_what_is_not_there(self, records: Records) -> None:
        with records.transaction() as tx:
            save_experiment(tx, "shipping", variants=AB, metric={})
            with pytest.raises(NotFound, match="'shopping'; known experiments: shipping"):
                get_experiment(tx, "shopping")
            with pytest.raises(InputError, match="needs a key"):
                save_experiment(tx, "", variants=AB, metric={})


class TestReleases:
    def test_one_of_each_kind_is_current(self, records: Records) -> None:
        with records.transaction() as tx:
            assert current_release(tx, "model") is None
            for kind, version in [("model", "1"), ("model", "2"), ("other", "1")]:
                add_release(tx, kind, version, manifest={"v": version}, at=NOW)
            make_current(tx, "model", "1")
        with records.reading() as tx:
            found = current_release(tx, "model")
            assert found is not None and (found.version, found.manifest) == ("1", {"v": "1"})
            assert [(r.version, r.current) for r in list_releases(tx, "model")] == [("2", False), ("1", True)]
            with pytest.raises(NotFound, match="no release '3' of 'model'"):
                make_current(tx, "model", "3")

    def test_the_database_refuses_a_second_current_one(self, records: Records) -> None:
        with records.transaction() as tx:
            add_release(tx, "model", "1", manifest={}, at=NOW)
        with pytest.raises(IntegrityError), records.transaction() as tx:
            tx.add(Release(kind="model", version="2", manifest={}, released_at=NOW, current=True))


class TestAudit:
    def test_entries_are_listed_newest_first(self, records: Records) -> None:
        with records.transaction() as tx:
            for subject in ("a", "b", "a"):
                add_entry(tx, at=NOW, actor="me", action="save", subject=subject, detail={"of": subject})
        with records.reading() as tx:
            everything = list_entries(tx)
            assert [entry.subject for entry in everything] == ["a", "b", "a"]
            assert everything[0].id > everything[1].id > everything[2].id
            assert [entry.subject for entry in list_entries(tx, subject="a", limit=1)] == ["a"]

    @pytest.mark.parametrize("change", ["update audit_entries set actor = 'you'", "delete from audit_entries"])
    def test_the_database_refuses_to_change_them(self, records: Records, change: str) -> None:
        with records.transaction() as tx:
            add_entry(tx, at=NOW, actor="me", action="save", subject="a")
        with pytest.raises(DBAPIError, match="append-only"), records.transaction() as tx:
            tx.execute(text(change))
        with records.reading() as tx:
            assert [entry.actor for entry in list_entries(tx)] == ["me"]

    def test_an_erasure_is_noted_once(self, records: Records) -> None:
        for moment in (NOW, LATER):
            with records.transaction() as tx:
                add_tombstone(tx, "c1", moment, actor="operator")
        with records.reading() as tx:
            kept = tx.get(Tombstone, "c1")
            assert kept is not None and kept.erased_at == NOW
            noted = [(entry.actor, entry.action, entry.detail) for entry in list_entries(tx)]
        assert noted == [("operator", "erase", {"customer_id": "c1"})]
