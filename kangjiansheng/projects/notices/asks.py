"""Whom we tell about asks, and in which words. A notice names the ask by its code: the text may be withheld later."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_id, holds_on
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words
from kangjiansheng.labs.models import InstitutionMember
from kangjiansheng.projects.models import Ask
from kangjiansheng.projects.queries.asks import may_see

MOVES: dict[str, Any] = {
    "answer": _l("已答复"),
    "agree": _l("已议定，有负责方和期限"),
    "decline": _l("不予采纳"),
    "close": _l("已闭环"),
    "withdraw": _l("已撤回"),
    "reopen": _l("重新提出"),
}


def raised(ask: Ask, *, actor: Actor, change: ChangeSet) -> None:
    """Tell the contacts of the institution that is asked."""
    if ask.to_id is not None and change.source != "import":
        _tell(_contacts(ask.to_id), "projects:ask-raised", ask, actor)


def moved(ask: Ask, act: str, *, actor: Actor, change: ChangeSet) -> None:
    """Tell the other side what has become of an ask, and who raised it."""
    if change.source == "import":
        return
    people = {ask.raised_by_id}
    if act in ("withdraw", "reopen", "close") and ask.to_id is not None:
        people |= _contacts(ask.to_id)
    _tell(people, "projects:ask-moved", ask, actor, act=act)


def _tell(people: set[int], template: str, ask: Ask, actor: Actor, **more: Any) -> None:
    """Tell those of the people who may see the ask: not every contact sees its project, and who raised it may be gone."""
    name = {"hans": ask.asker.name_hans, "hant": ask.asker.name_hant, "en": ask.asker.name_en}
    facts = {"who": actor.label, "code": ask.code, "asker": name, "illustrative": ask.illustrative, **more}
    told = {person_id for person_id in people if _sees(person_id, ask)}
    outbox.tell(told, template, facts, address=f"/asks/{ask.code}", besides=actor.id)


def _sees(person_id: int, ask: Ask) -> bool:
    reader = actor_by_id(person_id)
    query = select(Ask.id).where(Ask.id == ask.id)
    return reader is not None and db.session.scalar(query.where(may_see(reader))) is not None


def _contacts(institution_id: int) -> set[int]:
    query = select(InstitutionMember.person_id).where(
        InstitutionMember.institution_id == institution_id,
        InstitutionMember.role == "contact",
        holds_on(InstitutionMember, clock.today()),
    )
    return set(db.session.scalars(query))


def _raised(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("%(asker)s 提出了一项诉求 %(code)s", asker=name_of(facts["asker"]), code=facts["code"]),
        _("%(who)s 提给贵方，请答复。", who=facts["who"]),
    )


def _moved(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("诉求 %(code)s：%(move)s", code=facts["code"], move=MOVES[facts["act"]]),
        _("%(who)s 更新了这项诉求。", who=facts["who"]),
    )


WORDS: dict[str, Words] = {"projects:ask-raised": _raised, "projects:ask-moved": _moved}
