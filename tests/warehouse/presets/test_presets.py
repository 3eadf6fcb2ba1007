"""What holds of every preset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from purveyor.imports import PRESETS as NAMES
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports import PRESETS, import_file
from warehouse.imports.erased import open_erased
from warehouse.imports.kinds import KINDS
from warehouse.imports.readers import open_source
from warehouse.imports.shaping import SHAPED as ROWS
from warehouse.imports.shaping import shape_rows
from warehouse.imports.staging import staging
from warehouse.progress import quiet

SHAPED = [preset for preset in PRESETS if preset.shape is not None]


def test_every_statement_reads_a_file_of_its_columns_without_rows(shop: Warehouse, tmp_path: Path) -> None:
    for preset in SHAPED:
        assert preset.shape is not None
        path = tmp_path / "empty.csv"
        path.write_text(",".join(f'"{column}"' for column in preset.shape.columns) + "\n", encoding="utf-8")
        source = open_source(path)
        with staging(shop.settings) as stage:
            stage.load(source, quiet)
            open_erased(stage, [])
            shaped = shape_rows(
                shop, stage, preset.shape, source, KINDS[preset.kind], store="main", now=shop.clock(), decimal=None
            )
            assert {*KINDS[preset.kind].table.key} - {"store_id", "currency"} <= set(shaped.fields), preset.reads
            assert stage.count(ROWS) == 0


def test_help_names_every_preset() -> None:
    assert set(NAMES) == {preset.name for preset in PRESETS}


def test_presets_are_of_kinds_and_speak_of_columns_they_name() -> None:
    for preset in SHAPED:
        assert preset.shape is not None
        assert preset.kind in KINDS
        columns = preset.shape.columns
        assert len(set(columns)) == len(columns)
        mentioned = {*preset.shape.numbers, *preset.shape.aliases, *preset.shape.told.values()}
        assert mentioned | ({preset.shape.group} if preset.shape.group else set()) <= set(columns), preset.name


def test_an_unknown_preset_is_answered_with_those_of_the_kind(shop: Warehouse, csv_file: Callable[..., Path]) -> None:
    path = csv_file([{"a": 1}])
    with pytest.raises(InputError) as caught:
        import_file(shop, "orders", path, preset="shoppify")
    assert str(caught.value) == (
        "there is no preset 'shoppify'; presets for orders: shopify, woocommerce, magento, prestashop, online-retail"
    )
    with pytest.raises(InputError, match="preset ga4 reads events, not orders; run: purveyor import events"):
        import_file(shop, "orders", path, preset="ga4")


def test_another_file_is_named_with_what_it_lacks(shop: Warehouse, csv_file: Callable[..., Path]) -> None:
    path = csv_file([{"Name": "#1", "Email": "a@b.de", "Subtotal": "1"}])
    with pytest.raises(InputError, match=r"export\.csv is no Shopify .*: it has no column .*'; its columns are Name"):
        import_file(shop, "orders", path, preset="shopify")
    with pytest.raises(InputError, match="preset ecb knows where everything stands; leave --map away"):
        path = csv_file([{"Date": "2026-01-02", "USD": "1.1", "JPY": "150"}])
        import_file(shop, "fx_rates", path, preset="ecb", mapping={"day": "Date"})
