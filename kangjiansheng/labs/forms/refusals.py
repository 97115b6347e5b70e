"""The sentences for what is refused here: what is wrong, and what to do."""

from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.labs.forms import provisioning

REFUSALS: dict[str, Any] = {
    **provisioning.REFUSALS,
    "labs:code-shape": _l("编号由 2 到 40 个大写字母、数字和连字符组成，如 RJ 或 AGR-002。"),
    "labs:code-taken": _l("编号 %(code)s 已被使用，请换一个。"),
    "labs:name-taken": _l("“%(name)s”已是 %(code)s 的名称或别名。"),
    "labs:alias-long": _l("每个别名最多 400 个字符。"),
    "labs:not-offered": _l("请从列出的选项中选择。"),
    "labs:signed-in-future": _l("签署日期不能晚于今天。"),
    "labs:inferred-without-day": _l("年份为推定时，请填写签署日期。"),
    "labs:ends-too-early": _l("到期日期须晚于 %(day)s。"),
    "labs:ends-before-beginning": _l("结束日期不能早于开始日期 %(day)s。"),
    "labs:too-few-signatories": _l("一份协议至少有两个签约方。"),
    "labs:institution-unknown": _l("没有编号为 %(code)s 的机构。"),
    "labs:regulator-is-no-party": _l("%(code)s 是监管机构，不能登记为合作方。"),
    "labs:agreement-unknown": _l("没有找到可用的协议 %(code)s，请检查编号。"),
    "labs:agreement-in-circle": _l("协议 %(code)s 挂接在这份协议之下，不能反过来作它的上位协议。"),
    "labs:agreement-mixed": _l("示例实验室只能挂接示例协议，真实实验室只能挂接真实协议；%(code)s 不合适。"),
    "labs:step-not-allowed": _l("现在的状态不能直接变为所选状态。"),
    "labs:not-accepted": _l("开始运行之前须通过验收，请填写验收日期。"),
    "labs:accepted-by-gate": _l(
        "这个实验室由建设计划的阶段门 %(code)s 验收：请在那里记录决策，验收日期随之写下。"
    ),
    "labs:accepted-in-future": _l("验收日期不能晚于今天。"),
    "labs:start-passed": _l("建设计划从今天或以后起算；已经开始建设的实验室请留空，建立之后逐项填写日期。"),
    "labs:lab-at-work": _l("实验室仍在建设或运行，请先把它关闭，再归档。"),
    "labs:in-use": _l("仍有内容依托于此，不能归档：%(by)s。"),
    "labs:archived": _l("%(code)s 已归档，请先恢复再修改。"),
    "labs:not-a-partner": _l("%(code)s 不是这个实验室的合作方。"),
    "labs:person-unseen": _l("您能看到的人员里没有这个邮箱，请核对，或请执行管理层指定。"),
    "labs:person-unknown": _l("没有邮箱为 %(email)s 的人员，请管理员先登记。"),
    "labs:member-already": _l("此人在这段时间已有这个身份，自 %(day)s 起。"),
    "labs:day-unreadable": _l("请填写有效的结束日期。"),
    "labs:member-unknown": _l("没有找到这条成员记录，请刷新页面。"),
}
