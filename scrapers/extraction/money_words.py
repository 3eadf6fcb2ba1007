"""What the words beside an amount of money say about it, in the languages that shops write.

Words are compared in small letters, as whole words; "econom*" stands for any ending. The word nearest to the amount
decides, so "Rabattpreis statt 20 €" is an old price although it speaks of a discount.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

Role = Literal["now", "price", "net", "unit", "instalment", "was", "shipping", "saving"]
"""What an amount is: the price asked now (said so, or simply there), the price without tax, the price per unit of
measure, one of several payments, the price no longer asked, the cost of shipping, or what is taken off."""

RANK: dict[Role, int] = {role: rank for rank, role in enumerate(get_args(Role))}
"""Roles in the order in which they are taken for the price."""

_BEFORE: dict[Role, str] = {
    "now": """
        now, now only, only, today, sale, sale price, special, special price, our price, your price, deal, deal price,
        offer price, clearance, member price, reduced to, final price, discount price, discounted price,
        jetzt, nur, nur noch, heute, angebot, angebotspreis, aktionspreis, sonderpreis, unser preis, ihr preis, aktion,
        neuer preis, sonderangebot, maintenant, désormais, prix promo, promo, notre prix, votre prix, nouveau prix,
        prix remisé, seulement, ahora, oferta, precio oferta, precio especial, precio final, nuestro precio, solo, sólo,
        hoy, ora, adesso, offerta, prezzo scontato, prezzo speciale, prezzo finale, agora, por, por apenas, apenas,
        preço promocional, voor, nu, nu voor, nu kun, nå, nå kun, aanbieding, actieprijs, onze prijs, reapris, kampanj*,
        tilbud, tilbudspris, nyt, tarjous, tarjoushinta, teraz, obecnie, cena promocyjna, promocja, tylko, nyní, akce,
        akční cena, naše cena, jen, akcia, akciová cena, akciós ár, acum, doar, preț redus, сейчас, теперь,
        новая цена, цена со скидкой, зараз, сега, нова цена, şimdi, sepette, indirimli fiyat, τώρα, μόνο, 特価,
        セール価格, セール, 现价, 活动价, 促销价, 現價, 할인가, 판매가, الآن, السعر الآن, بعد الخصم, τιμή προσφοράς,
        νέα τιμή, τελική τιμή, ราคาพิเศษ, ลดเหลือ, เหลือ, giá mới, giá bán, giá khuyến mãi, chỉ còn, harga promo,
        harga diskon, harga sekarang, מחיר מבצע, עכשיו, akcijska cijena, nova cijena, akcijska cena, sada, nauja kaina,
        akcijos kaina, dabar, jaunā cena, akcijas cena, tagad, uus hind, soodushind, nüüd,
        current price, reduced price, promo price, promotional price, aktueller preis, verkaufspreis, prix actuel,
        prix promotionnel, prix soldé, prix réduit, precio actual, precio de oferta, precio rebajado, prezzo attuale,
        preço atual, preço actual, preço de saldo, preço com desconto, huidige prijs, aanbiedingsprijs,
        nuvarande pris, nuvarande priset, försäljningspris, nåværende pris, salgspris, nuværende pris, aktuelle pris,
        udsalgspris, nykyinen hinta, myyntihinta, alennushinta, aktualna cena, aktuální cena, výprodejová cena,
        aktuálna cena, zľavnená cena, jelenlegi ár, preț curent, prețul curent, текущая цена, поточна ціна,
        акційна ціна, текущата цена, промоционална цена, şu andaki fiyat, güncel fiyat, τρέχουσα τιμή, τιμή έκπτωσης,
        trenutna cijena, prodajna cijena, trenutna cena, znižana cena, тренутна цена, акцијска цена, dabartinė kaina,
        pašreizējā cena, praegune hind, 販売価格, 現在価格, 現在の価格, 当前价格, 特价, 特價, 현재 가격, 판매 가격,
        할인 가격, السعر الحالي, سعر التخفيض, המחיר הנוכחי, giá hiện tại, giá ưu đãi, harga obral,
        harga saat ini""",
    "was": """
        was, before, old price, mrp, m r p, original, originally, original price, rrp, msrp, srp, list, list price,
        regular, reg,
        regular price, regularly, retail price, retail, recommended price, usually, previously, previous price,
        normal price, normally, compare at, value, instead of, full price, typical price, ordinary price,
        statt, anstatt, uvp, früher, vorher, bisher, alter preis, ursprünglich*, zuvor, streichpreis, listenpreis,
        normalpreis, regulärer preis, originalpreis, niedrigster preis, preisempf, avant, au lieu de, ancien prix,
        prix conseillé, prix public, prix barré, prix d'origine, prix initial, prix de référence, antes, en lugar de,
        precio anterior, precio original, pvp, pvpr, precio recomendado, precio habitual, precio normal, prima,
        anziché, invece di, prezzo di listino, listino, prezzo precedente, prezzo originale, prezzo consigliato,
        preço original, preço antigo, adviesprijs, oude prijs, oorspronkelijke prijs, normale prijs, normaal,
        tidigare, tidigare pris, ord, ord pris, ordinarie, ordinarie pris, ordinært, rek pris, före, før, førpris,
        veil, veiledende, vejl, vejledende, normalt, ennen, ovh, norm, normaali*, alkuperäinen, przed, poprzednia cena,
        stara cena, cena regularna, cena katalogowa, najniższa cena, sugerowana, było, zamiast, původně, původní,
        původní cena, dříve, stará cena, pôvodná cena, namiesto, místo, eredeti, eredeti ár, régi ár, helyett, prp,
        preț vechi, preț inițial, в loc de, în loc de, было, старая цена, раньше, вместо, обычная цена, була,
        стара ціна, замість, стара цена, преди, önce, eski fiyat, eski, liste fiyatı, πριν, αρχική τιμή, αρχική,
        定価, 通常価格, 参考価格, 希望小売価格, メーカー希望小売価格, 原价, 市场价, 原價, 정가, 정상가, قبل, السعر قبل,
        κανονική τιμή, παλιά τιμή, τιμή καταλόγου, เดิม, ราคาเดิม, ปกติ, ราคาปกติ, giá cũ, giá gốc, giá niêm yết,
        harga normal, harga asli, harga awal, מחיר קודם, מחיר רגיל, במקום, לפני, stara cijena, redovna cijena,
        redovna cena, redna cena, sena kaina, įprasta kaina, buvo, vecā cena, bija, vana hind, tavahind,
        standard price, initial price, normaler preis, katalogpreis, ladenpreis, prix habituel, prix normal,
        prix régulier, precio regular, precio de lista, prezzo regolare, prezzo intero, preço normal, preço anterior,
        catalogusprijs, ursprungliga priset, ursprungligt pris, opprinnelig pris, vanlig pris, oprindelige pris,
        oprindelig pris, pierwotna cena, cena pierwotna, běžná cena, bežná cena, normál ár, preț obișnuit,
        preț întreg, prețul inițial, первоначальная цена, оригінальна ціна, початкова ціна, звичайна ціна,
        обичайна цена, редовна цена, orijinal fiyat, normal fiyat, piyasa fiyatı, izvorna cijena, izvirna cena,
        originalna cena, редовна цена, pradinė kaina, sākotnējā cena, parastā cena, algne hind, 元の価格, 常规价格,
        市場價, 定價, 원래 가격, 기존 가격, السعر الأصلي, السعر العادي, המחיר המקורי, giá thông thường,
        harga reguler""",
    "saving": """
        save, saves, saved, saving, savings, you save, discount, cashback, coupon, voucher, gift card, reward, rewards,
        sie sparen, sparen, spare, sparst, gespart, ersparnis, rabatt, preisvorteil, nachlass, gutschein, économi*,
        remise, réduction, rabais, ahorr*, descuento, dto, risparmi*, sconto, desconto, economiz*, economia, poupe,
        bespaar*, besparing, korting, voordeel, spara, sparar, besparelse, spar, sparer, säästä*, alennus, oszczędz*,
        rabat, zniżk*, taniej, obniżka, ušetř*, ušetr*, sleva, slevy, zľava, megtakar*, kedvezmény, reducere,
        economis*, скидк*, экономи*, выгода, знижк*, економі*, отстъпка, indirim*, kazanç, έκπτωση, κέρδος, κερδίζετε,
        割引, 値引き, 优惠, 立减, 할인, خصم, وفر""",
    "shipping": """
        shipping, delivery, postage, p&p, freight, versand, versandkosten, lieferung, lieferkosten, porto, fracht,
        livraison, frais de port, expédition, envío, envio, gastos de envío, portes, frete, spedizione, consegna,
        verzending, verzendkosten, bezorgkosten, frakt, fraktkostnad, levering, fragt, toimitus*, dostawa, dostawy,
        wysyłka, przesyłka, doprava, poštovné, dopravné, szállítás*, livrare, transport, доставк*, kargo, μεταφορικά,
        αποστολή, 送料, 运费, 배송비, شحن, الشحن""",
    "instalment": """
        instalment of, instalments of, installments of, payments of, monthly, raten zu, raten à, rate von, monatsrate,
        rate, mensualité de, mensualités de, mensualidades de, cuotas de, rate da, parcelas de, termijnen van, raty po,
        rat po, raty, rata, splátky, splátka, finanzierung ab, mtl ab, monatlich, monatlich ab, платежа по, taksit""",
    "unit": """
        grundpreis, unit price, prix au kilo, prix unitaire, einheitspreis, jämförpris, jmf pris, jmfpris,
        vergleichspreis, precio unitario, prezzo unitario, preço unitário, eenheidsprijs, enhetspris, enhedspris,
        yksikköhinta, vertailuhinta, cena jednostkowa, jednotková cena, měrná cena, merná cena, egységár, preț unitar,
        birim fiyat, birim fiyatı, цена за единицу""",
    "net": "net, netto, ex vat, excl vat, ohne mwst, hors taxe, ht, net price, nettopreis, 本体価格, 税抜, 税別",
}

_BEHIND: dict[Role, str] = {
    "saving": """
        off, saved, discount, savings, cheaper, rabatt, gespart, günstiger, de réduction, de remise, d'économie,
        économisés, de descuento, di sconto, de desconto, korting, rabat, rabatu, taniej, zniżki, sleva, alennus,
        kedvezmény, скидка, скидки, выгода, indirim""",
    "was": "rrp, uvp, msrp, pvp, ovh, helyett",
    "shipping": """
        shipping, delivery, postage, p&p, versand, versandkosten, lieferung, de livraison, frais de port,
        de frais de port, de envío, gastos de envío, spedizione, di spedizione, verzending, verzendkosten, frakt,
        fragt, dostawa, wysyłka, doprava, poštovné, доставка, kargo""",
    "net": """
        net, netto, ex vat, exc vat, excl vat, excluding vat, ex tax, excl tax, without vat, plus vat, before tax,
        ex gst, excl gst, ohne mwst, exkl mwst, zzgl mwst, netto zzgl mwst, zzgl gesetzl, exkl ust, zzgl ust, ht, hors
        taxe, hors taxes, hors tva, sin iva, más iva, iva esclusa, senza iva, excl btw, ex btw, zonder btw, sem iva,
        exkl moms, ex moms, ekskl moms, eks mva, bez dph, bez vat, без ндс, без пдв, без ддс, fără tva,
        nélkül, áfa nélkül, nettó, alv 0, veroton, χωρίς φπα, kdv hariç""",
    "instalment": """
        monthly, a month, mtl, monatlich, im monat, par mois, al mes, al mese, por mês, ao mês, sem juros, por mes,
        per maand, i månaden, miesięcznie, měsíčně, mesačne, havonta, в месяц, aylık""",
}

_PER = frozenset("per pro je par por al la au o p pr na za à le il a /".split())
_MEASURES = frozenset(
    """kg kilo kilogram kilogramm g gr gramm gram mg lb lbs oz l lt ltr liter litre litro litri litr litra ml cl dl m
    mtr meter metre mètre metro m2 m3 m² m³ qm sqm cm mm km ft yd м кг г л мл м2 шт unit units unité unidad ud piece pc
    pcs ea each item stück stk stck st styck stuk pièce pz pezzo szt ks kus db штука buc adet kpl pair paar tablet
    tabl caps dose wash portion serving rolle blatt kilogramo kilogramma λίτρο κιλό""".split()
)
_PERIODS = frozenset(
    """month mo mth week wk year yr day monat woche jahr tag mois semaine mes semana mese settimana mês maand mnd mån
    månad md mdr måned kk miesiąc mies mc měs měsíc mesiac hó hónap lună luna мес месяц міс ay μήνα 月""".split()
)
_QUANTITIES = frozenset(
    """kg kilo kilogram gram grams gramm g gr mg lb lbs oz l lt ltr liter litre litro litri litres liters
    litros ml cl dl m mtr m2 m3 m² qm sqm cm mm km ft inch inches zoll in kw w watt v volt a ah mah wh kwh hz
    mhz ghz gb tb mb mp px dpi bar psi nm °c °f db x pcs pieces pack packs stück stk st szt ks шт кг г л мл м
    см мм days day tage tag werktage werktagen hours hour stunden weeks week wochen months month monate years
    year jahre jahr min minutes minuten sec stars star sterne reviews review ratings bewertungen bewertung
    avis opiniones recensioni points punkte left jours jour heures mois días horas meses giorni ore dagen uur
    dni godz dnů dní дней дня день час rolls tablets tabletten capsules kapseln washes pairs paar colours
    colors sizes items artikel results percent prozent procent pct k m mio mln million millions mrd bn lakh
    lac crore cr тыс млн 万 億 만 천 千""".split()
)
"""Words behind a number that make it a quantity, or a number of something larger: 1.2k, 3 lakh."""

_LABELS = frozenset(
    """price prices preis preise prix precio precios prezzo prezzi preço preco prijs cena ceny pris hinta fiyat fiyatı
    цена ціна τιμή ár ára preț pret 価格 价格 價格 가격 السعر سعر מחיר total amount cost kosten bis from ab à partir dès
    desde da vanaf från fra alkaen od от від de la από to up incl inkl inc including inclusive vat tax mwst ust tva iva
    btw moms mva alv dph áfa ндс ttc kdv φπα brutto gross gesetzl each vista contado approx ca circa about just best
    current your our the is 税込 税抜 税别 含税 běžná bežná naša naše unser ihr vk ht sale""".split()
)
"""Further words that may stand beside a number without a currency, and it is still the price."""

_WORD = re.compile(r"[^\W\d_]+(?:['&][^\W\d_]+)*")
_PER_UNIT = re.compile(r"[ (=]*(/|[^\W\d_]{1,4})[. /]{0,2}(?:\d{1,4}[ ]?)?([^\W\d_]+[23²³]?)")
_WORD_AT_MOST = re.compile(r" ?[^\W\d_]{0,8}[ ).]{0,3}")
_UNIT_BEFORE = re.compile(r"([^\W\d_]+)[ ]?=[ ]?\Z")
_PARTS = re.compile(r" ?(?:x|mal|times)(?:(?: [^\W\d_]+){0,3} ?(?:de|à|a|of|zu|po|da|af))? ?")
_AFTER_NUMBER = re.compile(r" ?(?:out of|/|von|sur|su|van|av|из) ?(?:5|10|100)\b|[- ]?([^\W\d_]+[23²³]?|°[cf]|\"|'')")
_INCLUDING = frozenset("incl inkl inc including inclusive inklusive".split())
_FREE_OF = frozenset("free gratis kostenloser kostenlose kostenlos gratuite gratuita gratuito grátis".split())
_THIRTY = re.compile(r"(?<!\d)30(?!\d|[.,]\d| ?(?:[mc]?l|k?g|[cm]m|x|%)(?!\w))", re.IGNORECASE)
_LOWEST = re.compile(
    r"lowest|best ?price|bestpreis|niedrig|tiefst|tiefpreis|günstigst|plus bas|m[áa]s bajo|menor|più basso|mais baixo|"
    r"laagst|lägst|lavest|alin |najni|nejni|legalacs|mai mic|ниск|низк|найниж|χαμηλ|madal|zemāk|mažiaus",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
_NEAR = 6
"""Words before an amount that are looked at."""


def role_before(text: str) -> Role | None:
    """What the text in front of an amount (without its currency) says it is; None where it says nothing.

    `text` is in small letters, begins behind the number before, and may be long; its last words count.
    """
    if not text or text.isspace():
        return None
    if _PARTS.fullmatch(text):
        return "instalment"
    unit = _UNIT_BEFORE.search(text[-20:])
    if unit and unit[1] in _MEASURES:
        return "unit"
    words = _WORD.findall(text[-80:])[-_NEAR:]
    if text.rstrip().endswith(":") and any(_BEHIND_AMOUNT.role(words[-said:]) == "net" for said in (3, 2, 1)):
        return "net"  # "Excl. VAT: 30.00"; without the colon it speaks of the amount before
    for end in range(len(words), 0, -1):
        for start in range(max(end - 3, 0), end):
            if not _BEFORE_AMOUNT.may_begin(words[start]):
                continue
            role = _BEFORE_AMOUNT.role(words[start:end])
            if role == "net" and text.rstrip().endswith("("):  # "30.00 ex VAT (36.00": said of the amount before
                role = None
            if role and not (role == "shipping" and start and _is_included(words[start - 1], end == len(words))):
                return role
    return None


def is_lowest_lately(text: str) -> bool:
    """Whether the text in front of an amount makes it the lowest price of the last 30 days, which the European Union
    has shops state beside a reduced one (Directive 2019/2161)."""
    return _THIRTY.search(text) is not None and _LOWEST.search(text) is not None


def _is_included(word: str, is_next: bool) -> bool:
    """Whether shipping is in the price by the word before it: "free delivery £20", but not "free delivery over £20"."""
    return word in _INCLUDING or (is_next and word in _FREE_OF)


def role_behind(text: str) -> tuple[Role | None, int]:
    """What the text behind an amount and its currency says it is, and how many characters say so.

    `text` is in small letters; (None, 0) where it says nothing.
    """
    text = text[:50]
    if not text or text.isspace():
        return None, 0
    per = _PER_UNIT.match(text)
    if per and per[1] in _PER and (per[2] in _MEASURES or per[2] in _PERIODS):
        return ("unit" if per[2] in _MEASURES else "instalment"), per.end()
    if per and per[1] == "/" and _WORD_AT_MOST.fullmatch(text, per.end()):
        return "unit", per.end()  # whatever is counted: "$0.18 / softgel"
    figure = _FIGURE.search(text)
    words = list(_WORD.finditer(text, 0, figure.start() if figure else len(text)))[:4]
    for said in range(min(len(words), 3), 0, -1):
        role = _BEHIND_AMOUNT.role([word[0] for word in words[:said]])
        end = words[said - 1].end()
        between = text[end : figure.start()].strip() if figure else None
        # "12 € UVP 15 €" and "12 €, Rabatt: 3 €" speak of the amount that follows, "12 € Versand morgen" of neither.
        of_next = between is not None and len(between) <= 3 and (role in ("was", "shipping") or between.startswith(":"))
        if between is not None and ")" not in between and text.lstrip().startswith("("):  # "12 € (netto 10 €)"
            of_next = True
        of_none = role == "shipping" and said < len(words) and text[end : words[said].start()].isspace()
        if role and not of_next and not of_none:
            return role, end
    return None, 0


def is_with_tax(before: str, behind: str) -> bool:
    """Whether the texts beside an amount (small letters) say that tax is in it: "12 € TTC", "税込1,299円"."""
    return _WITH_TAX_AHEAD.search(before[-20:]) is not None or _WITH_TAX.match(behind[:30]) is not None


_TAXED = r"""
    (?: (?:inc|incl|inkl|including|inclusive|mit|con|com|med|met|cu|s|z|с|з|με)[. ]{1,2} (?:\d+[ ]?%[ ])? (?:of[ ])?
        (?:vat|tax|taxes|gst|mwst|ust|tva|iva|btw|moms|mva|alv|dph|áfa|ндс|пдв|ддс|φπα|pdv|ddv|pvm|pvn)
      | ttc | brutto | gross | 税込 | kdv[ ]dahil )"""
_WITH_TAX = re.compile(
    rf"[ *(（]{{0,3}} {_TAXED} (?!\w|\W{{0,3}}\d) | [ (]{{0,3}}税込み?(?!\W{{0,3}}\d) | [ ]in(?:c|cl|kl)\b\W*\Z",
    re.VERBOSE,
)
_WITH_TAX_AHEAD = re.compile(rf"(?<![^\W\d_]) {_TAXED} (?:[ ]price|価格|み)? [ :.(]* \Z", re.VERBOSE)


def heavier(first: Role | None, second: Role | None) -> Role | None:
    """Of what the words before and behind an amount say, the one further from the price counts."""
    return max((role for role in (first, second) if role), key=RANK.__getitem__, default=None)


def is_quantity(text: str) -> bool:
    """Whether the text behind a number makes it something other than money: 500 g, 3 days, 1.2k."""
    word = _AFTER_NUMBER.match(text)
    return word is not None and (word[1] is None or word[1] in _QUANTITIES)


def speaks_of_price_alone(text: str) -> bool:
    """Whether every word in `text` (small letters) is one that stands beside a price."""
    return all(word in _beside_prices() for word in _WORD.findall(text))


@cache
def _beside_prices() -> frozenset[str]:
    """The words of the phrases for what is or was asked, and the labels."""
    phrases = [table[role] for table in (_BEFORE, _BEHIND) for role in ("now", "was", "net") if role in table]
    return _LABELS.union(*(_WORD.findall(text) for text in phrases))


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The roles of whole phrases, by their words, and of beginnings of words."""

    whole: Mapping[tuple[str, ...], Role]
    beginnings: Mapping[str, Sequence[tuple[str, Role]]]
    """By their first two letters."""
    first_words: frozenset[str]

    @classmethod
    def of(cls, table: Mapping[Role, str]) -> _Phrases:
        said = [(" ".join(phrase.split()), role) for role, text in table.items() for phrase in text.split(",")]
        beginnings: dict[str, list[tuple[str, Role]]] = {}
        for phrase, role in said:
            if phrase.endswith("*"):
                beginnings.setdefault(phrase[:2], []).append((phrase[:-1], role))
        whole = {tuple(_WORD.findall(phrase)): role for phrase, role in said if not phrase.endswith("*")}
        return cls(whole, beginnings, frozenset(words[0] for words in whole))

    def may_begin(self, word: str) -> bool:
        """Whether a phrase may begin with a word: most begin none."""
        return word in self.first_words or word[:2] in self.beginnings

    def role(self, words: Sequence[str]) -> Role | None:
        role = self.whole.get(tuple(words))
        if role is None and len(words) == 1:
            for start, meant in self.beginnings.get(words[0][:2], ()):
                if words[0].startswith(start):
                    return meant
        return role


_BEFORE_AMOUNT = _Phrases.of(_BEFORE)
_BEHIND_AMOUNT = _Phrases.of(_BEHIND)
