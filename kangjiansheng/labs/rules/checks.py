"""What is checked of every thing of this floor."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
LEVELS: Mapping[str, Any] = {"open": _l("公开"), "parties": _l("各方可见"), "team": _l("团队可见")}


def check_code(code: str) -> None:
    """Refuse a code that could not stand in an address: two to forty of A-Z, 0-9 and hyphen."""
    if not CODE.fullmatch(code):
        raise RuleBroken("labs:code-shape", "code")


def check_one_of(value: str, known: Collection[str], field: str) -> None:
    """Refuse a value that is not in the vocabulary."""
    if value not in known:
        raise RuleBroken("labs:not-offered", field)


def check_membership(valid_from: date, valid_to: date | None) -> None:
    """Refuse a membership that ends before it begins."""
    if valid_to and valid_to < valid_from:
        raise RuleBroken("labs:ends-before-beginning", "valid_to", day=valid_from.isoformat())


def check_unused(codes: Collection[str]) -> None:
    """Refuse to put away what others still rest on, and name these."""
    if codes:
        raise RuleBroken("labs:in-use", None, by=" · ".join(sorted(codes)))
