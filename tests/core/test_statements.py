"""Statements on security that no other test holds; the table of all of them is docs/statements.md."""

import ast
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kangjiansheng.core.markdown import render
from kangjiansheng.core.text import fold
from tests.support.critic import Critic

PACKAGE = Path(__file__).parents[2] / "kangjiansheng"
# Where a name that the program made itself stands in a statement: partitions of the search, schemas of a copy.
NAMES_OF_OUR_OWN = {
    "core/search/index.py",
    "core/copies/beside.py",
    "core/copies/loading.py",
    "core/copies/writing.py",
}


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """All calls of functions with these names, with the file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                named = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if named in names:
                    yield path.relative_to(PACKAGE).as_posix(), node


def test_no_statement_is_put_together_from_values() -> None:
    found = list(calls({"text", "exec_driver_sql", "literal_column"}))
    assert found, "the walk sees nothing"
    made = {path for path, call in found if call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)}
    assert made - NAMES_OF_OUR_OWN == set()


def test_a_percent_sign_is_searched_for_as_it_is(client: Callable[..., Critic]) -> None:
    admin = client("admin")
    assert "CAST-LEAD" in admin.get("/admin?q=lead").text
    for pattern in ("%", "_", "l%d", "%25"):
        assert "CAST-LEAD" not in admin.get("/admin", query_string={"q": pattern}).text


def test_no_template_is_made_from_text(client: Callable[..., Critic]) -> None:
    assert list(calls({"render_template_string"})) == []
    # Past the critic, who takes braces on a page for a template that was not rendered.
    text = FlaskClient.open(client("executive"), "/search", query_string={"q": "{{7*7}}${7*7}"}).text
    assert "{{7*7}}" in text and ">49<" not in text


@pytest.mark.parametrize("piece", ["[", "*", "`", "|a", "> ", "![](", "<a ", "\\", "&#", "~~", "甲", "# "])
def test_no_text_is_slow(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    render(text)
    fold(text)
    assert time.process_time() - began < 2


def test_no_foreign_origin_is_let_in(client: Callable[..., Critic]) -> None:
    for path in ("/projects", "/api/v1/projects"):
        answer = client("lead").get(path, headers={"Origin": "https://elsewhere.example"})
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118
    asked = client("lead").open(
        "/api/v1/projects", method="OPTIONS", headers={"Origin": "https://elsewhere.example"}
    )
    assert "Access-Control-Allow-Origin" not in asked.headers


def test_each_answer_names_its_type_and_encoding(client: Callable[..., Critic]) -> None:
    visitor = client("executive")
    for path in ("/", "/nowhere", "/api/v1/projects", "/projects.csv", "/healthz", "/metrics"):
        kind = visitor.get(path).headers["Content-Type"]
        assert "charset=utf-8" in kind or kind in ("application/json", "application/problem+json"), (
            path,
            kind,
        )


def test_secrets_are_not_compared_with_equals() -> None:
    """A word that names a secret stands on neither side of == or !=."""
    words = {"secret", "password", "token", "recovery_code"}
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                sides = [node.left, *node.comparators]
                named = {getattr(side, "id", getattr(side, "attr", "")) for side in sides}
                constant = any(isinstance(side, ast.Constant) for side in sides)
                if named & words and not constant:
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert found == []


def test_nothing_of_the_machine_is_shown(client: Callable[..., Critic], app: Flask) -> None:
    visitor = client(None)
    for path in (
        "/.git/config",
        "/.env",
        "/static/",
        "/wsgi.py",
        "/console",
        "/static/../wsgi.py",
        "/requirements.lock",
    ):
        answer = visitor.get(path)
        assert answer.status_code in (302, 404), path
        assert "import " not in answer.text and "[core]" not in answer.text
    assert not app.debug
    assert "Server" not in visitor.get("/healthz").headers


def test_a_token_in_an_address_opens_nothing(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    for name in ("token", "access_token", "api_key", "key", "session"):
        assert visitor.get("/api/v1/projects", query_string={name: "kjs_whatever"}).status_code == 401
