"""How long each kind of record is kept, what a hold may cover, and when a period is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.accounts.rules.factors import METHODS
from kangjiansheng.core.calendar import add_months, start_of
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import LEFT_BEHIND

FOREVER = 0
MOST = 100  # years
AT_ONCE = 2000  # files of one disposal: what two people can look through, and one transaction holds
GRACE = LEFT_BEHIND  # between a disposal and the end of its bytes: a copy that began before still reads them

CLINICAL = _l(
    "国务院令第818号：临床研究的记录保存30年，涉及子代的永久保存（依据二手资料，请以官方文本为准；"
    "涉及子代的项目请另设保全）"
)
OWN = _l("本机构规定")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record of which something may be disposed of."""

    word: Any
    begins: Any  # from when its period runs
    years: int  # as long as nobody has said another number
    source: Any  # on what that rests
    files: bool = True  # else rows of the database, which are deleted


MESSAGES = "messages"
# In the order of the page. What is not here is kept for ever: the trail, both ledgers, signatures, minutes with their
# pictures, decisions, agreements, and the names and digests of all files.
KINDS: Mapping[str, Kind] = {
    "evidence": Kind(
        _l("里程碑的证据文件"), _l("项目或实验室归档之日，不早于上传之日"), 30, CLINICAL
    ),
    "papers": Kind(
        _l("会议材料"), _l("会议之日；涉及项目的，不早于项目归档之日；委员会章程的年限更长时从其规定"), 30, CLINICAL
    ),
    "proofs": Kind(
        _l("行动完成的证据文件"), _l("会议之日；涉及项目的，不早于项目归档之日；委员会章程的年限更长时从其规定"), 30, CLINICAL
    ),
    "scans": Kind(
        _l("纪要的用印扫描件和导入原件"), _l("会议之日；涉及项目的，不早于项目归档之日；委员会章程的年限更长时从其规定"), 30, CLINICAL
    ),
    "agreements": Kind(_l("协议文件"), _l("协议归档之日"), 30, OWN),
    "obligations": Kind(_l("义务履行的证据文件"), _l("义务归档之日"), 30, OWN),
    MESSAGES: Kind(_l("已发出的邮件和站内通知"), _l("发出之日"), 5, OWN, files=False),
}  # fmt: skip

ALL, PROJECT, LAB, COMMITTEE = "all", "project", "lab", "committee"
SCOPES: Mapping[str, Any] = {
    PROJECT: _l("一个项目"),
    LAB: _l("一个实验室和它的项目"),
    COMMITTEE: _l("一个委员会"),
    ALL: _l("整个系统"),
}
PROPOSED, DONE, REFUSED, WITHDRAWN = "proposed", "done", "refused", "withdrawn"
LIVES: Mapping[str, Any] = {
    PROPOSED: _l("等待批准"),
    DONE: _l("已销毁"),
    REFUSED: _l("未批准"),
    WITHDRAWN: _l("已撤回"),
}

ACTS = {
    "overview:retention:period": _l("设定保存期限"),
    "overview:hold:place": _l("设置保全"),
    "overview:hold:lift": _l("解除保全"),
    "overview:disposal:propose": _l("申请销毁"),
    "overview:disposal:approve": _l("批准销毁"),
    "overview:disposal:refuse": _l("不批准销毁"),
    "overview:disposal:withdraw": _l("撤回销毁申请"),
    "overview:disposal:bring-back": _l("因保全恢复已销毁的文件"),
    "overview:disposal:empty": _l("清除已销毁文件的内容"),
}
THINGS = {
    "retention_period": _l("保存期限"),
    "legal_hold": _l("保全"),
    "disposal": _l("销毁单"),
    "disposal_file": _l("销毁单里的文件"),
}
FIELDS: Mapping[str, Any] = {
    "kind": _l("种类"),
    "years": _l("保存年限"),
    "source": _l("依据"),
    "scope": _l("范围"),
    "place": _l("编号"),
    "reason": _l("理由"),
    "lifted_at": _l("解除于"),
    "lifted_why": _l("解除的理由"),
    "count": _l("数量"),
    "size": _l("大小"),
    "life": _l("进展"),
    "remark": _l("说明"),
    "emptied_at": _l("内容清除于"),
    "emptied": _l("清除的数量"),
    "held": _l("恢复的数量"),
    "files": _l("文件清单的 SHA-256"),
    "method": _l("核验方式"),
}
VALUES: Mapping[str, Any] = {
    "kind": {key: kind.word for key, kind in KINDS.items()},
    "scope": SCOPES,
    "life": LIVES,
    "method": METHODS,
}


def begun_before(years: int, today: date) -> date | None:
    """What began before this day has been kept for so many years on the day before `today`; None: never.

    A year ends on the same day of a later one; what began on a leap day, on the 28th of February.
    """
    return add_months(today, -12 * years) if years != FOREVER else None


def older_than(years: int, today: date) -> datetime:
    """The instant at which that day begins. The period must have an end."""
    day = begun_before(years, today)
    if day is None:
        raise RuleBroken("overview:kept-for-ever")
    return start_of(day)


def check_years(years: int) -> None:
    """Refuse a period that is none."""
    if not FOREVER <= years <= MOST:
        raise RuleBroken("overview:retention-years", "years", most=MOST)


def check_reason(reason: str, field: str) -> str:
    """What was done has to be understood after years: it needs a reason."""
    if not reason.strip():
        raise RuleBroken("overview:retention-why", field)
    return reason.strip()
