"""Words of the trail for what the company answers and what resolutions change."""

from typing import Any

from flask_babel import lazy_gettext as _l

FIELDS: dict[str, Any] = {
    "day": _l("计划日期"),
    "conditions": _l("条件"),
    "decision_id": _l("决议"),
    "plan_id": _l("计划"),
    "milestone_id": _l("里程碑"),
    "removed_at": _l("移除时间"),
    "refusal": _l("没有生效的原因"),
    "decided_on": _l("决定日期"),
    "body": _l("在哪里决定"),
    "by_decision": _l("公司决议"),
}
ACTS: dict[str, Any] = {
    "committee:effect:propose": _l("提出变动"),
    "committee:effect:carry": _l("选定作出变动的决议"),
    "committee:effect:remove": _l("移除变动"),
    "committee:effect:apply": _l("变动生效"),
    "committee:effect:hold": _l("变动未生效"),
    "committee:advice:answer": _l("答复委员会的建议"),
}
