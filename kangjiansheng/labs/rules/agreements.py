"""What is true of agreements: kinds, capacities, dates, and how much of their term has gone by."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

from .reference import reference

RENEWAL_MONTHS = (
    6  # before the end of an agreement, talks about its renewal should begin, unless it says otherwise
)
MOST_MONTHS = 60

LONGEST_NUMBER = 20  # characters of the number of a clause

KINDS: Mapping[str, Any] = {
    "framework": _l("框架协议"),
    "joint_lab": _l("联合实验室协议"),
    "transfer": _l("成果转让协议"),
    "trial": _l("临床研究协议"),
    "confidentiality": _l("保密协议"),
    "other": _l("其他协议"),
}
DOCUMENTS: Mapping[str, Any] = {
    "text": _l("协议文本"),
    "annex": _l("附件"),
    "amendment": _l("补充协议"),
    "other": _l("其他材料"),
}
CAPACITIES: Mapping[str, Any] = {
    "signatory": _l("签约方"),
    "implementing": _l("实施主体"),
    "witness": _l("见证方"),
}


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


def check_signatories(codes: Collection[str]) -> None:
    """Refuse an agreement of fewer than two signatories."""
    if len(set(codes)) < 2:
        raise RuleBroken("labs:too-few-signatories", "signatory_codes")


def clauses(lines: str) -> list[tuple[str, str]]:
    """The clauses typed, one on each line: a number, a blank, the text. Refuses a line without text and a number
    that stands twice."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        number, _blank, said = line.partition(" ")
        if not said.strip() or len(number) > LONGEST_NUMBER:
            raise RuleBroken("labs:clause-shape", "clause_lines", line=line[:40])
        if number in found:
            raise RuleBroken("labs:clause-twice", "clause_lines", number=number)
        found[number] = said.strip()
    return list(found.items())


def check_renewal(months: int | None) -> None:
    """Refuse a lead time that is none: 0 to 60 months."""
    if months is None or not 0 <= months <= MOST_MONTHS:
        raise RuleBroken("labs:renewal-months", "renewal_months", most=MOST_MONTHS)


def renewal_due(expires_on: date, months: int = RENEWAL_MONTHS) -> date:
    """The day by which talks about renewal should begin: so many months before the end."""
    year, month = divmod(expires_on.year * 12 + expires_on.month - 1 - months, 12)
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


def year_reasons(code: str) -> list[Mapping[str, str]]:
    """Why the year of a founding agreement is inferred, in three scripts; empty for any other."""
    return next((row.get("year_reasons", []) for row in reference("agreements") if row["code"] == code), [])


def renewal_note(expires_on: date | None, today: date, months: int = RENEWAL_MONTHS) -> date | None:
    """The day to name when an agreement ends within a year (or its lead time has begun) and has not ended."""
    if expires_on is None or expires_on < today:
        return None
    due = renewal_due(expires_on, months)
    return due if (expires_on - today).days <= 366 or due <= today else None
