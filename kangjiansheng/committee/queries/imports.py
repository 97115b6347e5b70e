"""Minutes on their way in: the reading of a file, whom its names are, and what stands against the import."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.accounts.models import SYSTEM, Person
from kangjiansheng.committee.models import (
    AgendaItem,
    Committee,
    CommitteeMember,
    Meeting,
    MinutesImport,
    Recusal,
)
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.numbers import has_number
from kangjiansheng.committee.queries.visible import kept, readable_items, visible_meetings
from kangjiansheng.committee.rules.presence import OUT
from kangjiansheng.committee.rules.sources import Found, Outcome, recognise
from kangjiansheng.committee.rules.sources.plan import LONGEST, Plan, actions_of, planned
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.text import fold
from kangjiansheng.labs.queries import seen_people

THING = "minutes_import"
# What the offices of a committee are called in minutes, the usual name first.
OFFICES = {
    "chair": (
        "主任委员",
        "主席",
        "Chair",
        "Chairperson",
        "Chairman",
        "Committee chair",
        "TAC chair",
        "TSC chair",
    ),
    "deputy": ("副主任委员", "副主席", "Deputy chair", "Vice chair", "Vice-chair", "Co-chair"),
    "secretary": ("秘书", "委员会秘书", "Secretary", "Committee secretary"),
}


@dataclass
class Problem:
    """Why an import cannot be written: a code of a refusal, the field it is about, and the meeting that is there."""

    code: str
    where: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    meeting: str = ""  # its code, when the importer may see it


@dataclass
class Look:
    """A dry run: what was read, what would be written, who the names are, and what is against it."""

    found: Found
    plan: Plan
    people: dict[str, Person | None]  # by the name as it stands
    persons: list[Person]  # whom a name may be: the seats of the committee, and who was recognised
    seated: list[Person]  # who holds or held a seat
    problems: list[Problem] = field(default_factory=list)

    def owner_of(self, action: Outcome, item: int | None) -> Person | None:
        """Who is known here to be answerable for an action; nobody who was recused from its item."""
        person = self.people.get(action.owner)
        told = [self.people.get(one.name) for one in self.found.recused if one.item == item]
        return None if person is None or any(p and p.id == person.id for p in told) else person


def look_again(row: MinutesImport, *, actor: Actor) -> Look:
    """The dry run of an import with its corrections: whom one keeper said a name to be, another one keeps."""
    args = (row.committee, row.text, row.name, row.sha256, row.chosen)
    return look(*args, actor=actor, said=said_in(row))


def said_in(row: MinutesImport) -> set[int]:
    """The people whom keepers of the committee said names of an import to be."""
    return {int(key) for key in row.chosen.get("people", {}).values() if key}


def look(
    committee: Committee, text: str, name: str, sha256: str, chosen: Mapping[str, Any], *, actor: Actor,
    said: Collection[int] = (),
) -> Look:  # fmt: skip
    """The dry run of a source for a committee; a choice counts of somebody whom the actor sees, or who was `said` before.
    Writes nothing."""
    found = recognise(text, name)
    plan = planned(found, chosen)
    people, persons, seated = _people(found, committee, chosen.get("people", {}), said, actor=actor)
    seen = Look(found, plan, people, persons, seated)
    seen.problems = [*_problems(committee, plan, sha256, actor=actor), *_long_in_lines(seen)]
    return seen


def names_in(found: Found) -> list[str]:
    """The names that the importer is asked about, each once: who was there, who was recused, who is to act. They do
    not depend on corrections, for the form tells them apart by their place in this list."""
    told = [one.name for one in found.attendees] + [one.name for one in found.recused]
    told += [piece.outcome.owner for piece in found.pieces if piece.outcome]
    return list(dict.fromkeys(name for name in told if name))


def key_of(name: str) -> str:
    """The form under which names are the same: Simplified, folded, without blanks."""
    return "".join(fold(name).split())


def _people(
    found: Found, committee: Committee, chosen: Mapping[str, Any], said: Collection[int] = (), *, actor: Actor
) -> tuple[dict[str, Person | None], list[Person], list[Person]]:
    """Names matched to people on the committee and others whom the importer sees: by any of their names, or an address
    beside the name. A name that two of them bear is nobody until the importer says who. That somebody else bears it, or
    has the address, is not said."""
    seated = list(
        db.session.scalars(
            select(Person)
            .join(CommitteeMember)
            .where(CommitteeMember.committee_id == committee.id)
            .distinct()
        )
    )
    here = or_(Person.id.in_({person.id for person in seated}), Person.id.in_(seen_people(actor)))
    everybody = list(
        db.session.scalars(select(Person).where(Person.erased_at.is_(None), Person.code != SYSTEM, here))
    )
    by_name: dict[str, set[int]] = {}
    for person in everybody:
        for name in (person.name_hans, person.name_hant, person.name_en, person.email or ""):
            if name:
                by_name.setdefault(key_of(name), set()).add(person.id)
    for seat in committee.members:
        for name in _seat_names(seat):
            by_name.setdefault(key_of(name), set()).add(seat.person_id)
    known = {person.id: person for person in everybody}
    known |= _unseen(set(said) - known.keys())
    seats = {person.id for person in seated}
    notes = {one.name: one.note for one in found.attendees}
    matched: dict[str, Person | None] = {}
    for name in dict.fromkeys(
        [*notes, *(r.name for r in found.recused), *(p.outcome.owner for p in found.pieces if p.outcome)]
    ):
        if not name:
            continue
        if name in chosen:
            matched[name] = known.get(int(chosen[name] or 0))
            continue
        note = notes.get(name, "")
        ids = by_name.get(key_of(name), set()) | by_name.get(key_of(name + note), set())
        ids |= by_name.get(key_of(note.strip("<>() ")), set()) if "@" in note else set()
        own = ids & seats or ids
        matched[name] = known[next(iter(own))] if len(own) == 1 else None
    offered = {p.id: p for p in [*seated, *(p for p in matched.values() if p)]}
    return matched, list(offered.values()), seated


def _unseen(said: Collection[int]) -> dict[int, Person]:
    """People who were said before and whom this keeper does not see: they are matched by no name."""
    query = select(Person).where(Person.id.in_(said), Person.erased_at.is_(None), Person.code != SYSTEM)
    return {person.id: person for person in db.session.scalars(query)} if said else {}


def _seat_names(seat: CommitteeMember) -> set[str]:
    """What a seat is called where names stand: its field, and the office with it."""
    offices = OFFICES.get(seat.office, ())
    names = {seat.name_hans, seat.name_hant, seat.name_en} - {""}
    whole = {f"{office}（{seat.name_hans}）" for office in offices[:1] if seat.name_hans}
    return names | whole | {f"{office} ({seat.name_en})" for office in offices if seat.name_en} | set(offices)


def unnamed(look: Look) -> list[Person]:
    """Who holds a seat, and is nobody of those whom the source names."""
    named = {person.id for person in look.people.values() if person}
    return [person for person in look.seated if person.id not in named]


def _problems(committee: Committee, plan: Plan, sha256: str, *, actor: Actor) -> list[Problem]:
    seen = set(db.session.scalars(visible_meetings(actor)))

    def link(meeting: Meeting | None) -> str:
        return meeting.code if meeting and meeting.id in seen else ""

    problems = []
    before = db.session.scalar(
        select(MinutesImport).where(
            MinutesImport.committee_id == committee.id,
            MinutesImport.sha256 == sha256,
            MinutesImport.state == "applied",
        )
    )
    if before is not None:
        problems.append(Problem("committee:import-again", meeting=link(before.meeting)))
    problems += [Problem("committee:import-unreadable", key) for key in plan.unreadable]
    problems += [too_long(key, length) for key, length in plan.too_long.items()]
    if plan.day is None and "day" not in plan.unreadable:
        problems.append(Problem("committee:import-no-day", "day"))
    if plan.day is not None and plan.day > clock.today():
        problems.append(Problem("committee:import-in-future", "day"))
    there = select(Meeting).where(Meeting.committee_id == committee.id, Meeting.withdrawn_at.is_(None))
    if plan.day is not None and before is None:
        same = db.session.scalar(
            there.where(Meeting.held_on == plan.day, Meeting.life != "cancelled").limit(1)
        )
        if same is not None:
            problems.append(
                Problem("committee:import-day-taken", "day", {"day": plan.day.isoformat()}, link(same))
            )
    if plan.running_no is not None:
        same = db.session.scalar(there.where(Meeting.running_no == plan.running_no))
        if same is not None:
            told: dict[str, Any] = {"number": plan.running_no}
            problems.append(Problem("committee:import-number-taken", "running_no", told, link(same)))
    if plan.minutes_no and "minutes_no" not in plan.too_long:
        same = has_number(committee, plan.minutes_no, actor=actor)
        if same is not None:
            told = {"number": plan.minutes_no}
            problems.append(Problem("committee:import-minutes-no-taken", "minutes_no", told, link(same)))
    return problems


def too_long(key: str, length: int) -> Problem:
    """A text for which there is no room."""
    return Problem(f"committee:import-{key.replace('_', '-')}-long", key, {"max": LONGEST, "length": length})


def _long_in_lines(seen: Look) -> Iterator[Problem]:
    """What the file names at more length than there is room for: items, who presents them, who is to act."""
    named = [
        (kind, f"{kind}-{n}", words, item.lines)
        for n, item in enumerate(seen.found.items)
        for kind, words in (("item", item.title), ("presenter", item.presenter))
    ]
    named += [
        ("owner", f"line-{lines[0]}", action.owner, lines)
        for action, item, lines in actions_of(seen.found, seen.plan)
        if seen.owner_of(action, item) is None
    ]
    for kind, where, words, lines in named:
        if len(words) > LONGEST:
            told = f"{lines[0]}–{lines[-1]}" if len(lines) > 1 else f"{lines[0]}"
            facts = {"lines": told, "max": LONGEST, "length": len(words)}
            yield Problem(f"committee:import-{kind}-long", where, facts)


def reading(*, actor: Actor, code: str, number: int) -> MinutesImport | None:
    """One import of a committee. Its file speaks of everything: before it is written it is for nobody whom it names as
    recused, but for whoever brought it; once it is a meeting, and also when it was taken back, it is only for those from
    whom nothing of that meeting is withheld."""
    query = (
        select(MinutesImport)
        .join(Committee, Committee.id == MinutesImport.committee_id)
        .where(Committee.code == code, MinutesImport.id == number)
        .options(joinedload(MinutesImport.committee), joinedload(MinutesImport.by))
    )
    found = db.session.scalar(query)
    if found is None or found.state == "discarded":
        return None
    made = found.meeting if found.state == "applied" else None
    if made is not None and loaders.meeting(actor=actor, code=made.code) is None:
        return None
    return None if _withheld([found], actor) else found


def _withheld(rows: Sequence[MinutesImport], actor: Actor) -> set[int]:
    """Of some imports those whose meeting has an item that the actor may not read; of what was undone, one from which
    the actor was recused; of what is not written yet, those of others that name her as recused."""
    made = {row.meeting_id: row.id for row in rows if row.meeting_id and row.state == "applied"}
    gone = {row.meeting_id: row.id for row in rows if row.meeting_id and row.state == "undone"}
    of_items = select(AgendaItem.meeting_id).distinct()
    hidden = of_items.where(AgendaItem.meeting_id.in_(made), AgendaItem.id.not_in(readable_items(actor)))
    out = of_items.join(Recusal, Recusal.agenda_item_id == AgendaItem.id).where(
        AgendaItem.meeting_id.in_(gone), Recusal.person_id == actor.id, Recusal.kind.in_(OUT)
    )
    found = {made[key] for key in (db.session.scalars(hidden) if made else ())}
    found |= {gone[key] for key in (db.session.scalars(out) if gone else ())}
    return found | {row.id for row in rows if row.state == "read" and _names_as_recused(row, actor)}


def open_to(actor: Actor) -> Select[int]:
    """The imports whose files the actor sees by what the database knows: of the committees
    that she keeps what became a meeting or was one, by the doors of `_withheld`. Of what is not written yet the
    file alone could tell whom it names as recused."""
    hidden = select(AgendaItem.meeting_id).where(AgendaItem.id.not_in(readable_items(actor)))
    out = select(AgendaItem.meeting_id).join(Recusal, Recusal.agenda_item_id == AgendaItem.id)
    out = out.where(Recusal.person_id == actor.id, Recusal.kind.in_(OUT))
    became = and_(
        MinutesImport.state == "applied",
        MinutesImport.meeting_id.in_(visible_meetings(actor)),
        MinutesImport.meeting_id.not_in(hidden),
    )
    was = and_(MinutesImport.state == "undone", MinutesImport.meeting_id.not_in(out))
    keeps = MinutesImport.committee_id.in_(kept(actor))
    return select(MinutesImport.id).where(keeps, or_(became, was))


def _names_as_recused(row: MinutesImport, actor: Actor) -> bool:
    if row.by_id == actor.id:  # she brought it
        return False
    found = recognise(row.text, row.name)
    if not found.recused:
        return False
    people, _persons, _seated = _people(found, row.committee, row.chosen.get("people", {}), actor=actor)
    named = (people.get(one.name) for one in found.recused)
    return any(person is not None and person.id == actor.id for person in named)


def imports(committee: Committee, *, actor: Actor) -> list[MinutesImport]:
    """The imports of a committee, newest first, but those of meetings of which something is withheld."""
    query = (
        select(MinutesImport)
        .where(MinutesImport.committee_id == committee.id, MinutesImport.state != "discarded")
        .options(joinedload(MinutesImport.meeting), joinedload(MinutesImport.by))
        .order_by(MinutesImport.id.desc())
        .limit(200)
    )
    rows = list(db.session.scalars(query))
    hidden = _withheld(rows, actor)
    return [row for row in rows if row.id not in hidden]


def import_of(meeting: Meeting) -> MinutesImport | None:
    """The import from which a meeting came."""
    query = select(MinutesImport).where(
        MinutesImport.meeting_id == meeting.id, MinutesImport.state == "applied"
    )
    return db.session.scalar(query)


def file_of(row: MinutesImport) -> FileRef | None:
    """The file as it was sent."""
    query = select(FileRef).where(
        FileRef.thing == THING, FileRef.thing_id == row.id, FileRef.removed_at.is_(None)
    )
    return db.session.scalar(query)
