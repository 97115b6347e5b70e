"""What deploy/ says is what the product understands."""

import re
import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest

from kangjiansheng.cli import cli
from kangjiansheng.core.config import BadSetting, read_settings
from tests.support import composition

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def _parses(words: list[str]) -> None:
    """The words after the name of the program are a command and its options, as the command line reads them."""
    context = cli.make_context("kangjiansheng", list(words), resilient_parsing=False)
    command, group = cli, context
    while words := [*group._protected_args, *group.args]:
        _name, found, words = command.resolve_command(group, words)  # type: ignore[attr-defined]
        assert found is not None
        command, group = found, found.make_context(_name, words, parent=group)
        if not hasattr(command, "resolve_command"):
            return


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_units_start_what_is_there(unit: Path) -> None:
    read = RawConfigParser(strict=False, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit.read_text("utf-8"))
    program, *words = shlex.split(read["Service"]["ExecStart"])
    assert program == "/opt/kangjiansheng/.venv/bin/kangjiansheng"
    _parses(words)
    assert read["Service"]["ProtectSystem"] == "strict" and read["Service"]["User"] == "kangjiansheng"


def test_a_command_is_run_as_the_services_are() -> None:
    path = DEPLOY / "kangjiansheng"
    command = path.read_text("utf-8").partition("\nexec ")[2].replace("\\\n", " ")
    words = shlex.split(command)
    unit = UNITS[0].read_text("utf-8")
    held = dict(word.removeprefix("--property=").split("=", 1) for word in words if "--property=" in word)
    assert (
        held == {key: value for key, value in re.findall(r"^(\w+)=(.+)$", unit, re.M) if key in held}
        and len(held) == 4
    )
    assert "User=kangjiansheng" in unit and "--uid=kangjiansheng" in words
    assert words[-2:] == ["/opt/kangjiansheng/.venv/bin/kangjiansheng", "$@"]
    assert path.stat().st_mode & 0o111 == 0o111
    for page in ("operations.md", "operations.zh-Hans.md"):
        assert "`deploy/kangjiansheng`" in (ROOT / "docs" / page).read_text("utf-8")


def test_containers_start_what_is_there() -> None:
    texts = (DEPLOY / "Containerfile").read_text("utf-8"), (DEPLOY / "compose.yaml").read_text("utf-8")
    found = [re.findall(r"bin/kangjiansheng\"?, ([^\]]+)\]", text) for text in texts]
    assert [len(commands) for commands in found] == [1, 2]
    for command in (command for commands in found for command in commands):
        _parses([word.strip(' "') for word in command.split(",")])


def test_only_settings_that_are_there_are_set(tmp_path: Path) -> None:
    named = re.findall(r"^\| (`KJS_[^|]+)\|", (ROOT / "README.md").read_text("utf-8"), re.M)
    known = {name for cell in named for name in re.findall(r"KJS_[A-Z_]+", cell)}
    for path in (path for path in DEPLOY.rglob("*") if path.is_file()):
        assert set(re.findall(r"KJS_[A-Z_]+", path.read_text("utf-8"))) <= known, path.name
    lines = (DEPLOY / "kangjiansheng.env").read_text("utf-8").splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    settings["KJS_INSTANCE"] = str(tmp_path)
    with pytest.raises(BadSetting, match="KJS_SECRET_KEY"):
        read_settings(settings)  # a key that everybody can read here would sign everybody's sessions
    made = read_settings(settings | {"KJS_SECRET_KEY": "0123456789abcdef"})
    assert made.secure and not made.demo and made.proxies


def test_only_the_step_that_migrates_knows_the_owner() -> None:
    given = {
        "OWNER_PASSWORD": "secret0",
        "APP_PASSWORD": "secret1",
        "KJS_SECRET_KEY": "k" * 16,
        "KJS_BASE_URL": "https://x",
    }
    level, node = (composition.environment(service, given) for service in ("level", "app1"))
    assert "secret0" in level["KJS_OWNER_URL"] and not any("secret0" in value for value in node.values())
    assert level["KJS_DATABASE_URL"] == node["KJS_DATABASE_URL"] != level["KJS_OWNER_URL"]
    assert node == composition.environment("app2", given) == composition.environment("worker", given)
    with pytest.raises(KeyError, match="APP_PASSWORD"):
        composition.environment("app1", given | {"APP_PASSWORD": ""})


def test_the_proxy_in_front_keeps_no_secret_of_a_link() -> None:
    servers = (DEPLOY / "nginx.conf").read_text("utf-8").split("\nserver {")[1:]
    assert len(servers) == 2 and all("access_log off;" in server for server in servers)
