"""What every operation does with what it is given: an act that forgets its actor or the version seen is found here,
without a test of its own."""

import ast
import re
from pathlib import Path

from kangjiansheng.app import ACTS
from tests.house.test_conventions import name, sources

GIVEN = ("actor", "version")
LOADERS = {
    "year:actor",
    "robot:actor",
    "post:actor",
}  # of what administrators alone come near, and all of them


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
    """The actor goes into the trail, the version into `expect`. On the ground the acts stand beside loaders."""
    wrong = [
        f"{name(path)} {found}" for path in _operations() for found in unused(ast.parse(path.read_text()))
    ]
    ground = [path for path in sources() if "core" in path.parts]
    seen = [found for path in ground for found in unused(ast.parse(path.read_text()))]
    wrong += [found for found in seen if found not in LOADERS]
    assert not wrong, wrong


def test_what_is_not_looked_at_is_found() -> None:
    forgotten = ast.parse("def withdraw(lease, *, actor, version):\n    record('x', lease, actor=actor)\n")
    assert unused(forgotten) == ["withdraw:version"]
    assert len(_operations()) > 60


def test_every_act_that_the_trail_knows_is_recorded_somewhere() -> None:
    """An act that the catalogue names and nothing records is one that happens without a trace, or no more."""
    written = _written([path for path in sources() if "rules" not in path.parts])
    lost = [act for acts in ACTS for act in acts if not written.fullmatch(act)]
    assert not lost, lost


def _written(paths: list[Path]) -> re.Pattern[str]:
    """What strings of the code can say an act, but for the keys of catalogues; what is put into one says anything."""
    found: set[str] = set()
    for path in paths:
        tree = ast.parse(path.read_text())
        keys = {key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                if re.search(r":\w|\w:", "".join(part or "" for part in parts)):
                    found.add("".join(re.escape(part) if part else r"[\w:-]+" for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in keys:
                found.add(re.escape(node.value))
    return re.compile("|".join(one for one in found if ":" in one and len(one) < 80))
