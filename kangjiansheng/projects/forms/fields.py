"""Dates as people type them, and the vocabularies as choices in the reader's script."""

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import DateField
from wtforms.validators import StopValidation

from kangjiansheng.core import i18n
from kangjiansheng.core.calendar import YEARS
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.rules.portfolio.tables import parse_date
from kangjiansheng.projects.rules.vocabulary import Name, Term, indication_groups

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class DayField(DateField):
    """A day. Says which day a month does not have, rather than that something is invalid."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read 2026-11-20 and the other ways in which a date is written with the year first."""
        self.data = None
        text = (valuelist[0] if valuelist else "").strip()
        if not text:
            return
        found = parse_date(text)
        if found is None:
            raise ValueError(_why(text))
        self.data = found

    def pre_validate(self, form: Any) -> None:
        """What could not be read is said once."""
        if self.process_errors:
            raise StopValidation


def _why(text: str) -> str:
    match = _DAY.fullmatch(text)
    if match:
        year, month, day = (int(part) for part in match.groups())
        if not YEARS[0] <= year <= YEARS[1]:
            return _("请填 %(first)s 到 %(last)s 年之间的日期。", first=YEARS[0], last=YEARS[1])
        if 1 <= month <= 12:
            last = calendar.monthrange(year, month)[1]
            if day > last:
                return _(
                    "%(month)d 月没有 %(day)d 日，请填 %(last)s 或更早。",
                    month=month,
                    day=day,
                    last=date(year, month, last).isoformat(),
                )
    return _("日期无法识别，请写成 2026-11-20 这样。")


def word(name: Name) -> str:
    """A label of the vocabulary in the reader's script."""
    return name_of({"hans": name.hans, "hant": name.hant, "en": name.en})


def choices(terms: Mapping[str, Term] | Iterable[Term], *, empty: str | None = None) -> list[tuple[str, str]]:
    """A vocabulary as choices; `empty` is the label of not choosing."""
    known = terms.values() if isinstance(terms, Mapping) else terms
    made = [(term.code, word(term.name)) for term in known]
    return [("", empty), *made] if empty is not None else made


def role_of(text: str) -> str:
    """A role that was written in Simplified Chinese, in the reader's language where it is a word of ours."""
    if text == "项目负责人":
        return str(_("项目负责人"))
    return str(name_of({"hans": text})) if text else ""


def indication_of(project: Any) -> str:
    """The indication in the reader's language, else its group, which has a name in each."""
    if i18n.locale() == "en" and not project.indication["en"]:
        return label_of(project.indication_group, indication_groups())
    return str(name_of(project.indication))


def subject_of(project: Any) -> str:
    """What a project is about, short: its indication in the reader's language, else its name. A laboratory's name."""
    if project.of == "labs":
        return str(name_of(project))
    if i18n.locale() == "en" and not project.indication["en"]:
        return str(name_of(project))
    return str(name_of(project.indication) or name_of(project))


def label_of(code: str | None, terms: Mapping[str, Term]) -> str:
    """The label of a code; a code outside the vocabulary stands for itself."""
    term = terms.get(code or "")
    return word(term.name) if term else code or ""
