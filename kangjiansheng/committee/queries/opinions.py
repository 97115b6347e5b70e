"""What reviewers say to a draft: where comments lie, suggestions, consents and objections, and who has answered."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Select, bindparam, select, tuple_
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.committee.models import (
    Consent,
    DraftVersion,
    Meeting,
    Minutes,
    Paragraph,
    ParagraphRevision,
    Recusal,
    Suggestion,
)
from kangjiansheng.committee.queries.floor import recusals_of
from kangjiansheng.committee.queries.reading import Reading
from kangjiansheng.committee.rules import anchors, merging, texts
from kangjiansheng.core import clock, markdown
from kangjiansheng.core.db import db

SAID = ("agree", "object", "withdraw")


@dataclass
class Objection:
    """What somebody objects to, and what the secretary has answered."""

    said: Consent
    answer: Consent | None = None

    @property
    def is_open(self) -> bool:
        """True while nobody has answered it."""
        return self.answer is None


@dataclass
class Proposed:
    """A suggestion beside the text that it was made for and the text as it stands now."""

    suggestion: Suggestion
    base: str
    now: str

    @property
    def changes(self) -> list[texts.Change]:
        """What it changes in the wording that its author had before them."""
        return texts.difference(self.base, self.suggestion.text)

    @property
    def merged(self) -> str | None:
        """The wording that would come of it today; None when the text has moved on in the same place."""
        return merging.merged(self.base, self.suggestion.text, self.now)

    @property
    def moved_on(self) -> bool:
        """True when the paragraph is worded otherwise than its author saw it."""
        return self.base != self.now


@dataclass
class Opinion:
    """What has been said to one paragraph."""

    agreed: list[Consent] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    suggestions: list[Proposed] = field(default_factory=list)

    def mine(self, person_id: int) -> str:
        """What one person says to it: agree, object or nothing."""
        if any(row.person_id == person_id for row in self.agreed):
            return "agree"
        return "object" if any(one.said.person_id == person_id for one in self.objections) else ""

    @property
    def open_objections(self) -> list[Objection]:
        """Those that nobody has answered."""
        return [one for one in self.objections if one.is_open]

    @property
    def open_suggestions(self) -> list[Proposed]:
        """Those that are neither taken nor refused."""
        return [one for one in self.suggestions if one.suggestion.life == "open"]


def rows_of(draft: DraftVersion) -> list[Consent]:
    """All that was said to a draft, in its order."""
    return list(draft.consents)


def standing(rows: Iterable[Consent]) -> tuple[list[Consent], list[Objection]]:
    """Who agrees and who objects: of each person and paragraph the last word counts."""
    last: dict[tuple[int | None, int], Consent] = {}
    answers: dict[int | None, Consent] = {}
    for row in rows:
        if row.kind in SAID:
            last[(row.paragraph_id, row.person_id)] = row
        elif row.kind == "settle":
            answers[row.settles_id] = row
    agreed = [row for row in last.values() if row.kind == "agree"]
    return agreed, [Objection(row, answers.get(row.id)) for row in last.values() if row.kind == "object"]


def said_to(text: Reading, minutes: Minutes, draft: DraftVersion) -> dict[int, Opinion]:
    """What was said to each paragraph that the reader sees, by the paragraph's key; nothing of the others.

    Suggestions are those of all drafts: they wait for the next one.
    """
    shown = {p.paragraph_id: p for p in text.paragraphs if not p.withheld}
    found = {key: Opinion() for key in shown}
    agreed, objections = standing(rows_of(draft))
    for row in agreed:
        if row.paragraph_id in found:
            found[row.paragraph_id].agreed.append(row)
    for one in objections:
        if one.said.paragraph_id in found:
            found[one.said.paragraph_id].objections.append(one)
    suggested = db.session.scalars(_suggestions(), {"minutes": minutes.id})
    made = [row for row in suggested if row.paragraph_id in shown]
    here = {(p.paragraph_id, p.revision_no): p.text for p in shown.values()}
    bases = here | wordings({(row.paragraph_id, row.revision_no) for row in made} - set(here))
    for made_one in made:
        base = bases[(made_one.paragraph_id, made_one.revision_no)]
        found[made_one.paragraph_id].suggestions.append(Proposed(made_one, base, made_one.paragraph.text))
    return found


@cache
def _suggestions() -> Select[Suggestion]:
    return (
        select(Suggestion)
        .join(Paragraph, Paragraph.id == Suggestion.paragraph_id)
        .where(Paragraph.minutes_id == bindparam("minutes"), Suggestion.life != "withdrawn")
        .options(joinedload(Suggestion.author), joinedload(Suggestion.answered_by))
        .options(joinedload(Suggestion.paragraph).joinedload(Paragraph.wording))
        .order_by(Suggestion.id)
    )


def wordings(wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Wordings by paragraph and number."""
    keys = sorted(set(wanted))
    if not keys:
        return {}
    key = tuple_(ParagraphRevision.paragraph_id, ParagraphRevision.number)
    query = select(ParagraphRevision.paragraph_id, ParagraphRevision.number, ParagraphRevision.text)
    return {(row[0], row[1]): row[2] for row in db.session.execute(query.where(key.in_(keys)))}


def proposed(suggestion: Suggestion) -> Proposed:
    """One suggestion with the texts that belong to it."""
    key = (suggestion.paragraph_id, suggestion.revision_no)
    return Proposed(suggestion, wordings([key])[key], suggestion.paragraph.text)


def place_comments(text: Reading) -> None:
    """Find the words again that comments are about; of those that are gone the thread says so."""
    threads = [(p, t) for p in text.paragraphs for t in p.threads if t.first.quote]
    other = {
        (p.paragraph_id, t.first.revision_no) for p, t in threads if t.first.revision_no != p.revision_no
    }
    older = wordings(other)
    for p, thread in threads:
        first = thread.first
        now = markdown.shown(p.text)
        was = older.get((p.paragraph_id, first.revision_no))
        then = now if was is None else markdown.shown(was)
        thread.place = anchors.located(first.quote, first.quote_at or 0, then, now)
        if thread.place and first.resolved_at is None:
            p.marks.append(thread.place)


def open_ids(text: Reading, draft: DraftVersion) -> set[int]:
    """The keys of the objections that nobody has answered, to paragraphs that the reader sees."""
    _agreed, objections = standing(rows_of(draft))
    shown = {p.paragraph_id for p in text.paragraphs if not p.withheld}
    return {one.said.id for one in objections if one.is_open and one.said.paragraph_id in shown}


@dataclass
class Speaker:
    """A member who may be spoken to in a comment: what they can be called."""

    person: Person
    label: str
    names: list[str]


class Speakers:
    """Who may be spoken to, paragraph by paragraph: those who sit on the committee today, can sign in and may read
    the item. That somebody is missing does not say why."""

    def __init__(self, meeting: Meeting, offices: dict[str, str]) -> None:
        """`offices` are the words of the offices, as they are written after an @."""
        today = clock.today()
        seats = meeting.committee.seats_on(today)
        able = set(
            db.session.scalars(
                select(Account.person_id).where(
                    Account.person_id.in_([m.person_id for m in seats]), Account.disabled_at.is_(None)
                )
            )
        )
        self._away = {item: kept_out(rows, meeting) for item, rows in recusals_of(meeting).items()}
        self._all: list[Speaker] = []
        for m in seats:
            if m.person_id in able:
                office = offices.get(m.office, "")
                person = m.person
                names = [
                    office,
                    m.name_hans,
                    m.name_hant,
                    m.name_en,
                    person.name_hans,
                    person.name_hant,
                    person.name_en,
                ]
                label = office or m.name_hans or person.name_hans
                self._all.append(Speaker(person, label, [name for name in names if name]))

    def of(self, item_id: int | None) -> list[Speaker]:
        """Those who may read a paragraph of this item."""
        away = self.away(item_id)
        return [one for one in self._all if one.person.id not in away]

    def away(self, item_id: int | None) -> frozenset[int]:
        """Those who may not read of an item."""
        return self._away.get(item_id or 0, frozenset())

    def names(self, item_id: int | None) -> dict[str, int]:
        """What they are called → who they are; a name that two of them bear is nobody's."""
        found: dict[str, int] = {}
        twice = set()
        for one in self.of(item_id):
            for name in one.names:
                if found.setdefault(name, one.person.id) != one.person.id:
                    twice.add(name)
        return {name: person for name, person in found.items() if name not in twice}


def kept_out(rows: Collection[Recusal], meeting: Meeting) -> frozenset[int]:
    """Who may not read of an item, by what was decided about it: those who left read of it when the minutes stand."""
    stands = meeting.minutes is not None and meeting.minutes.life in ("approved", "record")
    kinds = {"whole"} if stands else {"whole", "facts"}
    return frozenset(row.person_id for row in rows if row.kind in kinds)
