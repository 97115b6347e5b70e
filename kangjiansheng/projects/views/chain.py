"""The value chain: /value-chain, all projects that the reader sees by link, and the line on a project's page."""

from collections.abc import Iterable
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.pages import page, with_args
from kangjiansheng.projects.forms import hand_offs as words
from kangjiansheng.projects.forms.fields import word
from kangjiansheng.projects.queries import ProjectRow
from kangjiansheng.projects.queries import chain as reading
from kangjiansheng.projects.queries.hand_offs import HandOffRow
from kangjiansheng.projects.rules import chain as rules
from kangjiansheng.projects.rules.vocabulary import links, stages
from kangjiansheng.projects.views import bp


@bp.get("/value-chain")
@signed_in
def value_chain() -> Response:
    """The projects that the reader sees by link, each with its next hand-off, its conditions, and what holds it up; or
    all of one link."""
    link = request.args.get("link", "")
    link = link if link in links() else ""
    found = reading.value_chain(actor=actor(), as_of=g.as_of, link=link, page=request.args.get("page"))
    return page(
        "projects/value_chain.html",
        found=found,
        link=link,
        placed=placed,
        links={code: word(term.name) for code, term in links().items()},
        finding=_finding(found),
        words=words,
        with_args=with_args,
        page_url=lambda number: with_args(page=number),
        illustrative=found.illustrative,
    )


def _finding(found: reading.Chain) -> str:
    parts = [ngettext("%(num)d 个项目", "%(num)d 个项目", found.total)]
    if found.blocked:
        parts.append(ngettext("%(num)d 个受阻", "%(num)d 个受阻", found.blocked))
    if found.without:
        parts.append(ngettext("%(num)d 个还没有登记下一交接", "%(num)d 个还没有登记下一交接", found.without))
    return _("，").join(parts)


def placed(row: ProjectRow, rows: Iterable[HandOffRow]) -> dict[str, Any]:
    """Where a project stands, with the words of it: its links, and the conditions of the next hand-off."""
    day = g.as_of or clock.today()
    place = rules.place(row.stage, row.milestones, rows, day, resting=row.resting)
    return {
        "place": place,
        "path": [
            {"code": code, "name": word(term.name), "now": code == place.link}
            for code, term in links().items()
        ],
        "stage": word(stages()[row.stage].name) if row.stage in stages() else row.stage,
        "ahead": word(links()[place.ahead].name) if place.ahead else "",
        "conditions": conditions(place),
        "blocks": [
            *(
                f"{one.code} {words.late_words(one.overdue(day)) or words.state_word(one)}{_('，')}{words.waits_words(one)}"
                for one in place.late
            ),
            *(_("里程碑 %(code)s 已逾期", code=m.code) for m in place.overdue),
        ],
    }


def conditions(place: rules.Place) -> list[str]:
    """What has to be there before the project goes on, in words: of the next hand-off and of the next gate."""
    found, one = [], place.hand_off
    if one is not None:
        if one.listed:
            found.append(ngettext("清单 %(num)d 项逐项勾选", "清单 %(num)d 项逐项勾选", one.listed))
        found.append(
            _("双方约定 %(day)s", day=one.accepted_on.isoformat()) if one.accepted_on else _("双方约定日期")
        )
        found.append(_("交付方与接收方签名"))
    if place.gate is not None:
        day = place.gate.promised
        found.append(
            _(
                "阶段门 %(code)s 的决策，%(day)s",
                code=place.gate.code,
                day=day.isoformat() if day else _("未定日期"),
            )
        )
    return found
