"""Notices of items that wait for a meeting."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from kangjiansheng.committee.models import Committee
from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.outbox import Words


def backlog_proposed(committee: Committee, people: Iterable[int], *, actor: Actor) -> None:
    """Those who keep the committee: somebody proposed an item."""
    names = {"hans": committee.name_hans, "hant": committee.name_hant, "en": committee.name_en}
    facts = {"committee": names, "who": actor.label}
    address = f"/committees/{committee.code}/backlog"
    outbox.tell(people, "committee:backlog-proposed", facts, address=address, besides=actor.id)


def _proposed(facts: Mapping[str, Any]) -> tuple[str, str]:
    return (
        _("新的待议事项：%(committee)s", committee=name_of(facts["committee"])),
        _("%(who)s 提出了一项待议事项，等待列入议程。", who=facts["who"]),
    )


WORDS: dict[str, Words] = {"committee:backlog-proposed": _proposed}
