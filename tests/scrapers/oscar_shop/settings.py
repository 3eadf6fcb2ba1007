"""django-oscar's settings, as its documentation has them, for a shop in one folder (OSCAR_SHOP_FOLDER)."""

from __future__ import annotations

import os
from pathlib import Path

from oscar import INSTALLED_APPS as OSCAR_APPS
from oscar.defaults import *  # noqa: F403 (as oscar wants it)

FOLDER = Path(os.environ["OSCAR_SHOP_FOLDER"])

SECRET_KEY = "for a shop on loopback that lives as long as a test"
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "shop.db",
        # Every view of a product is counted in the database: eight visitors at once wait for each other.
        "OPTIONS": {"timeout": 30, "init_command": "pragma journal_mode = wal; pragma synchronous = off"},
    }
}
INSTALLED_APPS = OSCAR_APPS
MIGRATION_MODULES = {app.rsplit(".apps.", 1)[0].rsplit(".", 1)[-1]: None for app in INSTALLED_APPS}
"""Tables are made as the models are, without the years of changes that led there."""
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = "tests.scrapers.oscar_shop.urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "tests.scrapers.oscar_shop.british.british_prices",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "tests.scrapers.oscar_shop.search.Engine"}}
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
OSCAR_SHOP_NAME = "Stranger's Goods"
OSCAR_EAGER_ALERTS = False
OSCAR_HIDDEN_FEATURES = ["wishlists"]
OSCAR_THUMBNAILER = "tests.scrapers.oscar_shop.british.Unscaled"
