"""What the page of charts says, in the reader's language: findings, names, what stands in the figures."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.committee.forms.answers import VERDICTS as ANSWERED
from kangjiansheng.committee.rules.adoption import Adoption
from kangjiansheng.committee.rules.answers import WAITING
from kangjiansheng.committee.rules.follow_up import FollowUp
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.labs.rules.papers import KINDS as PAPERS
from kangjiansheng.overview import charts
from kangjiansheng.overview.rules.cycles import Course, Cycle, slowest
from kangjiansheng.overview.rules.expiries import Expiries, Expiry
from kangjiansheng.overview.rules.spoken import Lab, Spoken
from kangjiansheng.overview.rules.survival import ENOUGH, Median
from kangjiansheng.overview.rules.yields import Gate, Yields
from kangjiansheng.overview.views import narrowed, words
from kangjiansheng.projects.forms import validity as validity_words
from kangjiansheng.projects.notices import DECISIONS
from kangjiansheng.projects.rules.freshness import Age

# In the same order as the parts of a bar; each drawn as the status that it is nearest to.
VERDICTS = (("go", "ontrack"), ("conditional", "risk"), ("stop", "late"))
ANSWERS = (("adopted", "ontrack"), ("partly", "risk"), ("declined", "late"), (WAITING, "gate"))
CLOSURE = (("in_time", "ontrack"), ("late", "slip"), ("overdue", "late"))
DELIVERY = (*CLOSURE[:2], ("disputed", "gate"), *CLOSURE[2:])
AGES: tuple[tuple[Age, str], ...] = (
    ("fresh", "ontrack"),
    ("aging", "risk"),
    ("old", "slip"),
    ("silent", "idle"),
)
ENDS = (("agreement", "done"), ("paper", "gate"), ("qualification", "pause"))


def names() -> dict[str, str]:
    """The sheets by name, for the menu of exports and as small heads."""
    return {
        "gates": _("阶段门的决定"),
        "cycles": _("各段历时"),
        "expiries": _("今后 12 个月到期"),
        "spoken": _("预测多久没有确认"),
        "actions": _("行动项按期关闭"),
        "advice": _("委员会意见的答复"),
        "obligations": _("义务按期交付"),
    }


def units() -> dict[str, str]:
    """What each sheet counts in."""
    return {
        "gates": _("决定数"),
        "cycles": _("自然日"),
        "expiries": _("到期的项数"),
        "spoken": _("里程碑数"),
        "actions": _("行动项数"),
        "advice": _("意见条数"),
        "obligations": _("承诺数"),
    }


def definitions() -> dict[str, str]:
    """What each sheet counts, in one sentence."""
    return {
        "gates": _(
            "每个阶段门登记的决定，按结果计；同一阶段门决定两次的计两次。右侧为准予通过的次数与全部次数。"
        ),
        "cycles": _(
            "从一个里程碑的实际日期到另一个的实际日期。在途的项目也计入（Kaplan–Meier），已结束的项目计到结束那天；走完的少于 5 项时不给中位数。图中横轴为自然日。"
        ),
        "expiries": _("您能看到的合作协议和项目持有的批件、经费与资质，按最后一个有效日计；已终止的不计。"),
        "spoken": _("进行中的项目里未完成的里程碑，按最后一次确认距今多久计，归入项目的牵头实验室。"),
        "actions": _("到期的行动项中按期完成的比例，按委员会计；没有人关闭的算作逾期，没有期限的不算到期。"),
        "advice": _(
            "委员会在生效的纪要中向公司提出的决议与建议，按公司最近一次答复计。右侧为采纳的条数与全部条数。"
        ),
        "obligations": _(
            "到期的义务中按期交付的比例，按义务方计；有异议的单列，不算按期交付；各方交接、已免除的和与政府部门的往来不计。"
        ),
    }


def lapsed() -> str:
    """The name of the bar for what has ended."""
    return str(_("已过期"))


def part(key: str) -> str:
    """A part of a bar in words."""
    known = {
        **DECISIONS,
        **ANSWERED,
        WAITING: _("待答复"),
        "in_time": _("按期完成"),
        "late": _("逾期后完成"),
        "overdue": _("逾期未完成"),
        "disputed": _("有异议"),
        "fresh": _("一周内"),
        "aging": _("一至三周"),
        "old": _("三周以上"),
        "silent": _("从未确认"),
        "agreement": validity_words.AGREEMENT,
        "paper": _("批件与经费"),
        "qualification": validity_words.KINDS["site"],
    }
    return str(known[key])


def span(cycle: Cycle) -> str:
    """A stretch in words."""
    return {
        "candidate_ind": _("候选物确认到 IND 提交"),
        "ind_review": _("IND 受理到默示许可"),
        "permission_fpi": _("默示许可到首例入组"),
        "enrolment_iit": _("IIT 首例到末例"),
        "enrolment_pivotal": _("关键试验首例到末例"),
        "bla_review": _("上市申请受理到批准"),
    }[cycle.span.key]


def days(number: int, *, working: bool = False) -> str:
    """A length of time in its unit."""
    if working:
        return str(ngettext("%(num)d 个工作日", "%(num)d 个工作日", number))
    return str(ngettext("%(num)d 天", "%(num)d 天", number))


def interval(found: Median) -> str:
    """The edges of an interval; open where it is not reached."""
    low = "—" if found.low is None else str(found.low)
    return f"{low}–{found.high}" if found.high is not None else str(_("%(low)s 以上", low=low))


def in_gates(found: Yields) -> str:
    """How many decisions let a project go on, and where fewest did."""
    if not found.total:
        return str(_("还没有登记阶段门的决定"))
    counts = [(part(word), found.count(word)) for word, _shape in VERDICTS]
    said = ngettext("%(num)d 次决定：%(list)s", "%(num)d 次决定：%(list)s", found.total, list=_listed(counts))
    gate = found.narrowest
    if gate is None:
        return str(said)
    return str(
        _(
            "%(said)s；%(gate)s最少，%(whole)d 次中 %(part)d 次准予通过",
            said=said,
            gate=name_of(gate.last),
            whole=len(gate.decisions),
            part=gate.count("go"),
        )
    )


def in_cycles(found: Sequence[Cycle]) -> str:
    """The longest stretch, or that too little is known."""
    longest = slowest(found)
    if longest is None or longest.told is None:
        return str(_("历史太少，还说不出中位时间"))
    return str(
        _(
            "最长的一段是%(span)s，中位 %(days)s",
            span=span(longest),
            days=days(longest.told.time, working=longest.span.working),
        )
    )


def end_of_cycle(cycle: Cycle) -> str:
    """What stands beside a stretch: the median with its interval, and how many it rests on."""
    rests = _("%(ended)d 项走完，%(open)d 项在途", ended=cycle.ended, open=cycle.open)
    if cycle.told is None:
        return str(_("%(rests)s，历史太少", rests=rests) if cycle.ended < ENOUGH else rests)
    middle = days(cycle.told.time, working=cycle.span.working)
    return str(
        _(
            "中位 %(middle)s（%(low_high)s），%(rests)s",
            middle=middle,
            low_high=interval(cycle.told),
            rests=rests,
        )
    )


def short_cycle(cycle: Cycle) -> str:
    """The same on a phone."""
    rests = f"{cycle.ended}/{cycle.ended + cycle.open}"
    if cycle.told is None:
        return str(_("%(rests)s，历史太少", rests=rests) if cycle.ended < ENOUGH else rests)
    return str(
        _("中位 %(middle)s，%(rests)s", middle=days(cycle.told.time, working=cycle.span.working), rests=rests)
    )


def cycle_words() -> charts.CycleWords:
    """What the figure of the stretches says."""

    def hover(_cycle: Cycle, course: Course) -> str:
        until = course.until.isoformat() if course.ended else _("在途")
        return f"{course.project}<br>{course.begin.isoformat()} → {until}<br>{days(course.days)}"

    return charts.CycleWords(
        name=span,
        end=end_of_cycle,
        short=short_cycle,
        hover=hover,
        days=days,
        href=words.milestone_href,
    )


def in_expiries(found: Expiries) -> str:
    """How much ends, what ends first, and what has ended."""
    ahead = len(found.coming)
    over = len(found.lapsed)
    parts = [ngettext("%(num)d 项已过期", "%(num)d 项已过期", over)] if over else []
    if ahead:
        parts.append(ngettext("今后 12 个月有 %(num)d 项到期", "今后 12 个月有 %(num)d 项到期", ahead))
        parts.append(_("最早在 %(day)s", day=found.coming[0].ends_on.isoformat()))
    return str(_("，").join(parts) if parts else _("今后 12 个月没有到期的协议、批件或资质"))


def expiry_kind(row: Expiry) -> str:
    """What it is, in words."""
    return str((PAPERS if row.of_lab else validity_words.KINDS).get(row.kind, validity_words.AGREEMENT))


def expiry_href(row: Expiry) -> str:
    """Where it stands."""
    if row.of_lab:
        return travel(f"/labs/{row.code}/papers")
    path = "agreements" if row.group == "agreement" else "projects"
    return travel(f"/{path}/{row.code}")


def in_spoken(found: Spoken) -> str:
    """How much nobody has stood by for three weeks, and where most."""
    if not found.total:
        return str(_("没有未完成的里程碑"))
    if not found.stale:
        return str(_("未完成的里程碑都在三周内确认过"))
    worst = found.labs[0]
    return str(
        ngettext(
            "%(total)d 项未完成的里程碑中 %(num)d 项三周内没有确认，最多的是%(lab)s，%(most)d 项",
            "%(total)d 项未完成的里程碑中 %(num)d 项三周内没有确认，最多的是%(lab)s，%(most)d 项",
            found.stale,
            total=found.total,
            lab=lab(worst),
            most=worst.stale,
        )
    )


def lab(found: Lab) -> str:
    """A laboratory by its short name."""
    return words.lab(found.lab) if found.lab else str(_("未指定实验室"))


def lab_href(found: Lab) -> str:
    """The milestones of a laboratory that wait to be confirmed."""
    code = found.lab.code if found.lab else None
    return narrowed.keep(url_for("projects.milestones", stale="old", lab=code))


def in_actions(found: FollowUp) -> str:
    """How many actions were done by their day."""
    if not found.due:
        return str(_("还没有到期的行动项"))
    parts = [
        ngettext(
            "到期的 %(num)d 项行动中 %(part)d 项按期完成（%(percent)d%%）",
            "到期的 %(num)d 项行动中 %(part)d 项按期完成（%(percent)d%%）",
            found.due,
            part=found.in_time,
            percent=found.percent,
        )
    ]
    if found.overdue:
        parts.append(ngettext("%(num)d 项逾期未完成", "%(num)d 项逾期未完成", found.overdue))
    return str(_("，").join(parts))


def in_obligations(found: FollowUp) -> str:
    """How many obligations were delivered by their day."""
    if not found.due:
        return str(_("还没有到期的义务"))
    parts = [
        ngettext(
            "到期的 %(num)d 项义务中 %(part)d 项按期交付（%(percent)d%%）",
            "到期的 %(num)d 项义务中 %(part)d 项按期交付（%(percent)d%%）",
            found.due,
            part=found.in_time,
            percent=found.percent,
        )
    ]
    if found.disputed:
        parts.append(ngettext("%(num)d 项有异议", "%(num)d 项有异议", found.disputed))
    if found.overdue:
        parts.append(ngettext("%(num)d 项逾期未交付", "%(num)d 项逾期未交付", found.overdue))
    return str(_("，").join(parts))


def in_advice(found: Sequence[Adoption]) -> str:
    """What became of the advice."""
    counts = [(part(word), sum(one.count(word) for one in found)) for word, _shape in ANSWERS]
    total = sum(number for _word, number in counts)
    if not total:
        return str(_("委员会还没有向公司提出意见"))
    return str(ngettext("%(num)d 条意见：%(list)s", "%(num)d 条意见：%(list)s", total, list=_listed(counts)))


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    """What there is any of, with its number: 通过 3，终止 1."""
    return _("，").join(f"{word} {number}" for word, number in counts if number)


def of_all(part_: int, whole: int) -> str:
    """3/5, at the end of a bar."""
    return f"{part_}/{whole}"


def gate_name(gate: Gate) -> str:
    """A gate by the name where it was decided last."""
    return str(name_of(gate.last))


def export_href(name: str, kind: str) -> str:
    """Where an export of this page lies, for what it shows."""
    kept: dict[str, Any] = {
        key: value for key, value in request.args.items() if key not in ("name", "kind", "every")
    }
    return url_for("overview.chart_export", name=name, kind=kind, **kept)
