"""What the columns of a sheet of milestones are called, in any script, and which of them count."""

import re

from kangjiansheng.projects.rules.vocabulary import folded, reasons

# The columns that an import takes, and those that it knows and leaves alone.
EDITABLE = ("plan", "forecast", "actual", "state", "owner", "reason", "note")
DAYS = ("plan", "forecast", "actual")
KEYS = ("project", "milestone")
_KNOWN = ("project_name", "status", "proposed", "slip", "moves", "illustrative")

_WORDS: dict[str, str] = {
    "project": "项目 项目编号 项目代码 项目号 項目 項目編號 項目代碼 project projects projectcode projectid projectno.",
    "milestone": "编号 里程碑编号 里程碑代码 节点编号 編號 里程碑編號 里程碑代碼 節點編號 code milestonecode milestoneid",
    "name": "里程碑 里程碑名称 里程碑名稱 节点 節點 名称 名稱 任务名称 任務名稱 milestone milestonename name",
    "baseline": "基线 基线日期 基線 基線日期 baseline baselinedate",
    "plan": "现行计划 当前计划 计划 计划日期 現行計劃 當前計劃 計劃 計劃日期 计划完成 计划完成日期 计划完成时间 計劃完成 計劃完成日期 計劃完成時間 currentplan plan plandate planneddate",
    "forecast": "预测 预测日期 預測 預測日期 预计 预计日期 预计完成 预计完成日期 预计完成时间 預計 預計日期 預計完成 預計完成日期 預計完成時間 forecast forecastdate",
    "actual": "实际 实际日期 完成日期 實際 實際日期 实际完成 实际完成日期 实际完成时间 實際完成 實際完成日期 實際完成時間 actual actualdate",
    "state": "进展 進展 progress state",
    "owner": "负责 负责人 負責 負責人 责任人 責任人 owner",
    "reason": "主要原因 原因 延期原因 延误原因 延誤原因 mainreason reason",
    "note": "备注 補充一句 补充一句 備註 note notes remark remarks",
    "mark": "系统标记 系統標記 systemmark mark",
    "project_name": "项目名称 項目名稱 projectname",
    "status": "状态 狀態 status",
    "proposed": "待确认 待確認 toconfirm",
    "slip": "偏差 slip",
    "moves": "改期次数 改期次數 moves timesmoved",
    "illustrative": "说明 說明 示例数据 示例數據 illustrativedata",
}
_KEY_OF = {word: key for key, words in _WORDS.items() for word in words.split()}
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]")
STATES = {
    "open": ("进行中", "未完成", "進行中", "inprogress", "open", "notdone"),
    "done": ("已完成", "完成", "done", "completed"),
    "cancelled": ("已取消", "取消", "cancelled", "canceled"),
}
_STATE_OF = {word: state for state, words in STATES.items() for word in words}


def heading_words() -> tuple[str, ...]:
    """Words of which a heading in Chinese holds some: they tell encodings apart."""
    return tuple(word for word in _KEY_OF if not word.isascii())


def key_of(head: str) -> str | None:
    """The column that a heading names; what stands in brackets, stars and colons do not count."""
    plain = folded(_ASIDE.sub("", head)).strip("*:_ ")
    return _KEY_OF.get(plain) or _KEY_OF.get(plain.replace("_", ""))


def is_ignored(key: str) -> bool:
    """True for columns of our own export that say nothing which an import could take."""
    return key in _KNOWN


def state_of(text: str) -> str | None:
    """The state that a word means, in any script; None for another word."""
    return _STATE_OF.get(folded(text))


def reason_of(text: str) -> str | None:
    """The code of a reason that was written as code or label, in any script; None for another word."""
    wanted = folded(text)
    for code, reason in reasons().items():
        if wanted in (folded(word) for word in (code, reason.name.hans, reason.name.hant, reason.name.en)):
            return code
    return None
