"""`purveyor service`: serve and worker as services of systemd."""

from __future__ import annotations

import glob
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit

if TYPE_CHECKING:
    from warehouse.settings import Settings

app = typer.Typer(help="Run serve and worker as services of systemd.", no_args_is_help=True)

SERVICES = {"serve": "API and console", "worker": "scheduled jobs"}
"""The commands that run as services, and what they are for; the unit is called purveyor-<command>.service."""

SECRETS = "purveyor.env"
"""The file beside the shop file that may give services passwords and other settings, as lines NAME=value."""

_STOP_SECONDS = 60
"""A server finishes its requests in 30 s, a worker ends its runs in 10."""

_HARDENED = """\
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
"""
"""Not MemoryDenyWriteExecute and RestrictNamespaces: Java compiles as it runs, and a browser makes its own sandbox."""

_HARDENED_SYSTEM = """\
CapabilityBoundingSet=
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=full
"""
"""What only the system's own manager may take away. Folders of people stay open: sources and backups lie anywhere."""


@app.command()
def install(
    user: Annotated[bool, typer.Option("--user", help="As services of your own user, without sudo.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the units into this folder instead; works without systemd.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the units and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Write systemd units for serve and worker of this shop, and say how to start them.

    Passwords and other settings of the environment go into purveyor.env beside the shop file, as lines NAME=value.

    Example: purveyor service install --user
    """
    from warehouse.errors import ConfigError
    from warehouse.settings import Settings

    if not (output or dry_run or Path("/run/systemd/system").exists()):
        raise ConfigError(
            "systemd does not run on this machine; write the units with --output FOLDER, or use a container "
            "(docs/operating.md)"
        )
    settings = Settings.load()
    units = {f"purveyor-{command}.service": _unit(command, settings, system=not user) for command in SERVICES}
    if dry_run:
        emit({"units": units}, as_json, "\n".join(f"# {name}\n{text}" for name, text in units.items()))
        return
    folder = output or _units_folder(user=user)
    paths = _write(folder, units)
    commands = _commands(paths, user=user, copied_from=output)
    missing = _secrets_missing(settings)
    text = "wrote " + " and ".join(str(path) for path in paths) + "\nnow run:\n  " + "\n  ".join(commands)
    if not user and _owner(settings) == "root":
        text += f"\nthey run as root, who owns {settings.home}; better give the shop to a user of its own with chown -R"
    if missing:
        text += (
            f"\nservices do not see what is set here: write {', '.join(missing)} into {_folder(settings) / SECRETS} "
            "(mode 0600)"
        )
    emit({"units": [str(path) for path in paths], "commands": commands, "to_set": missing}, as_json, text)


def _unit(command: str, settings: Settings, *, system: bool) -> str:
    folder = _folder(settings)
    lines = [
        "[Unit]",
        f"Description=Purveyor: {SERVICES[command]} ({_escaped(folder.name)})",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=exec",
        f"WorkingDirectory={_path(folder)}",
    ]
    if settings.shop_file is None or "PURVEYOR_HOME" in os.environ:
        lines.append(f"Environment={_word(f'PURVEYOR_HOME={settings.home}')}")
    lines += [
        f"EnvironmentFile=-{_path(folder / SECRETS, wildcards=True)}",
        f"ExecStart={_word(str(_command()))} {command}",
        "Restart=on-failure",
        "RestartSec=10",
        "KillMode=mixed",
        f"TimeoutStopSec={_STOP_SECONDS}",
        "UMask=0077",
        _HARDENED.rstrip(),
    ]
    if system:
        lines += [f"User={_owner(settings)}", _HARDENED_SYSTEM.rstrip()]
    lines += ["", "[Install]", f"WantedBy={'multi-user.target' if system else 'default.target'}"]
    return "\n".join(lines) + "\n"


def _folder(settings: Settings) -> Path:
    """Where the services run: beside the shop file, so that they find it."""
    return settings.home.parent if settings.shop_file is None else settings.shop_file.parent


def _owner(settings: Settings) -> str:
    """Who owns the shop, and so must run it."""
    place = settings.home if settings.home.exists() else _folder(settings)
    try:
        return place.owner()
    except KeyError:  # a number without a name
        return str(place.stat().st_uid)


def _command() -> Path:
    """The `purveyor` that is installed with the Python that runs this."""
    from warehouse.errors import ConfigError

    beside = Path(sys.executable).with_name("purveyor")
    found = beside if beside.exists() else Path(shutil.which("purveyor") or "")
    if not found.is_absolute():
        raise ConfigError("there is no command purveyor beside this Python; install Purveyor with `make setup`")
    return found


def _units_folder(*, user: bool) -> Path:
    if not user:
        return Path("/etc/systemd/system")
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def _write(folder: Path, units: dict[str, str]) -> list[Path]:
    from warehouse.errors import ConfigError, InputError

    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            path = folder / name
            there = path.read_text("utf-8").splitlines() if path.exists() else []
            (ours,) = (line for line in text.splitlines() if line.startswith("WorkingDirectory="))
            others = [line for line in there if line.startswith("WorkingDirectory=") and line != ours]
            if others:
                raise InputError(
                    f"{path} is of another shop ({others[0]}); write the units with --output FOLDER and give them "
                    "other names"
                )
        for name, text in units.items():
            (folder / name).write_text(text, "utf-8")
            paths.append(folder / name)
    except OSError as error:
        raise ConfigError(
            f"{error.filename or folder} cannot be written ({error.strerror}); run it with sudo, or with --user or "
            "--output FOLDER"
        ) from None
    return paths


def _commands(paths: list[Path], *, user: bool, copied_from: Path | None) -> list[str]:
    systemctl = "systemctl --user" if user else "sudo systemctl"
    commands = []
    if copied_from is not None:
        units = " ".join(shlex.quote(str(path)) for path in paths)
        copy = "cp" if user else "sudo cp"
        commands.append(f"{copy} {units} {shlex.quote(str(_units_folder(user=user)))}/")
    commands += [f"{systemctl} daemon-reload", f"{systemctl} enable --now {' '.join(path.name for path in paths)}"]
    if user:
        commands.append("sudo loginctl enable-linger $USER  # so that they run without you being logged in")
    return commands


def _secrets_missing(settings: Settings) -> list[str]:
    """Variables that are set here but that neither a unit nor its file of secrets gives to a service."""
    file = _folder(settings) / SECRETS
    given = file.read_text("utf-8", errors="replace") if file.exists() else ""
    names = {line.partition("=")[0].strip() for line in given.splitlines()} | {"PURVEYOR_HOME"}
    return sorted(name for name in os.environ if name.startswith("PURVEYOR_") and name not in names)


def _escaped(text: str) -> str:
    """Text where systemd would read % as a specifier. InputError for what no unit file can hold."""
    from warehouse.errors import InputError

    if not text.isprintable() or text != text.strip() or text.endswith("\\"):
        raise InputError(f"a unit file cannot hold the path {text!r}; rename the folder")
    return text.replace("%", "%%")


def _path(path: Path, *, wildcards: bool = False) -> str:
    """A path as the whole value of a setting: not quoted, there quotes would be part of it."""
    return _escaped(glob.escape(str(path)) if wildcards else str(path))


def _word(text: str) -> str:
    """A quoted word of a command line or an assignment."""
    return '"' + _escaped(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
