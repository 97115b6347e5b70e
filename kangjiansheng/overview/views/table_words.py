"""The words of One Table."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core import i18n, text
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.labs import rules as labs
from kangjiansheng.overview.rules.four_chains import Link
from kangjiansheng.overview.rules.table import Commitment, Line, Seat, Table

SHORTEST = 4  # characters of a short name
ORDER = ("late", "disputed", "soon", "ontrack", "")
SHAPES = {"late": "late", "disputed": "slip", "soon": "risk", "ontrack": "ontrack"}


def worse(one: str, other: str) -> str:
    """Of two statuses the one that needs somebody more."""
    return min(one, other, key=ORDER.index)


def shape(status: str) -> str:
    """The sign of a status."""
    return SHAPES[status]


def short(seat: Seat) -> str:
    """The shortest name under which a party is known in the reader's script, of four characters or more."""
    script = i18n.locale()
    fits = [alias for alias in seat.aliases if len(alias) >= SHORTEST and _is_of(alias, script)]
    return min(fits, key=len) if fits else name_of(seat.names)


def label(name: str) -> str:
    """A name within the room that a seat has; the whole stands in the ledger."""
    room = 24 if name.isascii() else 14
    return name if len(name) <= room else name[: room - 1] + "…"


def unanswered(days: int) -> str:
    """How long an ask has had no answer."""
    return ngettext("%(num)d 天未回应", "%(num)d 天未回应", days) if days else _("今天提出")


def called(table: Table) -> dict[str, str]:
    """The short names of all between whom there is anything."""
    return {line.seat.code: short(line.seat) for line in table.lines}


def _is_of(alias: str, script: str) -> bool:
    if script == "en":
        return alias.isascii()
    same = text.to_hant(alias) if script == "zh-Hant" else text.to_hans(alias)
    return not alias.isascii() and same == alias


def sign(sector: str) -> str:
    """The one-character sign of a sector; 其 for none."""
    script = "zh-Hans" if i18n.locale() == "en" else i18n.locale()
    return name_of(labs.sectors()[sector].sign, script) if sector else "其"


def sector(code: str) -> str:
    """The name of a sector."""
    return name_of(labs.sectors()[code].name)


def address(one: Commitment) -> str:
    """The page of a commitment."""
    return travel(f"/{'obligations' if one.kind == 'obligation' else 'hand-offs'}/{one.code}")


def lateness(one: Commitment) -> str:
    """What is said under the date of a commitment; empty when all is well."""
    if one.status == "late":
        return ngettext("逾期 %(num)d 天", "逾期 %(num)d 天", one.late_by)
    return {"disputed": _("有异议"), "soon": _("两周内到期")}.get(one.status, "")


def summary(line: Line) -> str:
    """What one party owes and waits for: the title of the drawing."""
    return _(
        "%(name)s：要给出 %(owes)d 项，等别人 %(waits)d 项",
        name=short(line.seat),
        owes=len(line.owes),
        waits=len(line.waits),
    )


def beneath(line: Line) -> str:
    """What stands under the name of a seat."""
    if line.seat.governs:
        return _("往来")
    count = ngettext("%(num)d 项", "%(num)d 项", len(line.owes))
    if not line.late:
        return count
    return _("%(count)s，%(late)s 逾期", count=count, late=line.late)


def submitted(table: Table, day: date) -> str:
    """The dealings with government bodies in a sentence: what we are to submit, with the next day that has not passed,
    and what we wait for."""
    ours = [one for one in table.dealings if not table.seats[one.giver].governs]
    theirs = len(table.dealings) - len(ours)
    parts = []
    if ours:
        first = next((one for one in ours if one.due and one.due >= day), None)
        part = ngettext("待提交 %(num)d 项", "待提交 %(num)d 项", len(ours))
        if first is not None and first.due is not None:
            nearest = _("最近 %(day)s %(name)s", day=first.due.isoformat(), name=name_of(first.names))
            part += _("（%(what)s）", what=nearest)
        parts.append(part)
    if theirs:
        parts.append(ngettext("等待回复 %(num)d 项", "等待回复 %(num)d 项", theirs))
    return _("，").join(parts)


def chain(code: str) -> str:
    """The name of a chain."""
    return {
        "innovation": _("创新链"),
        "industry": _("产业链"),
        "capital": _("资金链"),
        "talent": _("人才链"),
    }[code]


def reason(link: Link) -> str:
    """Why a chain is as it is."""
    plain: Mapping[str, str] = {
        "no-milestone": _("没有待完成的里程碑"),
        "no-hand-off": _("没有待办的交接和承诺"),
        "funded": _("有出资方"),
        "unfunded": _("没有出资方"),
        "no-lead": _("没有负责人"),
        "staffed": _("负责人到位"),
    }
    if link.why in plain:
        return plain[link.why]
    if link.why == "no-owner":
        count = link.facts["count"]
        return ngettext("%(num)d 个里程碑没有指定到人", "%(num)d 个里程碑没有指定到人", count)
    if link.why in ("ask", "ask-late"):
        return _("诉求“%(title)s”%(days)s", title=link.thing.title, days=unanswered(link.thing.waited))
    if link.why in ("hand_off", "obligation"):
        late, name = lateness(link.thing), name_of(link.thing.names)
        said = _("交接：%(name)s", name=name) if link.why == "hand_off" else _("承诺：%(name)s", name=name)
        return said + (_("，") + late if late else "")
    name = f"{link.thing.code} {name_of(link.thing)}"
    return _("下一步：%(name)s", name=name) if link.why == "next" else _milestone(link, name)


def _milestone(link: Link, name: str) -> str:
    if link.status == "gate":
        return _("%(name)s 等待决策", name=name)
    if link.status == "late":
        return _("%(name)s 逾期", name=name)
    return _("%(name)s 推迟 %(days)d 天", name=name, days=link.thing.slip or 0)


def target(link: Link) -> str:
    """The page of what a chain waits for; empty for none."""
    if link.why in ("ask", "ask-late"):
        return travel(f"/asks/{link.thing.code}")
    if link.why in ("hand_off", "obligation"):
        return address(link.thing)
    return travel(link.thing.path) if link.thing is not None else ""


def shape_of(link: Link) -> str:
    """The sign of a chain's status."""
    return {"soon": "risk", "disputed": "slip"}.get(link.status, link.status)
