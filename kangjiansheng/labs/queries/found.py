"""Finding by name, in any script: what a search, a filter and an import need."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kangjiansheng.core import text
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution


def words_of(institution: Institution) -> list[str]:
    """Everything under which an institution is found: code, names in three scripts, aliases."""
    names = [institution.code, institution.name_hans, institution.name_hant, institution.name_en]
    return [*names, *(alias.text for alias in institution.aliases)]


def contains(wanted: str, words: Iterable[str]) -> bool:
    """True when the text stands in one of the words; script, width and case do not matter."""
    folded = text.fold(wanted).strip()
    return any(folded in text.fold(word) for word in words if word)


def institution_by_name(name: str) -> Institution | None:
    """The institution whose code, name or alias this is, whatever script it is written in."""
    return Directory().find(name)


def institutions_by_code(codes: Iterable[str]) -> dict[str, Institution]:
    """Institutions by code; a code that is not there is left out."""
    wanted = set(codes)
    query = select(Institution).where(Institution.code.in_(wanted))
    return {row.code: row for row in db.session.scalars(query)} if wanted else {}


class Directory:
    """All institutions by every name that they have, read once: for a batch that looks up many."""

    def __init__(self) -> None:
        self._by_name: dict[str, Institution] = {}
        query = select(Institution).options(selectinload(Institution.aliases)).order_by(Institution.id)
        for institution in db.session.scalars(query):
            self.add(institution)

    def add(self, institution: Institution) -> None:
        """Make a new institution known. Of two with the same name the earlier one keeps it."""
        for word in filter(None, words_of(institution)):
            self._by_name.setdefault(text.fold(text.line(word)), institution)

    def find(self, name: str) -> Institution | None:
        """The institution under a name; None when nobody has it."""
        return self._by_name.get(text.fold(text.line(name)))
