"""The catalogue of acts on projects and milestones, and the words that their ledgers use."""

from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.projects.rules import hand_offs, results

THINGS = {
    "project": _l("项目"),
    "plan": _l("计划"),
    "baseline": _l("基线"),
    "status_claim": _l("负责人判断"),
    "milestone": _l("里程碑"),
    "risk": _l("风险或问题"),
    "validity": _l("批件与期限"),
    "ask": _l("诉求"),
    "registry_record": _l("登记平台记录"),
    "change_set": _l("一次操作"),
    "import_batch": _l("导入的表格"),
}
TEMPLATES = {"template_version": _l("路径模板")}
EVIDENCE = {"evidence": _l("证据"), "gate_criterion": _l("阶段门标准"), "gate_decision": _l("阶段门决策")}
ACTS: dict[str, Any] = {
    **hand_offs.ACTS,
    **results.ACTS,
    "projects:portfolio:import": _l("导入项目组合"),
    "projects:project:import": _l("导入项目"),
    "projects:project:create": _l("新建项目"),
    "projects:project:edit": _l("修改项目资料"),
    "projects:project:claim": _l("负责人判断"),
    "projects:project:people": _l("修改项目成员"),
    "projects:project:archive": _l("归档项目"),
    "projects:project:restore": _l("恢复项目"),
    "projects:plan:start": _l("开始建设计划"),
    "projects:plan:baseline": _l("冻结新基线"),
    "projects:milestone:rebaseline": _l("按新基线调整计划"),
    "projects:milestone:import": _l("导入里程碑"),
    "projects:milestone:create": _l("增加里程碑"),
    "projects:milestone:schedule": _l("修改工期与依赖"),
    "projects:milestone:stop": _l("停钟"),
    "projects:milestone:start": _l("恢复计时"),
    "projects:milestone:edit": _l("修改里程碑资料"),
    "projects:milestone:on-track": _l("确认按计划"),
    "projects:milestone:slip": _l("推迟里程碑"),
    "projects:milestone:follow": _l("随前置里程碑顺延"),
    "projects:milestone:propose": _l("提议新的日期"),
    "projects:milestone:done": _l("完成里程碑"),
    "projects:milestone:reopen": _l("重新打开里程碑"),
    "projects:milestone:cancel": _l("取消里程碑"),
    "projects:milestone:flag": _l("标记风险"),
    "projects:milestone:unflag": _l("取消风险标记"),
    "projects:milestone:undo": _l("撤销对里程碑的修改"),
    "projects:risk:create": _l("登记风险"),
    "projects:risk:edit": _l("修改风险"),
    "projects:risk:close": _l("关闭风险"),
    "projects:risk:reopen": _l("重新打开风险"),
    "projects:validity:create": _l("登记有效期"),
    "projects:validity:edit": _l("修改有效期"),
    "projects:validity:end": _l("终止有效期"),
    "projects:ask:raise": _l("提出诉求"),
    "projects:ask:edit": _l("修改诉求"),
    "projects:ask:table": _l("诉求上桌"),
    "projects:ask:answer": _l("答复诉求"),
    "projects:ask:agree": _l("议定诉求"),
    "projects:ask:decline": _l("不采纳诉求"),
    "projects:ask:close": _l("诉求闭环"),
    "projects:ask:withdraw": _l("撤回诉求"),
    "projects:ask:reopen": _l("重新提出诉求"),
    "projects:trial:import": _l("导入登记平台记录"),
    "projects:evidence:add": _l("上传证据"),
    "projects:evidence:replace": _l("上传证据的新版本"),
    "projects:evidence:accept": _l("接受证据"),
    "projects:evidence:refuse": _l("不接受证据"),
    "projects:evidence:level": _l("修改证据的保密级别"),
    "projects:evidence:withdraw": _l("撤回证据"),
    "projects:sheet:apply": _l("导入里程碑表格"),
    "projects:sheet:undo": _l("撤销表格导入"),
    "projects:criterion:add": _l("增加阶段门标准"),
    "projects:criterion:edit": _l("修改阶段门标准"),
    "projects:criterion:judge": _l("判断阶段门标准"),
    "projects:criterion:remove": _l("删去阶段门标准"),
    "projects:gate:decide": _l("记录阶段门决策"),
    "projects:template:load": _l("载入路径模板"),
    "projects:template:begin": _l("开始起草路径模板"),
    "projects:template:edit": _l("修改路径模板草稿"),
    "projects:template:publish": _l("发布路径模板"),
    "projects:template:retire": _l("停用路径模板"),
    "projects:template:give-up": _l("放弃路径模板草稿"),
}

PROJECT_ROLES = ("lead", "member", "reader")
PARTY_ROLES = ("partner", "sponsor", "clinical", "funder")
CONFIDENTIALITY = ("open", "parties", "team")
