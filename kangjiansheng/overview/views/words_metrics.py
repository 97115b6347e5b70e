"""What the figures are called and how each is reckoned, in the reader's language."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kangjiansheng.overview.views import words
from kangjiansheng.projects.rules.vocabulary import indication_groups, project_statuses, stages

# Figures of milestones: what each is called, and the rows that it counts or is a share of.
MILESTONES: dict[str, Any] = {
    "done": _l("已完成"),
    "done_on_or_before_baseline": _l("不晚于最初基线完成"),
    "on_time_rate": _l("准时率，全部已完成的"),
    "on_time_rate_tol30": _l("准时率，容许晚 30 天"),
    "on_time_rate_current_plan": _l("按现行计划的准时率"),
    "due_by_asof": _l("最初基线已到"),
    "due_done": _l("其中已完成"),
    "due_not_done": _l("其中未完成"),
    "overdue_stale_forecast": _l("预测已过而未完成"),
}
ROWS = {
    "done": "done",
    "done_on_or_before_baseline": "done-on-baseline",
    "on_time_rate": "done-on-baseline",
    "on_time_rate_tol30": "done-within-tolerance",
    "on_time_rate_current_plan": "done-on-plan",
    "due_by_asof": "due-by",
    "due_done": "due-done",
    "due_not_done": "due-not-done",
    "overdue_stale_forecast": "stale",
}
SLIPS: dict[str, Any] = {
    "mean": _l("平均偏差（天）"),
    "median": _l("中位偏差（天）"),
    "p90": _l("P90 偏差（天）"),
    "max": _l("最大偏差（天）"),
}
VALUE: dict[str, Any] = {
    "expected_approvals_interval": _l("预计获批的 95% 区间"),
    "expected_approvals": _l("预计获批"),
    "prob_at_least_one_approval": _l("至少一个获批"),
    "poisson_binomial": _l("获批个数的分布"),
}
PLACES = {
    "expected_approvals_interval": "sets",
    "expected_approvals": "approvals",
    "prob_at_least_one_approval": "distribution",
    "poisson_binomial": "distribution",
}
FORECAST: dict[str, Any] = {
    "open_next_year": _l("一年内的未完成里程碑"),
    "forecast": _l("其中给得出预测"),
    "too_little_history": _l("其中历史太少"),
    "more_likely_late": _l("更可能晚于承诺"),
    "seed": _l("随机种子"),
    "runs": _l("模拟次数"),
    "inputs": _l("输入的指纹"),
}
BY: dict[str, Any] = {"p80": "P80", "p50": "P50", "owner": _l("负责人承诺")}
RECORD: dict[str, Any] = {
    "forecasts": _l("到期预测"),
    "milestones": _l("涉及的里程碑"),
    "kept": _l("守住的预测"),
    "rate": _l("守住的比例"),
    "interval_percent": _l("守住比例的 95% 区间（%）"),
    "verdict": _l("结论"),
}
VERDICTS: dict[str, Any] = {
    "few": _l("里程碑太少，不作结论"),
    "good": _l("与所说相符"),
    "low": _l("偏乐观"),
    "high": _l("偏保守"),
}
GROUPS: dict[str, dict[str, str]] = {
    "ontrack": {"status": "ontrack"},
    "risk": {"status": "risk"},
    "off": {"status": "slip,late"},
    "gate": {"status": "gate"},
    "paused": {"claimed": "ON_HOLD"},
    "ended": {"claimed": "TERMINATED,COMPLETED,OUT_LICENSED"},
    "idle": {"status": "idle"},
}
_SET = _l("项目所在阶段之后各步成功率的乘积之和；已终止和走 818 路径的为 0，已批准的另计，已暂停的计入。")
_DISTRIBUTION = _l("泊松二项分布：每个项目按自己的概率独立获批。")
MEANINGS: dict[str, Any] = {
    "projects": _l("您今天可以看到、那一天已经立项、没有归档的项目。"),
    "by_stage": _l("按项目自报的阶段计数。"),
    "by_status": _l("按项目自报的状态计数，不是由里程碑算出的状态。"),
    "by_group": _l("按适应症类别计数。"),
    "milestones": _l("项目的全部里程碑，连同以 X9 开头的决定；其他数字都不算这些决定。"),
    "done": _l("实际日期不晚于那一天。"),
    "done_on_or_before_baseline": _l("实际日期不晚于最初基线。"),
    "on_time_rate": _l("不晚于最初基线完成的 ÷ 已完成的，四位小数。"),
    "on_time_rate_tol30": _l("不晚于最初基线加 30 天完成的 ÷ 已完成的。"),
    "on_time_rate_current_plan": _l("不晚于现行计划（没有时用基线）完成的 ÷ 已完成的。"),
    "due_by_asof": _l("最初基线不晚于那一天，不论项目的状态。"),
    "due_done": _l("最初基线不晚于那一天的里程碑中，已完成的。"),
    "due_not_done": _l("最初基线不晚于那一天的里程碑中，未完成的。"),
    "overdue_stale_forecast": _l("未完成，确认的预测早于那一天。"),
    "slip_mean": _l("已完成的：实际减最初基线，自然日，取平均，两位小数。"),
    "slip_median": _l("已完成的：实际减最初基线，取中位数。"),
    "slip_p90": _l("已完成的偏差从小到大排列，取第 ⌊0.9·(n−1)⌋ 个（从 0 数起）。"),
    "slip_max": _l("已完成的偏差中最大的。"),
    "last_12m_done": _l("那一天减 365 天 < 实际日期 ≤ 那一天。"),
    "last_12m_on_time": _l("近 12 个月完成的里程碑中，不晚于最初基线的。"),
    "groups": _l("每个项目只在一组：已结束和已暂停的按自报，其余按里程碑算出的状态。"),
    "on_time_12m": _l("近 12 个月准时的 ÷ 近 12 个月完成的，整数百分数；对比日按那一天的账本。"),
    "slipped": _l("进行中的项目里，未完成、确认的预测比最初基线晚 15 天或更多，按日期计；中位数取这些偏差。"),
    "slipped.change": _l("现在的减去其中对比日没有预测的，再减去对比日的：三者相加就是现在的。"),
    "slipped.no_forecast_then": _l("对比日没有预测，或那时还不在计划里：说不出它是不是其后才推迟的。"),
    "no_forecast_then": _l("对比日没有预测，或那时还不在计划里：算在现在的数里，不算变化。"),
    "due_90d": _l("进行中的项目里，未完成、日期在今后 90 天内；没有预测时用现行计划，再没有时用基线。"),
    "due_90d.overdue": _l("进行中的项目里，未完成而日期已过。"),
    "gates_waiting": _l("将要召开的会议有一项表决议题要决定的、未完成的阶段门。"),
    "largest_slip": _l("进行中的项目里，确认的预测比最初基线晚得最多的未完成里程碑。"),
    "attention": _l(
        "进行中的每个项目取最要紧的一项；高风险（15 分及以上）和复核过期的风险，每个项目另取最重的一项。"
    ),
    "moved": _l("两天都在、承诺的日期不同的里程碑。"),
    "reached": _l("对比日之后完成的里程碑。"),
    "punctuality": _l("截至日往前三个月内完成的里程碑中准时的，归入项目的牵头实验室。"),
    "forecast_open_next_year": _l("进行中的项目里，未完成、承诺的日期在一年之内的里程碑。"),
    "forecast_forecast": _l("自己的历史够多、给得出 P50 和 P80 的。"),
    "forecast_too_little_history": _l("自己的历史太少，不给预测的。"),
    "forecast_more_likely_late": _l("P50 晚于承诺日期的。"),
    "forecast_seed": _l("同样的种子和输入给出同样的预测。"),
    "forecast_runs": _l("每次模拟沿依赖关系走一遍。"),
    "forecast_inputs": _l("账本、依赖、种子和次数的 SHA-256。"),
    "record_forecasts": _l("过去各季末重新做出的预测中，日期已到的。"),
    "record_milestones": _l("这些预测说的是多少个不同的里程碑。"),
    "record_kept": _l("日期已到的预测中，里程碑在那一天或之前完成的。"),
    "record_rate": _l("守住的 ÷ 日期已到的，四位小数。"),
    "record_interval_percent": _l("Wilson 法，按涉及的里程碑数。"),
    "record_verdict": _l("P80 应在 75% 到 85% 之间守住；里程碑太少时不作结论。"),
    "approved": _l("已批准、已上市或上市后随访的项目，不计入预计获批。"),
    "expected_approvals": _SET,
    "expected_approvals_interval": _l(
        "由各步成功率的样本数而来：从 Beta 分布抽样 2000 次，随机种子固定，取中间的 95%。"
    ),
    "prob_at_least_one_approval": _DISTRIBUTION,
    "poisson_binomial": _DISTRIBUTION,
    "inds": _l(
        "未完成的 A140，确认的预测不晚于那一天之后若干个日历月，项目未终止也未暂停；IND 审评中按受理到许可的成功率，其余按临床前到 I 期的成功率相加。"
    ),
    "npv": _l("各年金额乘以走到那一步的概率，按折现率折到当年；只含您可以看到的数字"),
}


def parts(found: dict[str, Any]) -> Iterable[tuple[str, Iterable[tuple[str, int]]]]:
    """The counts by stage, status and group."""
    return ((key, found[key].items()) for key in ("by_stage", "by_status", "by_group"))


def part(key: str, code: str) -> tuple[str, dict[str, str]]:
    """What one of these counts is called, and the filter of its projects; there is none for what nobody filled in."""
    if key == "by_group" and not code:
        return str(_("没有填写适应症分组")), {}
    if key == "by_stage":
        known = stages().get(code)
        return (words.term(known.name) if known else code), {"stage": f"={code}"}
    if key == "by_status":
        status = project_statuses().get(code)
        return (words.term(status.name) if status else code), {"claimed": code}
    group_ = indication_groups().get(code)
    return (words.term(group_.name) if group_ else code), {"group": code}


def group(code: str) -> str:
    """A group of the sentence."""
    names = {
        "ontrack": _("按计划"),
        "risk": _("有风险"),
        "off": _("推迟或逾期"),
        "gate": _("待决策"),
        "paused": _("已暂停"),
        "ended": _("已结束"),
        "idle": _("未开始"),
    }
    return str(names[code])


def shown(key: str, value: Any) -> str:
    """A figure as text; a rate in per cent, nothing as a dash."""
    if value is None:
        return "—"
    if key == "inputs":
        return str(value)[:12]
    if key == "verdict":
        return str(VERDICTS[value])
    if key == "percent" or (key == "then" and isinstance(value, float)):
        return f"{value}%"
    if key.startswith("on_time_rate") or key == "rate":
        return f"{value:.4f}"
    if isinstance(value, list):
        return str(len(value))
    return f"{value:+d}".replace("-", "−") if key == "change" else str(value)


def numbers(value: Any) -> str:
    """A chance, a sum, an interval or a distribution in four decimals at most."""
    if value is None:
        return "—"
    if isinstance(value, list | tuple):
        return str(_("、")).join(f"{one:g}" for one in value)
    return f"{value:g}"
