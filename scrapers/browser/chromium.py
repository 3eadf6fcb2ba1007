"""Where Chromium is on this machine, and how it is started."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse.errors import ConfigError

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APPLICATIONS = {
    "darwin": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    "win32": ("Chromium/Application/chrome.exe", "Google/Chrome/Application/chrome.exe"),
}
_WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
_DOWNLOADS = {"darwin": "Library/Caches/ms-playwright", "win32": "AppData/Local/ms-playwright"}
_DOWNLOADED = (
    "chromium-*/chrome-*/chrome",
    "chromium-*/chrome-*/chrome.exe",
    "chromium-*/chrome-*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/chrome-*/*headless?shell*",
)
"""Below Playwright's folder of browsers; the newest comes last by name."""

_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "XDG_RUNTIME_DIR", "SYSTEMROOT", "TEMP", "LOCALAPPDATA")
"""What a browser needs of ours; tokens and passwords stay here."""

_LONGEST_TMPDIR = 60
"""Bytes. Chromium makes a socket below it (org.chromium.Chromium.XXXXXX/SingletonSocket), whose path may have 107
(unix(7)); below a longer one it would not start."""

_SWITCHES = (
    # Nothing reaches the network but through the proxy: no loopback exception, no names resolved here, no UDP.
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--dns-prefetch-disable",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # Nothing that no price needs.
    "--blink-settings=imagesEnabled=false",
    "--disable-remote-fonts",
    "--mute-audio",
    "--js-flags=--max-old-space-size=512",
)


NO_CHROMIUM = (
    "no Chromium is found to draw them, or it does not start; install it (Debian, Ubuntu: sudo apt-get install "
    "chromium libatomic1; elsewhere: .venv/bin/playwright install --with-deps chromium), or set render: never"
)


def find_chromium() -> Path | None:
    """A Chromium of the system, or the one Playwright has downloaded; None where there is neither."""
    return next(_candidates(), None)


def require_chromium() -> Path:
    """Chromium; ConfigError names what to do where there is none."""
    found = find_chromium()
    if found is None:
        raise ConfigError(NO_CHROMIUM)
    return found


def _candidates() -> Iterator[Path]:
    for command in _COMMANDS:
        if found := shutil.which(command):
            yield Path(found)
    roots = [
        Path(os.environ[name]) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA") if name in os.environ
    ]
    for application in _APPLICATIONS.get(sys.platform, ()):
        paths = [Path(application)] if application.startswith("/") else [root / application for root in roots]
        yield from (path for path in paths if path.is_file())
    downloads = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(downloads) if downloads else Path.home() / _DOWNLOADS.get(sys.platform, ".cache/ms-playwright")
    for pattern in _DOWNLOADED:
        yield from (path for path in sorted(folder.glob(pattern), reverse=True) if os.access(path, os.X_OK))


def launch_options(chromium: Path, proxy_port: int) -> dict[str, Any]:
    """Options of Playwright's `launch`: headless, every connection through the proxy on this port of loopback."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {
        "executable_path": str(chromium),
        "args": [f"--proxy-server=http://127.0.0.1:{proxy_port}", *_SWITCHES],
        # Playwright lets pages open windows; a crawl has no use for them.
        "ignore_default_args": ["--disable-popup-blocking"],
        "chromium_sandbox": not is_root,  # Chromium refuses to run as root with it
        "env": {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ and not _too_long(name)},
    }


def _too_long(name: str) -> bool:
    return name == "TMPDIR" and len(os.fsencode(os.environ[name])) > _LONGEST_TMPDIR
