"""Which words notices of this floor have. A mail about a pack tells how much has changed, and nothing of what. A mail cannot be taken back, and it
passes through other hands; what has changed is behind its link, for who may see it then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.core.i18n import moment, name_of
from kangjiansheng.core.outbox import Words
from kangjiansheng.overview.rules import retention

PACK = "overview:pack"
ARCHIVE = "overview:archive"
DISPOSAL, DISPOSAL_REFUSED = "overview:disposal", "overview:disposal-refused"
DISPOSAL_HELD = "overview:disposal-held"
SETTINGS = "/overview/pack/deliveries"


def _pack(facts: Mapping[str, Any]) -> tuple[str, str]:
    if "counts" in facts:
        lines = _counted(facts["counts"])
        since = _("自 %(day)s 以来", day=facts["since"])
        subject = _("%(since)s：%(what)s", since=since, what=_("，").join(lines[:2]))
        parts = [
            _("%(since)s，截至 %(cut)s：", since=since, cut=facts["cut"]),
            "\n".join(f"- {line}" for line in lines),
        ]
    else:  # it waited: what it had counted was by the rights of another moment
        subject = _("自 %(day)s 以来的变化", day=facts["since"])
        parts = [_("这封邮件没能马上发出，所以不写数目。")]
    if facts.get("meeting"):
        parts.append(_("下一次会议在 %(day)s。", day=facts["meeting"]))
    parts.append(_("内容在下面的链接里，按打开时的权限显示。"))
    base = current_app.config["SETTINGS"].base_url
    parts.append(_("不想再收到，请在这里退订：%(address)s", address=f"{base}{SETTINGS}"))
    return subject, "\n\n".join(parts)


def _counted(counts: Mapping[str, int]) -> list[str]:
    """How much there is of each; what there is nothing of is left out."""
    known = {
        "moved": lambda n: ngettext("%(num)d 项改期", "%(num)d 项改期", n),
        "reached": lambda n: ngettext("%(num)d 项完成", "%(num)d 项完成", n),
        "gates": lambda n: ngettext("%(num)d 个阶段门有结论或已完成", "%(num)d 个阶段门有结论或已完成", n),
        "to-decide": lambda n: ngettext("%(num)d 件事待决策", "%(num)d 件事待决策", n),
        "actions": lambda n: ngettext("%(num)d 项行动逾期", "%(num)d 项行动逾期", n),
        "conditions": lambda n: ngettext("%(num)d 个条件尚未满足", "%(num)d 个条件尚未满足", n),
        "not-applied": lambda n: ngettext("%(num)d 项决定的变动没有生效", "%(num)d 项决定的变动没有生效", n),
        "evidence": lambda n: ngettext("%(num)d 份新证据", "%(num)d 份新证据", n),
        "expiries": lambda n: ngettext("%(num)d 项凭证要留意", "%(num)d 项凭证要留意", n),
        "risks": lambda n: ngettext("%(num)d 项风险有变化", "%(num)d 项风险有变化", n),
    }
    return [str(word(counts[key])) for key, word in known.items() if counts.get(key)]


COUNTED = (
    "moved",
    "reached",
    "gates",
    "to-decide",
    "actions",
    "conditions",
    "not-applied",
    "evidence",
    "expiries",
    "risks",
)


def _archive(facts: Mapping[str, Any]) -> tuple[str, str]:
    name = name_of(facts["name"])
    parts = [
        _("可以下载到 %(until)s，之后自动删除。", until=moment(datetime.fromisoformat(facts["until"]))),
        _("SHA-256：%(digest)s", digest=facts["sha256"]),
    ]
    return _("%(name)s的数据包已准备好", name=name), "\n\n".join(parts)


def _disposal(facts: Mapping[str, Any]) -> tuple[str, str]:
    kind, number = retention.KINDS[facts["kind"]].word, facts["number"]
    counted = ngettext("%(num)d 项", "%(num)d 项", facts["count"])
    subject = _(
        "销毁单 %(number)s 等待批准：%(kind)s，%(counted)s", number=number, kind=kind, counted=counted
    )
    return subject, _("保存期限已满。批准的须是申请人之外的安全管理员。")


def _disposal_refused(facts: Mapping[str, Any]) -> tuple[str, str]:
    return _("销毁单 %(number)s 未获批准", number=facts["number"]), facts["remark"]


def _disposal_held(facts: Mapping[str, Any]) -> tuple[str, str]:
    counted = ngettext("%(num)d 份文件", "%(num)d 份文件", facts["count"])
    subject = _("销毁单 %(number)s：%(counted)s因保全恢复", number=facts["number"], counted=counted)
    return subject, _("批准之后设了保全。这些文件的内容还在，可以重新打开，保全解除之前不会销毁。")


WORDS: dict[str, Words] = {
    PACK: _pack,
    ARCHIVE: _archive,
    DISPOSAL: _disposal,
    DISPOSAL_REFUSED: _disposal_refused,
    DISPOSAL_HELD: _disposal_held,
}
