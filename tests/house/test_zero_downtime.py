"""Steps of the schema that the release before can live with: it goes on answering while nodes are replaced one by one.

Expand first; take away one release later, in a step that says `needs_a_stop` and why.
"""

import ast
from collections.abc import Iterator

import pytest

from kangjiansheng.core import schema

SINCE = "0070"  # steps before were made for installations that are stopped while they are upgraded
STEPS = sorted(path for path in (schema.MIGRATIONS / "versions").glob("*.py") if path.name[:4] > SINCE)
TAKEN_AWAY = {"drop_table", "drop_column", "rename_table"}


def breaks(source: str) -> Iterator[str]:
    """What in `upgrade` a release that does not know the step would stumble over."""
    tree = ast.parse(source)
    (upgrade,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    for call in (node for node in ast.walk(upgrade) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        given = {word.arg: word.value for word in call.keywords}
        if name in TAKEN_AWAY:
            yield name
        if name == "alter_column" and (
            {"new_column_name", "type_"} & set(given) or _is(given, "nullable", False)
        ):
            yield "a column is changed under whoever writes it"
        if name == "add_column" and _refuses_old_rows(call):
            yield "a new column that the release before does not fill"


def _is(given: dict[str | None, ast.expr], word: str, value: object) -> bool:
    found = given.get(word)
    return isinstance(found, ast.Constant) and found.value is value


def _refuses_old_rows(call: ast.Call) -> bool:
    columns = [arg for arg in call.args if isinstance(arg, ast.Call)]
    given = {word.arg: word.value for column in columns for word in column.keywords}
    return _is(given, "nullable", False) and "server_default" not in given


@pytest.mark.parametrize(
    ("line", "breaking"),
    [
        ('op.add_column("t", sa.Column("c", sa.Text(), nullable=True))', False),
        ('op.add_column("t", sa.Column("c", sa.Text(), nullable=False, server_default=""))', False),
        ('op.create_table("t", sa.Column("c", sa.Text(), nullable=False))', False),
        ('op.add_column("t", sa.Column("c", sa.Text(), nullable=False))', True),
        ('op.drop_column("t", "c")', True),
        ('op.drop_table("t")', True),
        ('op.rename_table("t", "u")', True),
        ('table.alter_column("c", nullable=False)', True),
        ('table.alter_column("c", new_column_name="d")', True),
        ('table.alter_column("c", server_default=None, nullable=True)', False),
    ],
)
def test_the_check_knows_what_breaks(line: str, breaking: bool) -> None:
    assert bool(list(breaks(f"def upgrade():\n    {line}\n"))) is breaking


def test_the_release_before_can_live_with_each_step() -> None:
    said = {step.name: step.read_text("utf-8") for step in STEPS}
    assert said, "the check looks at nothing"
    unnamed = [source for source in said.items() if "needs_a_stop = " not in source[1]]
    assert {name: found for name, source in unnamed if (found := list(breaks(source)))} == {}
