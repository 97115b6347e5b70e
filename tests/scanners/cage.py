"""The cage: the whole disk can be read and nothing but one folder written; no network but a loopback of its own.

A scanner writes wherever its payloads point when the product has a fault; inside, that is a folder to be thrown away.
"""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".build" / "scanners"
WORK = HOME / "work"
INSIDE = "KJS_SCAN_CAGED"


def inside() -> bool:
    """True in the cage."""
    return INSIDE in os.environ


def enter(arguments: list[str]) -> None:
    """Begin `python -m tests.scanners` again inside the cage, with an empty folder for what it writes."""
    if shutil.which("bwrap") is None:
        sys.exit("bwrap is needed for the cage (on Debian: apt-get install bubblewrap)")
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    os.environ[INSIDE] = "1"
    os.environ["HOME"] = str(WORK)
    os.chdir(ROOT)
    os.execvp("bwrap", [*around(WORK), "--unshare-net", sys.executable, "-m", "tests.scanners", *arguments])


def around(writable: Path) -> list[str]:
    """The command before another one, so that it can write into one folder alone and ends with its parent."""
    named = str(writable)
    kept = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    return ["bwrap", *kept, "--bind", named, named, "--unshare-pid", "--die-with-parent"]
