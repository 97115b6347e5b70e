"""Findings in the reader's language: each title says what its figure shows, or that too little is known."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote_plus

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from kangjiansheng.core import charts, clock, i18n
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.overview.charts import Words
from kangjiansheng.overview.rules import health, outlook, periods, pipeline, slips
from kangjiansheng.overview.rules.rows import ENDED, Project
from kangjiansheng.overview.views import compared, narrowed
from kangjiansheng.projects.rules.vocabulary import (
    Name,
    families,
    project_statuses,
    reasons,
    stage_columns,
    stages,
)

# What all laboratories have in common says nothing on a lane; the page says that they are illustrative.
_LONG = re.compile(
    r"联合实验室|聯合實驗室|^joint lab(?:oratory)?\b(?: (?:for|of|on))?|\bjoint lab(?:oratory)?$"
    r"|[（(](?:示例|示例数据|示例數據|illustrative)[）)]",
    re.IGNORECASE,
)
_LAB_WIDTH = 118
_JOINTS = " 与與和、"  # after these a name is best broken


def term(name: Name) -> str:
    """A word of a vocabulary in the reader's script."""
    return str({"zh-Hant": name.hant, "en": name.en}.get(i18n.locale(), name.hans))


def stage(code: str) -> str:
    """A stage in words."""
    return term(stages()[code].name)


def column(code: str) -> str:
    """A column of the pipeline in words."""
    return term(stage_columns()[code].name)


def column_note(code: str) -> str:
    """What a column's short name stands for; empty where the name says it."""
    notes = {
        "PCC": _("候选物"),
        "IIT": _("研究者发起"),
        "IND": _("申报"),
        "I": _("临床"),
        "II_III": _("临床"),
        "BLA": _("上市申请"),
    }
    return str(notes.get(code, ""))


def family(code: str) -> str:
    """A family of modalities in words."""
    return term(families()[code].name)


def reason(code: str | None) -> str:
    """Why a date moved; empty when nobody said."""
    return term(reasons()[code].name) if code in reasons() else ""


def days(number: int) -> str:
    """A slip with its sign: +42 天, −2 天, 0 天."""
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return str(ngettext("%(sign)s%(num)d 天", "%(sign)s%(num)d 天", abs(number), sign=sign))


def lab(found: Any) -> str:
    """A laboratory's name without what all have in common."""
    name = _LONG.sub("", name_of(found).replace("  ", " ")).strip()
    name = _LONG.sub("", name).strip() or str(found.code)
    return name[:1].upper() + name[1:]


def lab_on_lane(found: Any) -> str:
    """The same within the room that a lane has: on two lines when one is too short, and there cut."""
    name = lab(found)
    if _fits(name):
        return name
    cuts = [at for at in range(1, len(name)) if _fits(name[:at].rstrip()) and _fits(name[at:].lstrip())]
    if cuts:
        at = min(cuts, key=lambda at: (name[at - 1] not in _JOINTS, abs(2 * at - len(name))))
        return f"{name[:at].rstrip()}<br>{name[at:].lstrip()}"
    full = max(at for at in range(1, len(name)) if _fits(name[:at].rstrip()))
    at = max((at for at in range(1, full + 1) if name[at - 1] in _JOINTS), default=full)
    return f"{name[:at].rstrip()}<br>{charts.cut(name[at:].lstrip(), _LAB_WIDTH, 13)}"


def _fits(text: str) -> bool:
    return charts.text_width(text, 13) <= _LAB_WIDTH


def project_href(code: str) -> str:
    """A project's page, on the day that is looked at."""
    return travel(f"/projects/{code}")


def milestone_href(milestone: Any) -> str:
    """A milestone's page, on the day that is looked at."""
    return travel(milestone.path)


def statuses() -> dict[str, str]:
    """The eight statuses in words."""
    return {
        "ontrack": _("按计划"),
        "risk": _("有风险"),
        "slip": _("已推迟"),
        "late": _("已逾期"),
        "done": _("已完成"),
        "idle": _("未开始"),
        "gate": _("待决策"),
        "pause": _("已暂停"),
    }


def between(last: bool) -> str:
    """What stands between the parts of a list in a sentence; English says "and" before the last one."""
    return " and " if last and i18n.locale() == "en" else str(_("，"))


def against(compare: date, day: date) -> str:
    """The day of comparison as it stands in a sentence."""
    if compare == periods.quarter_end_before(day):
        return str(_("上季末"))
    return compare.isoformat() if i18n.locale() == "en" else f" {compare.isoformat()} "


def in_figures(day: date, compare: date, horizon: int) -> Words:
    """What the figures say."""
    now = day == clock.today()
    return Words(
        today=_("今天 %(day)s", day=f"{day:%m-%d}") if now else _("截至 %(day)s", day=day.isoformat()),
        edge=_("1 年") if horizon == 365 else ngettext("%(num)d 天", "%(num)d 天", horizon),
        baseline=_("基线"),
        forecast=_("预测"),
        spring=_("春节"),
        national=_("国庆"),
        compare=_("%(day)s 的预测", day=against(compare, day).strip()),
        recovers=_("（追回）"),
        new=_("（新）"),
        unknown=compared.no_forecast(compare),
        no_lab=_("未指定实验室"),
        days=days,
        status=statuses(),
        lab=lab_on_lane,
        milestone=name_of,
        href=milestone_href,
    )


def in_pipeline(found: pipeline.Finding) -> str:
    """How many are in trials, and which stand nearest to marketing."""
    if found.code == "empty":
        return str(_("没有进行中的项目"))
    codes = _("、").join(found.nearest[:3])
    if found.code == "early":
        return str(_("还没有项目进入临床期，走得最远的是 %(codes)s", codes=codes))
    if found.paused:
        return str(
            ngettext(
                "%(num)d 个项目在注册临床期（另 %(paused)d 个已暂停），离上市申请最近的是 %(codes)s",
                "%(num)d 个项目在注册临床期（另 %(paused)d 个已暂停），离上市申请最近的是 %(codes)s",
                found.clinical,
                paused=found.paused,
                codes=codes,
            )
        )
    return str(
        ngettext(
            "%(num)d 个项目在注册临床期，离上市申请最近的是 %(codes)s",
            "%(num)d 个项目在注册临床期，离上市申请最近的是 %(codes)s",
            found.clinical,
            codes=codes,
        )
    )


def third(crowd: tuple[int, int, int, int]) -> str:
    """A 旬 in words: 12 月上旬."""
    if i18n.locale() == "en":
        month = format_date(date(crowd[0], crowd[1], 1), "MMMM", rebase=False)
        words = {1: _("%(month)s上旬"), 2: _("%(month)s中旬"), 3: _("%(month)s下旬")}
        return str(words[crowd[2]] % {"month": month})
    words = {1: _("%(month)s上旬"), 2: _("%(month)s中旬"), 3: _("%(month)s下旬")}
    return str(words[crowd[2]] % {"month": _("%(number)d 月", number=crowd[1])})


def in_outlook(found: outlook.Outlook) -> str:
    """How much falls due, what is overdue, and where it crowds."""
    if not found.stops:
        return str(_("这段时间没有到期的里程碑"))
    parts = [ngettext("%(num)d 项到期", "%(num)d 项到期", found.due)]
    if found.festival:
        parts.append(ngettext("%(num)d 项在春节前", "%(num)d 项在春节前", found.before_festival))
    if found.crowd:
        parts.append(_("最密的是 %(third)s，%(count)d 项", third=third(found.crowd), count=found.crowd[3]))
    if found.overdue:
        parts.append(ngettext("另有 %(num)d 项已逾期", "另有 %(num)d 项已逾期", found.overdue))
    return _("，").join(parts)


def in_slips(found: slips.Finding) -> str:
    """Which slips most, and which comes back."""
    if found.project is None or found.largest is None:
        return str(_("没有里程碑晚于基线"))
    text = _most_of_slips(found, found.project, found.largest)
    if found.recovering:
        return str(_("%(text)s；%(code)s 在追回", text=text, code=found.recovering.code))
    return text


def _most_of_slips(found: slips.Finding, project: Project, largest: slips.Slip) -> str:
    if found.code == "single":
        return str(
            _(
                "推迟最多的是 %(code)s 的%(name)s，%(days)d 天",
                code=project.code,
                name=name_of(largest.milestone),
                days=largest.now,
            )
        )
    if largest.project is project:
        return str(
            ngettext(
                "%(code)s 占其中 %(num)d 项，最多晚 %(days)d 天",
                "%(code)s 占其中 %(num)d 项，最多晚 %(days)d 天",
                found.number,
                code=project.code,
                days=largest.now,
            )
        )
    return str(
        ngettext(
            "%(code)s 占其中 %(count)d 项；推迟最多的是 %(worst)s 的%(name)s，%(num)d 天",
            "%(code)s 占其中 %(count)d 项；推迟最多的是 %(worst)s 的%(name)s，%(num)d 天",
            largest.now,
            code=project.code,
            count=found.number,
            worst=largest.project.code,
            name=name_of(largest.milestone),
        )
    )


def in_health(found: health.Finding) -> str:
    """Which laboratory falls, or is lowest; or that too little was done to say."""
    if found.lab is None and found.code != "alike":
        return str(_("没有足够的历史：近 3 个月每个实验室完成的里程碑都少于 3 项"))
    share = found.share
    percent = share.percent if share else 0
    if found.code == "falling":
        return str(
            ngettext(
                "%(lab)s连降 %(num)d 个月，近 3 个月为 %(percent)d%%",
                "%(lab)s连降 %(num)d 个月，近 3 个月为 %(percent)d%%",
                found.months,
                lab=lab(found.lab),
                percent=percent,
            )
        )
    if found.code == "alike":
        return str(_("各实验室近 3 个月相同，都是 %(percent)d%%", percent=percent))
    return str(
        _(
            "近 3 个月最低的是%(lab)s，%(whole)d 项中 %(part)d 项准时",
            lab=lab(found.lab),
            whole=share.whole if share else 0,
            part=share.part if share else 0,
        )
    )


def rows_href(figure: str) -> str:
    """The rows behind a figure, on the day that is looked at."""
    return narrowed.keep(f"/milestones?figure={quote_plus(figure)}")


def lane_href(end: date, found: Any) -> str:
    """All milestones of a lane of the outlook, those without a laboratory for None."""
    return rows_href(f"outlook:{end.isoformat()}:{found.code if found else ''}")


def cell_href(column: str, family: str = "") -> str:
    """The projects of a cell of the pipeline, or of a whole column: those that have not ended."""
    going = ",".join(code for code in project_statuses() if code not in ENDED)
    of_family = f"&family={family}" if family else ""
    stage = narrowed.asked().stage or column
    return narrowed.keep(f"/projects?stage={stage}{of_family}&claimed={going}")


def moved_href(compare: date) -> str:
    """All milestones that have moved since the end of the day of comparison."""
    return narrowed.keep(url_for("projects.milestones", moved=(compare + timedelta(days=1)).isoformat()))


def home_href() -> str:
    """The board on the day that is looked at."""
    return travel(url_for("overview.overview"))


def month(day: date) -> str:
    """A month as a short head: 11月, Nov."""
    if i18n.locale() == "en":
        return str(format_date(day, "MMM", rebase=False))
    return str(_("%(number)d月", number=day.month))


def weekday(day: date) -> str:
    """The day of the week, short: 周五, Fri."""
    return str(format_date(day, "EEE", rebase=False))


def soon(day: date) -> str:
    """A near day, short: 12-11 周五; with its year when that is another one."""
    return f"{day:%m-%d} {weekday(day)}" if day.year == clock.today().year else day.isoformat()


def by_month(stops: Sequence[outlook.Stop]) -> list[tuple[str, list[outlook.Stop]]]:
    """Stops under their months; the year stands where it is not this one."""
    found: dict[tuple[int, int], list[outlook.Stop]] = {}
    for stop in stops:
        found.setdefault((stop.day.year, stop.day.month), []).append(stop)
    this_year = clock.today().year
    return [
        (f"{these[0].day:%Y-%m}" if year != this_year else month(these[0].day), these)
        for (year, _number), these in found.items()
    ]


def comparisons(day: date) -> list[tuple[str, date]]:
    """Days that people compare with, latest first."""
    quarter = periods.quarter_end_before(day)
    return [
        (_("上月末"), periods.month_ends(day, 2)[0]),
        (_("上季末"), quarter),
        (_("再上季末"), periods.quarter_end_before(quarter)),
        (_("上年末"), date(day.year - 1, 12, 31)),
    ]


def exports() -> list[tuple[str, str]]:
    """What can be taken along."""
    return [
        ("figures", _("指标与口径")),
        ("attention", _("需要关注")),
        ("pipeline", _("管线")),
        ("outlook", _("里程碑展望")),
        ("slips", _("推迟最多的里程碑")),
        ("moves", _("改期的里程碑")),
        ("health", _("联合实验室准时率")),
    ]


def files() -> list[dict[str, str]]:
    """The files that tell the whole, and what comes out."""
    return [
        {
            "kind": "pptx",
            "icon": "presentation",
            "name": _("幻灯片 PPTX"),
            "about": _("每页一个结论，图表可编辑"),
        },
        {"kind": "pdf", "icon": "file-type-pdf", "name": "PDF", "about": _("A4 横向，适合会前发送")},
        {"kind": "docx", "icon": "file-text", "name": _("文字稿 DOCX"), "about": _("可以继续修改的副本")},
        {
            "kind": "xlsx",
            "icon": "file-spreadsheet",
            "name": _("数据表 XLSX"),
            "about": _("全部各行与口径说明"),
        },
    ]


def export_href(name: str, kind: str) -> str:
    """Where an export lies, for what this page shows."""
    asked: dict[str, Any] = narrowed.kept_args("as_of", "compare", "horizon")
    return url_for("overview.export", name=name, kind=kind, **asked)
