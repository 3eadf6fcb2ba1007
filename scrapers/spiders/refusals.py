"""Pages by which a shop keeps robots out: a challenge ("verify you are human"), or a plain refusal.

They come with any status, 200 among them, and must not be taken for a page without a product. Told by marks that the
makers of such walls leave on these pages alone (their sensors stand on every page of the shop), else by what the page
says where it says little.
"""

from __future__ import annotations

import re
from typing import Literal

from scrapy.http import Response

Refusal = Literal["captcha", "blocked"]

_LOOKED_AT = 60_000
"""Bytes of the page: walls are short."""
_SHORT = 2_500
"""Characters of visible text: a page that says more than a wall does is a page."""

_CHALLENGE_HEADERS = (
    ("cf-mitigated", rb"challenge"),  # Cloudflare
    ("x-amzn-waf-action", rb"captcha|challenge"),  # AWS WAF
    ("x-datadome", rb"protected"),  # DataDome sends it with good pages too: counts with an error status only
)
_CHALLENGES = re.compile(
    rb"""/cdn-cgi/challenge-platform/[^"']{0,80}/orchestrate/ | window\._cf_chl_opt | id=["']cf-challenge  # Cloudflare
    | (?:geo|ct|interstitial)\.captcha-delivery\.com            # DataDome
    | id=["']px-captcha | captcha\.px-c(?:dn|loud)\.net         # HUMAN (PerimeterX)
    | sec-if-cpt-container | /_sec/cp_challenge/                # Akamai
    | /_Incapsula_Resource\?[^"']{0,200}incident_id             # Imperva
    | window\.gokuProps | \.captcha\.awswaf\.com                # AWS WAF
    | /errors/validateCaptcha                                   # Amazon
    | sucuri_cloudproxy_js                                      # Sucuri
    """,
    re.VERBOSE,
)
_BLOCKS = re.compile(
    rb"""errors\.edgesuite\.net | Reference\s\#\d+\.[0-9a-f]+\.\d+\.[0-9a-f]+   # Akamai
    | Incapsula\sincident\sID                                   # Imperva
    | <title>Attention\sRequired!\s\|\sCloudflare | class=["']cf-error-details      # Cloudflare
    | Access\sDenied\s-\sSucuri                                 # Sucuri
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ASKS = re.compile(
    r"""verify\s(?:that\s)?you\s(?:are|['’]re)\s(?:a\s)?(?:human|not\sa\s(?:ro)?bot) | are\syou\s(?:a\s)?(?:human|robot)
    | (?:confirm|prove)\s(?:that\s)?you(?:['’]re|\sare)\s(?:a\s)?(?:human|not\sa\s(?:ro)?bot)
    | i['’]?\s?a?m\snot\sa\srobot | robot\scheck | human\sverification | security\scheck\sto\saccess
    | checking\s(?:if\sthe\ssite\sconnection\sis\ssecure|your\sbrowser) | press\s(?:&|and)\shold
    | unusual\s(?:traffic|activity)\sfrom\syour | enter\sthe\scharacters\syou\ssee
    | dass\ssie\s(?:ein\smensch|kein\sroboter)\ssind | bist\sdu\s(?:ein\smensch|ein\sroboter) | sicherheitsüberprüfung
    | (?:vérifier|confirmer|prouver)\sque\svous\s(?:êtes\s(?:un\s)?humain|n['’]êtes\spas\sun\srobot)
    | no\s(?:eres|soy|es)\sun\srobot | verific(?:ar?|a)\sque\seres\s(?:un\s)?humano
    | non\ssei\sun\srobot | verifica\sdi\sessere\sumano | não\s(?:é|sou)\sum\srobô
    | geen\srobot\sbent | dat\s(?:je|u)\seen\smens\sbent | nie\sjesteś\srobotem | nejste\srobot
    | внимание,?\sвы\sне\sробот | вы\sне\sробот | подтвердите,?\sчто\s(?:вы|запросы)
    | 验证您是真人 | 人机验证 | ロボットではありません | 로봇이\s아닙니다 | robot\solmadığınızı | لست\sروبوت
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REFUSES = re.compile(
    r"""access\s(?:to\sthis\spage\s(?:has\sbeen|is)\s)?denied | (?:you|your\s(?:ip|request))\S{0,20}\s
    (?:have|has|was|were)\s(?:been\s)?blocked
    | zugriff\s(?:verweigert|gesperrt) | accès\s(?:refusé|interdit) | acceso\sdenegado
    | accesso\snegato | acesso\snegado | toegang\sgeweigerd | dostęp\szabroniony | доступ\s(?:запрещ|огранич)\w+
    | automated\s(?:access|requests|queries) | bot\s(?:traffic|activity)\sdetected
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
_TAGS = re.compile(r"<[^<>]*>")


def refusal(response: Response) -> Refusal | None:
    """Why the answer is no page of the shop's but a wall before it; None where it is none.

    A page answered with 200 on which a product was read is no wall, whatever scripts it carries: ask only where
    nothing was read.
    """
    body = response.body[:_LOOKED_AT]
    refused = response.status >= 400
    for name, value in _CHALLENGE_HEADERS:
        if (refused or name != "x-datadome") and re.search(value, response.headers.get(name) or b""):
            return "captcha"
    if response.status not in (200, 202, 401, 403, 405, 406, 429, 503):
        return None
    text = _visible(body)
    if len(text) <= _SHORT:
        if _CHALLENGES.search(body) or _ASKS.search(text):
            return "captcha"
        if _BLOCKS.search(body) or _REFUSES.search(text):
            return "blocked"
    return "blocked" if response.status == 403 else None


def _visible(body: bytes) -> str:
    """The page's text, near enough."""
    html = body.decode("utf-8", "replace")
    return " ".join(_TAGS.sub(" ", _HIDDEN.sub(" ", html)).split())
