"""How a process of ours is started."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import IO


def start(
    module: str, *, stdout: int | IO[bytes], stderr: int | IO[bytes], env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that runs `main` of a module, with a pipe to its standard input.

    A session of its own keeps Ctrl-C from reaching it before its parent has decided what to do. No module is taken from
    the folder it is started in (-P). Python looks for garbage only once all is loaded: nothing of that is any, and
    looking slows the start.
    """
    code = f"import gc; gc.disable(); from {module} import main; gc.freeze(); gc.enable(); main()"
    return subprocess.Popen(  # noqa: S603 (the module's name is one of ours)
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        env=env,
    )
