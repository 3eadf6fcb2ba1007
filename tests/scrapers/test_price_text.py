"""Prices out of short texts: a table of what shops print, and the laws that hold for any text.

The right answers are what a visitor would say the price is; none was taken from what the code answers.
"""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers.extraction.price_text import Price, find_prices, read_price

PLAIN = """
12.99                    | 12.99
12,99                    | 12.99
0.99                     | 0.99
.99                      | 0.99
$.75                     | 0.75 $
12.5                     | 12.5
12,5 €                   | 12.5 EUR
1234                     | 1234
Price: 120               | 120
Price: $32.00            | 32.00 $
Preis: EUR 19,99 inkl. MwSt. | 19.99 EUR
Prix : 12,50 € TTC       | 12.50 EUR
120 incl. VAT            | 120
19,99 € *                | 19.99 EUR
€ 640,                   | 640 EUR
US$:12.99                | 12.99 USD
Price (€): 12.99         | 12.99 EUR
Vanaf € 49.95            | 49.95 EUR
£5.99Add to basket       | 5.99 GBP
"""

GROUPED = """
1.234,50 €               | 1234.50 EUR
1,234.50 $               | 1234.50 $
1 234,50 €               | 1234.50 EUR
12’990.00 CHF            | 12990.00 CHF
CHF 12'990.–             | 12990 CHF
12´990,50                | 12990.50
1.099,00                 | 1099.00
3.350                    | 3350
3,350                    | 3350
1.234.567                | 1234567
1,234,567.89             | 1234567.89
1,234.5                  | 1234.5
1 234 567 ₽              | 1234567 RUB
1.234.56                 | 1234.56
12.345,678               | 12345.678
0.333 €                  | 0.333 EUR
1234.567                 | 1234.567
₹1,29,999.00             | 129999.00 INR
₹ 12,34,567              | 1234567 INR
Rs. 1,23,456             | 123456 Rs.
£1,299.00                | 1299.00 GBP
R$ 1.234,56              | 1234.56 BRL
Rp 31.500                | 31500 IDR
₫880.000                 | 880000 VND
1.980 円                  | 1980 JPY
¥1,980（税込）               | 1980 ¥
￥１，９８０                   | 1980 ¥
5.490 Ft                 | 5490 HUF
KWD 12.500               | 12.500 KWD
1.250 BHD                | 1.250 BHD
OMR 1,250.500            | 1250.500 OMR
19.989999999             | 19.99
"""

BLANKS = """
1{nbsp}299,90{nbsp}€     | 1299.90 EUR
1{narrow}299,90{narrow}€ | 1299.90 EUR
1{thin}299,90 €          | 1299.90 EUR
1{figure}299 kr          | 1299 kr
€{nbsp}12.50             | 12.50 EUR
1{zero width}299,90 €    | 1299.90 EUR
12{soft hyphen},99 €     | 12.99 EUR
12,99{line end} €        | 12.99 EUR
12,99{tab}€              | 12.99 EUR
Size 2{line end}345 €    | 345 EUR
$ 119. 95                | 119.95 $
1.837, 32 €              | 1837.32 EUR
19 99 €                  | 19.99 EUR
$19 99                   | 19.99 $
129 99 lei               | 129.99 RON
1 299 95 Kč              | 1299.95 CZK
ab 12 05 zł              | 12.05 PLN
118, 99 TL               | 118.99 TRY
€100 500 03              | 100500.03 EUR
Was €5 99, now gone      | 5.99 EUR
Size 42 39 €             | 39 EUR
38 40 42 €               | 42 EUR
12 99 € 9 99 €           | 9.99 EUR
R$1.299 90 à vista       | 1299.90 BRL
€ 12 , 99                | 12.99 EUR
500 g 3,99 €             | 3.99 EUR
iPhone 15 128 GB 999 €   | 999 EUR
"""
NAMED = {
    "nbsp": "\u00a0", "narrow": "\u202f", "thin": "\u2009", "figure": "\u2007", "zero width": "\u200b",
    "soft hyphen": "\u00ad", "line end": "\n", "tab": "\t",
}  # fmt: skip

SCRIPTS = """
١٬٢٣٤٫٥٠                 | 1234.50
٣٫٥٠                     | 3.50
٣٫٥٠٠ د.ك                | 3.500 KWD
۱٬۲۳۴٬۵۶۷ ریال           | 1234567 IRR
۹۴٬۰۰۰ تومان             | 94000 تومان
١٢٫٩٩ ر.س                | 12.99 SAR
१,२९९ ₹                  | 1299 INR
๑๒๐ บาท                  | 120 THB
12⁹⁹ €                   | 12.99 EUR
12€⁹⁹                    | 12.99 EUR
12,⁹⁹ €                  | 12.99 EUR
5½ €                     | 5.5 EUR
12,99 €¹                 | 12.99 EUR
１２.９９ €                 | 12.99 EUR
"""

DASHES = """
5.-                      | 5
1 299,-                  | 1299
1.299,- €                | 1299 EUR
€ 12.–                   | 12 EUR
CHF 5.--                 | 5 CHF
299:-                    | 299
1 299:-                  | 1299
12,—€                    | 12 EUR
-,99 €                   | 0.99 EUR
35€99                    | 35.99 EUR
12 €99                   | 12.99 EUR
35€ 99                   | 35.99 EUR
12 € 50                  | 12.50 EUR
19 ,99 €                 | 19.99 EUR
99p                      | 0.99 GBP
50¢                      | 0.50 $
12 zł 99 gr              | 12.99 PLN
12 руб. 50 коп.          | 12.50 RUB
Rs.1,299/-               | 1299 Rs.
500/-                    | 500
1,299/=                  | 1299
"""

SIGNS = """
USD 1,234                | 1234 USD
$12 USD                  | 12 USD
$ 12.00 CAD              | 12.00 CAD
US $12.99                | 12.99 USD
AU $20.00                | 20.00 AUD
A$190.00                 | 190.00 AUD
CA$12                    | 12 CAD
C$ 15.50                 | 15.50 CAD
HK$ 99                   | 99 HKD
NT$1,980                 | 1980 TWD
MX$ 1,234.00             | 1234.00 MXN
kr 1 234                 | 1234 kr
1.299,00 kr.             | 1299.00 kr.
SEK 99                   | 99 SEK
1.299,90 zł              | 1299.90 PLN
1 234,50 Kč              | 1234.50 CZK
259,00 lei               | 259.00 RON
1.299,00 TL              | 1299.00 TRY
₺1.299                   | 1299 TRY
1 299 руб.               | 1299 RUB
1 890 р.                 | 1890 RUB
2 285,81 грн.            | 2285.81 UAH
12,50 лв.                | 12.50 BGN
1.299 дин                | 1299 RSD
₩12,000                  | 12000 KRW
12,000원                  | 12000 KRW
299元                     | 299 CNY
₪ 98                     | 98 ILS
R 1,299.00               | 1299.00 ZAR
R1299                    | 1299 ZAR
RM 45.90                 | 45.90 MYR
₱1,299                   | 1299 PHP
฿ 3.3900                 | 3.39 THB
S/ 129.90                | 129.90 PEN
₡12.500                  | 12500 CRC
₦15,000                  | 15000 NGN
KSh 1,500                | 1500 KES
Fr. 12.50                | 12.50 CHF
12 Euro                  | 12 EUR
12,99 EURO               | 12.99 EUR
12,99 eur                | 12.99 EUR
EUR12.99                 | 12.99 EUR
12.99GBP                 | 12.99 GBP
12,99 $ (CAD)            | 12.99 CAD
12.99 (USD)              | 12.99 USD
12,99 $ CA               | 12.99 CAD
12,99 $ US               | 12.99 USD
1.299,00 KM              | 1299.00 BAM
Q199.00                  | 199.00 GTQ
LE 1,299                 | 1299 EGP
129.90 ש״ח                | 129.90 ILS
Br 1,299.00              | 1299.00 Br
AED 8000                 | 8000 AED
Dhs. 49                  | 49 AED
"""

SEVERAL = """
2 x 3,99 €               | 3.99 EUR
2x3,99€                  | 3.99 EUR
3 × 4,50 €               | 4.50 EUR
4x £25                   | 25 GBP
4 payments of £25        | 25 GBP
£100 or 4x £25           | 100 GBP
4 x £25 or £100          | 100 GBP
12x de R$ 99,90 sem juros | 99.90 BRL
R$ 1.099,00 ou 12x de R$ 99,90 | 1099.00 BRL
£1,299 or £36.08 a month | 1299 GBP
ab 29,90 € mtl. oder 699 € | 699 EUR
$15.95/mo                | 15.95 $
7,98 € (2 x 3,99 €)      | 7.98 EUR
3 for $10                | 10 $
2 for £5                 | 5 GBP
2 für 5 €                | 5 EUR
Pack of 6 £12.99         | 12.99 GBP
Was £15.99 Now £12.99    | 12.99 GBP
Now £12.99 Was £15.99    | 12.99 GBP
Now 12.99 was £15.99     | 12.99 GBP
RRP £20 £15              | 15 GBP
£15 RRP £20              | 15 GBP
£20 RRP                  | 20 GBP
Statt 49,99 € nur 34,99 € | 34.99 EUR
34,99 € statt 49,99 € (-30%) | 34.99 EUR
UVP 19,99€ 12,99€        | 12.99 EUR
Jetzt 12,99€ UVP 19,99€  | 12.99 EUR
Prix conseillé 30,00 € 24,90 € | 24.90 EUR
24,90 € au lieu de 30,00 € | 24.90 EUR
Antes 30,00 € Ahora 24,90 € | 24.90 EUR
De R$ 100,00 por R$ 80,00 | 80.00 BRL
Prima 30,00 € ora 24,90 € | 24.90 EUR
Adviesprijs € 59,95 € 39,95 | 39.95 EUR
Ord. pris 499 kr Nu 399 kr | 399 kr
$199.99 $149.99 You save $50.00 (25%) | 149.99 $
$149.99 $199.99 You save $50.00 | 149.99 $
$149.99 $199.99 | 149.99 $
Κανονική τιμή 59,90 € Τιμή προσφοράς 39,90 € | 39.90 EUR
เดิม 1,590 บาท เหลือ 990 บาท | 990 THB
Giá cũ 1.590.000₫ Giá mới 990.000₫ | 990000 VND
Harga normal Rp 159.000 Harga promo Rp 99.000 | 99000 IDR
מחיר קודם ₪199 מחיר מבצע ₪149 | 149 ILS
Sena kaina 59,90 € Nauja kaina 39,90 € | 39.90 EUR
Før 499,- Nå 399,-       | 399
Norm. 49,90 € Nyt 39,90 € | 39.90 EUR
129,99 zł Najniższa cena z 30 dni: 149,99 zł | 129.99 PLN
Původní cena 1 290 Kč Akční cena 990 Kč | 990 CZK
Старая цена 1 290 ₽ 990 ₽ | 990 RUB
Eredeti ár 5 990 Ft akciós ár 4 990 Ft | 4990 HUF
定価¥2,980 特価¥1,980    | 1980 ¥
Save £5 £20              | 20 GBP
£20 save £5              | 20 GBP
£5 off £20               | 20 GBP
Sie sparen 5,00 € 20,00 € | 20.00 EUR
12,99 € + 4,99 € Versand | 12.99 EUR
12,99 € zzgl. Versand    | 12.99 EUR
£20 delivery £4.99       | 20 GBP
3,99 €/kg                | 3.99 EUR
$426.20/EA               | 426.20 $
2,99 € (0,50 €/100 g)    | 2.99 EUR
(0,50 €/100 g) 2,99 €    | 2.99 EUR
1 kg = 7,98 € 3,99 €     | 3.99 EUR
3,99 € 1 l = 2,66 €      | 3.99 EUR
£10.00 ex VAT £12.00 inc VAT | 12.00 GBP
£10.00 (£12.00 inc VAT)  | 12.00 GBP
10,00 € (12,00 € TTC)    | 12.00 EUR
1,181円(税込1,299円)       | 1299 JPY
£15.00 inc VAT, RRP £16.00 | 15.00 GBP
€10,74 excl. €12,99 incl. | 12.99 EUR
USD 24.99 USD 19.99      | 19.99 USD
$20.00 $15.00            | 15.00 $
12,99 € 2,99 €           | 12.99 EUR
129,000원 → 99,000원     | 99000 KRW
19,99 € -35% 12,99 €     | 12.99 EUR
4x sans frais de 25,00 € 100,00 € | 100.00 EUR
12,00 € (netto 10,00 €)  | 12.00 EUR
100,00 € (netto) 119,00 € | 119.00 EUR
Original price was: $20.00.Current price is: $15.00. | 15.00 $
Pierwotna cena wynosiła: 20,00 zł.Aktualna cena wynosi: 15,00 zł. | 15.00 PLN
Şu andaki fiyat: ₺150,00. Orijinal fiyat: ₺200,00. | 150.00 TRY
Prix habituel $20.00 Prix promotionnel $15.00 | 15.00 $
Normaler Preis €20,00 Verkaufspreis €15,00 Grundpreis €30,00 / kg | 15.00 EUR
12,50 € HT 15,00 € TTC   | 15.00 EUR
100,00 € netto           | 100.00 EUR
-20% 15.99               | 15.99
20% off: $12.99          | 12.99 $
20% Rabatt 12,99 €       | 12.99 EUR
%20 indirim 150,00 TL    | 150.00 TRY
10 € 20 €                | 10 EUR
€10 €20                  | 10 EUR
12,99€9,99€              | 9.99 EUR
399 167.00 руб 420 176.16 руб | 399167.00 RUB
205,68 € 205.68          | 205.68 EUR
AED 8000 (USD 2179)      | 8000 AED
12.99 GBP / 15.99 EUR    | 12.99 GBP
£12.99 Delivery tomorrow | 12.99 GBP
£12.99 delivery included | 12.99 GBP
Free Delivery £299.00    | 299.00 GBP
12,99 € inkl. Versand    | 12.99 EUR
Sale price$12.99Regular price$15.99 | 12.99 $
List Price: $20.00 Price: $15.00 You Save: $5.00 (25%) | 15.00 $
M.R.P.: ₹2,499 ₹1,299    | 1299 INR
10 x 0,5 l 5,99 €        | 5.99 EUR
6 x 1,5 l (0,44 €/l) 3,99 € | 3.99 EUR
3 x 12,99 € = 38,97 €    | 38.97 EUR
99,00 Kč bez DPH 119,79 Kč s DPH | 119.79 CZK
税抜1,980円 税込2,178円   | 2178 JPY
1 299 kr/mån             | 1299 kr
£5.00 (£4.17 ex VAT)     | 5.00 GBP
12.99 each               | 12.99
Qty 1 £12.99             | 12.99 GBP
"""

RANGES = """
10 - 20 €                | 10 EUR
10–20 €                  | 10 EUR
€10–€20                  | 10 EUR
€ 10,00 - € 20,00        | 10.00 EUR
841,00 zł – 995,00 zł    | 841.00 PLN
$10.99 to $15.99         | 10.99 $
10,99 bis 15,99 €        | 10.99 EUR
£20 - £15                | 15 GBP
from 9.99                | 9.99
ab 12,99 €               | 12.99 EUR
À partir de 9,99 €       | 9.99 EUR
Desde $1.299             | 1299 $
US $1,234.56 - 2,345.67  | 1234.56 USD
1.000 ~ 2.000 ₫          | 1000 VND
12,800円〜15,800円        | 12800 JPY
12.99$-15.99$            | 12.99 $
Size 42 – 89,95 €        | 89.95 EUR
"""

MULTIPLES = """
$1.2k                    | 1200 $
12.9k                    | 12900
Price: 12.9k             | 12900
12.9K USD                | 12900 USD
€1.5M                    | 1500000 EUR
Rs. 3 lakh               | 300000 Rs.
₹1.25 Cr                 | 12500000 INR
2,5 Mio. €               | 2500000 EUR
15 тыс. руб.             | 15000 RUB
Rp 150rb                 | 150000 IDR
1,2 triệu ₫              | 1200000 VND
1만원                     | 10000 KRW
12만 9,000원             | 129000 KRW
1万2800円                 | 12800 JPY
1万2,800円（税込）         | 12800 JPY
1億2千万円                | 120000000 JPY
$1.2k – $1.5k            | 1200 $
14K gold ring $99        | 99 $
4K TV € 499              | 499 EUR
"""

BELOW_ZERO = """
-5,00 €                  | -5.00 EUR
−5,00 €                  | -5.00 EUR
-£5                      | -5 GBP
£-5.00                   | -5.00 GBP
€ -5                     | -5 EUR
EUR -12.50               | -12.50 EUR
- 5,00 €                 | -5.00 EUR
-5                       | -5
"""

FREE = """
Free                     | 0
FREE!                    | 0
For free                 | 0
Gratis                   | 0
Price: Free              | 0
Kostenlos                | 0
無料                       | 0
0,00 €                   | 0.00 EUR
"""

TABLE = [
    pytest.param(*(part.strip() for part in line.rsplit("|", 1)), id=f"{group}: {line.rsplit('|', 1)[0].strip()}")
    for group, lines in {
        "plain": PLAIN, "grouped": GROUPED, "blanks": BLANKS, "scripts": SCRIPTS, "dashes": DASHES, "signs": SIGNS,
        "several": SEVERAL, "ranges": RANGES, "multiples": MULTIPLES, "below zero": BELOW_ZERO, "free": FREE,
    }.items()
    for line in lines.strip().splitlines()
]  # fmt: skip

NOTHING = [
    None, "", "   ", "Preis auf Anfrage", "Call for price", "50%", "20 % Rabatt", "-20%", "10-20 %", "up to 70% off",
    "€", "carefree", "Free shipping", "Gratis Versand", "Free delivery over £50", "Save £5", "Sie sparen 5,00 €",
    "Only 3 left in stock", "500 g", "1,5 l", "0.75 l", "128 GB", "2-3 Werktage", "in 3 days", "12 months",
    "5 stars", "4,5 von 5", "4.50 out of 5", "(128)", "#1234", "Art. 12345", "MX924", "Model 500X", "B07XYZ1234",
    "1/2", "10x15", "38 40 42", "38, 40", "1 299 .00", "£10 off", "Up to £50 off", "£4.99 delivery",
    "12.05.2024", "2024-05-12", "12/05/24", "ab 12.05.", "5. Mai", "12 May 2024",
    "12:30", "10:00-18:00", "+49 30 1234567", "0800 123 456", "1-800-555-1234", "4006381333931", "14K", "4K",
    "1.2k reviews", "1.2万 sold", "3 million", "$5m", "200 KM", "Q4", "05", '24"', "USB 3.0", "Windows 11", "24/7",
    "1" * 400, "." * 400,
]  # fmt: skip


@pytest.mark.parametrize(("text", "right"), TABLE)
def test_reads(text: str, right: str) -> None:
    for name, character in NAMED.items():
        text = text.replace("{" + name + "}", character)
    amount, _, currency = right.partition(" ")
    assert read_price(text) == Price(Decimal(amount), currency or None)


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_found_is_none_and_never_zero(text: str | None) -> None:
    assert read_price(text) is None
    assert all(money.role in ("saving", "shipping") for money in find_prices(text))


def test_a_hint_settles_a_shared_sign_and_stands_in_where_none_is_written() -> None:
    assert read_price("$12", currency_hint="CAD") == Price(Decimal(12), "CAD")
    assert read_price("$12", currency_hint="EUR") == Price(Decimal(12), "$")
    assert read_price("kr 12", currency_hint="DKK") == Price(Decimal(12), "DKK")
    assert read_price("12,00", currency_hint="€") == Price(Decimal("12.00"), "EUR")
    assert read_price("12 €", currency_hint="USD") == Price(Decimal(12), "EUR")
    assert read_price("Free", currency_hint="GBP") == Price(Decimal(0), "GBP")
    assert read_price("12.99", currency_hint="$") == Price(Decimal("12.99"), "$")
    assert read_price("12,99", currency_hint="DKK/stk") == Price(Decimal("12.99"), "DKK")
    assert read_price("12.99", currency_hint="RRP: £ 15.99") == Price(Decimal("12.99"), "GBP")
    assert read_price("12.99", currency_hint="Cuneo") == Price(Decimal("12.99"), None)
    assert read_price("1.250", currency_hint="KWD") == Price(Decimal("1.250"), "KWD")


def test_of_several_currencies_the_hinted_one_is_read() -> None:
    text = "£9.99 $13.71 11,16 €"
    assert read_price(text) == Price(Decimal("9.99"), "GBP")
    assert read_price(text, currency_hint="EUR") == Price(Decimal("11.16"), "EUR")
    assert read_price(text, currency_hint="USD") == Price(Decimal("13.71"), "USD")
    assert read_price(text, currency_hint="PLN") == Price(Decimal("9.99"), "GBP")


def test_the_decimal_separator_settles_three_digits_and_nothing_else() -> None:
    assert read_price("1.099", decimal_separator=".") == Price(Decimal("1.099"), None)
    assert read_price("1.099", decimal_separator=",") == Price(Decimal(1099), None)
    assert read_price("3.350", decimal_separator=".") == Price(Decimal("3.350"), None)
    assert read_price("12,99", decimal_separator=".") == Price(Decimal("12.99"), None)
    assert read_price("1.299,00", decimal_separator=".") == Price(Decimal("1299.00"), None)
    assert read_price("1.234.567", decimal_separator=".") == Price(Decimal(1234567), None)


def test_all_money_of_a_text_with_what_is_said_of_it() -> None:
    text = "UVP 19,99 € Jetzt 12,99 € (1,30 €/100 g) Sie sparen 7,00 € zzgl. 4,99 € Versand, oder 3x 4,33 €"
    assert [(str(money.amount), money.role) for money in find_prices(text)] == [
        ("19.99", "was"), ("12.99", "now"), ("1.30", "unit"), ("7.00", "saving"), ("4.99", "shipping"),
        ("4.33", "instalment"),
    ]  # fmt: skip
    ranged, other = find_prices("10 - 20 € or 15.00")
    assert (ranged.amount, ranged.is_range, ranged.is_evident) == (Decimal(10), True, True)
    assert (other.currency, other.is_range, other.is_evident) == ("EUR", False, False)


LOCALES = [
    "af_ZA", "bg_BG", "bn_BD", "ca_ES", "cs_CZ", "da_DK", "de_AT", "de_CH", "de_DE", "el_GR", "en_AU", "en_CA", "en_GB",
    "en_IN", "en_US", "en_ZA", "es_AR", "es_CO", "es_ES", "es_MX", "et_EE", "fi_FI", "fr_CA", "fr_CH", "fr_FR", "he_IL",
    "hi_IN", "hr_HR", "hu_HU", "id_ID", "is_IS", "it_CH", "it_IT", "ja_JP", "ko_KR", "lt_LT", "lv_LV", "nb_NO", "nl_BE",
    "nl_NL", "pl_PL", "pt_BR", "pt_PT", "ro_RO", "ru_RU", "sk_SK", "sl_SI", "sr_RS", "sv_SE", "th_TH", "tr_TR", "uk_UA",
    "vi_VN", "zh_CN", "zh_TW", "ar_EG", "fa_IR", "mr_IN",
]  # fmt: skip
CURRENCIES = [
    "EUR", "USD", "GBP", "CHF", "PLN", "CZK", "SEK", "DKK", "HUF", "RON", "TRY", "RUB", "UAH", "INR", "JPY", "KRW",
    "CNY", "BRL", "MXN", "CAD", "AUD", "ZAR", "ILS", "THB", "VND", "IDR", "KWD", "BHD", "TND", "AED", "SAR", "CLP",
    "ISK", "NOK",
]  # fmt: skip


def _separator(locale: str) -> str:
    symbol = Locale.parse(locale).number_symbols["latn"]["decimal"]
    assert isinstance(symbol, str)
    return symbol


@settings(max_examples=150, deadline=None)
@given(
    minor=st.integers(1, 10**9),
    locale=st.sampled_from(LOCALES),
    currency=st.sampled_from(CURRENCIES),
    numbers=st.sampled_from(["latn", "default"]),
    form=st.sampled_from(["standard", "standard:alphaNextToNumber"]),
)
def test_reads_what_babel_writes(minor: int, locale: str, currency: str, numbers: str, form: str) -> None:
    """CLDR's own formats (Babel) are the independent word on how a locale writes money."""
    from babel.numbers import get_currency_precision

    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    formats = Locale.parse(locale).currency_formats
    text = format_currency(
        amount,
        currency,
        locale=locale,
        numbering_system=numbers,
        format=formats[form if form in formats else "standard"],
    )
    price = read_price(text, currency_hint=currency, decimal_separator=_separator(locale))
    assert price == Price(amount, currency), text
    unaided = read_price(text)
    assert unaided is not None
    assert unaided.amount == amount, text


@settings(deadline=None)
@given(st.text(max_size=400))
@example("1 \u0661,\u0662 \u20ac\u0300")
def test_no_text_breaks_it(text: str) -> None:
    price = read_price(text)
    assert price is None or price.amount.is_finite()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "1 23 456 12.99 - . , : ' € $ kr EUR % x / + ( ) was now from kg à ٫ ٣ \n \u00a0 000 1.234".split(" ")
        ),
        max_size=40,
    ),
    st.sampled_from(["", " "]),
    st.sampled_from([None, ".", ","]),
    st.sampled_from([None, "EUR", "KWD", "$", "nonsense"]),
)
def test_no_heap_of_money_parts_breaks_it(
    parts: list[str], between: str, separator: str | None, hint: str | None
) -> None:
    for money in find_prices(between.join(parts), currency_hint=hint, decimal_separator=separator):
        assert money.amount.is_finite()
        assert -money.amount.as_tuple().exponent <= 4  # type: ignore[operator]  # finite


@pytest.mark.parametrize(
    "part",
    ["1", "1 ", "1 111 ", "1.1", "1,", "€", "1€", "€ 1 ", "- ", "1-", "+1 11 ", "0 ", "12:30 ", "a ", "was 1 ", "1 x ",
     "é", "１", "﷽", "1.-", "\u200b", "$ US", "{", "1 000"],
)  # fmt: skip
def test_a_hostile_text_costs_little(part: str) -> None:
    begun = time.process_time()
    for _ in range(3):
        read_price(part * 1_000_000)
    assert time.process_time() - begun < 1.5


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert read_price("1 " * 1_000_000) == read_price("1 " * 500)
