"""What the names of an element (class, id, itemprop, data-testid) say about it.

Names are read word by word: "productPrice", "product_price" and "product-price" are the words "product price". In the
lists below "recommend*" stands for any ending, "*preis*" for a part of a word, and "mini-cart" for words in a row,
also written as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scrapers.extraction.remembered import remembered


class Says:
    """Bits for what a name says; an element may say several things. Plain numbers, since they are combined often."""

    PRICE = 1
    CURRENT = 2
    """A price that is asked now, where another is crossed out."""
    REGULAR = 4
    """A price that is no longer asked."""
    OTHER_MONEY = 8
    """Money and numbers that are not the price of one product: shipping, per unit, instalments, savings, reviews."""
    OF_PRODUCT = 16
    """The part of a page that sells its product."""
    OTHERS = 32
    """A part that shows other products."""
    FRAME = 64
    """The shop's frame around its page: header, menus, banners, dialogs."""
    CART = 128
    """The basket that a page shows in a corner."""
    STOCK = 256
    CHOICE = 512
    """One of several forms to choose from: a size, a colour."""
    STRUCK = 1024
    BUY = 2048
    """A button that puts the product into the basket."""
    BUTTON = 4096
    SELLER = 8192
    """Who sells, where several do."""
    OFFERS = 16384
    """A list of what several sellers ask for one product."""


_WORDS: Mapping[int, str] = {
    Says.PRICE: """
        *price* pricing *preis* *precio* *prezzo* *prijs* *hinta* *fiyat* prix preco precos cena ceny cenu pris priset
        amount money tsena hind cijena kaina cost pret betrag value-price prc tsina tarif importe costo pvp
    """,
    Says.CURRENT: """
        sale sales special* current final selling actual aktuell* now our-price new-price price-new offer-price promo
        promotion* action angebot* best-price price-to-pay deal deals discounted reduced finale venda por our pay
        primary-price price-primary salesprice saleprice newprice finalprice currentprice actueel nowprice aktions*
        indirim* dsc
    """,
    Says.REGULAR: """
        old was regular list-price listprice strike* struck cross crossed before original* rrp msrp uvp pvp compare*
        previous statt streich* barre anterior antes vecchio alter-preis altpreis stara retail* full-price ordinary
        ordinarie oldprice wasprice price-old suggested base-price normal-price normal listino van-prijs adviesprijs
        discounted-from non-sale rebate-from eski reg srp undiscounted instead throughprice
        price-standard standard-price secondary-price price-secondary piyasa*
        barred barrat* barrad* tachad* riscad* durchgestrichen* doorgestreep*
        overstreg* skrtnut* preskrtnut* przekreslon* zacherk* perecherk*
        origin-price price-origin org-price price-org prc-org
    """,
    Says.STRUCK: "line-through linethrough strikethrough strike-through",
    Says.OTHER_MONEY: """
        shipping* versand* delivery* liefer* livraison envio frete spedizione postage fracht* unit units per-unit
        unitprice grundpreis* ppu price-per per-kg instalment* installment* parcel* raten monthly finanz* finance*
        financing klarna* afterpay* clearpay affirm deposit pfand save saves saving savings saved discount-amount
        discount-percent discount-percentage discount-value discount-badge discount-label rabatt* spar sparen
        ersparnis bonus* points reward* cashback coupon* voucher* bulk staffel* tier tiers tax vat filter*
        slider-range threshold subtotal total totals history alert match warranty garant* insurance service services
        accessor* member* club loyalty prime subscri* energy rating* review* count counter qty quantity star stars
        badge trade-in gift refund fee fees protection percent percentage zip sezzle laybuy rate phone tel
    """,
    Says.OF_PRODUCT: """
        pdp product-detail product-details product-info product-information product-main product-essential
        product-summary product-view product-page product-buy product-form product-shop product-single productview
        product-price product-prices productprice price-box pricebox price-block priceblock price-wrapper
        price-container buy-box buybox main-price detail-price our-price ourprice prod-price item-price price-product
        produkt-preis produkt-detail fiche-produit summary purchase* add-to-cart addtocart variations-form
        product-offer product-purchase product-content product-header product-top entry-summary
        product-item-detail product-item-details product-card-detail product-card-details
    """,
    Says.OTHERS: """
        related* recommend* recomend* reco recos similar* upsell* up-sell crosssell* cross-sell cross-selling
        carousel* carrousel also-bought also-like also-viewed recent recently recentlyviewed empfehl* aehnlich*
        zubehoer* bestseller* best-sellers suggest* bundle* sidebar product-list product-lists products-list
        product-grid products-grid product-slider products-slider product-carousel product-tile product-card
        product-item product-items products-item product-thumb product-miniature product-teaser product-scroll
        product-swiper productlist productgrid productcard producttile item-grid item-slider item-card item-list
        teaser* slider sliders swiper* slick* owl alternativ* complement* frequently bought-together viewed associ*
        sponsored advert* ad ads compar* look-book lookbook shop-the-look complete-the popular trending top-sellers
        other-products other-sellers other-offers other-items more-products more-from podobne polecane souvisejici
        relacionad* correlat* sugerid* gerelateerd* zugehoerig* vous-aimerez promotions xsell set-products cards-list
        goods-list catalog-list search-result search-results
    """,
    Says.FRAME: """
        header site-header page-header top-header headerbar footer cookie* consent* gdpr nav navbar navigation navi
        menu menus megamenu breadcrumb* announcement* topbar top-bar banner* newsletter* popup* modal modals overlay*
        lightbox dialog* tooltip* search autocomplete promo-bar usp usps toolbar popover* flyout* offcanvas drawer*
        topnav
    """,
    Says.CART: """
        mini-cart minicart mini-basket minibasket mini-bag cart-drawer cart-popup cart-modal cart-total cart-summary
        cart-preview cart-flyout cart-count cart-content cart-panel cart-sidebar header-cart header-basket
        basket-summary basket-total basket-preview basket-count shopping-cart side-cart cart-info cart-block cart-link
        cart-icon cart-subtotal compare-list wishlist wish-list warenkorb-info top-cart cart-amount cartsummary
    """,
    Says.STOCK: """
        stock instock outofstock availab* verfueg* verfugbar* lager* bestand lieferstatus lieferzeit dispo* inventory
        voorraad sold-out soldout nalicie dostepn* skladem back-order backorder stockstatus lagerstatus presence
    """,
    Says.BUY: """
        add-to-cart add-to-basket add-to-bag add-to-trolley add-cart add-basket buy-now buy-button buy-btn btn-buy
        button-buy btn-cart to-cart to-basket cart-add basket-add product-form-submit in-den-warenkorb ajout-panier
        add-panier do-koszyka in-winkelwagen buynow buybutton btn-add-cart addtocart
    """,
    Says.BUTTON: """
        btn* button* cta buy* cart* basket* bag add kaufen warenkorb koszyk kosik comprar carrito carrello panier sepet
        korzin* submit
    """,
    Says.SELLER: """
        seller* merchant* retailer* sold-by shop-name shop-logo store-name store-logo haendler* anbieter* verkaeufer*
        verkaufer* vendeur* marchand* vendedor* venditore* verkoper* sprzedawca* sklep-nazwa sklep-logo prodejce*
        saljare* forhandler* myyja* satici* magaza-adi prodavets* prodavec*
    """,
    Says.OFFERS: """
        offers product-offer sellers merchants vendor* other-seller retailers comparison price-comparison shop-list
        shops shoplist haendler* anbieter* angebote preisvergleich comparateur oferty ofertas offerte nabidky nabidka
        other-sellers other-offers more-offers more-sellers offer-row offer-rows offer-card offer-cards offercard
        offercards offer-list
    """,
    Says.CHOICE: "swatch* variant variants variation variations options dropdown selector twister",
}  # fmt: skip


_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_Index = tuple[
    dict[str, int], dict[str, dict[str, int]], dict[str, tuple[tuple[str, int], ...]], tuple[tuple[str, int], ...]
]
_HAVING = re.compile(r"(?<![A-Za-z])(?:with|has)[-_][\w-]*")
"""What stands beside it, and not what it is: "price with-list-price"."""
_STEM = 3


def _index() -> _Index:
    """Whole words; phrases by their first word; beginnings by their first letters; parts of words."""
    whole: dict[str, int] = {}
    phrases: dict[str, dict[str, int]] = {}
    beginnings: dict[str, tuple[tuple[str, int], ...]] = {}
    parts: list[tuple[str, int]] = []
    for says, listed in _WORDS.items():
        for word in listed.split():
            if word.startswith("*"):
                parts.append((word.strip("*"), says))
            elif word.endswith("*"):
                stem = word[:-1]
                beginnings[stem[:_STEM]] = (*beginnings.get(stem[:_STEM], ()), (stem, says))
            elif "-" in word:
                first, _, rest = word.replace("-", " ").partition(" ")
                phrases.setdefault(first, {})[rest] = phrases.get(first, {}).get(rest, 0) | says
                glued = word.replace("-", "")
                whole[glued] = whole.get(glued, 0) | says
            else:
                whole[word] = whole.get(word, 0) | says
    return whole, phrases, beginnings, tuple(parts)


_WHOLE, _PHRASES, _BEGINNINGS, _PARTS = _index()


@remembered  # a shop names its elements from a small stock of classes
def said_by(names: str) -> int:
    """The flags of `Says` that names as written, such as a class attribute, raise."""
    words = _NAME_WORD.findall(_HAVING.sub(" ", names))
    said = 0
    for place, word in enumerate(words, start=1):
        says, phrases = _said_by_word(word)
        said |= says
        if phrases:
            for length in (2, 1):
                if rest := phrases.get(" ".join(words[place : place + length]).lower(), 0):
                    said |= rest
                    break  # the longest: a "product-item-detail" is no "product-item"
    lowered = names.lower()
    for part, says in _PARTS:
        if part in lowered:
            said |= says
    return said


@remembered
def _said_by_word(word: str) -> tuple[int, Mapping[str, int]]:
    """The flags that a word raises, and those of the phrases that it begins, by their other words."""
    word = word.lower()
    said = _WHOLE.get(word, 0)
    for stem, says in _BEGINNINGS.get(word[:_STEM], ()):
        if word.startswith(stem):
            said |= says
    return said, _PHRASES.get(word, {})
