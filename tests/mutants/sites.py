"""Where a fault can be planted: each site is a stretch of one file and what stands there instead."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = ("guard", "version", "escape", "audit", "transaction")


@dataclass(frozen=True)
class Site:
    """One fault: characters `start` to `end` of `path` become `instead`."""

    kind: str
    path: str
    line: int
    start: int
    end: int
    instead: str
    was: str

    def plant(self, root: Path) -> None:
        """Change the file under this root."""
        target = root / self.path
        text = target.read_text("utf-8")
        target.write_text(text[: self.start] + self.instead + text[self.end :], "utf-8")


def all_sites(root: Path) -> list[Site]:
    """Every site of the product, in the order of files and lines."""
    found: list[Site] = []
    for path in sorted((root / "kangjiansheng").rglob("*.py")):
        found += _of_code(path, str(path.relative_to(root)))
    for path in sorted((root / "kangjiansheng").rglob("*.html")):
        found += _of_template(path.read_text("utf-8"), str(path.relative_to(root)))
    return found


def _of_code(path: Path, name: str) -> Iterator[Site]:
    text = path.read_text("utf-8")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    raw = text.encode()

    def at(kind: str, node: ast.AST, instead: str) -> Site:
        first = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        last = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        start, end = len(raw[:first].decode()), len(raw[:last].decode())
        return Site(kind, name, node.lineno, start, end, instead, text[start:end])  # type: ignore[attr-defined]

    for node in ast.walk(ast.parse(text)):
        if kind_and_instead := _fault(node, name):
            yield at(kind_and_instead[0], kind_and_instead[1], kind_and_instead[2])


def _fault(node: ast.AST, name: str) -> tuple[str, ast.AST, str] | None:
    match node:
        # A policy that lets everybody do it.
        case ast.Return(value=ast.expr() as answer) if "/policies" in name and _decides(answer):
            return "guard", answer, "True"
        # A rule that refuses nothing.
        case ast.If(test=test, body=[ast.Raise(exc=ast.Call(func=ast.Name(id="RuleBroken"))), *_]):
            return "guard", test, "False"
        # A form that is never stale.
        case ast.Expr(value=ast.Call(func=ast.Name(id="expect"))):
            return "version", node, "pass"
        case ast.Compare(left=ast.Attribute(attr="version"), ops=[ast.NotEq()]):
            return "version", node, "False"
        # Words of people as they are.
        case ast.Call(func=ast.Name(id="escape"), args=[ast.expr() as words]):
            return "escape", node, f"Markup({ast.unparse(words)})"
        # An act that the trail does not know.
        case ast.Expr(value=ast.Call(func=ast.Name(id="record"))):
            return "audit", node, "pass"
        # A row that is not held, a part that is not taken back alone.
        case ast.Call(func=ast.Attribute(value=query, attr="with_for_update")):
            return "transaction", node, ast.unparse(query)
        case ast.Call(func=ast.Attribute(attr="begin_nested")):
            return "transaction", node, "__import__('contextlib').nullcontext()"
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="rollback"))):
            return "transaction", node, "pass"
    return None


def _decides(answer: ast.expr) -> bool:
    """Whether a policy's answer is yes or no, and not always yes."""
    return isinstance(answer, ast.BoolOp | ast.Compare | ast.UnaryOp)


# Words that people type; codes and days hold nothing to escape.
SHOWN = re.compile(
    r"{{-?\s*((?:[a-z_]+\.)+(?:name|title|note|text|reason|label|words|place|remark|purpose|subject|wording))\s*-?}}"
)


def _of_template(text: str, name: str) -> Iterator[Site]:
    for found in SHOWN.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Site("escape", name, line, found.end(1), found.end(1), "|safe", f"{{{{ {found[1]} }}}}")
