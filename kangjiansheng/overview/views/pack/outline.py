"""The outline of a pack in the language of the moment."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng import __version__
from kangjiansheng.committee.documents.faces import MISSING
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import locale, moment, name_of
from kangjiansheng.overview.documents.outline import Figure, Outline
from kangjiansheng.overview.views import compared, narrowed, words
from kangjiansheng.overview.views.pack import owing, reading, sections
from kangjiansheng.overview.views.pack.asking import Asked
from kangjiansheng.overview.views.pack.sentence import sentence


def outline(asking: Asked, *, actor: Actor, address: str, at_most: int | None = None) -> Outline:
    """What the pack says to one reader; `address` is the path of its page. A workbook has all rows, what is read at most
    so many."""
    return worded(reading.read(asking, actor=actor, at_most=at_most), address)


def worded(found: reading.Found, address: str) -> Outline:
    """The same of what was read."""
    asking, only = found.asking, _only(found)
    against = words.against(asking.compare, asking.day)
    told = [
        make(found) for make in (sections.attention, owing.to_decide, *sections.SECTIONS, *owing.SECTIONS)
    ]
    told = [one for one in told if one.key != "not-applied" or one.rows]
    illustrative = found.counted.illustrative or any(one.illustrative for one in told)
    settings = current_app.config["SETTINGS"]
    return Outline(
        language=locale(),
        title=_("上次会议以来") if asking.meeting else _("自 %(day)s 以来", day=asking.compare.isoformat()),
        since=_since(asking),
        cut=asking.cut,
        day=asking.day,
        compare=asking.compare,
        foot=_("；").join(
            filter(
                None,
                (
                    _(
                        "数据截至 %(cut)s，对比 %(day)s",
                        cut=moment(asking.cut),
                        day=asking.compare.isoformat(),
                    ),
                    only,
                ),
            )
        ),
        narrowed=only,
        sentence=sentence(found.counted.board.answer, against)
        if found.counted.has_projects
        else narrowed.nothing(
            narrowed=bool(only), reads_all=found.reads_all, past=asking.day < clock.today()
        ),
        figures=_figures(found, asking),
        sections=told if found.counted.has_projects else [one for one in told if one.rows],
        definitions=_definitions(told, only),
        illustrative=_("含示例数据，不代表任何机构的真实进展。") if illustrative else "",
        address=f"{settings.base_url}{address}",
        base=settings.base_url,
        version=__version__,
        words=labels(),
    )


def labels() -> dict[str, str]:
    """What stands on every page of such a document."""
    return {
        "product": _("康健生"),
        "answer": _("一句话"),
        "figures": _("指标"),
        "annex": _("附表"),
        "now": _("现在"),
        "then": _("对比日"),
        "new": _("当时没有预测"),
        "definitions": _("口径说明"),
        "illustrative": _("示例数据"),
        "more": _("其余 %(n)s 项见数据表。"),
        "none": _("没有。"),
        "version": _("程序版本"),
        "missing": _("%(mark)s 处是字体中没有的字。", mark=MISSING),
    }


def _only(found: reading.Found) -> str:
    """Which projects it is about; empty when all are there."""
    what = narrowed.chosen(found.counted.every, found.asking.wanted)
    if not what:
        return ""
    return str(
        ngettext(
            "只含“%(what)s”：%(of)d 个项目中的 %(num)d 个",
            "只含“%(what)s”：%(of)d 个项目中的 %(num)d 个",
            found.counted.projects,
            what=what,
            of=len(found.counted.every),
        )
    )


def _narrowing(only: str) -> list[tuple[str, str]]:
    if not only:
        return []
    rest = _("行动项、委员会意见和没有生效的变动，也只取与这些项目有关的。")
    return [(_("筛选"), f"{only}{_('。')}{rest}")]


def _since(asking: Asked) -> str:
    day = asking.compare.isoformat()
    if asking.meeting is None:
        return str(_("自 %(day)s 结束以来", day=day))
    return str(_("自 %(meeting)s（%(day)s）以来", meeting=name_of(asking.meeting), day=day))


def _figures(found: reading.Found, asking: Asked) -> list[Figure]:
    board = found.counted.board
    rate, slipped, due, gates = board.on_time, board.slipped, board.due, board.gates
    day = asking.compare.isoformat()
    before = _("%(day)s 为 %(count)s", day=day, count="%s")
    return [
        Figure(
            _("准时率，近 12 个月"),
            rate.now.percent,
            "%" if rate.now.percent is not None else "",
            rate.then.percent,
            before % ("—" if rate.then.percent is None else f"{rate.then.percent}%"),
            "flat" if not rate.change else "bad" if rate.change < 0 else "good",
        ),
        Figure(
            _("已推迟里程碑"),
            slipped.now,
            _("项推迟中"),
            slipped.then,
            compared.with_new(before % slipped.then, slipped.new),
            "flat" if not slipped.change else "bad" if slipped.change > 0 else "good",
            slipped.new,
        ),
        Figure(_("未来 90 天到期"), due.now, _("项到期"), due.then, before % due.then, "flat"),
        Figure(_("待决策阶段门"), gates.now, _("个等待"), gates.then, before % gates.then, "flat"),
    ]


def _definitions(told: list[sections.Section], only: str) -> list[tuple[str, str]]:
    return [
        (_("截至"), _("截止是一个时刻：其后的改动不影响这份材料。对比日指那一天在上海的最后一刻。")),
        *_narrowing(only),
        (_("可见范围"), _("只含取得材料的人有权查看的项目、会议与行动项；不同的人得到的可以不同。")),
        (_("已推迟"), _("未完成、确认的预测比最初基线晚 15 天或更多")),
        (_("已逾期"), _("最后确认的日期已过，既没有完成，也没有新的确认日期")),
        (_("偏差"), _("实际或确认的预测减去最初基线，按自然日")),
        *((one.over, one.note) for one in told),
    ]
