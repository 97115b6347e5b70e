"""What the parts of a pathway's template are called."""

from typing import Any

from flask_babel import lazy_gettext as _l

STEP: dict[str, Any] = {
    "name": _l("名称"),
    "predecessors": _l("前置里程碑"),
    "duration": _l("典型时长"),
    "gate": _l("阶段门"),
    "optional": _l("可选步骤"),
    "evidence": _l("应有的证据"),
    "decider": _l("由谁决定"),
    "basis": _l("时长的依据"),
}

TEMPLATE: dict[str, Any] = {
    **STEP,
    "code": _l("编号"),
    "number": _l("版本"),
    "status": _l("状态"),
    "reason": _l("为什么要修改"),
    "note": _l("发布说明"),
    "based_on": _l("底稿"),
    "order": _l("次序"),
    "milestones": _l("步骤"),
}
TEMPLATE_VALUES = {
    "status": {"draft": _l("草稿"), "published": _l("使用中"), "retired": _l("不再使用")},
}
