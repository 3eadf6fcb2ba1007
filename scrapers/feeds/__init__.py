"""Products out of what a shop publishes for machines: feeds, and the listings of Shopify and WooCommerce.

Pure functions from bytes; nothing is fetched. Each gives `Products`: an iterator that reads on as it is asked, and
counts in `skipped` the items from which no product could be read.
"""

from scrapers.feeds.products import LARGEST, FeedError, Products
from scrapers.feeds.read import read_feed
from scrapers.feeds.shopify import read_shopify_products
from scrapers.feeds.woocommerce import read_woo_products

__all__ = ["LARGEST", "FeedError", "Products", "read_feed", "read_shopify_products", "read_woo_products"]
