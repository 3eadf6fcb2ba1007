"""A django-oscar shop on loopback: `python -m tests.scrapers.oscar_shop FOLDER`.

It fills its database, prints its port on a line of its own, and serves until standard input ends.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.scrapers.oscar_shop.products import CLASSES, Item, items


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def main(folder: str) -> None:
    """Make the shop in `folder` and serve it."""
    os.environ |= {"OSCAR_SHOP_FOLDER": folder, "DJANGO_SETTINGS_MODULE": "tests.scrapers.oscar_shop.settings"}
    import django
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    _fill(items())
    with make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_port, flush=True)
        sys.stdin.read()


def _fill(goods: list[Item]) -> None:
    from django.db import transaction
    from oscar.apps.catalogue.categories import create_from_breadcrumbs
    from oscar.core.loading import get_model

    partners, stock = get_model("partner", "Partner"), get_model("partner", "StockRecord")
    kinds, attributes = get_model("catalogue", "ProductClass"), get_model("catalogue", "ProductAttribute")
    products, recommended = get_model("catalogue", "Product"), get_model("catalogue", "ProductRecommendation")
    with transaction.atomic():
        partner = partners.objects.create(name="Stranger's Goods")
        classes = {
            name: kinds.objects.create(name=name, track_stock=counted, requires_shipping=counted)
            for name, counted in CLASSES.items()
        }
        for kind in classes.values():
            attributes.objects.create(product_class=kind, code="manufacturer", name="Manufacturer", type="text")
        categories = {name: create_from_breadcrumbs(name) for name in sorted({item.category for item in goods})}
        made = []
        for item in goods:
            product = products(
                upc=item.upc, title=item.title, product_class=classes[item.kind], description=item.description
            )
            product.attr.manufacturer = item.maker
            product.save()
            product.categories.add(categories[item.category])
            made.append(product)
        stock.objects.bulk_create(
            stock(
                product=product,
                partner=partner,
                partner_sku=f"P-{item.upc}",
                price=item.net,
                price_currency="GBP",
                num_in_stock=item.stock,
            )
            for product, item in zip(made, goods, strict=True)
        )
        # Every page but the first shows another product, with a price and a stock state of its own, below its own.
        recommended.objects.bulk_create(
            recommended(primary=product, recommendation=earlier) for earlier, product in pairwise(made)
        )


if __name__ == "__main__":
    main(sys.argv[1])
