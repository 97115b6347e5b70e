"""`audit verify`: silent praise with exit 0, or each broken thing by name with exit 1."""

import json
import subprocess
from collections.abc import Callable

import pytest

from tests.support.tampering import tamper

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.long
def test_a_whole_trail_is_said_to_be_whole(run_command: Run) -> None:
    done = run_command("audit", "verify")
    assert done.returncode == 0 and "whole" in done.stdout
    assert json.loads(run_command("audit", "verify", "--json").stdout)["problems"] == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_entry SET actor_label = '系銃' WHERE seq = 1", "audit_entry seq 1 "),
        ("DELETE FROM audit_entry WHERE seq = 1", "seq 1 is missing"),
        ("UPDATE revision SET version = 7 WHERE id = 1", "revision id 1: was changed"),
        ("DELETE FROM revision WHERE id = 1", "audit_entry seq 1 "),
    ],
)
def test_what_was_changed_is_named(run_command: Run, statement: str, named: str) -> None:
    tamper(run_command.url, statement)  # type: ignore[attr-defined]
    done = run_command("audit", "verify")
    assert done.returncode == 1 and named in done.stdout and "broken" in done.stdout
    found = run_command("audit", "verify", "--json")
    assert found.returncode == 1
    assert any(named in line for line in json.loads(found.stdout)["problems"])
