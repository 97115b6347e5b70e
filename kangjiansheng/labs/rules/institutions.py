"""What is true of institutions: their sectors, and the roles of their people."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l

from .checks import check_one_of
from .reference import REFERENCE

INSTITUTION_ROLES: Mapping[str, Any] = {"contact": _l("联络人"), "member": _l("一般成员")}


@dataclass(frozen=True)
class Sector:
    """One of the six sectors 政产学研医资, with its one-character sign and its name in three scripts."""

    code: str
    sign: Mapping[str, str]
    name: Mapping[str, str]


@cache
def sectors() -> Mapping[str, Sector]:
    """The six sectors in their customary order, by code."""
    rows = json.loads((REFERENCE / "sectors.json").read_text("utf-8"))
    return {row["code"]: Sector(row["code"], row["sign"], row["name"]) for row in rows}


def check_sectors(codes: Iterable[str]) -> None:
    """Refuse a sector that is none of the six."""
    for code in codes:
        check_one_of(code, sectors(), "sector_codes")
