"""Who may be chosen to present an item: people who sit on the committee that day, and leads of projects."""

from typing import Any

from wtforms import SelectField

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.queries.overviews import leads
from kangjiansheng.committee.views.base import seat
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of

People = dict[str, Person]


def choices(field: SelectField, meeting: Meeting, *, actor: Actor, item: AgendaItem | None = None) -> People:
    """Put the people into a form's field; whoever presents the item now stays among them."""
    found: People = {}
    labels: list[tuple[str, str]] = [("", "—")]

    def offer(person: Person, what: str) -> None:
        if str(person.id) not in found:
            found[str(person.id)] = person
            name = name_of(person)
            labels.append((str(person.id), name if what in ("", name) else f"{name} · {what}"))

    for member in meeting.seated:
        offer(member.person, seat(member))
    for person, code in leads(actor=actor):
        offer(person, code)
    if item is not None and item.presenting is not None:
        offer(item.presenting, "")
    field.choices = labels  # type: ignore[assignment]
    return found


def chosen(key: str | None, typed: str, people: People) -> dict[str, Any]:
    """The person that was chosen, with the name that texts and files say; else what was typed."""
    if not key:
        return {"presenter_id": None, "presenter": typed}
    person = people.get(key)
    if person is None:
        raise RuleBroken("committee:presenter-unknown", "presenter_id")
    return {"presenter_id": person.id, "presenter": person.name_hans}
