"""Every figure on one page: what it is now, how it is reckoned, and the rows that it counts."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, signed_in
from kangjiansheng.core.pages import page, travel
from kangjiansheng.overview import api
from kangjiansheng.overview.queries import rates as rate_queries
from kangjiansheng.overview.views import dashboard, value_words, words
from kangjiansheng.overview.views import words_metrics as said
from kangjiansheng.overview.views.blueprint import bp
from kangjiansheng.overview.views.narrowed import nothing


@dataclass(frozen=True)
class Row:
    """A figure: its key in the JSON, what it is called, its value in words, its definition, the rows behind it."""

    key: str
    label: str
    value: str
    meaning: str
    href: str | None = None


@bp.get("/overview/metrics")
@signed_in
def all_figures() -> Response:
    """All figures of `kangjiansheng metrics`, each with its definition and the way to its rows."""
    asking = dashboard.asked()
    sets = rate_queries.sets(asking.as_of)
    code = request.args.get("rates") or ""
    found = api.figures(asking, actor=actor(), code=code if code in sets else None)
    return page(
        "overview/metrics.html",
        illustrative=found["illustrative"],
        asking=asking,
        groups=[
            (_("项目与里程碑"), _milestones(found)),
            (_("总览"), _board(found["board"])),
            (_("预测"), _forecast(found["forecast"])),
            (_("管线价值"), _value(found)),
        ],
        sets=[one for one in sets.values() if not one.retired or one.code == found["rates"]],
        rates=found["rates"],
        empty=not found["projects"],
        reads_all=actor().reads_all,
        nothing=nothing(narrowed=False, reads_all=actor().reads_all, past=asking.as_of is not None),
        short_set=value_words.short_set,
    )


def _rows(figure: str) -> str:
    return words.rows_href(figure)


def _projects(**wanted: Any) -> str:
    return travel(url_for("projects.projects", **wanted))


def _milestones(found: dict[str, Any]) -> list[Row]:
    slips = found["slip_days"]
    rows = [Row("projects", _("项目"), str(found["projects"]), said.MEANINGS["projects"], _projects())]
    for key, parts in said.parts(found):
        for part, number in parts:
            label, wanted = said.part(key, part)
            href = _projects(**wanted) if wanted else None
            rows.append(Row(f"{key}.{part}", label, str(number), said.MEANINGS[key], href))
    rows.append(
        Row(
            "milestones",
            _("里程碑"),
            str(found["milestones"]),
            said.MEANINGS["milestones"],
            travel(url_for("projects.milestones")),
        )
    )
    for key, label in said.MILESTONES.items():
        rows.append(
            Row(key, str(label), said.shown(key, found[key]), said.MEANINGS[key], _rows(said.ROWS[key]))
        )
    for key, label in said.SLIPS.items():
        rows.append(
            Row(
                f"slip_days.{key}",
                str(label),
                said.shown(key, slips[key]),
                said.MEANINGS[f"slip_{key}"],
                _rows("done"),
            )
        )
    recent = found["last_12m"]
    rows.append(
        Row(
            "last_12m.done",
            _("近 12 个月完成"),
            str(recent["done"]),
            said.MEANINGS["last_12m_done"],
            _rows("on-time"),
        )
    )
    rows.append(
        Row(
            "last_12m.on_time",
            _("其中准时"),
            str(recent["on_time"]),
            said.MEANINGS["last_12m_on_time"],
            _rows("on-time-kept"),
        )
    )
    return rows


def _board(board: dict[str, Any]) -> list[Row]:
    rows = [
        Row(
            f"board.groups.{group}",
            said.group(group),
            str(number),
            said.MEANINGS["groups"],
            _projects(**said.GROUPS[group]),
        )
        for group, number in board["groups"].items()
    ]
    for key, part, label, href in (
        ("on_time_12m", "percent", _("准时率，近 12 个月"), _rows("on-time")),
        ("on_time_12m", "then", _("准时率，近 12 个月（对比日）"), None),
        ("on_time_12m", "change", _("准时率的变化（百分点）"), None),
        ("on_time_12m", "on_time", _("其中准时"), _rows("on-time-kept")),
        ("on_time_12m", "done", _("近 12 个月完成"), _rows("on-time")),
        ("slipped", "now", _("已推迟里程碑"), _rows("slipped")),
        ("slipped", "then", _("已推迟里程碑（对比日）"), None),
        ("slipped", "change", _("已推迟里程碑的变化，只算当时有预测的"), None),
        ("slipped", "no_forecast_then", _("其中对比日没有预测的"), None),
        ("slipped", "median", _("中位推迟（天）"), _rows("slipped")),
        ("due_90d", "now", _("未来 90 天到期"), _rows("due")),
        ("due_90d", "then", _("未来 90 天到期（对比日）"), None),
        ("due_90d", "off_plan", _("其中有风险、推迟或逾期"), _rows("due")),
        ("due_90d", "overdue", _("已逾期"), _rows("overdue")),
        ("gates_waiting", "now", _("待决策阶段门"), travel(url_for("projects.milestones", status="gate"))),
        ("gates_waiting", "then", _("待决策阶段门（对比日）"), None),
        (
            "gates_waiting",
            "soonest",
            _("最早的决策日"),
            travel(url_for("projects.milestones", status="gate")),
        ),
    ):
        meaning = said.MEANINGS.get(f"{key}.{part}", said.MEANINGS[key])
        rows.append(Row(f"board.{key}.{part}", label, said.shown(part, board[key][part]), meaning, href))
    rows += _told(board)
    return rows


def _told(board: dict[str, Any]) -> list[Row]:
    """What the sentences and sheets of the dashboard tell."""
    cause, compare = board["largest_slip"], board["compare"]
    overview = words.home_href()
    rows = [
        Row(
            "board.largest_slip",
            _("推迟最多的里程碑"),
            _("%(project)s %(milestone)s，%(days)d 天", project=cause[0], milestone=cause[1], days=cause[2])
            if cause
            else "—",
            said.MEANINGS["largest_slip"],
            travel(f"/projects/{cause[0]}/milestones/{cause[1]}") if cause else None,
        ),
        Row(
            "board.needs_attention",
            _("需要关注"),
            str(board["needs_attention"]),
            said.MEANINGS["attention"],
            f"{overview}#attention",
        ),
        Row(
            "board.moves.moved",
            _("改期的里程碑"),
            str(board["moves"]["moved"]),
            said.MEANINGS["moved"],
            f"{overview}#moves",
        ),
        Row(
            "board.moves.no_forecast_then",
            _("其中对比日没有预测的"),
            str(board["moves"]["no_forecast_then"]),
            said.MEANINGS["no_forecast_then"],
            f"{overview}#moves",
        ),
        Row(
            "board.moves.reached",
            _("对比日以来完成"),
            str(board["moves"]["reached"]),
            said.MEANINGS["reached"],
            _rows(f"reached:{compare}"),
        ),
    ]
    for code, (part, whole) in board["punctuality_3m"].items():
        value = _("%(whole)d 项中 %(part)d 项准时", whole=whole, part=part)
        label = _("%(code)s 的准时率", code=code)
        rows.append(
            Row(
                f"board.punctuality_3m.{code}",
                label,
                value,
                said.MEANINGS["punctuality"],
                f"{overview}#health",
            )
        )
    return rows


def _forecast(found: dict[str, Any]) -> list[Row]:
    there = travel(url_for("overview.forecast"))
    rows = [
        Row(
            f"forecast.{key}",
            str(label),
            said.shown(key, found[key]),
            said.MEANINGS[f"forecast_{key}"],
            there,
        )
        for key, label in said.FORECAST.items()
    ]
    for by, held in found["record"].items():
        for key, value in held.items():
            label = _("%(by)s 的%(what)s", by=said.BY[by], what=said.RECORD[key])
            shown = said.numbers(value) if isinstance(value, list | tuple) else said.shown(key, value)
            meaning = said.MEANINGS[f"record_{key}"]
            rows.append(Row(f"forecast.record.{by}.{key}", label, shown, meaning, f"{there}#record"))
    return rows


def _value(found: dict[str, Any]) -> list[Row]:
    here = travel(url_for("overview.value", rates=found["rates"]))
    rows = [
        Row("approved", _("已批准"), str(found["approved"]), said.MEANINGS["approved"], f"{here}#approvals")
    ]
    for key, value in found.items():
        name = next((name for name in said.VALUE if key.startswith(f"{name}_")), None)
        if name is None:
            continue
        code = key.removeprefix(f"{name}_")
        there = travel(url_for("overview.value", rates=code))
        label = _("%(what)s（%(code)s）", what=said.VALUE[name], code=code)
        rows.append(Row(key, label, said.numbers(value), said.MEANINGS[name], f"{there}#{said.PLACES[name]}"))
    for key, months in (("expected_INDs_12m", 12), ("expected_INDs_24m", 24), ("expected_INDs_36m", 36)):
        there = travel(url_for("overview.value", rates=found["rates"], months=months))
        label = _("预计 IND 许可，%(months)d 个月", months=months)
        rows.append(
            Row(key, label, said.numbers(found[key]["value"]), said.MEANINGS["inds"], f"{there}#permissions")
        )
    for part, held in found["INDs_compared"].items():
        months = int(part.removesuffix("m"))
        for key, label in (
            ("then", _("预计 IND 许可，%(months)d 个月（对比日）", months=months)),
            ("no_forecast_then", _("其中对比日没有预测的，%(months)d 个月", months=months)),
        ):
            meaning = said.MEANINGS["inds" if key == "then" else key]
            rows.append(Row(f"INDs_compared.{part}.{key}", label, said.numbers(held[key]), meaning))
    worth = found["expected_net_present_value"]
    shown = value_words.money(worth["value"]) if worth["value"] is not None else _("还没有填写经济数字")
    rows.append(
        Row(
            "expected_net_present_value",
            _("期望净现值（百万元）"),
            shown,
            said.MEANINGS["npv"],
            f"{here}#money",
        )
    )
    return rows
