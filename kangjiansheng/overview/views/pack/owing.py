"""What a pack tells of decisions and of what is owed: gates, decisions to be made, conditions, actions, evidence,
approvals that expire, risks."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.committee.forms.effects import LIVES as EFFECT_LIVES
from kangjiansheng.committee.models import DecisionEffect
from kangjiansheng.committee.queries.owed import Overdue
from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain, name_of
from kangjiansheng.overview.documents.outline import Cell, Section, Value
from kangjiansheng.overview.rules.pack import RiskState, Verdict
from kangjiansheng.overview.views.pack.reading import Found
from kangjiansheng.overview.views.pack.sections import illustrative, milestone, owner, project
from kangjiansheng.projects.forms import risks as risk_words
from kangjiansheng.projects.forms import validity as validity_words
from kangjiansheng.projects.notices import DECISIONS


def gates(found: Found) -> Section:
    """Which gates were decided or passed."""
    passed = found.counted.passed
    rows: list[list[Value]] = []
    for verdict in found.counted.verdicts:
        one, m = found.milestones[verdict.gate_id]
        asked = ngettext("%(num)d 个条件", "%(num)d 个条件", verdict.conditions) if verdict.conditions else ""
        why = _("；").join(filter(None, (asked, verdict.reasons)))
        rows.append(
            [
                project(one),
                milestone(m),
                _verdict(verdict, found),
                verdict.decided_on,
                verdict.body,
                why,
            ]
        )
    rows += [
        [project(one), milestone(m), _("已完成，没有记录结论"), m.actual, owner(one, m), None]
        for one, m in passed.rows
    ]
    total = len(found.counted.verdicts) + passed.total
    conditional = sum(one.verdict == "conditional" for one in found.counted.verdicts)
    finding = ngettext("%(num)d 个阶段门有结论或已完成", "%(num)d 个阶段门有结论或已完成", total)
    if conditional:
        finding = _("，").join(
            [finding, ngettext("其中 %(num)d 个有条件通过", "其中 %(num)d 个有条件通过", conditional)]
        )
    return Section(
        "gates",
        _("阶段门"),
        finding if rows else _("没有阶段门有结论"),
        _(
            "对比日以来记录的阶段门结论，以及完成而没有记录结论的阶段门。补录指对比日或更早作出、其后才记录的结论。"
        ),
        [
            (_("项目编号"), "c"),
            (_("阶段门"), ""),
            (_("结论"), ""),
            (_("日期"), "d"),
            (_("由谁决定"), ""),
            (_("理由与条件"), "w"),
        ],
        rows,
        illustrative=passed.illustrative
        or illustrative(found.milestones[one.gate_id][0] for one in found.counted.verdicts),
        total=total,
    )


def _verdict(verdict: Verdict, found: Found) -> str:
    """The verdict in words; of one that had been given by the day of comparison, when it was entered."""
    said = str(DECISIONS[verdict.verdict])
    if verdict.decided_on > found.asking.compare:
        return said
    entered = clock.day_of(verdict.recorded_at).isoformat()
    return str(_("%(verdict)s（%(day)s 补录）", verdict=said, day=entered))


def to_decide(found: Found) -> Section:
    """What needs a decision: gates on a coming agenda, and advice that waits for the company."""
    waiting, advice = found.counted.board.gates.waiting, found.owing.unanswered
    rows: list[list[Value]] = []
    for one in waiting:
        owning, m = found.milestones[one.milestone_id]
        rows.append(
            [
                _("阶段门"),
                project(owning),
                milestone(m),
                Cell(one.meeting, f"/meetings/{one.meeting}"),
                one.held_on,
            ]
        )
    for decision in advice:
        seen = found.by_id.get(decision.project_id or 0)
        rows.append(
            [
                _("委员会意见"),
                project(seen) if seen else None,
                decision.text,
                Cell(decision.number, f"/decisions/{decision.number}"),
                decision.meeting.held_on,
            ]
        )
    parts = []
    if waiting:
        parts.append(ngettext("%(num)d 个阶段门等待决策", "%(num)d 个阶段门等待决策", len(waiting)))
    if advice:
        parts.append(
            ngettext("%(num)d 条委员会意见等公司答复", "%(num)d 条委员会意见等公司答复", len(advice))
        )
    return Section(
        "to-decide",
        _("待决策"),
        _("，").join(parts) or _("没有等待决策的事"),
        _(
            "阶段门：将要召开的会议有一项表决议题要决定它，日期为会议日期。委员会意见：公司还没有答复的决议与建议，日期为作出时的会议日期。"
        ),
        [
            (_("类别"), ""),
            (_("项目编号"), "c"),
            (_("要决定的事"), "w"),
            (_("出处"), "c"),
            (_("会议日期"), "d"),
        ],
        rows,
        illustrative=illustrative([*(found.milestones[one.milestone_id][0] for one in waiting), *advice]),
        headline=True,
    )


def actions(found: Found) -> Section:
    """Which actions are overdue."""

    def late(one: Overdue) -> int:
        return -(one.due_on - found.asking.day).days

    rows: list[list[Value]] = []
    for one in found.owing.overdue:
        seen = found.by_id.get(one.project_id or 0)
        rows.append(
            [
                one.number if one.dropped else Cell(one.number, f"/actions/{one.number}"),
                one.text,
                project(seen) if seen else None,
                name_of(one.owner) if one.owner else one.owner_role,
                one.due_on,
                late(one),
                one.meeting,
            ]
        )
    longest = max((late(one) for one in found.owing.overdue), default=0)
    return Section(
        "actions",
        _("逾期的行动项"),
        ngettext(
            "%(num)d 项行动逾期，最久 %(days)s",
            "%(num)d 项行动逾期，最久 %(days)s",
            len(rows),
            days=_days(longest),
        )
        if rows
        else _("没有逾期的行动项"),
        _("截止时尚未完成、到期日已过的行动项，按到期日排列。"),
        [
            (_("编号"), "c"),
            (_("事项"), "w"),
            (_("项目编号"), "c"),
            (_("负责"), ""),
            (_("到期"), "d"),
            (_("逾期（天）"), "n"),
            (_("来自会议"), "c"),
        ],
        rows,
        illustrative=illustrative(found.owing.overdue),
        headline=True,
    )


def _days(number: int) -> str:
    return str(ngettext("%(num)d 天", "%(num)d 天", number))


def conditions(found: Found) -> Section:
    """The conditions of gates that are not met yet, what is due first."""
    rows: list[tuple[Any, list[Value]]] = []
    for asked in found.counted.conditions:
        one, m = found.milestones[asked.milestone_id]
        _one, gate = found.milestones.get(asked.gate_id, (one, None))
        if m.is_open:
            left = (m.promised - found.asking.day).days if m.promised else None
            line: list[Value] = [
                project(one),
                milestone(m),
                owner(one, m),
                m.promised,
                left,
                milestone(gate) if gate else None,
                asked.decided_on,
            ]
            rows.append(((m.promised is None, m.promised), line))
    rows.sort(key=lambda pair: pair[0])
    late = sum(isinstance(line[4], int) and line[4] < 0 for _key, line in rows)
    finding = ngettext("%(num)d 个条件尚未满足", "%(num)d 个条件尚未满足", len(rows))
    if late:
        finding = _("，").join([finding, ngettext("其中 %(num)d 个已过期", "其中 %(num)d 个已过期", late)])
    return Section(
        "conditions",
        _("阶段门的条件"),
        finding if rows else _("没有未满足的条件"),
        _("有条件通过的阶段门所提出、截止时还没有完成的里程碑。余下天数为负表示已过期。"),
        [
            (_("项目编号"), "c"),
            (_("阶段门条件"), "w"),
            (_("负责"), ""),
            (_("到期"), "d"),
            (_("余下（天）"), "n"),
            (_("来自阶段门"), ""),
            (_("决定日期"), "d"),
        ],
        [line for _key, line in rows],
        illustrative=illustrative(found.milestones[one.milestone_id][0] for one in found.counted.conditions),
        headline=True,
    )


def not_applied(found: Found) -> Section:
    """What was decided and could not be put into the plan."""

    def row(effect: DecisionEffect) -> list[Value]:
        seen = found.by_id.get(effect.plan.project_id or 0)
        there = found.milestones.get(effect.milestone_id or 0)
        number = effect.decision.number if effect.decision else ""
        return [
            Cell(number, f"/decisions/{number}"),
            project(seen) if seen else None,
            milestone(there[1]) if there else (effect.name or None),
            clock.day_of(effect.settled_at) if effect.settled_at else None,
            explain(RuleBroken(effect.refusal, **effect.refusal_facts)),
        ]

    rows = [row(effect) for effect in found.owing.not_applied]
    return Section(
        "not-applied",
        _("没有生效的变动"),
        ngettext("%(num)d 项决定的变动没有生效", "%(num)d 项决定的变动没有生效", len(rows))
        if rows
        else _("决定的变动都已生效"),
        _("决议要求改动计划、定稿时却不能照改的，需要有人另行处理。"),
        [
            (_("决议"), "c"),
            (_("项目编号"), "c"),
            (_("里程碑"), ""),
            (_("日期"), "d"),
            (str(EFFECT_LIVES["not_applied"]), "w"),
        ],
        rows,
        illustrative=any(
            effect.decision.illustrative for effect in found.owing.not_applied if effect.decision
        ),
    )


def evidence(found: Found) -> Section:
    """What was brought as evidence."""
    verdicts = {"accepted": _("已接受"), "refused": _("不接受"), "": _("待审核")}

    def row(piece: Any) -> list[Value]:
        one, m = found.milestones[piece.milestone_id]
        kinds = {kind.kind: kind.name for kind in found.expected.get(m.id, ())}
        by = found.people.get(piece.by_id)
        return [
            project(one),
            milestone(m),
            name_of(kinds[piece.kind]) if piece.kind in kinds else _("其他材料"),
            piece.name,
            name_of(by) if by else None,
            clock.day_of(piece.at),
            verdicts[piece.verdict],
        ]

    rows = [row(piece) for piece in found.counted.evidence]
    return Section(
        "evidence",
        _("新提交的证据"),
        ngettext("%(num)d 份新证据", "%(num)d 份新证据", len(rows)) if rows else _("没有新证据"),
        _("对比日以来提交、截止时没有撤回的证据。"),
        [
            (_("项目编号"), "c"),
            (_("里程碑"), ""),
            (_("证据"), "w"),
            (_("文件"), ""),
            (_("提交人"), ""),
            (_("日期"), "d"),
            (_("审核结论"), ""),
        ],
        rows,
        illustrative=illustrative(
            found.milestones[piece.milestone_id][0] for piece in found.counted.evidence
        ),
    )


def expiries(found: Found) -> Section:
    """Which approvals and papers lapse, or will before they are needed."""
    rows: list[list[Value]] = [
        [
            project(one),
            Cell(validity_words.named(row), f"/projects/{one.code}#validity"),
            one.lead_label or None,
            row.valid_to,
            str(validity_words.STATES[standing.word]),
            validity_words.sentence(row, standing),
        ]
        for one, (row, standing) in found.counted.expiring
    ]
    alarms = sum(standing.alarms for _one, (_row, standing) in found.counted.expiring)
    finding = ngettext("%(num)d 项凭证要留意", "%(num)d 项凭证要留意", len(rows))
    if alarms:
        finding = _("，").join(
            [finding, ngettext("其中 %(num)d 项已到期或不够用", "其中 %(num)d 项已到期或不够用", alarms)]
        )
    return Section(
        "expiries",
        _("到期的批件与凭证"),
        finding if rows else _("90 天内没有批件到期"),
        _("已到期、90 天内到期，或者等不到所需的里程碑完成的批件、经费、资质与合作协议。"),
        [
            (_("项目编号"), "c"),
            (_("批件或凭证"), ""),
            (_("负责"), ""),
            (_("有效期末日"), "d"),
            (_("状态"), ""),
            (_("说明"), "w"),
        ],
        rows,
        illustrative=illustrative(one for one, _held in found.counted.expiring),
    )


def risks(found: Found) -> Section:
    """Which risks are new, and which have been closed."""

    def row(risk: RiskState, change: str) -> list[Value]:
        one = found.by_id[risk.project_id]
        who = found.people.get(risk.owner_id or 0)
        return [
            project(one),
            Cell(f"R{risk.number} {risk.title}", f"/projects/{one.code}/risks/{risk.number}"),
            str(risk_words.KINDS[risk.kind]),
            change,
            (risk.likelihood or 5) * risk.impact,
            name_of(who) if who else None,
            risk.closing if risk.life == "closed" else str(risk_words.LIVES[risk.life]),
        ]

    new, closed = found.counted.new_risks, found.counted.closed_risks
    parts = []
    if new:
        parts.append(ngettext("新增 %(num)d 项风险", "新增 %(num)d 项风险", len(new)))
    if closed:
        parts.append(ngettext("关闭 %(num)d 项", "关闭 %(num)d 项", len(closed)))
    return Section(
        "risks",
        _("新增与关闭的风险"),
        _("，").join(parts) or _("没有新增或关闭的风险"),
        _("对比日以来登记或重新打开的，以及关闭的风险与问题。评分为可能性乘影响，问题的可能性按 5 计。"),
        [
            (_("项目编号"), "c"),
            (_("风险"), "w"),
            (_("类别"), ""),
            (_("变化"), ""),
            (_("评分"), "n"),
            (_("负责"), ""),
            (_("处理状态或关闭原因"), ""),
        ],
        [*(row(risk, _("新增")) for risk in new), *(row(risk, _("已关闭")) for risk in closed)],
        illustrative=illustrative(found.by_id[risk.project_id] for risk in (*new, *closed)),
    )


SECTIONS: tuple[Callable[[Found], Section], ...] = (
    gates,
    actions,
    conditions,
    not_applied,
    evidence,
    expiries,
    risks,
)
