"""Which network addresses are public. Everything a crawl connects to passes here, after the name was resolved."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_GLOBAL_V6 = IPv6Network("2000::/3")
"""The only range IANA has handed out as global unicast (RFC 4291, section 2.4)."""
_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052); the IPv4 address is in the last 32 bits."""

# What else is not public, spelled out beside Python's own `is_global`, whose tables differ from version to version.
_SPECIAL_V4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890); a cloud's metadata service has stood there
    IPv4Network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526)
    IPv4Network("168.63.129.16/32"),  # every virtual machine of Azure has its platform's own services there
)
_SPECIAL_V6 = (
    IPv6Network("2001::/23"),  # protocol assignments, among them Teredo (RFC 4380), benchmarks and ORCHID
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)


def is_public(address: str) -> bool:
    """Whether an IP address as text is on the public internet.

    False for private, loopback, link-local, shared (CGNAT), documentation, benchmark, multicast, reserved and
    unspecified ranges (IANA's special-purpose registries), for IPv6 forms that carry such an IPv4 address (mapped,
    6to4, NAT64), for Teredo, and for text that is no address.
    """
    try:
        ip = ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    return _public_v4(ip) if isinstance(ip, IPv4Address) else _public_v6(ip)


def _public_v4(ip: IPv4Address) -> bool:
    special = ip.is_multicast or ip.is_reserved or any(ip in network for network in _SPECIAL_V4)
    return ip.is_global and not special


def _public_v6(ip: IPv6Address) -> bool:
    inner = ip.ipv4_mapped or ip.sixtofour
    if ip in _NAT64:
        inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    if inner is not None:
        return _public_v4(inner)
    return ip in _GLOBAL_V6 and ip.is_global and not any(ip in network for network in _SPECIAL_V6)
