"""The pages of the competitor whose shop is drawn by JavaScript: every product page is the same empty shell, whose
script fetches the product as JSON and writes it into the document, in Polish."""

from __future__ import annotations

import json
from collections.abc import Sequence

from experiments.market.pages import Offer, document

SCRIPT_PATH = "/zasoby/sklep.js"
DATA = "/dane"
"""What stands before a page's path to make the address of its data."""


def shell() -> str:
    """What a browser gets at every product's address."""
    head = f'<script defer src="{SCRIPT_PATH}"></script>'
    return document(
        "Szafka", '<div id="sklep"></div>\n<noscript>Włącz JavaScript, aby zobaczyć sklep.</noscript>', "pl", head
    )


def product_data(offer: Offer, related: Sequence[Offer]) -> str:
    """What the script asks for: amounts in hundredths, null where there is none."""
    hundredths = {
        name: None if offer[name] is None else int(offer[name] * 100) for name in ("price", "list_price", "shipping")
    }
    told = {name: offer[name] for name in ("title", "brand", "gtin", "mpn", "currency", "layout")}
    others = [{"title": o["title"], "path": o["path"], "price": int(o["price"] * 100)} for o in related]
    return json.dumps({**told, **hundredths, "available": offer["availability"] == "in_stock", "related": others})


SCRIPT = """\
"use strict";
// 123450 as "1 234,50 EUR", with no-break spaces.
const money = (amount, currency) => {
  const [whole, part] = (amount / 100).toFixed(2).split(".");
  return whole.replace(/\\B(?=(\\d{3})+$)/g, "\\u00a0") + "," + part + "\\u00a0" + currency;
};
const element = (name, text, className, ...children) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  made.append(...children);
  return made;
};
const prices = (p) => {
  const now = element("span", money(p.price, p.currency), ["cena", "price-now", "kwota"][p.layout]);
  const parts = [now];
  if (p.list_price !== null) parts.push(element("del", money(p.list_price, p.currency), "cena-przed"));
  if (p.layout === 1) parts.reverse();
  return element("div", "", "ceny", ...parts);
};
const button = (p) => {
  const made = element("button", p.available ? "Dodaj do koszyka" : "Produkt niedostępny", "zakup");
  made.disabled = !p.available;
  return made;
};
const draw = (p) => {
  document.title = p.title + " - Szafka";
  const rows = [["Marka", p.brand], ["EAN", p.gtin], ["Kod producenta", p.mpn]].filter(([, value]) => value !== null);
  const table = element("table", "", "cechy", ...rows.map(
    ([name, value]) => element("tr", "", "", element("th", name), element("td", value))));
  const delivery = p.shipping ? "Dostawa: " + money(p.shipping, p.currency) : "Darmowa dostawa";
  const others = p.related.map((o) => {
    const link = element("a", o.title);
    link.href = o.path;
    return element("li", "", "", link, " ", element("span", money(o.price, p.currency)));
  });
  document.getElementById("sklep").replaceChildren(
    element("main", "", "", element("h1", p.title), prices(p), button(p),
      element("p", p.available ? "Dostępny od ręki" : "Chwilowo brak w magazynie", "stan"),
      element("p", delivery, "dostawa"), table),
    element("aside", "", "", element("h2", "Inni klienci oglądali też"), element("ul", "", "", ...others)));
};
document.getElementById("sklep").append(element("p", "Wczytywanie\\u2026"));
fetch("/dane" + location.pathname).then((answer) => answer.json()).then(draw);
"""
