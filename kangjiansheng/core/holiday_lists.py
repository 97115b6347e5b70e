"""The State Council's list of holidays for a year, as people paste it: the words of the notice itself, or lines of
days that end in 休 or 班. What cannot be such a list is refused."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from kangjiansheng.core.errors import RuleBroken

YEARS = range(2000, 2100)
# Thirteen days are holidays by the State Council's decree; with the weekends around them about thirty rest.
FEWEST, MOST = 13, 45
MOST_WORKDAYS = 15
FIXED = ((1, 1), (5, 1), (10, 1))  # holidays in every year
_DAY = timedelta(days=1)
_BRACKETS = re.compile(r"（[^）]*）|\([^)]*\)")
_ONE = r"(?:(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2}))"
_SPAN = re.compile(rf"(?<!\d){_ONE}(?:\s*(?:至|到|—+|–|~|～|\.\.|to)\s*(?:{_ONE}|(\d{{1,2}})\s*日))?(?!\d)")
_RESTS = re.compile(r"休|放假|holiday|rest", re.IGNORECASE)
_WORKS = re.compile(r"班|work", re.IGNORECASE)


def read(text: str, year: int) -> tuple[set[date], set[date]]:
    """The holidays and the make-up working days that a text names; raises RuleBroken with the line."""
    holidays: set[date] = set()
    workdays: set[date] = set()
    for number, line in enumerate(text.splitlines(), 1):
        for sentence in re.split(r"[。；;]", _BRACKETS.sub("", line)):
            days = list(_days(sentence, year, number))
            works, rests = _WORKS.search(sentence), _RESTS.search(sentence)
            if not days:
                if re.search(r"\d", sentence) and (works or rests):
                    raise RuleBroken("core:holidays-line", "days", line=number, text=sentence.strip()[:40])
                continue
            if not works and not rests:
                raise RuleBroken("core:holidays-kind", "days", line=number, text=sentence.strip()[:40])
            (workdays if works else holidays).update(days)
    return holidays, workdays


def _days(sentence: str, year: int, number: int) -> Iterator[date]:
    for match in _SPAN.finditer(sentence):
        parts = match.groups()
        try:
            first = _date(parts[:6], year)
            last = _date(parts[6:12], first.year) if parts[7] or parts[9] else None
            if parts[12]:
                last = first.replace(day=int(parts[12]))
        except ValueError:
            raise RuleBroken("core:holidays-line", "days", line=number, text=match.group()[:40]) from None
        last = last or first
        if not 0 <= (last - first).days <= MOST:
            raise RuleBroken("core:holidays-line", "days", line=number, text=match.group()[:40])
        while first <= last:
            yield first
            first += _DAY


def _date(parts: Iterable[str | None], year: int) -> date:
    own, month, day, whole, its_month, its_day = parts
    if whole:
        return date(int(whole), int(its_month or 0), int(its_day or 0))
    return date(int(own or year), int(month or 0), int(day or 0))


def check(year: int, holidays: set[date], workdays: set[date]) -> None:
    """Whether this can be the list of a year; raises RuleBroken with what speaks against it."""
    if year not in YEARS:
        raise RuleBroken("core:holidays-year", "days", year=year)
    for day in sorted(holidays | workdays):
        if day.year != year:
            raise RuleBroken("core:holidays-other-year", "days", day=day.isoformat(), year=year)
    for day in sorted(holidays & workdays):
        raise RuleBroken("core:holidays-both", "days", day=day.isoformat())
    for day in sorted(workdays):
        if day.weekday() < 5:
            raise RuleBroken("core:holidays-weekday", "days", day=day.isoformat())
    for month, number in FIXED:
        if date(year, month, number) not in holidays:
            raise RuleBroken("core:holidays-missing", "days", day=date(year, month, number).isoformat())
    if not FEWEST <= len(holidays) <= MOST:
        raise RuleBroken("core:holidays-few", "days", num=len(holidays), least=FEWEST, most=MOST)
    if len(workdays) > MOST_WORKDAYS:
        raise RuleBroken("core:holidays-workdays", "days", num=len(workdays), most=MOST_WORKDAYS)


def spans(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in order as spans of days that follow each other."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and day - found[-1][1] == _DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def written(holidays: Iterable[date], workdays: Iterable[date]) -> str:
    """A list in the lines that `read` takes."""
    lines = [
        f"{first}..{last} {word}" if first != last else f"{first} {word}"
        for days, word in ((holidays, "休"), (workdays, "班"))
        for first, last in spans(days)
    ]
    return "\n".join(sorted(lines))
