"""What is true of institutions, agreements and joint laboratories, and the catalogue of acts."""

import json
import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

REFERENCE = Path(__file__).parent / "reference"
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
RENEWAL_MONTHS = 6  # before the end of an agreement, talks about its renewal should begin

# Kinds, capacities and states: code → what it is called. The order is that in which they are offered.
KINDS: Mapping[str, Any] = {
    "framework": _l("框架协议"),
    "joint_lab": _l("联合实验室协议"),
    "transfer": _l("成果转让协议"),
    "trial": _l("临床研究协议"),
    "confidentiality": _l("保密协议"),
    "other": _l("其他协议"),
}
CAPACITIES: Mapping[str, Any] = {
    "signatory": _l("签约方"),
    "implementing": _l("实施主体"),
    "witness": _l("见证方"),
}
LEVELS: Mapping[str, Any] = {"open": _l("公开"), "parties": _l("各方可见"), "team": _l("团队可见")}
LIVES: Mapping[str, Any] = {
    "proposed": _l("筹划中"),
    "set_up": _l("建设中"),
    "operating": _l("运行中"),
    "review": _l("评估中"),
    "closed": _l("已关闭"),
}
# Which state may follow which. A closed laboratory stays closed.
STEPS: Mapping[str, tuple[str, ...]] = {
    "proposed": ("set_up", "closed"),
    "set_up": ("operating", "closed"),
    "operating": ("review", "closed"),
    "review": ("operating", "closed"),
    "closed": (),
}
PARTNER_ROLES: Mapping[str, Any] = {"lead": _l("牵头单位"), "partner": _l("合作单位")}
LAB_ROLES: Mapping[str, Any] = {
    "director": _l("主任"),
    "co_director": _l("副主任"),
    "scientist": _l("科研人员"),
}
DIRECTORS = ("director", "co_director")
INSTITUTION_ROLES: Mapping[str, Any] = {"contact": _l("联络人"), "member": _l("一般成员")}

THINGS: Mapping[str, Any] = {
    "institution": _l("机构"),
    "agreement": _l("协议"),
    "joint_lab": _l("联合实验室"),
}
ACTS: Mapping[str, Any] = {
    "labs:institution:create": _l("登记机构"),
    "labs:institution:edit": _l("修改机构资料"),
    "labs:institution:join": _l("登记机构成员"),
    "labs:institution:leave": _l("结束机构成员身份"),
    "labs:institution:archive": _l("归档机构"),
    "labs:institution:restore": _l("恢复机构"),
    "labs:agreement:create": _l("登记协议"),
    "labs:agreement:edit": _l("修改协议"),
    "labs:agreement:archive": _l("归档协议"),
    "labs:agreement:restore": _l("恢复协议"),
    "labs:lab:create": _l("登记联合实验室"),
    "labs:lab:edit": _l("修改联合实验室"),
    "labs:lab:step": _l("变更实验室状态"),
    "labs:lab:contribute": _l("修改各方分工"),
    "labs:lab:join": _l("加入实验室成员"),
    "labs:lab:leave": _l("结束实验室成员身份"),
    "labs:lab:archive": _l("归档联合实验室"),
    "labs:lab:restore": _l("恢复联合实验室"),
}


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


def check_code(code: str) -> None:
    """Refuse a code that could not stand in an address: two to forty of A-Z, 0-9 and hyphen."""
    if not CODE.fullmatch(code):
        raise RuleBroken("labs:code-shape", "code")


def check_one_of(value: str, known: Collection[str], field: str) -> None:
    """Refuse a value that is not in the vocabulary."""
    if value not in known:
        raise RuleBroken("labs:not-offered", field)


def check_sectors(codes: Iterable[str]) -> None:
    """Refuse a sector that is none of the six."""
    for code in codes:
        check_one_of(code, sectors(), "sector_codes")


def check_dates(
    *,
    signed_on: date | None,
    year_inferred: bool,
    effective_on: date | None,
    expires_on: date | None,
    today: date,
) -> None:
    """Refuse dates of an agreement that contradict each other.

    Nothing is signed in the future; an inferred year needs a day; an agreement ends after it was signed and
    after it took effect. It may take effect before it was signed: parties do agree so.
    """
    if signed_on and signed_on > today:
        raise RuleBroken("labs:signed-in-future", "signed_on")
    if year_inferred and signed_on is None:
        raise RuleBroken("labs:inferred-without-day", "signed_on")
    for earlier in filter(None, (signed_on, effective_on)):
        if expires_on and expires_on <= earlier:
            raise RuleBroken("labs:ends-too-early", "expires_on", day=earlier.isoformat())


def check_membership(valid_from: date, valid_to: date | None) -> None:
    """Refuse a membership that ends before it begins."""
    if valid_to and valid_to < valid_from:
        raise RuleBroken("labs:ends-before-beginning", "valid_to", day=valid_from.isoformat())


def check_signatories(codes: Collection[str]) -> None:
    """Refuse an agreement of fewer than two signatories."""
    if len(set(codes)) < 2:
        raise RuleBroken("labs:too-few-signatories", "signatory_codes")


def check_step(now: str, wanted: str, *, accepted_on: date | None) -> None:
    """Refuse a step in a laboratory's life that is not allowed, and operation before acceptance."""
    if wanted not in STEPS[now]:
        raise RuleBroken("labs:step-not-allowed", "life")
    if wanted == "operating" and accepted_on is None:
        raise RuleBroken("labs:not-accepted", "accepted_on")


def check_archivable(life: str) -> None:
    """Refuse to put away a laboratory that is at work: it must be closed, or never have begun."""
    if life not in ("proposed", "closed"):
        raise RuleBroken("labs:lab-at-work")


def check_unused(codes: Collection[str]) -> None:
    """Refuse to put away what others still rest on, and name these."""
    if codes:
        raise RuleBroken("labs:in-use", None, by=" · ".join(sorted(codes)))


def renewal_due(expires_on: date) -> date:
    """The day by which talks about renewal should begin: six months before the end."""
    months = expires_on.year * 12 + expires_on.month - 1 - RENEWAL_MONTHS
    year, month = divmod(months, 12)
    return date(year, month + 1, min(expires_on.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Term:
    """How much of an agreement's time has gone by: whole months, and a share of 0 to 100."""

    passed: int
    left: int
    percent: int


def term(begins: date | None, ends: date | None, today: date) -> Term | None:
    """The term of an agreement as it stands on a day; None when its source does not state both ends."""
    if begins is None or ends is None or ends <= begins:
        return None
    day = min(max(today, begins), ends)
    percent = round(100 * (day - begins).days / (ends - begins).days)
    return Term(_months(begins, day), _months(day, ends), percent)


def _months(first: date, last: date) -> int:
    whole = (last.year - first.year) * 12 + last.month - first.month
    return max(whole - (last.day < first.day), 0)


@cache
def reference(name: str) -> list[dict[str, Any]]:
    """The founding facts as they stand in the package: `institutions` or `agreements`."""
    found: list[dict[str, Any]] = json.loads((REFERENCE / f"{name}.json").read_text("utf-8"))
    return found


@cache
def reference_texts() -> Mapping[str, Mapping[str, str]]:
    """Every text of the founding facts by its Simplified form, so that it can be shown in each script."""
    found: dict[str, Mapping[str, str]] = {}

    def collect(node: Any) -> None:
        if isinstance(node, dict) and {"hans", "hant", "en"} <= node.keys():
            found[node["hans"]] = node
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            collect(child)

    collect(reference("institutions"))
    collect(reference("agreements"))
    return found


def year_reasons(code: str) -> list[Mapping[str, str]]:
    """Why the year of a founding agreement is inferred, in three scripts; empty for any other."""
    return next((row.get("year_reasons", []) for row in reference("agreements") if row["code"] == code), [])


def renewal_note(expires_on: date | None, today: date) -> date | None:
    """The day to name when an agreement ends within a year and has not ended: see `renewal_due`."""
    if expires_on is None or not 0 <= (expires_on - today).days <= 366:
        return None
    return renewal_due(expires_on)
