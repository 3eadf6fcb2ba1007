"""Currencies as shops write them, the ISO 4217 codes they stand for, and which one a place means by "$" or "kr"."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import urlsplit

from warehouse.money import currencies, is_currency

_WRITTEN = """
EUR € euro euros Eur eur ευρώ евро евра eiro
USD US$ U$S U$D $US $_US dollars доллар щ.д.
GBP £! ₤ UK£
CHF Fr. fr. SFr SFr. sFr. Sfr. sfr. Frs. Stutz
SEK kr Kr KR kr. Kr. SKr Skr kronor
NOK kr Kr KR kr. Kr. NKr Nkr
DKK kr Kr KR kr. Kr. DKr Dkr kroner
ISK kr Kr KR kr. Kr. Ikr krónur
PLN zł Zł ZŁ zl złotych złoty zloty
CZK Kč kč KČ Kc korun
HUF Ft FT forint
RON lei! Lei! LEI! leu! Leu!
MDL lei Lei LEI leu Leu
HRK HRK kn Kn
DEM DEM DM
LTL LTL Lt
BGN BGN лв лв. Лв. лева
RSD дин дин. динара din din. Din. dinara
MKD ден ден. денари
BAM KM КМ
ALL Lekë lekë Lek
RUB ₽ руб! руб.! рублей! рубля! р! р.! Р! Р.!
BYN б.р. бел.руб. руб руб. рублей рубля р р. Р Р. Br BYR
UAH ₴ грн грн. гривень гривны
KZT ₸ тг тг. тенге
UZS сўм сум so'm so‘m
KGS сом
AZN ₼ ман.
AMD ֏ դր. դր драм
GEL ₾ ლარი ლ.
TRY ₺ TL Tl
ILS ₪ ש"ח ש״ח NIS
AED د.إ د.إ. Dhs Dhs. dhs درهم!
MAD درهم Dhs dhs Dh DH د.م. د.م
SAR ر.س ر.س. SR! ريال ﷼
QAR ر.ق ر.ق. QR ريال
OMR ر.ع ر.ع. ريال
YER ر.ي ر.ي. ريال
IRR ریال
- تومان تومن
KWD د.ك د.ك. KD دينار
BHD د.ب د.ب. BD دينار
JOD د.أ د.أ. JD دينار
IQD د.ع د.ع. دينار
DZD د.ج د.ج. دج DA دينار
TND د.ت د.ت. DT دينار
LYD د.ل د.ل. دينار
EGP ج.م ج.م. E£ EG£ L.E. L.E LE جنيه! جن
LBP ل.ل ل.ل. LB£
SYP ل.س ل.س. SY£
INR ₹ rupees र Rs Rs. RS RS. ₨ रु रु. ரூ
PKR rupees Rs Rs. RS RS. ₨
LKR rupees Rs Rs. RS RS. ₨ රු රු.
NPR rupees Rs Rs. RS RS. ₨ रु रु. नेरू
MUR Rs Rs. RS RS. ₨
BDT ৳ Tk Tk. টাকা
JPY ¥ ￥ 円 yen JP¥
CNY ¥ ￥ 元! 圆 RMB rmb CN¥ ¥CN 块 人民币
KRW ₩ 원 won
TWD NT$ NT NTD 元 圓 $
HKD HK$ $HK 港币 港幣 $
THB ฿ บาท
VND ₫ đ Đ đồng VNĐ vnđ
IDR Rp Rp. RP rupiah
MYR RM
PHP ₱ Php
SGD S$ SG$ $
KHR ៛
LAK ₭
MMK Ks
MNT ₮
AUD A$ AU$ $
NZD NZ$ $NZ $
CAD C$! CA$ $CA $_CA Can$ CDN$ $
MXN MX$ $MX Mex$ $
ARS AR$ $
CLP CL$ $
COP CO$ COL$ $
UYU $U U$ UY$ $
NAD N$ $
JMD J$ $
DOP RD$ $
TTD TT$ $
BBD Bds$ $
BZD BZ$ $
FJD FJ$ $
XCD EC$ $
USD $
BRL R$ BR$
PEN S/ S/. s/
BOB Bs Bs.
VES Bs Bs.
PAB B/ B/.
CRC ₡
GTQ Q
HNL L. Lps Lps.
PYG ₲ Gs Gs.
AFN ؋
AWG ƒ
BTN Nu.
BIF FBu
DJF Fdj
ERN Nfk
MWK MK
MVR Rf
STN Db
TOP T$
VUV VT
NIO C$
GYD G$ GY$
MOP MOP$
ZAR R
NGN ₦
KES KSh Ksh KSH Ksh. KSh. KShs Kshs KShs. Kshs. KES/=
TZS TSh Tsh
UGX USh Ush
GHS GH₵ GH¢ ₵
ETB Br ብር
XOF CFA FCFA F.CFA F_CFA
XAF CFA FCFA F.CFA F_CFA
XPF CFPF XPF F_CFP
""".strip().splitlines()
"""A line is a code and its spellings (case counts: "Ft" is the forint, "ft" a foot). A spelling of several codes is
shared; "!" marks the one that is meant where nothing else settles it, "-" stands for no code (a toman is ten rials),
"_" for a blank."""

_SMALL = "eur usd gbp chf sek nok dkk pln czk huf rub uah cad aud nzd inr jpy hkd sgd mxn brl zar aed sar kwd".split()
"""Codes met in small letters; any other is read in capitals only, since "all 5", "try 2" and "top 10" are words."""

_BEFORE_ONLY = frozenset({"R", "Q", "L."})
_BEHIND_ONLY = frozenset({"DA", "р", "Р", "元", "块", "円", "원"})
"""Spellings so short that elsewhere they are words or sizes."""

_WORD_ELSEWHERE = frozenset({"KM", "КМ", "Q", "L.", "LE", "BD", "MK", "VT", "won", "Won", "WON"})


@cache
def spellings() -> dict[str, tuple[str, ...]]:
    """Every spelling with the codes it can stand for; the first is meant by itself where `is_settled`."""
    known: dict[str, tuple[str, ...]] = {}
    for line in _WRITTEN:
        code, *written = line.split()
        for spelling in written:
            sign = spelling.rstrip("!").replace("_", " ")
            cases = (sign, sign.capitalize(), sign.upper()) if len(sign.rstrip(".")) > 2 else (sign,)
            for sign in dict.fromkeys(cases):
                others = tuple(other for other in known.get(sign, ()) if other != code)
                codes = (code, *others) if spelling.endswith("!") else (*others, code)
                known[sign] = codes if code != "-" else ()
    for small in _SMALL:
        known[small] = known[small.capitalize()] = (small.upper(),)
    return known | {code: (code,) for code in currencies()}


@cache
def _settled() -> frozenset[str]:
    """Shared spellings of which one meaning is far the most usual."""
    marked = {word.rstrip("!") for line in _WRITTEN for word in line.split() if word.endswith("!")}
    return frozenset(marked | {word.capitalize() for word in marked} | {word.upper() for word in marked})


def is_word_elsewhere(spelling: str) -> bool:
    """Whether a spelling is a currency only beside what is written as money is: "12,90 KM", but not "200 KM"."""
    return spelling in _WORD_ELSEWHERE


def ends_with_currency(text: str) -> str | None:
    """The currency that `text`, which runs up to a number, ends with: "Preis: EUR" ends with "EUR", "nur€" with "€"."""
    for length in _LENGTHS_BY_LAST.get(text[-1:], ()):
        sign = text[-length:]
        if sign in spellings() and sign not in _BEHIND_ONLY and _apart(text, len(text) - len(sign)):
            return sign
    return None


def starts_with_currency(text: str) -> str | None:
    """The currency that `text`, which follows a number, starts with: "€/kg" starts with "€"."""
    for length in _LENGTHS_BY_FIRST.get(text[:1], ()):
        sign = text[:length]
        if sign in spellings() and sign not in _BEFORE_ONLY and _apart(text, length):
            return sign
    return None


def _lengths(place: int) -> dict[str, list[int]]:
    """By the character at `place` of a spelling: the lengths of those that have it there, the longest first."""
    lengths: dict[str, set[int]] = {}
    for spelling in spellings():
        lengths.setdefault(spelling[place], set()).add(len(spelling))
    return {character: sorted(found, reverse=True) for character, found in lengths.items()}


_LENGTHS_BY_FIRST, _LENGTHS_BY_LAST = _lengths(0), _lengths(-1)


def _apart(text: str, at: int) -> bool:
    """Whether a word may end before `at` and another begin there; ideographs stand without blanks."""
    if not 0 < at < len(text):
        return True
    left, right = text[at - 1], text[at]
    return not (left.isalpha() and right.isalpha()) or max(left, right) >= "\u2e80"


@lru_cache(maxsize=1024)
def resolve_currency(written: str | None, hint: str | None = None) -> str | None:
    """The ISO 4217 code for a currency as written, or the sign itself where it is shared and `hint` does not settle it.

    `hint` is the page's or the site's currency, as a code or as a sign. It settles a shared sign only where the sign
    can mean it ("$" with CAD, not "$" with EUR), and stands in where nothing is written.
    """
    hinted = _meant(hint)
    written = written.strip() if written else ""
    if not written:
        return hinted
    codes = _codes(written)
    if hinted in codes:
        return hinted
    if written in spellings() and (not codes or (len(codes) > 1 and written not in _settled())):
        return written
    return codes[0] if codes else hinted


@lru_cache(maxsize=1024)
def hinted_currency(hint: str | None) -> str | None:
    """What a hint names: a code, or a shared sign as it is; None where it names none.

    It may be the text of a whole element, "DKK/stk" or "Price from £ 39.95", of which the first currency counts.
    """
    text = hint.strip()[:_LONGEST_HINT] if hint else ""
    pieces = [text] if _codes(text) else [piece for piece in _HINT_PARTS.split(text) if piece in spellings()]
    return resolve_currency(pieces[0]) if pieces else None


_LONGEST_HINT = 200
_HINT_PARTS = re.compile(r"[\s\d,:;/()]+|\.(?=\d)")


def _meant(hint: str | None) -> str | None:
    codes = _codes(hint.strip()) if hint else ()
    return codes[0] if len(codes) == 1 or (hint or "").strip() in _settled() else None


def _codes(written: str) -> tuple[str, ...]:
    """The codes that a spelling on its own, not within a text, can stand for: here case may differ."""
    if is_currency(written.upper()):
        return (written.upper(),)
    known = spellings()
    return next((known[w] for w in (written, written.lower(), written.upper(), written.capitalize()) if w in known), ())


def currency_of_place(language: str | None, url: str | None = None) -> str | None:
    """The currency of the country that an address or a language tag names; None where neither names one.

    `language` is a tag as in `<html lang>` ("sv", "pt-BR"), `url` the page's address: the country in its domain
    (".com.au"), else at the start of its path ("/en-au/", "/de/"), comes before the tag's region. A language without a
    region counts only where one country speaks it ("sv", not "en"). Use it to settle a shared sign, as the hint of
    `resolve_currency`: it is no evidence that a price without a sign is in this currency.
    """
    for territory in (_of_domain(url), _of_path(url), _of_language(language)):
        if territory and (code := _tender(territory)):
            return code
    return None


_GENERIC = frozenset("AI CC CO FM IO LY ME NU SH ST TO TV WS".split())
"""Countries whose domains are sold to the whole world."""

_SPOKEN_IN = {
    "bg": "BG", "cs": "CZ", "da": "DK", "et": "EE", "fi": "FI", "he": "IL", "hu": "HU", "is": "IS", "ja": "JP",
    "ka": "GE", "kk": "KZ", "ko": "KR", "lt": "LT", "lv": "LV", "nb": "NO", "nn": "NO", "no": "NO", "pl": "PL",
    "sk": "SK", "sl": "SI", "sv": "SE", "th": "TH", "tr": "TR", "uk": "UA", "vi": "VN", "id": "ID", "hy": "AM",
    "az": "AZ", "mk": "MK", "zh": "CN", "sr": "RS", "bn": "BD", "fa": "IR", "ms": "MY",
}  # fmt: skip
"""Languages of one country; Swedish is spoken in Finland too, but there it is not "kr" that needs settling, and in
Taiwan "¥" is not what Chinese is written with."""


def is_of_no_country(url: str) -> bool:
    """Whether an address names no country: its domain (".com", ".shop", ".io") is sold to the whole world."""
    country = _of_domain(url)
    return country is None or len(country) > 2


def _of_domain(url: str | None) -> str | None:
    """The last part of the host where it may be a country's; None for those of countries that are sold to all."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return None
    last = host.rpartition(".")[2].upper()
    country = {"UK": "GB", "EU": ""}.get(last, last)
    second = host.split(".")[-2:-1]  # "shop.co" is sold to all, "shop.com.co" is Colombian
    return None if country in _GENERIC and second != ["com"] else country or None


def _of_path(url: str | None) -> str | None:
    try:
        first = urlsplit(url or "").path.strip("/").partition("/")[0]
    except ValueError:
        return None
    language, _, region = first.replace("_", "-").partition("-")
    return region.upper() if len(language) == len(region) == 2 else None


def _of_language(tag: str | None) -> str | None:
    language, *parts = (tag or "").replace("_", "-").split("-")
    region = next((part for part in parts if len(part) == 2 and part.isalpha()), None)
    return region.upper() if region else _SPOKEN_IN.get(language.lower())


@cache
def _tender(territory: str) -> str | None:
    """The currency of a country (ISO 3166), None where it is none or has several."""
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    if territory not in get_global("territory_currencies"):
        return None
    codes = get_territory_currencies(territory)
    return codes[0] if codes else None
