"""What texts around an amount, and on buttons, say, in the languages that shops write.

What an amount's own words call it (shipping, per unit, formerly) scrapers.extraction.money_words knows; here is what
only the page's layout makes plain.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scrapers.extraction.remembered import remembered

_BREAKS = re.compile(r"[^\w%+?؟¿~〜−–-]+")
_UNSPACED = "\u2e80"
"""From here on: scripts that put no blanks between words."""


class Phrases:
    """Phrases to be found in short texts, compared in small letters.

    `within` are beginnings of words, anywhere in the text; `at_start` are whole words that count only as a text's
    first, "availab*" for any ending.
    """

    def __init__(self, within: str, *, at_start: str = "") -> None:
        self._anywhere: list[str] = []
        self._by_beginning: dict[str, list[str]] = {}
        for phrase in _listed(within):
            if phrase[0] >= _UNSPACED or not phrase[0].isalnum():
                self._anywhere.append(phrase)
            else:
                self._by_beginning.setdefault(phrase[:2], []).append(phrase)
        starts = _listed(at_start)
        self._starts = tuple(phrase.rstrip("*") for phrase in starts if phrase.endswith("*") or phrase >= _UNSPACED)
        self._words = tuple(f" {phrase} " for phrase in starts if not phrase.endswith("*"))
        self.is_in = remembered(self._is_in)
        """Whether a text holds one of the phrases."""

    def _is_in(self, text: str) -> bool:
        small = _plain(text)
        if small.startswith(self._words) or small.startswith(self._starts, 1):
            return True
        blank = small.find(" ")
        while blank >= 0:
            for phrase in self._by_beginning.get(small[blank + 1 : blank + 3], ()):
                if small.startswith(phrase, blank + 1):
                    return True
            blank = small.find(" ", blank + 1)
        return any(phrase in small for phrase in self._anywhere)


@lru_cache(maxsize=1024)  # the same text is asked for several kinds of phrases
def _plain(text: str) -> str:
    return f" {_BREAKS.sub(' ', text.casefold()).strip()} "


def _listed(phrases: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in " ".join(phrases.split()).split(",") if phrase.strip())


BUY = Phrases(
    """
        add to cart, add to basket, add to bag, add to trolley, add to my cart, add to my bag, add to your, buy now,
        buy it now, order now, buy this, purchase now, in den warenkorb, in den einkaufswagen, in warenkorb,
        warenkorb legen, in die tasche, jetzt kaufen, jetzt bestellen, zum warenkorb hinzu, ajouter au panier,
        ajouter à mon panier, ajouter dans le panier, acheter, au panier, dans le panier, au caddie, al carrito,
        a la cesta, a la bolsa, al carro, a mi cesta, agregar al carr, comprar, al carrello, nel carrello, acquista,
        compra ora, compra subito, al cestino, ao carrinho, no carrinho, ao cesto, à sacola, in winkelwagen,
        in mijn winkelwagen, in winkelmand, winkelmandje, toevoegen aan, in wagentje, do koszyka, kup teraz,
        do košíku, do košíka, koupit, kúpiť, i varukorg, i kundvagn, i handlekurv, legg i kurv, læg i kurv,
        i indkøbskurv, tilføj til kurv, ostoskoriin, lisää kori, ostukorvi, sepete ekle, satın al, в корзину,
        добавить в, до кошика, у кошик, в кошик, adaugă în coș, adauga in cos, în coș, cumpăr, kosárba, megveszem,
        megrendel, στο καλάθι, αγορά, dodaj u koš, u košaricu, u korpu, dodaj v koš, カートに, 購入する,
        買い物かご, かごに入れる, 加入购物车,
        加入購物車, 立即购买, 立即購買, 放入購物車, 直接購買, 장바구니, 구매하기, 바로구매, أضف إلى, اضف الى,
        اشتر, إضافة إلى, הוסף לסל, הוספה לסל,
        קנה עכשיו, לרכישה, į krepšelį, pirkti, grozam, добави в, thêm vào giỏ, mua ngay, masukkan, beli sekarang,
        tambah ke troli, เพิ่มลง, ซื้อ, कार्ट
    """,
    at_start="""
        buy, köp, kjøp, køb, osta, купить, купити, купи, bestellen, kaufen, kopen, kupi, order
    """,
)
"""On a button: put it in the basket, or buy it."""

ASKED = Phrases(
    "网路价, 網路價, 促銷價, 優惠價, 活動價, 折扣價, 販売価格, 現價, 特價, 售價, 售价, 現售, 直購價, 판매가, 税込",
    at_start="""
        price, our price, your price, now, sale price, final price, online price, one-time purchase, one time purchase,
        buy once, einmalkauf, achat unique, compra única, preis, unser preis, ihr preis,
        dein preis, jetzt, nur, online-preis, endpreis, aktionspreis, sonderpreis, prix, notre prix, maintenant,
        precio, nuestro precio, ahora, prezzo, ora, preço, por, prijs, onze prijs, nu, cena, teraz, nyní, pris,
        vårt pris, nå, hinta, nyt, hind, fiyat, şimdi, цена, наша цена, сейчас, ціна, τιμή, τώρα, preț, pret, acum,
        ár, most, 価格, 价格, 가격, السعر, الآن, מחיר, cijena, kaina
    """,
)
"""Before an amount: it is the price."""

INSTALMENT = Phrases(
    """
        klarna, afterpay, clearpay, affirm, laybuy, sezzle, paypal, 每期, 分期, 期 0, 月々, 할부, תשלומים,
        monthly, instalment,
        installment, raten, mensualit, cuotas, parcela, sem juros, rate da, termijnen, miesięcz, splátk, taksit,
        рассрочк, кредит, finanz, financ
    """
)

SAVING = Phrases(
    "折抵, 折價券, 優惠券, you save, sparen, ersparnis, économi, ahorr, risparmi, חיסכון, הנחה, вы экономите",
    at_start="-*, −*, –*",
)

NOT_FOR_ALL = Phrases(
    """
        member, club, mitglied, loyalty, prime, subscri, sparabo, abonn, cardholder, student, business, wholesale,
        netto, trade, bulk, boleto, pix, à vista, à partir de 2, 会员, 會員, 会員, 회원, medlem, jäsen, klubov, klubow,
        adhérent, socio, bank transfer, wire transfer, transferencia, transferência, bonifico, virement, havale,
        überweisung, vorkasse, przelew
    """
)
"""A price that not everybody pays, or not for one piece, or not by every means."""

OTHER_MONEY = Phrases(
    """
        deposit, pfand, consigne, warranty, protection, garanti, insurance, versicher, seguro, assurance, gift card,
        worth, im wert, earn, collect, cashback, cash back, trade-in, refurb, used, gebraucht, occasion, usato,
        installation, montage, aufpreis, surcharge, gebühr, order total, subtotal, zwischensumme, sous-total, basket,
        cart, warenkorb, panier, cesta, carrito, carrello, koszyk, sepet, корзин, gesamt, total, 购物车, 購物車,
        eco-part, bestelwaarde, mindestbestell, mindermengen, minimum order, commande minim, pedido mínimo,
        ordine minimo, gift wrap, geschenkverpackung, assembly, aufbau, retour, return, zwrot, rückgabe, rücksend,
        frachtfrei, versandkostenfrei, versandfrei, portofrei, éco-part, ecotax, recycl,
        less than, under, up to, bis zu, unter, meno di, moins de, menos de, over, above,
        über, more than, 滿, 满, coupon, voucher, gutschein, code, ab einem, bestellwert, free,
        for both, for all three, buy together, für beide, zusammen kaufen, les deux, los dos, entrambi, voor beide
    """
)
"""Before an amount: it is the price of something else, or a limit."""

FROM = Phrases(
    "起, 〜, ~",
    at_start="""
        from, starting, as low as, ab, à partir de, dès, desde, a partir de, da, vanaf, från, fra, od, alkaen, от, від,
        de la, από, begin
    """,
)

TO = Phrases("", at_start="to, up to, bis, à, jusqu'à, hasta, a, até, tot, do, till, til, до, la")
"""Before an amount: it is the higher one of a range."""

STOCK_LABEL = Phrases(
    "",
    at_start="""
        availab*, verfügb*, lieferstatus, bestand, stock, disponib*, beschikbaar*, dostępn*, dostupn*, наличи*, наявн*,
        saatav*, tillgäng*, lager, 在庫, 库存, 庫存, 재고
    """,
)
"""Before the words that say whether it can be bought."""

IN_A_BRANCH = Phrases(
    """
        store, pick up, pickup, pick-up, collect, filiale, im markt, abhol, magasin, retrait, tienda, recog, negozio,
        ritiro, loja, retir, winkel, afhal, sklepie, prodejn, butik, hent, myymälä, mağaza, магазин, самовывоз,
        店舗, 門市
    """
)
"""Stock in a branch, which is not the stock that is sent."""

NO_STATEMENT = Phrases(
    """
        ?, ؟, ¿, price, preis, prix, precio, prezzo, preço, prijs, ceny, cenę, cenu, prisfall, prissänkning, hinnan,
        fiyat, цен, цін, preț, τιμή, 値下, 価格, 降价, 降價, 가격, السعر, מחיר, newsletter, other, andere,
        autre, otro, altri,
        wishlist
    """
)
"""In a text that seems to speak of stock: it asks, or offers to tell of a lower price."""

FREE_SHIPPING = Phrases(
    """
        free shipping, free delivery, free postage, ships free, shipping free, delivery free, versandkostenfrei,
        versand kostenlos, versand gratis,
        kostenloser versand, kostenlose lieferung, gratis versand, gratisversand, livraison gratuite, livraison offerte,
        frais de port offerts, envío gratis, envio gratis, envío gratuito, spedizione gratuita, spedizione gratis,
        frete grátis, envio grátis, portes grátis, gratis verzending, gratis verzonden, gratis bezorg, darmowa dostawa,
        darmowa wysyłka, dostawa gratis, doprava zdarma, poštovné zdarma, fri frakt, gratis frakt, fri fragt,
        gratis fragt, ilmainen toimitus, бесплатная доставка, доставка бесплатно, безкоштовна доставка,
        ingyenes szállítás,
        livrare gratuită, ücretsiz kargo, kargo bedava, 送料無料, 무료배송, 包邮, 免運
    """
)
"""Sending costs nothing."""

SELLER_HEAD = Phrases(
    "",
    at_start="""
        seller*, shop, store, merchant*, retailer*, vendor*, dealer*, sold by, händler*, anbieter*, verkäufer*,
        marchand*, vendeur*, boutique, tienda, vendedor*, loja, negozio, venditore*, winkel, verkoper*, sklep,
        sprzedawca*, obchod, prodejce*, butik, säljare*, sælger*, forhandler*, kauppa, myyjä*, продавец, магазин,
        продавець, satıcı*, mağaza, bolt, eladó*, magazin, vânzător*,
        ショップ, 販売店, 販売元, 店舗, 店名, 商家, 卖家, 賣家, 店铺, 店鋪, 판매처, 판매자, 쇼핑몰, 판매점
    """,
)
"""Over a column: who sells."""
