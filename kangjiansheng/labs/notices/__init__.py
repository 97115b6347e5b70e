"""Whom we tell about changes here, in which words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from kangjiansheng.accounts.queries import holds_on
from kangjiansheng.core import audit, clock, messengers, outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.messengers import Kind
from kangjiansheng.core.outbox import Words
from kangjiansheng.labs import rules
from kangjiansheng.labs.models import (
    Agreement,
    Institution,
    InstitutionMember,
    JointLab,
    LabMember,
    Obligation,
)

Thing = Institution | Agreement | JointLab | Obligation
_PLACES = {
    Institution: "/partners/",
    Agreement: "/agreements/",
    JointLab: "/labs/",
    Obligation: "/obligations/",
}


def changed(thing: Thing, act: str, *, actor: Actor, change: ChangeSet, level: str = "") -> None:
    """Tell those concerned that a thing was changed, but for the one who did it. What was changed may be narrower than
    the thing (a file): then those alone who see it at this level, and no group."""
    _tell(concerned(thing, level), "labs:changed", thing, act, actor, change)
    if change.source != "import" and not level:
        messengers.announce("labs:changed", change=change, illustrative=thing.illustrative)


def joined(
    thing: Institution | JointLab, person_id: int, act: str, *, actor: Actor, change: ChangeSet
) -> None:
    """Tell a person that she now belongs to an institution or a laboratory."""
    _tell({person_id}, "labs:joined", thing, act, actor, change)


def left(thing: Institution | JointLab, person_id: int, act: str, *, actor: Actor, change: ChangeSet) -> None:
    """Tell a person that she no longer belongs to it."""
    _tell({person_id}, "labs:left", thing, act, actor, change)


def _tell(people: set[int], template: str, thing: Thing, act: str, actor: Actor, change: ChangeSet) -> None:
    if change.source == "import":
        return  # nobody is told of what comes from a file, one notice for each row
    name = {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en}
    facts: dict[str, Any] = {"act": act, "code": thing.code, "name": name, "who": actor.label}
    facts["illustrative"] = thing.illustrative
    outbox.tell(people, template, facts, address=_PLACES[type(thing)] + thing.code, besides=actor.id)


def concerned(thing: Thing, level: str = "") -> set[int]:
    """The ids of those who belong to a thing today, and who therefore see it, at a narrower level of its own too."""
    if isinstance(thing, Institution):
        return _members_of([thing.id])
    if isinstance(thing, JointLab):
        return _lab_members([thing.id])
    if isinstance(thing, Obligation):
        return _members_of([thing.debtor_id, thing.creditor_id])
    labs = list(db.session.scalars(select(JointLab.id).where(JointLab.agreement_id == thing.id)))
    if "team" in (thing.confidentiality, level):
        return _lab_members(labs, rules.DIRECTORS)
    parties = [p.institution_id for p in thing.parties if p.capacity in ("signatory", "implementing")]
    return _members_of(parties) | _lab_members(labs)


def _members_of(institutions: list[int]) -> set[int]:
    query = select(InstitutionMember.person_id).where(
        InstitutionMember.institution_id.in_(institutions), holds_on(InstitutionMember, clock.today())
    )
    return set(db.session.scalars(query)) if institutions else set()


def _lab_members(labs: list[int], roles: tuple[str, ...] = tuple(rules.LAB_ROLES)) -> set[int]:
    query = select(LabMember.person_id).where(
        LabMember.lab_id.in_(labs), LabMember.role.in_(roles), holds_on(LabMember, clock.today())
    )
    return set(db.session.scalars(query)) if labs else set()


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    return {"code": facts["code"], "name": name_of(facts["name"])}


def _changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    act = str(audit.acts()[facts["act"]])
    return _("%(code)s %(name)s：有变更", **_words(facts)), _("%(who)s：%(act)s。", who=facts["who"], act=act)


def _joined(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("您已加入 %(code)s %(name)s", **_words(facts))
    return subject, _("%(who)s 把您登记为成员。", who=facts["who"])


def _left(facts: Mapping[str, Any]) -> tuple[str, str]:
    subject = _("您不再是 %(code)s %(name)s 的成员", **_words(facts))
    return subject, _("%(who)s 结束了您的成员身份。", who=facts["who"])


WORDS: dict[str, Words] = {"labs:changed": _changed, "labs:joined": _joined, "labs:left": _left}

GROUPS = {
    "labs:changed": Kind(
        _l("协议、实验室或机构有变更"),
        lambda count: ngettext(
            "有 %(num)d 处协议、实验室或机构资料变更", "有 %(num)d 处协议、实验室或机构资料变更", count
        ),
        "/labs",
    ),
}
