"""The command line: help, exits, one clear line, and nothing but JSON where JSON is asked for."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from kangjiansheng.cli import cli

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the tree, groups included."""
    yield path
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


EVERY = sorted(commands())


def test_the_promised_commands_are_there() -> None:
    promised = {
        ("serve",), ("worker",), ("db", "upgrade"), ("seed",), ("user", "create"), ("backup",), ("restore",),
        ("audit", "verify"), ("import", "portfolio"), ("import", "trial"), ("metrics",),
    }  # fmt: skip
    assert promised <= set(EVERY)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    from click.testing import CliRunner

    for flag in ("--help", "-h"):
        result = CliRunner().invoke(cli, [*path, flag])
        assert result.exit_code == 0 and "Usage:" in result.output
        assert len(result.output.split("\n\n")[1].strip()) > 10  # what it does, in a sentence


def one_line(done: "subprocess.CompletedProcess[str]", code: int = 1) -> str:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith("{")]
    assert "Traceback" not in done.stderr
    assert lines, done.stderr
    return lines[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"),
        ("KJS_DEMO", "2"),
        ("KJS_BASE_URL", "x"),
        ("KJS_SMTP_URL", "x"),
        ("KJS_DATABASE_URL", "x"),
        ("KJS_SECRET_KEY", "x"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(run_command: Run, name: str, value: str) -> None:
    assert name in one_line(run_command("serve", **{name: value}))


def test_a_database_that_cannot_be_reached_is_said(run_command: Run, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/no/such/folder/x.db"
    assert "database" in one_line(run_command("metrics", KJS_DATABASE_URL=missing))


def test_a_database_of_another_level_is_said_with_what_to_do(run_command: Run, tmp_path: Path) -> None:
    empty = f"sqlite:///{tmp_path}/empty.db"
    said = one_line(run_command("metrics", KJS_DATABASE_URL=empty))
    assert "kangjiansheng db upgrade" in said and f"{tmp_path}/empty.db holds no installation" in said


@pytest.mark.long
def test_upgrading_twice_changes_nothing(run_command: Run, tmp_path: Path) -> None:
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    assert run_command("db", "upgrade", KJS_DATABASE_URL=fresh).returncode == 0
    head = run_command("audit", "verify", "--json", KJS_DATABASE_URL=fresh).stdout
    assert run_command("db", "upgrade", KJS_DATABASE_URL=fresh).returncode == 0
    assert run_command("audit", "verify", "--json", KJS_DATABASE_URL=fresh).stdout == head


def test_no_demonstration_where_none_is_wanted(run_command: Run) -> None:
    assert "KJS_DEMO=0" in one_line(run_command("seed"))


@pytest.mark.long
def test_an_account_is_made_with_a_link(run_command: Run) -> None:
    done = run_command("user", "create", "Seat03@kjs.example", "--role", "auditor")
    assert done.returncode == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/link/[\w-]{43}\n", done.stdout)
    assert "email-taken" in one_line(run_command("user", "create", "seat03@kjs.example", "--role", "none"))


@pytest.mark.long
@pytest.mark.parametrize("email", ["x", "a b@c.example", "a@b@c.example"])
def test_what_is_no_address_makes_no_account(run_command: Run, email: str) -> None:
    assert run_command("user", "create", email, "--role", "none").returncode == 1


@pytest.mark.long
def test_wrong_words_are_answered_in_a_line(run_command: Run) -> None:
    for words in (["nonsense"], ["user", "create", "x@y.example"], ["user", "create", "x@y.example", "--role", "god"],
                  ["metrics", "--as-of", "tomorrow"], ["serve", "--workers", "0"]):  # fmt: skip
        done = run_command(*words)
        assert done.returncode == 2 and done.stderr.startswith("kangjiansheng: ") and done.stdout == "", words


@pytest.mark.long
def test_json_is_all_there_is_on_stdout(run_command: Run) -> None:
    for words in (["audit", "verify", "--json"], ["metrics", "--json"]):
        done = run_command(*words)
        assert done.returncode == 0, done.stderr
        assert isinstance(json.loads(done.stdout), dict)


def test_acting_as_somebody_who_is_not_there_is_refused(run_command: Run) -> None:
    done = run_command("metrics", "--as", "nobody@kjs.example")
    assert "nobody@kjs.example" in one_line(done)


@pytest.mark.long
def test_the_worker_runs_once_and_ends(run_command: Run) -> None:
    assert run_command("worker", "--once").returncode == 0


def test_the_version_is_said(run_command: Run) -> None:
    assert re.search(r"\d+\.\d+", run_command("--version").stdout)


@pytest.mark.parametrize(
    "typed",
    [
        ("metrics", "--as-of", "yesterday"), ("metrics", "--as-of", "0001-06-01"),
        ("metrics", "--as-of", "9999-12-31"), ("import", "portfolio", "/no/such/folder"), ("nosuch",),
        ("user", "create", "a@kjs.example"), ("user", "create", "a@kjs.example", "--role", "boss"),
        ("restore", "/no/such/file"), ("metrics", "--nosuch"),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_said_in_one_line(run_command: Run, typed: tuple[str, ...]) -> None:
    done = run_command(*typed)
    assert one_line(done, 2).startswith("kangjiansheng: ") and len(done.stderr.splitlines()) == 1


@pytest.mark.long
def test_whoever_is_named_does_no_more_than_on_the_pages(run_command: Run) -> None:
    folder = str(Path(__file__).parents[1] / "data" / "portfolio")
    for name, role in (("e@kjs.example", "executive"), ("n@kjs.example", "none")):
        assert run_command("user", "create", name, "--role", role).returncode == 0
    assert "may not" in one_line(run_command("import", "portfolio", folder, "--as", "n@kjs.example"))
    create = ("user", "create", "x@kjs.example", "--role", "admin", "--as")
    assert "may not" in one_line(run_command(*create, "e@kjs.example"))
    assert run_command("import", "portfolio", folder, "--as", "e@kjs.example").returncode == 0


@pytest.mark.long
def test_the_demonstration_is_not_even_loaded_where_others_could_reach_it(
    run_command: Run, tmp_path: Path
) -> None:
    fresh = {"KJS_DATABASE_URL": f"sqlite:///{tmp_path}/open.db", "KJS_DEMO": "1", "HOST": "0.0.0.0"}
    done = run_command("serve", "--first-run", **fresh)
    assert "well-known passwords" in one_line(done) and "Loading" not in done.stderr
