"""The first run is done by a process of its own, so that the server starts without what it took."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from kangjiansheng import serving

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the process holds; the server tells it instead of serving."""
    things = list[str]()
    monkeypatch.setattr(serving, "run", lambda *_of, **_more: click.echo(f"serves with {things}"))
    return things


def test_the_server_starts_without_what_it_took(
    held: list[str], run_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring_up(_settings: object) -> None:
        held.append("a demonstration")
        click.echo(f"brought up with {held}")

    monkeypatch.setattr(serving, "_bring_up", bring_up)
    found = run_command("serve", "--first-run")
    assert found.stdout == "brought up with ['a demonstration']\nserves with []\n"
    assert found.returncode == 0


def test_what_it_refuses_is_said_once_and_nothing_is_served(
    held: list[str], run_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bring_up(_settings: object) -> None:
        raise click.ClickException("the disk is full")

    monkeypatch.setattr(serving, "_bring_up", bring_up)
    found = run_command("serve", "--first-run")
    assert (found.stdout, found.returncode) == ("", 1)
    assert found.stderr == "kangjiansheng: the disk is full\n"


def test_one_that_was_killed_counts_as_refused(
    held: list[str], run_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_bring_up", lambda _settings: os.kill(os.getpid(), signal.SIGKILL))
    found = run_command("serve", "--first-run")
    assert (found.stdout, found.returncode) == ("", signal.SIGKILL)


def test_it_ends_with_the_server_that_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "process"

    def bring_up(_settings: object) -> None:
        told.write_text(str(os.getpid()))
        time.sleep(60)

    monkeypatch.setattr(serving, "_bring_up", bring_up)
    server = os.fork()
    if server == 0:
        try:
            serving.prepare(None)  # type: ignore[arg-type]
        finally:
            os._exit(0)
    _until(lambda: told.exists() and told.read_text())
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    _until(lambda: not _lives(int(told.read_text())))


def _until(seen: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.01)


def _lives(process: int) -> bool:
    """A process that has ended and for which nobody has asked counts as ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
