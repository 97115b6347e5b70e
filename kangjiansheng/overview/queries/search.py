"""One search over everything that the reader may see, each kind through the door of its floor.

Texts are compared in both scripts: what is typed in Simplified finds Traditional and the other way round. What
cannot be seen is not counted either.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload

from kangjiansheng.committee.models import Committee, Decision, Meeting, Minutes, Paragraph, ParagraphRevision
from kangjiansheng.committee.queries import visible_decisions, visible_items, visible_meetings
from kangjiansheng.core import text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.markdown import plain
from kangjiansheng.labs.models import Agreement, Institution, InstitutionAlias, JointLab, LabPartner
from kangjiansheng.labs.queries import visible_agreements, visible_institutions, visible_labs
from kangjiansheng.overview.rules.searching import codes, minutes_number, variants, words
from kangjiansheng.projects.models import Milestone, Plan, Project, ProjectLab, ProjectParty
from kangjiansheng.projects.queries import may_see
from kangjiansheng.projects.rules.vocabulary import indication_groups

AT_MOST = 20
STANDING = ("approved", "record")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: where it lies, what it is called, and the line in which the words stand."""

    href: str
    code: str
    title: str
    line: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one kind; `more` when there are others beyond the first ones."""

    group: str
    hits: tuple[Hit, ...]
    more: bool


def search(typed: str, *, actor: Actor) -> list[Found]:
    """What the actor may see and what holds every word typed, by kind. One statement for each kind."""
    wanted = words(text.line(typed))
    if not wanted:
        return []
    found = []
    for group, find in GROUPS.items():
        hits = find(wanted, actor)
        if hits:
            found.append(Found(group, tuple(hits[:AT_MOST]), len(hits) > AT_MOST))
    return found


def _holds(wanted: Sequence[str], *columns: Any) -> ColumnElement[bool]:
    """Every word stands in at least one of the columns, in any of its forms, or is the code in the first one."""
    every = []
    for word in wanted:
        forms = variants(word, to_hans=text.to_hans, to_hant=text.to_hant, fold=text.fold)
        within = (func.lower(c).contains(form, autoescape=True) for c in columns for form in forms)
        every.append(or_(*within, func.lower(columns[0]).in_(codes(text.fold(word)))))
    return and_(*every)


def _names(kind: Any) -> list[Any]:
    return [kind.code, kind.name_hans, kind.name_hant, kind.name_en]


def _all(query: Select[Any]) -> list[Any]:
    return list(db.session.scalars(query.limit(AT_MOST + 1)).unique())


def _projects(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    columns = [
        *_names(Project),
        Project.indication_hans,
        Project.indication_hant,
        Project.indication_en,
        Project.target,
    ]
    every = [or_(_holds([word], *columns), _of_theirs(word), _by_vocabulary(word)) for word in wanted]
    query = select(Project).where(may_see(actor), Project.archived_at.is_(None), *every)
    return [
        Hit(f"/projects/{row.code}", row.code, name_of(row), name_of(row.indication), row.illustrative)
        for row in _all(query.order_by(Project.code))
    ]


def _of_theirs(word: str) -> ColumnElement[bool]:
    """A word that names a laboratory or an institution of the project."""
    labs = select(ProjectLab.project_id).join(JointLab, JointLab.id == ProjectLab.lab_id)
    parties = select(ProjectParty.project_id).where(ProjectParty.institution_id.in_(_called(word)))
    partners = select(LabPartner.lab_id).where(LabPartner.institution_id.in_(_called(word)))
    return or_(
        Project.id.in_(labs.where(or_(_holds([word], *_names(JointLab)), JointLab.id.in_(partners)))),
        Project.id.in_(parties),
    )


def _called(word: str) -> Select[int]:
    """Institutions by their names and aliases."""
    alias = select(InstitutionAlias.institution_id).where(_holds([word], InstitutionAlias.text))
    return select(Institution.id).where(or_(_holds([word], *_names(Institution)), Institution.id.in_(alias)))


def _by_vocabulary(word: str) -> ColumnElement[bool]:
    """An English word for an indication that is written in Chinese only."""
    meant = text.fold(word)
    if len(meant) < 4:
        return false()
    groups = [group for group in indication_groups().values() if meant in group.name.en.casefold()]
    names = [
        part
        for group in indication_groups().values()
        for item in group.items
        if meant in item.en.casefold()
        for part in item.hans.split("/")
    ]
    return or_(
        Project.indication_group.in_([group.code for group in groups]),
        *(Project.indication_hans.contains(name, autoescape=True) for name in names),
    )


def _milestones(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    query = (
        select(Milestone, Project.code, Project.illustrative)
        .join(Plan, Plan.id == Milestone.plan_id)
        .join(Project, Project.id == Plan.project_id)
        .where(
            may_see(actor),
            Project.archived_at.is_(None),
            _holds(wanted, *_names(Milestone), Milestone.note, Project.code),
            _beyond_code(wanted, Milestone),
        )
        .order_by(Project.code, Milestone.position)
        .limit(AT_MOST + 1)
    )
    return [
        Hit(
            f"/projects/{code}/milestones/{row.code}",
            f"{code} {row.code}",
            name_of(row),
            row.note,
            illustrative,
        )
        for row, code, illustrative in db.session.execute(query)
    ]


def _beyond_code(wanted: Sequence[str], kind: Any) -> ColumnElement[bool]:
    """Not all milestones of a project only because its code was typed: one word must be the milestone's own."""
    own = [_holds([word], *_names(kind), kind.note) for word in wanted]
    return or_(*own) if own else false()


def _labs(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    every = [
        or_(
            _holds([word], *_names(JointLab)),
            JointLab.id.in_(select(LabPartner.lab_id).where(LabPartner.institution_id.in_(_called(word)))),
        )
        for word in wanted
    ]
    query = visible_labs(actor).where(JointLab.archived_at.is_(None), *every)
    return [_named(row, "labs") for row in _all(query.order_by(JointLab.code))]


def _institutions(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    by_alias = and_(
        *(
            Institution.id.in_(
                select(InstitutionAlias.institution_id).where(_holds([word], InstitutionAlias.text))
            )
            for word in wanted
        )
    )
    query = visible_institutions(actor).where(
        Institution.archived_at.is_(None), or_(_holds(wanted, *_names(Institution)), by_alias)
    )
    rows = _all(query.options(joinedload(Institution.aliases)).order_by(Institution.code))
    return [_named(row, "partners", line=_alias(row, wanted)) for row in rows]


def _alias(row: Institution, wanted: Sequence[str]) -> str:
    """The alias by which it was found, when the name does not say it."""
    folded = [text.fold(word) for word in wanted]
    if all(word in text.fold(name_of(row)) for word in folded):
        return ""
    return next((a.text for a in row.aliases if any(word in text.fold(a.text) for word in folded)), "")


def _agreements(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    query = visible_agreements(actor).where(
        Agreement.archived_at.is_(None), _holds(wanted, *_names(Agreement))
    )
    return [_named(row, "agreements") for row in _all(query.order_by(Agreement.code))]


def _named(row: Any, path: str, line: str = "") -> Hit:
    return Hit(f"/{path}/{row.code}", row.code, name_of(row), line, row.illustrative)


def _meetings(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    query = select(Meeting).where(
        Meeting.id.in_(visible_meetings(actor)),
        or_(_holds(wanted, *_names(Meeting), Meeting.place), _by_number(wanted)),
    )
    return [
        Hit(f"/meetings/{row.code}", row.code, name_of(row), row.held_on.isoformat(), row.illustrative)
        for row in _all(query.order_by(Meeting.held_on.desc()))
    ]


def _by_number(wanted: Sequence[str]) -> ColumnElement[bool]:
    """The meeting whose minutes carry a number: 康科委纪〔2026〕5号."""
    number = minutes_number(text.fold(wanted[0])) if len(wanted) == 1 else None
    if number is None:
        return false()
    short, year, serial = number
    signs = select(Committee.id).where(Committee.short_hans == short)
    return and_(Meeting.committee_id.in_(signs), Meeting.year == year, Meeting.year_serial == serial)


def _paragraphs(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    """Only minutes that stand: a draft is read where it is written."""
    query = (
        select(ParagraphRevision.text, Meeting, Minutes.illustrative)
        .join(Paragraph, Paragraph.id == ParagraphRevision.paragraph_id)
        .join(Minutes, Minutes.id == Paragraph.minutes_id)
        .join(Meeting, Meeting.id == Minutes.meeting_id)
        .where(
            ParagraphRevision.number == Paragraph.revision_no,
            Paragraph.removed_at.is_(None),
            Minutes.life.in_(STANDING),
            Meeting.id.in_(visible_meetings(actor)),
            or_(Paragraph.agenda_item_id.is_(None), Paragraph.agenda_item_id.in_(visible_items(actor))),
            _holds(wanted, ParagraphRevision.text),
        )
        .order_by(Meeting.held_on.desc(), Paragraph.position)
        .limit(AT_MOST + 1)
    )
    return [
        Hit(f"/meetings/{row.code}/minutes", row.code, name_of(row), plain(found), illustrative)
        for found, row, illustrative in db.session.execute(query)
    ]


def _decisions(wanted: Sequence[str], actor: Actor) -> list[Hit]:
    query = (
        select(Decision)
        .where(Decision.id.in_(visible_decisions(actor)), _holds(wanted, Decision.number, Decision.text))
        .options(joinedload(Decision.meeting))
        .order_by(Decision.number.desc())
    )
    return [
        Hit(
            f"/meetings/{row.meeting.code}/minutes",
            row.number,
            name_of(row.meeting),
            plain(row.text),
            row.illustrative,
        )
        for row in _all(query)
    ]


GROUPS: dict[str, Callable[[Sequence[str], Actor], list[Hit]]] = {
    "projects": _projects,
    "milestones": _milestones,
    "labs": _labs,
    "institutions": _institutions,
    "agreements": _agreements,
    "meetings": _meetings,
    "minutes": _paragraphs,
    "decisions": _decisions,
}
