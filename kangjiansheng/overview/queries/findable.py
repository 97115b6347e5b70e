"""Everything that can be found, floor by floor, and people, who are named on all of them."""

from sqlalchemy import func, select, union_all

from kangjiansheng.accounts.models import SYSTEM, Person
from kangjiansheng.committee.models import Committee
from kangjiansheng.committee.queries import findable as committee
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.search.declared import Kind, Rows, Texts, Wanted
from kangjiansheng.labs.models import JointLab
from kangjiansheng.labs.queries import findable as labs
from kangjiansheng.projects.queries import findable as projects


def _people(wanted: Wanted, actor: Actor) -> Rows:
    """People whom the actor sees named somewhere, with the first of these places; administrators see everybody."""
    named = [*labs.people(actor), *projects.people(actor), *committee.people(actor)]
    if actor.has("admin", "security"):
        named.append(select(Person.id, ("admin/people/" + Person.code).label("path")))
    all_of_them = union_all(*named).subquery()
    person_id, path = all_of_them.c
    first = select(person_id.label("id"), func.min(path).label("path")).group_by(person_id).subquery()
    return (
        select(
            Person.id,
            first.c.path.label("key"),
            Person.title.label("sub"),
            *(column.label(name) for name, column in _NAMES.items()),
            Person.illustrative,
        )
        .join(first, first.c.id == Person.id)
        .where(
            Person.code != SYSTEM,
            Person.erased_at.is_(None),
            wanted.every(lambda holding: Person.id.in_(holding("person"))),
        )
    )


_NAMES = {"hans": Person.name_hans, "hant": Person.name_hant, "en": Person.name_en}

PEOPLE = Kind(
    "people",
    [
        Texts("person", "name", select(Person.id, *_NAMES.values()), sounds=True),
        Texts("person", "title", select(Person.id, Person.title)),
    ],
    _people,
    lambda hit: f"/{hit.key}",
    code=lambda hit: "",
)

FINDABLE = (
    projects.PROJECTS,
    labs.LABS,
    labs.INSTITUTIONS,
    PEOPLE,
    labs.AGREEMENTS,
    labs.OBLIGATIONS,
    labs.PAPERS,
    labs.COMPANIES,
    labs.RESOURCES,
    projects.MILESTONES,
    projects.RISKS,
    projects.HAND_OFFS,
    projects.RESULTS,
    projects.ASKS,
    projects.EVIDENCE,
    committee.MEETINGS,
    committee.ITEMS,
    committee.PAPERS,
    committee.MINUTES,
    committee.AMENDMENTS,
    committee.DECISIONS,
    committee.ANSWERS,
    committee.ACTIONS,
    committee.COMMENTS,
)


def choices() -> tuple[list[JointLab], list[Committee]]:
    """The laboratories and committees to which a search can be narrowed: that they exist is open to all."""
    labs_ = select(JointLab).where(JointLab.archived_at.is_(None)).order_by(JointLab.code)
    committees = select(Committee).where(Committee.archived_at.is_(None)).order_by(Committee.id)
    return list(db.session.scalars(labs_)), list(db.session.scalars(committees))
