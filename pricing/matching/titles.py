"""What a product title says: words, quantities, packs, model numbers, colours and sizes, in comparable form.

A title is read once; `conflicts` compares two. Quantities are brought to one unit per dimension, so that "0,5 l" and
"500 ml" are the same token and "64 GB" is not "128 GB".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


def fold(text: str) -> str:
    """Case, accents and compatibility forms away ("Größe ½" becomes "grosse 1⁄2"); any script stays itself."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", kept.replace("⁄", "/")).strip()


_UNITS: dict[str, dict[str, float]] = {
    "mass": {
        "mg": 0.001, "g": 1, "gr": 1, "gram": 1, "grams": 1, "gramm": 1, "kg": 1000, "kilo": 1000,
        "мг": 0.001, "г": 1, "гр": 1, "кг": 1000,
        "lb": 453.59237, "lbs": 453.59237, "pound": 453.59237, "pounds": 453.59237, "oz": 28.349523, "ounce": 28.349523,
    },
    "volume": {
        "ml": 1, "cl": 10, "dl": 100, "l": 1000, "lt": 1000, "ltr": 1000, "liter": 1000, "liters": 1000,
        "litre": 1000, "litres": 1000, "fl oz": 29.573530, "gal": 3785.411784, "gallon": 3785.411784, "qt": 946.352946,
        "quart": 946.352946, "quarts": 946.352946, "мл": 1, "л": 1000,
    },
    "length": {
        "mm": 1, "cm": 10, "m": 1000, "meter": 1000, "metre": 1000, '"': 25.4, "''": 25.4, "inch": 25.4,
        "inches": 25.4, "zoll": 25.4, "in": 25.4, "ft": 304.8, "feet": 304.8,
    },
    "capacity": {"mb": 0.001, "gb": 1, "gig": 1, "tb": 1000},
    "power": {"w": 1, "watt": 1, "watts": 1, "kw": 1000},
    "voltage": {"v": 1, "volt": 1, "volts": 1},
    "charge": {"mah": 1, "ah": 1000},
    "frequency": {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "resolution": {"mp": 1, "megapixel": 1, "megapixels": 1},
    "share": {"%": 1},
}  # fmt: skip
_FACTORS = {unit: (dimension, factor) for dimension, units in _UNITS.items() for unit, factor in units.items()}

_NUMBER = r"(\d+(?:[.,]\d+)*)"
_UNIT = "(" + "|".join(re.escape(u).replace(r"\ ", r"\.?\s?") for u in sorted(_FACTORS, key=len, reverse=True)) + ")"
_END = r"(?![\w%])"
_START = r"(?<![\w.,])"
_TIMES = r"\s*[x×*]\s*"

# "30 x 40 x 5 cm": one unit for several lengths, so its first numbers are no pack counts.
_SIZES = re.compile(
    rf'{_START}((?:\d+(?:[.,]\d+)?{_TIMES}){{1,2}}\d+(?:[.,]\d+)?)\s*-?(mm|cm|m|inch|inches|zoll|"){_END}'
)
_QUANTITY = re.compile(rf"(?<![^\W\d_])(?<!\d)(?<!\d[.,]){_NUMBER}\s*-?{_UNIT}{_END}")
_CONTENT = "|".join(sorted((*_UNITS["mass"], *(u for u in _UNITS["volume"] if " " not in u)), key=len, reverse=True))
_PACK = r"multipack|pack|paket|packung|kiste|kasten"
_SET = r"set|case|box|bundle|lot|carton|tray|crate|coffret|caja|boite|karton|confezione|scatola|caixa|doos"
_PIECES = (
    r"packs?|pk|pcs?|pieces?|count|ct|units?|stk|stuck|stueck|teilig|tlg|tablets?|tabs|capsules|kapseln|rolls|rollen|"
    r"sheets|bags|beutel|bottles|flaschen|cans|dosen|er|unites|unidades|uds|pezzi|pz|stuks|flessen|bouteilles|botellas|"
    r"bottiglie|garrafas|latas|szt|sztuk|butelek|ks|kusu|lahvi|kpl|stycken|adet|'l[iıu]|шт|штук|бутылок|упак"
)
_COUNTERS = "本個个枚袋箱包瓶罐盒入개입병캔"
"""Words of one sign behind a number of pieces, in scripts that put no blanks."""
_PACKS = (
    re.compile(rf"{_START}(?P<n>\d{{1,4}}){_TIMES}(?=\d+(?:[.,]\d+)?\s*-?(?:{_CONTENT}){_END})"),
    re.compile(rf"(?<=\d)(?P<keep>\s*-?(?:{_CONTENT})){_TIMES}(?P<n>\d{{1,4}})(?![\w.,])"),
    re.compile(
        rf"\b(?:(?:{_PACK})\s*(?:of|von|de|a|da|van)?|(?:{_SET})\s+(?:of|von|de|a|da|van))\s*(?P<n>\d{{1,4}}){_END}"
    ),
    re.compile(rf"{_START}(?P<n>\d{{1,4}})\s*-?(?:{_PIECES})(?:\s*-?(?:{_PACK}|{_SET}))?{_END}"),
    re.compile(rf"(?<![0-9a-z.,])(?P<n>\d{{1,4}})\s*(?:{'|'.join(map(fold, _COUNTERS))})"),
    re.compile(r"^(?P<n>\d{1,3})\s*[x×]\s+(?=[a-z])"),
    # After a comma or bracket, or with spaces around the x, so that a camera called "X10" is no pack of ten.
    re.compile(r"(?:[,(\[]\s*[x×]|\s[x×]\s)(?P<n>\d{1,2})(?=$|\s*[,;)\]-])"),
)
_PACK_WORDS = {"twin pack": 2, "twinpack": 2, "double pack": 2, "doppelpack": 2, "triple pack": 3, "half dozen": 6,
               "dozen": 12, "dutzend": 12}  # fmt: skip
_PACK_WORD = re.compile(r"\b(" + "|".join(sorted(_PACK_WORDS, key=len, reverse=True)) + r")\b")
_FRACTION = re.compile(r"(?<![\w./])(?:(\d+)[\s-]+)?(\d{1,2})/(2|3|4|8|16|32|64)(?![\d/])")
_WORD = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_DECIMAL = re.compile(r"\d+\.\d+")
_PLAIN = re.compile(r"[^\W_]+")

_COLOURS = {
    canonical: names.split()
    for canonical, names in {
        "black": """black schwarz noir noire negro negra nero nera preto preta zwart czarny czarna czarne cerny cerna
            svart musta siyah черный черная черное черные""",
        "white": """white weiss blanc blanche blanco blanca bianco bianca branco branca biały biała białe bily bila
            hvid hvit beyaz белый белая белое белые""",
        "red": """red rot rouge rojo roja rosso rossa vermelho vermelha rood czerwony czerwona cerveny cervena kırmızı
            красный красная""",
        "blue": """blue blau bleu bleue azul blu blauw niebieski niebieska modry modra mavi синий синяя""",
        "green": """green grun gruen vert verte verde groen zielony zielona zeleny zelena yesil зеленый зеленая""",
        "yellow": """yellow gelb jaune amarillo amarilla giallo gialla amarelo geel zołty zluty sarı желтый желтая""",
        "grey": """grey gray grau gris grigio grigia cinza grijs szary szara sedy seda harmaa серый серая""",
        "silver": "silver silber srebrny stribrny серебристый", "gold": "gold golden złoty zlaty золотой",
        "pink": "pink rosa roze rozowy rozowa ruzovy розовый", "purple": "purple lila violet violett paars fioletowy",
        "orange": "orange", "brown": "brown braun marron bruin brazowy hnedy коричневый", "beige": "beige",
        "turquoise": "turquoise turkis", "navy": "navy", "ivory": "ivory",
    }.items()
}  # fmt: skip
_COLOUR = {fold(name): canonical for canonical, names in _COLOURS.items() for name in names}
_SIZE = re.compile(
    r"\b(?:size|grosse|groesse|gr|taille|talla)\.?\s*(\d{1,2}(?:[.,]5)?|x{0,3}[sl]|m)\b|\b(\d?x{1,3}[sl])\b"
)
_LAST_SIZE = re.compile(r"[\s,(-]([sml])\)?$")

_LONGEST = 500  # characters; a page that puts more into its title says nothing better by it


@dataclass(frozen=True)
class Title:
    """A title taken apart.

    `words`: comparable tokens (words, canonical quantities, model numbers without hyphens). `quantities`: (dimension,
    value in the dimension's first unit). `pack`: pieces sold together, None where the title does not say. `models`:
    tokens of letters and digits or of four digits and more. `numbers`: bare numbers of up to three digits. `digits`:
    every run of digits, to find a number that the other title writes with a unit. `squashed`: letters and digits only.
    """

    words: tuple[str, ...]
    quantities: frozenset[tuple[str, float]]
    pack: int | None
    models: frozenset[str]
    numbers: frozenset[str]
    colours: frozenset[str]
    sizes: frozenset[str]
    digits: frozenset[str]
    squashed: str
    text: str


def squash(text: str) -> str:
    """Letters and digits of the folded text only, so that "PS-LX350H" and "pslx 350 h" are the same."""
    return "".join(c for c in fold(text) if c.isalnum())


def read_title(title: str | None, *, brand: str | None = None) -> Title:
    """Take a title apart; the brand joins the words where the title does not name it. An absent title is empty."""
    folded = _FRACTION.sub(_decimal_fraction, fold((title or "")[:_LONGEST]))
    if brand and squash(brand) not in squash(folded):
        folded = f"{fold(brand)} {folded}".strip()
    rest, quantities, pack = _quantities(folded)
    words = _WORD.findall(rest)
    models = frozenset(re.sub(r"[-/.]", "", w) for w in words if _is_model(w))
    plain = [p for w in words for p in ([w] if _DECIMAL.fullmatch(w) else _PLAIN.findall(w))]
    tokens = [p for p in plain if not _is_model(p)]
    sizes = {first or second for first, second in _SIZE.findall(rest)} | set(_LAST_SIZE.findall(rest))
    stated = sorted(f"{dimension}={value:.4g}" for dimension, value in quantities)
    return Title(
        words=(*tokens, *sorted(models), *stated, *([f"pack={pack}"] if pack else [])),
        quantities=quantities,
        pack=pack,
        models=models,
        numbers=frozenset(p.lstrip("0") or "0" for p in plain if not _is_model(p) and p[0].isdigit()),
        colours=frozenset(_COLOUR[p] for p in plain if p in _COLOUR),
        sizes=frozenset(sizes),
        digits=frozenset(d.lstrip("0") or "0" for d in re.findall(r"\d+", folded)),
        squashed="".join(c for c in folded if c.isalnum()),
        text=folded,
    )


def without_pack(title: str | None) -> str:
    """A title, folded, without what it says of the pieces sold together."""
    text = _FRACTION.sub(_decimal_fraction, fold((title or "")[:_LONGEST]))
    kept: list[str] = []
    at = 0
    for size in _SIZES.finditer(text):  # "30 x 40 cm" is no pack of thirty
        kept += [_single(text[at : size.start()]), size[0]]
        at = size.end()
    return "".join((*kept, _single(text[at:]))).strip()


def _single(text: str) -> str:
    for pattern in _PACKS:
        text = pattern.sub(lambda pack: (pack.groupdict().get("keep") or "") + " ", text)
    return _PACK_WORD.sub(" ", text)


def content(size: float, unit: str) -> tuple[str, float] | None:
    """(dimension, value) of a stated content such as (0.5, "l"); None for pieces and unknown units."""
    known = _FACTORS.get(unit.casefold())
    return (known[0], _rounded(size * known[1])) if known else None


def _quantities(text: str) -> tuple[str, frozenset[tuple[str, float]], int | None]:
    """The text without its quantities and packs, and both of those."""
    found: set[tuple[str, float]] = set()

    def sizes(match: re.Match[str]) -> str:
        for part in re.split(_TIMES, match[1]):
            found.add(("length", _rounded(_number(part) * _FACTORS[match[2]][1])))
        return " "

    def quantity(match: re.Match[str]) -> str:
        dimension, factor = _FACTORS[re.sub(r"\W+", " ", match[2]) if match[2].startswith("fl") else match[2]]
        found.add((dimension, _rounded(_number(match[1]) * factor)))
        return " "

    text = _SIZES.sub(sizes, text)
    counts: list[int] = []

    def pieces(match: re.Match[str]) -> str:
        counts.append(int(match["n"]))
        return (match.groupdict().get("keep") or "") + " "

    for pattern in _PACKS:
        text = pattern.sub(pieces, text)
    counts += [_PACK_WORDS[word] for word in _PACK_WORD.findall(text)]
    text = _PACK_WORD.sub(" ", text)
    text = _QUANTITY.sub(quantity, text)
    return text, frozenset(found), max(counts) if counts else None


def _number(text: str) -> float:
    """A number as written: a comma before exactly three digits groups thousands ("1,000"), any other is decimal."""
    grouped = re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text)
    if grouped:
        return float(text.replace(",", ""))
    whole, *parts = re.split(r"[.,]", text)
    return float(f"{whole}{''.join(parts[:-1])}.{parts[-1]}") if parts else float(whole)


def _decimal_fraction(match: re.Match[str]) -> str:
    return f"{int(match[1] or 0) + int(match[2]) / int(match[3]):.4g}"


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _is_model(word: str) -> bool:
    """Letters and digits together, or four digits and more; not a decimal number, not a date-like "24/7"."""
    token = re.sub(r"[-/.]", "", word)
    digits = sum(c.isdigit() for c in token)
    if digits == len(token):
        return digits >= 4 and word == token
    return digits > 0
