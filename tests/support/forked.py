"""The command line in a process of its own, forked from this one: what takes a fresh process longest, reading a thousand
modules, is done already.

The child has its own environment, output and end; whether a fresh process starts at all is seen by the tests that
start a server.
"""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import IO

from kangjiansheng.cli import main


def run(
    arguments: Sequence[str], environment: Mapping[str, str], *, timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """Run `kangjiansheng ARGUMENTS` and wait for its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # of forking with threads: the child uses none of them
            child = os.fork()
        if child == 0:
            _be(arguments, environment, out, err)
        code = _wait(child, timeout)
        said = [_text(file) for file in (out, err)]
    return subprocess.CompletedProcess(["kangjiansheng", *arguments], code, *said)


def _be(arguments: Sequence[str], environment: Mapping[str, str], out: IO[bytes], err: IO[bytes]) -> None:
    """Be the command, from here to the end of this process."""
    code = 70
    try:
        os.setsid()
        for number, file in ((1, out), (2, err)):
            os.dup2(file.fileno(), number)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        sys.argv = ["kangjiansheng", *arguments]
        os.environ.clear()
        os.environ.update(environment)
        logging.getLogger("kangjiansheng").handlers.clear()  # they write where this process wrote
        warnings.resetwarnings()
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, timeout: float) -> int:
    until = time.monotonic() + timeout
    pause = 0.001
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise TimeoutError(f"no end after {timeout} s")
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8")
