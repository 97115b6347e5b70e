"""What every operation does with what it is given: an act that forgets its actor or the version seen is found here,
without a test of its own."""

import ast
from pathlib import Path

from tests.house.test_conventions import name, sources

GIVEN = ("actor", "version")


def unused(tree: ast.Module) -> list[str]:
    """`function:parameter` for what a function is given and never looks at."""
    return [
        f"{node.name}:{argument.arg}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.arg in GIVEN and argument.arg not in _read(node)
    ]


def _read(function: ast.FunctionDef) -> set[str]:
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def _operations() -> list[Path]:
    return [
        path for path in sources() if "operations" in (path.stem, path.parent.name, path.parent.parent.name)
    ]


def test_an_operation_looks_at_who_acts_and_at_the_version_seen() -> None:
    """The actor goes into the trail, the version into `expect`."""
    wrong = [
        f"{name(path)} {found}" for path in _operations() for found in unused(ast.parse(path.read_text()))
    ]
    assert not wrong, wrong


def test_what_is_not_looked_at_is_found() -> None:
    forgotten = ast.parse("def withdraw(lease, *, actor, version):\n    record('x', lease, actor=actor)\n")
    assert unused(forgotten) == ["withdraw:version"]
    assert len(_operations()) > 60
