"""Addresses that a crawl may not reach: as a rule, and for real."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.addresses import is_public
from scrapers.crawl import crawl
from tests.scrapers.canary import canary
from warehouse.house import Warehouse

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

# IANA's special-purpose address registries (RFC 6890 and its updates), a first and a last address of each.
NOT_PUBLIC = [
    "0.0.0.0", "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.0.255",
    "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
    "100::1", "2001::1", "2001:2::1", "2001:20::1", "2001:1ff::1", "2001:db8::1", "3fff::1", "5f00::1",
    "2002:7f00:1::1", "2002:a00:1::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "",
    "localhost", "127.1", "0x7f.0.0.1", "2130706433", "168.63.129.16", "::ffff:168.63.129.16",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1",
          "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_as_public_in_every_ipv6_dress(number: int) -> None:
    plain = is_public(str(ipaddress.IPv4Address(number)))
    mapped, nat64, six_to_four = (
        ipaddress.IPv6Address(base | number << shift)
        for base, shift in ((0xFFFF << 32, 0), (0x64FF9B << 96, 0), (0x2002 << 112, 80))
    )
    assert [is_public(str(a)) for a in (mapped, nat64, six_to_four)] == [plain] * 3


def test_no_start_point_may_lie_inside(shop: Shop, warehouse: Warehouse) -> None:
    """As a site file of somebody else, or an edited record, could say; every host is the site's own."""
    inside = shop.url
    site = shop.site(
        hosts=("127.0.0.1",), allow_private=False, sitemap=f"{inside}/sitemap.xml", watch=(f"{inside}/p",),
        categories=(f"{inside}/c",), feeds=(f"{inside}/feed.xml",), shopify=(inside,), woocommerce=(inside,),
    )  # fmt: skip
    health = crawl(site, warehouse)
    assert shop.asked == []
    assert health.outcome == "failed"
    assert set(health.failures) == {"private_address"}
    assert health.failures["private_address"] >= 6


def test_a_sitemap_may_list_what_lies_inside_to_no_avail(shop: Shop, warehouse: Warehouse) -> None:
    with canary() as inside:
        listed = (f"http://127.0.0.1:{inside.port}/p", f"http://2130706433:{inside.port}/p", "http://10.0.0.1/p")
        health = crawl(shop.site(sitemap=shop.sitemap(*listed)), warehouse)
        assert inside.touched == []
    assert (health.planned, health.fetched, health.outcome) == (3, 0, "failed")
    assert health.failures == {"off_site": 2, "private_address": 1}


def test_a_redirect_to_another_port_of_an_allowed_private_host_is_refused(
    open_shop: Callable[[], Shop], product_page: Callable[..., str], warehouse: Warehouse
) -> None:
    allowed, inside = open_shop(), open_shop()
    inside.page("/secret", product_page("Secret", "1.00"))
    good = allowed.page("/p", product_page("Kettle", "39.90"))
    moved = []
    for i, target in enumerate(
        (
            f"http://127.0.0.1:{inside.port}/secret",
            f"http://localhost:{inside.port}/secret",
            f"http://2130706433:{inside.port}/secret",
            f"http://[::ffff:127.0.0.1]:{inside.port}/secret",
            f"//127.0.0.1:{inside.port}/secret",
            "file:///etc/passwd",
            "ftp://127.0.0.1/secret",
        )
    ):
        allowed.answer(f"/moved/{i}", status=302, Location=target)
        moved.append(f"{allowed.url}/moved/{i}")
    health = crawl(allowed.site(watch=(good, *moved)), warehouse)
    assert inside.asked == []
    assert health.offers == 1
    assert health.failures == {"http_302": 2, "off_site": 3, "private_address": 2}


def test_a_redirected_robots_txt_is_held_to_the_same_rule(
    open_shop: Callable[[], Shop], product_page: Callable[..., str], warehouse: Warehouse
) -> None:
    allowed, inside = open_shop(), open_shop()
    page = allowed.page("/p", product_page("Kettle", "39.90"))
    allowed.answer("/robots.txt", status=301, Location=f"http://127.0.0.1:{inside.port}/robots.txt")
    health = crawl(allowed.site(watch=(page,)), warehouse)
    assert inside.asked == []
    assert allowed.paths == ["/robots.txt"]
    assert (health.outcome, health.failures) == ("failed", {"private_address": 1})
