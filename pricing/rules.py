"""A price rule: follow the market within limits. Written in YAML by a merchandiser, kept in the records in versions."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from warehouse.errors import InputError
from warehouse.yaml_file import Place, parse_yaml, read_yaml

Percent = Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)]


class Rule(BaseModel):
    """One rule. Percentages are of the present price (`max_up_percent`, `max_down_percent`), of cost
    (`min_margin_percent`: margin is meant over cost, a markup) or of the price without tax (`tax_rate_percent`).

    `target_index`: where to stand against the market's price, 100 being level with it. `market`: the market's price of
    a product is the median or the lowest over the competitors that have it in stock. `ending`: what a price should end
    in, such as 0.99 (of each unit) or 9.9 (of each ten).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,79}$")]
    market: Literal["median", "lowest"] = "median"
    target_index: Annotated[Decimal, Field(gt=0, le=1000, allow_inf_nan=False)] = Decimal(100)
    max_up_percent: Percent
    max_down_percent: Annotated[Decimal, Field(ge=0, lt=100, allow_inf_nan=False)]
    min_margin_percent: Percent
    tax_rate_percent: Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    ending: Annotated[Decimal, Field(ge=0, lt=100, decimal_places=3, allow_inf_nan=False)] | None = None

    def tax_rate(self, store_id: str, prices_include_tax: bool | None) -> Decimal:
        """The tax within the store's prices, as a share of the price without it: 0.19 for 19 %.

        Cost is without tax, so a store whose prices hold tax, or that does not say, needs the rate; InputError where
        it is missing.
        """
        if prices_include_tax is False:
            return Decimal(0)
        if self.tax_rate_percent is None:
            said = "shows prices with tax" if prices_include_tax else "does not say whether its prices include tax"
            raise InputError(
                f"rule {self.name!r}: tax_rate_percent is missing, and store {store_id!r} {said}; write it into the "
                "rule (such as tax_rate_percent: 19) and give the file with --rules"
            )
        return self.tax_rate_percent / 100


def load_rule(path: Path) -> Rule:
    """The rule in a YAML file. InputError names file, line and field of what cannot be used."""
    return _rule(read_yaml(path))


def default_rule() -> Rule:
    """The rule that comes with Purveyor."""
    name = "default_rule.yaml"
    return parse_rule((files("pricing") / name).read_bytes(), name)


def parse_rule(content: bytes, file: str) -> Rule:
    """The rule in YAML text; `file` is what errors call it."""
    return _rule(parse_yaml(content, file))


def _rule(document: Place) -> Rule:
    required = [name for name, field in Rule.model_fields.items() if field.is_required()]
    places = document.entries_among(Rule.model_fields, what="field", required=required)
    # Each field as written, so that 0.10 stays exact.
    fields = {name: place.scalar() for name, place in places.items()}
    try:
        return Rule.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        problem = f"{first['msg'][:1].lower()}{first['msg'][1:]}, not {fields[field]!r}"
        raise places[field].error(problem) from None
