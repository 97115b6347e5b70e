"""What people type about hand-offs, the words for them, and the sentences for what is refused."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from kangjiansheng.accounts.forms.factors import ProofMixin
from kangjiansheng.core import text
from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.forms import marked, unchosen
from kangjiansheng.labs.queries.waiting import codes_without_account
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.models import HandOff
from kangjiansheng.projects.queries.hand_offs import HandOffRow
from kangjiansheng.projects.queries.schedule import Held
from kangjiansheng.projects.rules import hand_offs as rules

KINDS: dict[str, Any] = {
    "cells": _l("细胞与样品"),
    "data": _l("数据集"),
    "documents": _l("文件资料"),
    "approval": _l("批件原件"),
    "technology": _l("技术转移"),
}
STATES: dict[str, Any] = {
    "proposed": _l("待商定日期"),
    "agreed": _l("已约定"),
    "delivered": _l("已交付，待接收"),
    "received": _l("双方已签名"),
    "disputed": _l("接收方有异议"),
    "withdrawn": _l("已撤回"),
}
SHAPES = {
    "proposed": "idle",
    "agreed": "ontrack",
    "delivered": "gate",
    "received": "done",
    "disputed": "risk",
    "withdrawn": "pause",
}
SIDES: dict[str, Any] = {"giver": _l("交付方"), "receiver": _l("接收方")}
FIELDS: dict[str, Any] = {
    "name_hans": _l("交接什么"),
    "name_hant": _l("交接什么（繁体）"),
    "name_en": _l("交接什么（英文）"),
    "kind": _l("类别"),
    "giver_id": SIDES["giver"],
    "receiver_id": SIDES["receiver"],
    "milestone_id": _l("等这项交接的里程碑"),
    "promised_on": _l("承诺交付"),
    "asked_on": _l("接收方希望"),
    "accepted_on": _l("双方约定"),
    "delivered_on": _l("实际交付"),
    "received_on": _l("实际接收"),
    "state": _l("状态"),
    "reason": _l("理由"),
    "items": _l("交接清单"),
    "detail": _l("说明"),
}
VALUES: dict[str, dict[str, Any]] = {"kind": KINDS, "state": STATES}
TRAIL = (rules.THINGS, FIELDS, VALUES)
# What usually belongs to it; of a technology as the pathway of technology transfer asks for it (F070).
USUAL: dict[str, tuple[Any, ...]] = {
    "cells": (_l("细胞与批号"), _l("检验报告书（COA）"), _l("运输温度记录"), _l("复苏与使用说明")),
    "data": (_l("数据集（已去标识）"), _l("数据字典"), _l("数据核查记录")),
    "documents": (_l("文件清单"), _l("签署页")),
    "approval": (_l("批件原件"), _l("附带的条件与有效期")),
    "technology": (
        _l("工艺描述与批记录"),
        _l("分析方法与验证报告"),
        _l("关键物料清单与供应商"),
        _l("质量标准与稳定性数据"),
        _l("专利与授权文件"),
    ),
}
REFUSALS = {
    "projects:hand-off-kind": _l("请选择一个类别。"),
    "projects:hand-off-name": _l("请写明交接什么。"),
    "projects:hand-off-party": _l(
        "请选择这个项目的参与方或其联合实验室的合作方。政府部门与监管机构不做交接。"
    ),
    "projects:hand-off-itself": _l("交付方与接收方不能是同一家机构。"),
    "projects:hand-off-items": _l("请至少列出一项要交接的内容，每行一项。"),
    "projects:hand-off-items-many": _l("清单最多 %(most)d 项，每项最多 200 字。"),
    "projects:hand-off-items-twice": _l("清单里有重复的一项，请删去。"),
    "projects:hand-off-step": _l("这项交接的状态已经变了，这一步现在不能做。请看页面上的最新状态。"),
    "projects:hand-off-day": _l("请填写日期。"),
    "projects:hand-off-no-day": _l("对方还没有提出日期，请先填写您的日期。"),
    "projects:hand-off-unticked": _l("清单还没有逐项勾选。缺了哪一项，请先补齐再签名。"),
    "projects:hand-off-same-hand": _l(
        "交付和接收要由两个人签名。您已代表交付方签名，请接收方的另一位成员来签。"
    ),
    "projects:hand-off-reason": _l("请写明理由，对方会看到。"),
    "projects:hand-off-undo": _l("只能撤销您自己刚做的、没有签名的那一步。"),
}


def _key(value: Any) -> int | None:
    """The key of an institution; None while none is chosen."""
    return int(value) if value else None


class HandOffForm(Form):
    """A hand-off as it is written down. The day is asked of those who sit on one of its sides."""

    kind = RadioField(FIELDS["kind"], choices=list(KINDS.items()))
    name_hans = StringField(FIELDS["name_hans"], [required(), at_most(200)])
    name_hant = StringField(FIELDS["name_hant"], [at_most(200)])
    name_en = StringField(FIELDS["name_en"], [at_most(200)])
    giver_id = SelectField(FIELDS["giver_id"], [required()], coerce=_key)
    receiver_id = SelectField(FIELDS["receiver_id"], [required()], coerce=_key)
    milestone = SelectField(FIELDS["milestone_id"], description=_l("约定的日期之前，这个里程碑不能达到"))
    day = DayField(
        _l("日期"),
        description=_l("代表交付方填写就是承诺，代表接收方填写就是希望；双方同意后才算约定"),
    )
    items = TextAreaField(
        FIELDS["items"], [required(), at_most(6000)], description=_l("每行一项，双方逐项勾选")
    )
    detail = TextAreaField(FIELDS["detail"], [at_most(2000)])
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        obj: HandOff | None = None,
        parties: Sequence[Any] = (),
        milestone_rows: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, obj=_Typed(obj) if obj else None, **kwargs)
        known = list(parties) or ([obj.giver, obj.receiver] if obj else [])
        rows = list(milestone_rows) or ([obj.milestone] if obj and obj.milestone else [])
        self.mute = codes_without_account() & {party.code for party in known}
        named = [(party.id, name_of(party)) for party in known]
        parties_marked = marked(named, {party.id for party in known if party.code in self.mute})
        self.giver_id.choices = self.receiver_id.choices = unchosen(parties_marked)
        self.milestone.choices = [
            ("", _("没有里程碑在等它")),
            *((m.code, f"{m.code} {name_of(m)}") for m in rows),
        ]

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        plain = "kind name_hans name_hant name_en detail"
        return {key: getattr(self, key).data or "" for key in plain.split()} | {
            "giver_id": self.giver_id.data,
            "receiver_id": self.receiver_id.data,
            "milestone_code": self.milestone.data or "",
            "items": [line for line in map(text.line, (self.items.data or "").splitlines()) if line],
        }


class WaitingForm(Form):
    """Of an agreed hand-off only the milestone that waits for it may change."""

    milestone = SelectField(FIELDS["milestone_id"], description=_l("约定的日期之前，这个里程碑不能达到"))
    version = VersionField()

    def __init__(
        self, *args: Any, obj: HandOff | None = None, milestone_rows: Iterable[Any] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, obj=_Typed(obj) if obj else None, **kwargs)
        rows = list(milestone_rows) or ([obj.milestone] if obj and obj.milestone else [])
        self.milestone.choices = [
            ("", _("没有里程碑在等它")),
            *((m.code, f"{m.code} {name_of(m)}") for m in rows),
        ]

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        return {"milestone_code": self.milestone.data or ""}


class _Typed:
    """What is stored, as the forms hold it."""

    def __init__(self, one: HandOff) -> None:
        self.__dict__.update(one.state(), version=one.version)
        self.milestone = one.milestone.code if one.milestone else ""
        self.items = "\n".join(row.text for row in one.items)


class DayForm(Form):
    """A day that somebody promises or asks for."""

    day = DayField(_l("日期"), [required()])
    version = VersionField()


class SignedForm(ProofMixin, Form):
    """The checklist, and with what one side signs."""

    ticked = SelectMultipleField(
        FIELDS["items"], coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    version = VersionField()

    def __init__(self, *args: Any, row: HandOffRow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticked.choices = [(place, one[0]) for place, one in enumerate(row.items, 1)]

    def stored(self, thing: HandOff) -> Form:
        """Nothing that is ticked or typed here is kept as such: no field has another side."""
        return Form(formdata=None)


class ReasonForm(Form):
    """Why something is disputed or withdrawn."""

    reason = StringField(FIELDS["reason"], [required(), at_most(300)])
    version = VersionField()


def usual(kind: str) -> str:
    """What usually belongs to a hand-off of a kind, one line each."""
    return "\n".join(str(line) for line in USUAL[kind])


def late_words(days: int | None) -> str:
    """How long it has been late; empty when it is not."""
    return "" if days is None else ngettext("逾期 %(num)d 天", "逾期 %(num)d 天", days)


def pressing(row: HandOffRow, late: str) -> str:
    """Why somebody has to look after it, between whom: 瑞金医院 → 儿童医学中心：已约定，逾期 14 天。"""
    words = [state_word(row), late] if late else [state_word(row)]
    return _(
        "%(giver)s → %(receiver)s：%(what)s",
        giver=name_of(row.giver),
        receiver=name_of(row.receiver),
        what=_("，").join(words),
    )


def state_word(row: HandOffRow) -> str:
    """How it stands; a new day that waits for an answer is part of it."""
    if row.state == "agreed" and rules.named_by(row):
        return _("已约定，改期待答复")
    return str(STATES[row.state])


def waits_words(row: HandOffRow) -> str:
    """Whose turn it is, and for what, in one sentence; empty when it is over."""
    who = row.waits_for
    if who is None:
        return ""
    named, day = rules.named_by(row), rules.asked_day(row)
    if row.state in ("proposed", "agreed") and named and day:
        return _("等%(who)s答复 %(day)s 这一天", who=name_of(who), day=day.isoformat())
    words = {
        "proposed": _("等%(who)s承诺日期", who=name_of(who)),
        "agreed": _("等%(who)s交付", who=name_of(who)),
        "delivered": _("等%(who)s清点并签名", who=name_of(who)),
        "disputed": _("等%(who)s重新交付", who=name_of(who)),
    }
    return words[row.state]


def held_words(held: Held) -> str:
    """Why a milestone cannot be reached before a day, without a full stop: what is handed over until then."""
    codes = _("、").join(row.code for row in held.rows)
    return _("交接 %(codes)s 最早让它在 %(day)s 达成", codes=codes, day=held.day.isoformat())


def finding(rows: Collection[HandOffRow], day: date) -> str:
    """What a list shows, in one line."""
    opened = [row for row in rows if row.is_open]
    late = sum(row.overdue(day) is not None for row in opened)
    disputed = sum(row.state == "disputed" for row in opened)
    parts = [ngettext("%(num)d 项进行中", "%(num)d 项进行中", len(opened))]
    if late:
        parts.append(ngettext("%(num)d 项已逾期", "%(num)d 项已逾期", late))
    if disputed:
        parts.append(ngettext("%(num)d 项有异议", "%(num)d 项有异议", disputed))
    return _("，").join(parts)


def shown(key: str, value: Any) -> str:
    """A value of a hand-off's state in words; institutions and milestones are named by the caller."""
    if value in (None, "", []):
        return ""
    if key in VALUES:
        return str(VALUES[key].get(value, value))
    if key == "items":
        return _("、").join(f"{line}{' ✓' * (given + taken)}" for line, given, taken in value)
    return str(value)
