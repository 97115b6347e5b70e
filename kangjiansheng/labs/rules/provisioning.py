"""A list of people as it comes from a directory: one line a person, read into what is wanted of each.

An empty cell leaves things as they are; a hyphen clears them. Who is not in the list is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.accounts.rules import ROLES
from kangjiansheng.core.text import fold

COLUMNS: dict[str, Any] = {
    "code": _l("编号"),
    "email": _l("工作邮箱"),
    "name_hans": _l("称呼（简体）"),
    "name_hant": _l("称呼（繁体）"),
    "name_en": _l("称呼（英文）"),
    "title": _l("职务"),
    "institution": _l("所属机构"),
    "roles": _l("系统角色"),
    "active": _l("可登录"),
    "sso": _l("首次单点登录可按邮箱绑定"),
}
CLEARED = "-"
# What a heading, a role and a yes may be called, as `fold` leaves it: in either script, with brackets of either width.
_ALIASES = {
    "编号": "code", "工号": "code", "邮箱": "email", "工作邮箱": "email", "e-mail": "email", "电邮": "email", "工作电邮": "email",
    "work email": "email", "称呼": "name_hans", "姓名": "name_hans", "称呼(简体)": "name_hans", "称呼(繁体)": "name_hant",
    "称呼(英文)": "name_en", "职务": "title", "机构": "institution", "所属机构": "institution", "系统角色": "roles", "角色": "roles",
    "可登录": "active", "可登入": "active", "在职": "active", "单点登录": "sso", "单一登入": "sso",
    "首次单点登录可按邮箱绑定": "sso", "首次单一登入可按电邮绑定": "sso",
}  # fmt: skip
_FLAGS = {"是": True, "yes": True, "true": True, "1": True, "y": True} | {
    "否": False, "no": False, "false": False, "0": False, "n": False,
}  # fmt: skip
_ROLES = {
    "系统管理员": "admin",
    "管理员": "admin",
    "安全管理员": "security",
    "执行管理层": "executive",
    "审计员": "auditor",
}
HEADING_WITHIN = 10  # lines in which the heading is looked for: some lists begin with their title
LONGEST = 200


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: its line, column and text; `code` and `facts` make the sentence."""

    line: int
    column: str
    value: str
    code: str
    facts: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What one line says of a person; columns that are empty are left out."""

    line: int
    values: dict[str, str]

    def flag(self, column: str) -> bool | None:
        """Yes or no; None when the line does not say."""
        return _FLAGS.get(fold(self.values.get(column, "")))

    def several(self, column: str) -> set[str] | None:
        """The words of a cell, such as roles; None when the line does not say, nothing when it is cleared."""
        text = self.values.get(column)
        if text is None:
            return None
        words = text.replace("；", ";").replace("，", ";").replace("、", ";").replace(",", ";").split(";")
        found = {word.strip() for word in words} - {"", CLEARED}
        return {_ROLES.get(fold(word), word.casefold()) for word in found} if column == "roles" else found

    def text(self, column: str) -> str | None:
        """The text of a cell, empty when it is cleared; None when the line does not say."""
        found = self.values.get(column)
        return "" if found == CLEARED else found


def read(rows: Sequence[tuple[int, dict[int, str]]]) -> tuple[list[Wanted], list[Problem]]:
    """The lines of a list, (number, cells by column), the heading first; and what is wrong in them."""
    if not rows:
        return [], [Problem(1, "", "", "labs:provision-empty")]
    at = next((n for n, (_line, cells) in enumerate(rows[:HEADING_WITHIN]) if _names_email(cells)), 0)
    heading, problems = _heading(*rows[at])
    if "email" not in heading.values():
        problems.append(Problem(rows[at][0], "email", "", "labs:provision-heading"))
    if problems:
        return [], problems
    wanted: list[Wanted] = []
    seen: dict[str, int] = {}
    for line, cells in rows[at + 1 :]:
        one = Wanted(
            line, {heading[at]: text.strip() for at, text in cells.items() if at in heading and text.strip()}
        )
        if not one.values:
            continue
        wanted.append(one)
        problems += _check(one, seen)
    return wanted, problems


def _column(text: str) -> str:
    word = fold(" ".join(text.split()))
    return _ALIASES.get(word, word)


def _names_email(cells: dict[int, str]) -> bool:
    return any(_column(text) == "email" for text in cells.values())


def _heading(line: int, cells: dict[int, str]) -> tuple[dict[int, str], list[Problem]]:
    found: dict[int, str] = {}
    problems = []
    for at, text in cells.items():
        column = _column(text)
        if column not in COLUMNS or column in found.values():
            problems.append(Problem(line, "", text, "labs:provision-column"))
        found[at] = column
    return found, problems


def _check(one: Wanted, seen: dict[str, int]) -> list[Problem]:
    found = []

    def wrong(column: str, code: str, **facts: Any) -> None:
        found.append(Problem(one.line, column, one.values.get(column, ""), code, tuple(facts.items())))

    email = one.values.get("email", "").casefold()
    if not email or email == CLEARED:
        wrong("email", "labs:provision-address")
    elif email in seen:
        wrong("email", "labs:provision-twice", line=seen[email])
    seen.setdefault(email, one.line)
    for column in ("active", "sso"):
        if column in one.values and one.flag(column) is None:
            wrong(column, "labs:provision-flag")
    for role in sorted((one.several("roles") or set()) - set(ROLES)):
        wrong("roles", "labs:provision-role", role=role, known=" / ".join(ROLES))
    for column, text in one.values.items():
        if len(text) > LONGEST:
            wrong(column, "labs:provision-long", most=LONGEST)
    return found
