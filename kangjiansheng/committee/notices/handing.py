"""Notices about the secretary's office: that it is somebody else's now."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Committee
from kangjiansheng.committee.notices.base import mail_each
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words


def office_given(
    committee: Committee, leaver_id: int, successor_id: int, *, actor: Actor, change: ChangeSet
) -> None:
    """The successor, on the bell and by mail; on the bell who had the office, and who keep the committee."""
    successor = db.session.get_one(Person, successor_id)
    facts = {"committee": _names(committee), "code": committee.code, "who": actor.label}
    address = f"/committees/{committee.code}"
    outbox.tell([successor_id], "committee:office-given", facts, address=address, besides=actor.id)
    mail_each([successor], "committee:office-given", facts, address, actor=actor, change=change)
    today = clock.today()
    keepers = committee.keepers_on(today)
    others = (keepers | {leaver_id}) - {successor_id}
    told = facts | {"successor": _names(successor)}
    outbox.tell(others, "committee:office-changed", told, address=address, besides=actor.id)


def _names(thing: Committee | Person) -> dict[str, str]:
    return {"hans": thing.name_hans, "hant": thing.name_hant, "en": thing.name_en}


def _given(facts: Mapping[str, Any]) -> tuple[str, str]:
    committee = name_of(facts["committee"])
    return (
        _("您已接任秘书：%(committee)s", committee=committee),
        _(
            "%(who)s 把%(committee)s的秘书职务交给了您，自今天起生效。请从委员会页开始：会议、纪要和待办都在那里。",
            who=facts["who"],
            committee=committee,
        ),
    )


def _changed(facts: Mapping[str, Any]) -> tuple[str, str]:
    committee = name_of(facts["committee"])
    return (
        _("秘书已更换：%(committee)s", committee=committee),
        _("%(committee)s的秘书自今天起是%(name)s。", committee=committee, name=name_of(facts["successor"])),
    )


WORDS: dict[str, Words] = {"committee:office-given": _given, "committee:office-changed": _changed}
