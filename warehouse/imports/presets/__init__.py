"""Files known by name: which column is what, and what they leave unsaid. A preset is known by its name and kind."""

from __future__ import annotations

from warehouse.errors import InputError
from warehouse.imports.presets.ecb import ECB
from warehouse.imports.presets.ga4 import GA4
from warehouse.imports.presets.google_merchant import GOOGLE_MERCHANT
from warehouse.imports.presets.klaviyo import KLAVIYO
from warehouse.imports.presets.magento import MAGENTO
from warehouse.imports.presets.mailchimp import MAILCHIMP
from warehouse.imports.presets.online_retail import ONLINE_RETAIL
from warehouse.imports.presets.preset import Preset, Shape
from warehouse.imports.presets.prestashop import PRESTASHOP
from warehouse.imports.presets.shopify import SHOPIFY
from warehouse.imports.presets.woocommerce import WOOCOMMERCE
from warehouse.imports.presets.yml import YML

__all__ = ["PRESETS", "Preset", "Shape", "presets_named"]

PRESETS: tuple[Preset, ...] = (
    *(*SHOPIFY, *WOOCOMMERCE, *MAGENTO, *PRESTASHOP, *GOOGLE_MERCHANT, *YML),
    *(*GA4, *KLAVIYO, *MAILCHIMP, *ECB, ONLINE_RETAIL),
)
"""Every preset. Several may share a name and kind: forms of file, told apart by their columns."""


def presets_named(name: str, kind: str) -> list[Preset]:
    """The presets called `name` that read `kind`; InputError lists those there are, or says what the name reads."""
    called = [preset for preset in PRESETS if preset.name == name]
    if not called:
        known = dict.fromkeys(preset.name for preset in PRESETS if preset.kind == kind)
        raise InputError(f"there is no preset {name!r}; presets for {kind}: {', '.join(known) or 'none'}")
    forms = [preset for preset in called if preset.kind == kind]
    if not forms:
        kinds = list(dict.fromkeys(preset.kind for preset in called))
        raise InputError(f"preset {name} reads {' and '.join(kinds)}, not {kind}; run: purveyor import {kinds[0]}")
    return forms
