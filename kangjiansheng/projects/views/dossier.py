"""The dossier of a gate: criteria × evidence × verdict, and who still owes what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.accounts.queries import names
from kangjiansheng.core.access import actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects import queries
from kangjiansheng.projects.forms.fields import role_of
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries import MilestoneRow, OwnerRow
from kangjiansheng.projects.queries import gates as reading
from kangjiansheng.projects.queries.evidence import Piece
from kangjiansheng.projects.queries.gates import Decided, Holder
from kangjiansheng.projects.queries.people import LEADING
from kangjiansheng.projects.rules.evidence import OTHER, standing
from kangjiansheng.projects.views.template_words import origin
from kangjiansheng.projects.views.then import row_of


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what is asked for, what there is, how it stands (a word of the vocabulary of its kind)."""

    text: str
    standing: str
    note: str = ""
    who: str = ""
    number: int | None = None  # of a criterion
    pieces: list[tuple[Holder, Piece]] = field(default_factory=list)
    basis: str = ""  # where a criterion comes from
    asked: bool = True  # False: brought without being asked for; a refusal of it leaves nothing owed


@dataclass(frozen=True, slots=True)
class Before:
    """A milestone for which the gate waits."""

    milestone: MilestoneRow
    accepted: int
    expected: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that the page of a gate shows."""

    project: OwnerRow
    gate: MilestoneRow
    criteria: list[Line]
    expected: list[Line]
    others: list[Line]  # at most one: what was brought beside the expected
    before: list[Before]
    owed: list[tuple[str, list[str]]]
    alone: bool  # what waits for a verdict was brought by the only one who leads
    decisions: list[Decided]
    finding: str


def of(thing: Milestone, parts: Mapping[int, Collection[str]]) -> Dossier:
    """The dossier on the day that the address asks for: links, owners, evidence and verdicts of that day. `parts` are
    those that people have in the plan today."""
    project, row = row_of(thing)
    network = queries.network(thing.plan_id, then=project if g.as_of else None, as_of=g.as_of)
    waited = {link.before for link in network.links.get(thing.id, ())}
    before = [m for m in project.milestones if m.id in waited and m.state != "cancelled"]
    there = reading.evidence_of(row, before, g.as_of, actor=actor())
    _known, wanted = reading.resting_on(thing, before)
    own = reading.criteria(thing, as_of=g.as_of)
    people = _people(own, there)
    criteria = [
        Line(
            name_of(one),
            one.verdict or "open",
            one.verdict_note,
            people.get(one.judged_by_id or 0, ""),
            one.number,
            reading.brought_for(one.kinds, row, before, there),
            _origin(one.basis),
        )
        for one in own
    ]
    expected = [_expected(one, row, there, people) for one in wanted[thing.id]]
    others = _beside(row, there)
    earlier = [_before(m, wanted[m.id], there.get(m.id, [])) for m in before]
    decided = reading.decisions(thing.plan_id, project.milestones, as_of=g.as_of).get(thing.id, [])
    leading = {who for who, their in parts.items() if set(LEADING) & set(their)} if g.as_of is None else set()
    return Dossier(
        project,
        row,
        criteria,
        expected,
        others,
        earlier,
        _owed(row, role_of(project.owner_role), criteria, [*expected, *others], earlier, decided, leading),
        any(line.standing == "pending" and not _others(line, leading) for line in [*expected, *others]),
        decided,
        _finding(criteria, expected, earlier),
    )


def _origin(basis: Mapping[str, Any]) -> str:
    """Where a criterion comes from; nothing for words of the project's own."""
    if not basis:
        return ""
    return origin(basis.get("kind", "other"), None, name_of(basis.get("text") or {}))


def _people(own: list[reading.Criterion], there: dict[int, list[Piece]]) -> dict[int, str]:
    ids = {one.judged_by_id for one in own if one.judged_by_id}
    ids |= {key for row in there.values() for piece in row for key in piece.people}
    return {key: name_of(person) for key, person in names(ids).items()}


def _expected(one: Any, thing: MilestoneRow, there: dict[int, list[Piece]], people: dict[int, str]) -> Line:
    mine = [p for p in there.get(thing.id, []) if p.kind == one.kind and not p.withdrawn]
    judged = next((p for p in reversed(mine) if p.verdict), None)
    return Line(
        name_of(one.name),
        standing(one.kind, there.get(thing.id, [])),
        judged.verdict_note if judged else "",
        people.get(judged.judged_by_id or 0, "") if judged else "",
        pieces=[(thing, piece) for piece in mine],
    )


def _beside(thing: MilestoneRow, there: dict[int, list[Piece]]) -> list[Line]:
    """What was brought to the gate beside the expected: whoever decides must see it too."""
    mine = [p for p in there.get(thing.id, []) if p.kind == OTHER and not p.withdrawn]
    if not mine:
        return []
    stands = "pending" if any(not p.verdict for p in mine) else standing(OTHER, mine)
    return [Line(_("其他材料"), stands, pieces=[(thing, piece) for piece in mine], asked=False)]


def _before(m: MilestoneRow, wanted: Any, there: list[Piece]) -> Before:
    stands = [standing(one.kind, there) for one in wanted]
    return Before(m, stands.count("accepted"), len(stands))


def _others(line: Line, leading: set[int]) -> bool:
    """Whether somebody who leads may judge what waits: who brought a file does not judge it."""
    return any(leading - {piece.by_id} for _m, piece in line.pieces if not piece.verdict)


def _owed(
    thing: MilestoneRow,
    role: str,
    criteria: list[Line],
    brought: list[Line],
    earlier: list[Before],
    decided: list[Decided],
    leading: set[int],
) -> list[tuple[str, list[str]]]:
    """Who still owes what: by owner, what is missing; what waits for a verdict is owed by those who lead; the
    open conditions of the newest decision.

    `role` answers for the project, and so for what has no owner, as tables of milestones say.
    """
    found: dict[str, list[str]] = {}
    nobody = role or _("未指定负责人")
    own = thing.owner_label or nobody
    leads = _("项目负责人") if thing.of == "projects" else _("实验室主任")
    for line in brought:
        if line.standing in ("missing", "refused") and line.asked:
            found.setdefault(own, []).append(line.text)
        elif line.standing == "pending":
            judges = leads if _others(line, leading) else _("执行管理层")
            found.setdefault(judges, []).append(_("审核：%(text)s", text=line.text))
    for line in criteria:
        if line.standing == "open":
            found.setdefault(leads, []).append(_("判断：%(text)s", text=line.text))
        elif line.standing == "unmet":
            found.setdefault(own, []).append(line.text)
    for one in earlier:
        if one.milestone.actual is None:
            who = one.milestone.owner_label or nobody
            found.setdefault(who, []).append(f"{one.milestone.code} {name_of(one.milestone)}")
    for condition in decided[0].conditions if decided else ():
        if condition.state not in ("done", "cancelled"):
            found.setdefault(condition.owner or nobody, []).append(f"{condition.code} {name_of(condition)}")
    return list(found.items())


def _finding(criteria: list[Line], expected: list[Line], earlier: list[Before]) -> str:
    parts = []
    if criteria:
        met = sum(line.standing == "met" for line in criteria)
        parts.append(_("%(all)d 条标准达到 %(met)d 条", all=len(criteria), met=met))
    if expected:
        accepted = sum(line.standing == "accepted" for line in expected)
        parts.append(_("%(all)d 项证据接受 %(met)d 项", all=len(expected), met=accepted))
    waiting = sum(one.milestone.actual is None for one in earlier)
    if waiting:
        parts.append(ngettext("%(num)d 个前置里程碑未完成", "%(num)d 个前置里程碑未完成", waiting))
    return _("，").join(parts) or _("还没有标准")
