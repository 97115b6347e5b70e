"""What a pack tells of plans: where the projects stand, what falls due, what slips, and what has changed since."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core.i18n import name_of
from kangjiansheng.overview.documents.outline import TREND, Cell, Chart, Section, Series, Value
from kangjiansheng.overview.views import compared, matters, tables, words
from kangjiansheng.overview.views.pack.reading import Found
from kangjiansheng.overview.views.pack.sentence import punctual
from kangjiansheng.projects.forms.fields import role_of
from kangjiansheng.projects.rules.figures import AHEAD

_STATUSES = ("ontrack", "risk", "slip", "late", "gate", "pause", "idle", "done")
_MOST_BARS = 8


def project(one: Any) -> Cell:
    """A project by its code."""
    return Cell(one.code, f"/projects/{one.code}")


def milestone(m: Any) -> Cell:
    """A milestone by its name."""
    return Cell(name_of(m), m.path)


def owner(one: Any, m: Any) -> str:
    """Who answers for a milestone: its owner, else who leads the project."""
    return str(m.owner_label or one.lead_label or role_of(one.owner_role))


def illustrative(projects: Iterable[Any]) -> bool:
    """Whether anything of it is made up."""
    return any(one.illustrative for one in projects)


def from_table(table: tables.Table) -> dict[str, Any]:
    """A table of the board without the day in its links: documents put in their own."""

    def cell(value: Any) -> Value:
        if isinstance(value, dict):
            return Cell(value["text"], value["href"].partition("?")[0])
        return value  # type: ignore[no-any-return]

    code = _("项目编号")
    columns = [(label, "c" if label == code else kind) for label, kind in table["columns"]]
    return {"columns": columns, "rows": [[cell(value) for value in row] for row in table["rows"]]}


def attention(found: Found) -> Section:
    """What needs somebody, as the board says it first."""
    there = found.counted.board.attention
    table = from_table(tables.attention(found.counted.board))
    *short, (status, _kind), (why, _kind), (follows, _kind) = table["columns"]
    return Section(
        "attention",
        _("需要关注"),
        matters.in_attention(there.total),
        _(
            "每个项目取最要紧的一个里程碑，以及要看的风险；逾期在先，其次是待决策，再按偏差天数与其后未完成的里程碑排列。"
        ),
        [*short, (status, "c"), (why, "w"), (follows, "w")],
        table["rows"],
        illustrative=illustrative(one.project for one in there.rows),
        headline=True,
        total=there.total,
    )


def trend(found: Found) -> Section:
    """How punctual the last 12 months were, month by month."""
    months = found.counted.board.on_time.months
    names, percents = [f"{end:%Y-%m}" for end, _percent in months], [percent for _end, percent in months]
    return Section(
        TREND,
        _("准时率，近 12 个月"),
        punctual(found.counted.board.on_time, words.against(found.asking.compare, found.asking.day)),
        _("近 12 个月内完成的里程碑中，不晚于最初基线的比例"),
        [(_("月份"), ""), (_("准时率 %"), "n")],
        [[name, percent] for name, percent in zip(names, percents, strict=True)],
        chart=Chart("line", names, [Series(_("准时率 %"), percents, "primary")], "%"),
        illustrative=found.counted.illustrative,
    )


def pipeline(found: Found) -> Section:
    """Where each project stands."""
    grid = found.counted.board.pipeline
    names = words.statuses()
    standing = found.counted.standing
    series = [
        Series(names[status], [standing.get((status, column)) for column in grid.columns], status)
        for status in _STATUSES
        if any(key == status for key, _column in standing)
    ]
    return Section(
        "pipeline",
        _("管线：阶段与技术路线"),
        words.in_pipeline(grid.finding),
        _("已结束的项目不列入；已暂停的停在原来的阶段。最大推迟取未完成里程碑中最大的偏差。"),
        **from_table(tables.pipeline(found.counted.board)),
        chart=Chart("stack", [words.column(column) for column in grid.columns], series, _("项目数")),
        illustrative=found.counted.illustrative,
        headline=True,
        total=grid.total,
    )


def outlook(found: Found) -> Section:
    """What falls due in the coming 90 days."""
    due, today, coming = found.counted.board.due, found.asking.day, found.counted.board.outlook
    cut = coming.total > len(coming.stops)
    starts = [today + timedelta(days=10 * n) for n in range(len(due.tens))]
    series = [
        Series(_("按计划或待决策"), [every - off or None for every, off in due.tens], "ontrack"),
        Series(_("有风险或推迟"), [off or None for _every, off in due.tens], "slip"),
    ]
    return Section(
        "outlook",
        ngettext("里程碑展望：未来 %(num)d 天", "里程碑展望：未来 %(num)d 天", AHEAD.days),
        words.in_outlook(coming),
        _(
            "进行中的项目里，尚未完成、确认的日期落在今后 90 天内的里程碑，以及已逾期的。图中每柱 10 天，不含已逾期的。"
        ),
        **from_table(tables.outlook(found.counted.board)),
        chart=Chart("stack", [f"{start:%m-%d}" for start in starts], series, _("里程碑数")),
        illustrative=found.counted.illustrative
        and (cut or illustrative(stop.project for stop in coming.stops)),
        headline=True,
        total=coming.total,
    )


def slips(found: Found) -> Section:
    """What is latest."""
    there = found.counted.board.slips
    drawn = there.rows[:_MOST_BARS]
    names = [f"{row.project.code} {name_of(row.milestone)}" for row in drawn]
    series = [
        Series(
            _("%(day)s 的预测", day=found.asking.compare.isoformat()), [row.then for row in drawn], "ghost"
        ),
        Series(_("现预测"), [row.now for row in drawn], "slip"),
    ]
    return Section(
        "slips",
        _("推迟最多的里程碑"),
        _("；").join([words.in_slips(there.finding), *_of_all(there.total)]),
        _(
            "偏差为确认的预测减最初基线，按自然日；提议而未确认的日期不算。图和“占其中”只取推迟最多的 %(num)d 项。",
            num=_MOST_BARS,
        ),
        **from_table(tables.slips(found.counted.board)),
        chart=Chart("bar", names, series, _("比基线晚的天数")),
        illustrative=illustrative(row.project for row in there.rows),
        headline=True,
        total=there.total,
    )


def _of_all(total: int) -> list[str]:
    return [ngettext("共 %(num)d 项晚于基线", "共 %(num)d 项晚于基线", total)] if total > _MOST_BARS else []


def health(found: Found) -> Section:
    """How punctual each laboratory is."""
    grid = found.counted.board.health

    def percent(share: Any) -> int | None:
        return share.percent if share.whole >= 3 else None

    before = max(len(grid.months) - 4, 0)
    series = [
        Series(f"{grid.months[before]:%Y-%m}", [percent(row.shares[before]) for row in grid.rows], "ghost"),
        Series(f"{grid.months[-1]:%Y-%m}", [percent(row.shares[-1]) for row in grid.rows], "primary"),
    ]
    return Section(
        "health",
        _("联合实验室：滚动 3 个月准时率"),
        words.in_health(grid.finding),
        _(
            "每格为该月末往前三个月内完成的里程碑中不晚于最初基线的几项与共几项，归入项目的牵头实验室。图中少于 3 项的不画。"
        ),
        **from_table(tables.health(found.counted.board)),
        chart=Chart("bar", [words.lab(row.lab) for row in grid.rows], series, _("准时率 %")),
        illustrative=found.counted.illustrative,
        headline=True,
    )


def moved(found: Found) -> Section:
    """Which promises have moved, by how much, and why."""
    moves, later = found.counted.moved.rows, found.counted.moved.later
    parts = [ngettext("%(num)d 项改期", "%(num)d 项改期", found.counted.moved.total)]
    if found.counted.moved.new:
        parts.append(compared.of_them_new(found.counted.moved.new))
    largest = []
    if later:
        largest.append(ngettext("%(num)d 项推后", "%(num)d 项推后", later))
    if moves:
        first = moves[0]
        largest.append(
            _(
                "变动最大的是 %(code)s 的%(name)s，%(days)s",
                code=first.project.code,
                name=name_of(first.milestone),
                days=words.days(first.days),
            )
        )
    shown = moves[:_MOST_BARS]
    names = [f"{move.project.code} {name_of(move.milestone)}" for move in shown]
    return Section(
        "moved",
        _("改期的里程碑"),
        _("；").join(filter(None, (_("，").join(parts), _("，").join(largest)))) if moves else _("没有改期"),
        _(
            "对比日与截止时的确认日期不同的里程碑：没有预测时用现行计划，再没有时用基线。原因取其间最后一次说明。"
        ),
        [
            (_("项目编号"), "c"),
            (_("里程碑"), ""),
            (_("%(day)s 的日期", day=found.asking.compare.isoformat()), "d"),
            (_("现在的日期"), "d"),
            (_("变动（天）"), "n"),
            (_("负责"), ""),
            (_("原因"), "w"),
        ],
        [
            [
                project(move.project),
                milestone(move.milestone),
                move.before,
                move.after,
                move.days,
                owner(move.project, move.milestone),
                compared.why(move, _why(found, move.milestone.id)),
            ]
            for move in moves
        ],
        chart=Chart(
            "bar", names, [Series(_("变动（天）"), [move.days for move in shown], "slip")], _("变动（天）")
        ),
        illustrative=found.counted.moved.illustrative,
        total=found.counted.moved.total,
        headline=True,
    )


def _why(found: Found, key: int) -> str:
    told = found.reasons.get(key)
    along = _("随前置里程碑移动") if told and told.along else ""
    parts = [along, words.reason(told.reason_code), told.note] if told else []
    return _("；").join(filter(None, parts)) or str(_("没有记录原因"))


def reached(found: Found) -> Section:
    """What was reached."""
    done = found.counted.reached
    late = done.late
    finding = ngettext("%(num)d 项完成", "%(num)d 项完成", done.total)
    if late:
        finding = _("，").join(
            [finding, ngettext("其中 %(num)d 项晚于基线", "其中 %(num)d 项晚于基线", late)]
        )
    return Section(
        "reached",
        _("完成的里程碑"),
        finding if done.total else _("没有完成"),
        _("截止时已完成、对比日还没有记录完成的里程碑；实际日期更早、后来才记录的也在内。"),
        [
            (_("项目编号"), "c"),
            (_("里程碑"), "w"),
            (_("基线"), "d"),
            (_("完成日期"), "d"),
            (_("偏差（天）"), "n"),
            (_("负责"), ""),
        ],
        [[project(one), milestone(m), m.baseline, m.actual, m.slip, owner(one, m)] for one, m in done.rows],
        illustrative=done.illustrative,
        total=done.total,
    )


SECTIONS: tuple[Callable[[Found], Section], ...] = (trend, pipeline, outlook, slips, health, moved, reached)
