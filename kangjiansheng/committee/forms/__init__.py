"""What people type here, and the sentences for what is refused."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import NumberRange, Optional

from kangjiansheng.accounts.forms.factors import PasskeyMixin
from kangjiansheng.committee.forms.agenda import REFUSALS as AGENDA
from kangjiansheng.committee.forms.answers import REFUSALS as ANSWERED
from kangjiansheng.committee.forms.base import KINDS, VersionedForm, number
from kangjiansheng.committee.forms.charter import OFFICES, RULES, CommitteeForm, MemberForm
from kangjiansheng.committee.forms.effects import REFUSALS as EFFECTS
from kangjiansheng.committee.forms.evidence import REFUSALS as EVIDENCE
from kangjiansheng.committee.forms.evidence import DoneForm, EvidenceForm
from kangjiansheng.committee.forms.imports import REFUSALS as IMPORTS
from kangjiansheng.committee.forms.motions import REFUSALS as MOTIONS
from kangjiansheng.committee.forms.paragraphs import REFUSALS as PARAGRAPHS
from kangjiansheng.committee.forms.replies import REFUSALS as REPLIES
from kangjiansheng.committee.forms.reviewing import REFUSALS as REVIEWING
from kangjiansheng.committee.forms.reviewing import CommentForm
from kangjiansheng.committee.forms.scans import REFUSALS as SCANS
from kangjiansheng.committee.forms.series import REFUSALS as SERIES
from kangjiansheng.committee.forms.translations import REFUSALS as TRANSLATED
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.forms import Difference, Form, WholeNumberField, at_most, required

__all__ = [
    "KINDS",
    "OFFICES",
    "RULES",
    "CommentForm",
    "CommitteeForm",
    "DoneForm",
    "EvidenceForm",
    "MemberForm",
    "VersionedForm",
    "number",
]

REFUSALS: dict[str, Any] = {
    "committee:code-taken": _l("编号 %(code)s 已被使用，请换一个。"),
    "committee:quorum-fraction": _l("法定人数须是 0 到 1 之间的分数，例如三分之二。"),
    "committee:majority-out-of-reach": _l("票数不可能超过全部，请改用较小的分数，或不选「须超过」。"),
    "committee:pattern-lacks": _l("编号格式缺少或不认识这些部分：%(places)s。"),
    "committee:pattern-taken": _l("另一个委员会用着同样的格式，编号会重复；请加上 {committee}。"),
    "committee:number-taken": _l("编号 %(number)s 已被使用，请先修改委员会的编号格式。"),
    "committee:lab-unknown": _l("没有这个联合实验室，或您看不到它。"),
    "committee:institution-unknown": _l("没有这个机构，或您看不到它。"),
    "committee:person-unknown": _l("没有这个邮箱的账号，请先由管理员邀请。"),
    "committee:project-unknown": _l("没有编号为 %(code)s 的项目，或您看不到它。"),
    "committee:gate-unknown": _l("没有这个阶段门，或您看不到它，也可能它已经完成。"),
    "committee:gate-without-vote": _l("阶段门要由表决决定：请把类别改为“表决”，或不选阶段门。"),
    "committee:gate-elsewhere": _l("这个阶段门不属于所选的项目。"),
    "committee:office-unknown": _l("没有这个职务。"),
    "committee:elected": _l("这个职务由委员会选任，不能在这里交接。"),
    "committee:drafter-outside": _l("起草人需要是该委员会的主任委员、副主任委员或秘书。"),
    "committee:successor-outside": _l("接手人需要来自委员会的机构，有可登录的账号，并且还不是委员。"),
    "committee:member-already": _l("此人已经是委员。"),
    "committee:chair-already": _l("已有主任委员，请先结束其任期。"),
    "committee:dates-turned": _l("结束日期不能早于开始日期。"),
    "committee:times-turned": _l("结束时间须晚于开始时间。"),
    "committee:year-fixed": _l("会议编号属于 %(year)s 年，日期不能改到别的年份。"),
    "committee:cancelled": _l("会议已取消，不能再改。"),
    "committee:facts-in-review": _l(
        "纪要正在审阅，日期、地点、出席与议程已随文稿锁定；需要修改时，请先退回草稿。"
    ),
    "committee:not-planned": _l("会议已经召开或取消，不能再改。"),
    "committee:not-yet-held": _l("会议定于 %(day)s，召开之后才能记录出席。"),
    "committee:interest-kind": _l("没有这一利益类别。"),
    "committee:interest-in-what": _l("请选择相关机构或项目，或写明其他相关方。"),
    "committee:interest-ended": _l("这一项已经终止，不能再改。"),
    "committee:recusal-kind": _l("请选择如何处理。"),
    "committee:recusal-reason": _l("允许参加时须写明理由。"),
    "committee:own-interest": _l("不能就自己的利益关系作决定，请由其他人处理。"),
    "committee:not-seated": _l("此人在会议当天不是委员。"),
    "committee:owner-recused": _l("此人对这项议题回避，不能负责其行动项。"),
    "committee:was-there": _l("已记录其到达时间，不能记为缺席；请先移除该时段。"),
    "committee:not-there": _l("此人不在会场，无法记录离开。"),
    "committee:time-outside": _l("时间须在会议当天，且不晚于现在。"),
    "committee:stays-overlap": _l("与此人已有的在场时段重叠，或离开早于到达。"),
    "committee:stays-overlap-of": _l("%(seats)s已经在场，没有记录任何人；请去掉勾选再试。"),
    "committee:stays-moved-on": _l("其中有人此后又有记录，不能一并撤销；请逐个更正。"),
    "committee:nobody-chosen": _l("请先勾选，再记录到达或离开。"),
    "committee:item-runs": _l("这项议题正在进行。"),
    "committee:item-not-open": _l("这项议题尚未开始，或已经结束。"),
    "committee:kind-unknown": _l("没有这个类别。"),
    "committee:item-in-minutes": _l("纪要已写到这项议题，不能移除。"),
    "committee:answer-unknown": _l("请选择到场、线上或请假。"),
    "committee:mode-unknown": _l("请为在任委员选择到场、线上或缺席。"),
    "committee:nobody-there": _l("还没有选择谁到场或线上参会；至少一人参会，会议才记为已召开。"),
    "committee:from-source": _l("这次会议据公告登记，内容不能修改。"),
    "committee:minutes-there": _l("这次会议已有纪要。"),
    "committee:not-held": _l("请先记录出席，再起草纪要。"),
    "committee:in-review": _l("纪要正在审阅，文稿已锁定；要求修改之后才能再写。"),
    "committee:frozen": _l("纪要已生效，不能再改；需要更正时请提出勘误。"),
    "committee:paragraph-joined": _l("这一段已并入另一段，文字在那里，不能再恢复。"),
    "committee:not-text": _l("只有正文段落可以拆分或合并；标题、决议与行动项清单不能。"),
    "committee:cut-outside": _l("请选择从哪一句起另成一段。"),
    "committee:suggestions-open": _l("这一段还有未处理的修改建议，请先采纳或不采纳。"),
    "committee:not-joinable": _l("只能并入同一议题里紧接在前的正文段落。"),
    "committee:paragraph-gone": _l("这一段已被移除。"),
    "committee:minutes-empty": _l("纪要还没有正文，不能提交审阅。"),
    "committee:attendance-missing": _l("还没有记录出席，无法确定签署人。"),
    "committee:attendance-incomplete": _l("还没有记录这些席位的出席：%(seats)s。"),
    "committee:chair-absent": _l("主任委员未出席，按章程无法确定签署人。"),
    "committee:too-few-signers": _l(
        "出席委员中只有 %(able)s 人能够签署（其余没有账号，或仅起草人自己），达不到批准规则。"
    ),
    "committee:not-in-review": _l("纪要不在审阅中，暂不能写批注。"),
    "committee:not-a-signer": _l("您不在这一稿的签署人名单中。"),
    "committee:draft-replaced": _l("您看到的文稿已被退回或被新稿取代，签署没有记录。请阅读下一稿后再签署。"),
    "committee:already-signed": _l("您已签署过这一稿。"),
    "committee:meaning-unknown": _l("请选择您的意见。"),
    "committee:note-missing": _l("请写明意见：保留什么，或修改哪一段。"),
    "committee:password-wrong": _l("密码不正确，签署没有记录。"),
    "committee:password-missing": _l("请输入登录密码。"),
    "committee:code-missing": _l("请输入发到您邮箱的验证码。"),
    "committee:code-wrong": _l("验证码不正确，或已失效，签署没有记录。可以重新发送一个。"),
    "committee:codes-too-many": _l("验证码发送得太频繁，请 15 分钟后再试。"),
    "committee:no-address": _l("您的账号没有邮箱，收不到验证码。请联系管理员。"),
    "committee:chair-recused": _l(
        "主任委员回避这一段的议题，又没有副主任委员可以代签，这份勘误无人能够批准。"
    ),
    "committee:not-approved": _l("纪要尚未生效，请直接修改草稿。"),
    "committee:amendment-waiting": _l("这一段已有待签署的勘误。"),
    "committee:amendment-same": _l("更正后的文字与现行文字相同。"),
    "committee:secrecy-level": _l("写了保密期限，请同时选择密级。"),
    **AGENDA,
    **REVIEWING,
    **IMPORTS,
    **REPLIES,
    **SCANS,
    **PARAGRAPHS,
    **SERIES,
    **TRANSLATED,
    **MOTIONS,
    **ANSWERED,
    **EFFECTS,
    **EVIDENCE,
    "committee:votes-too-many": _l("票数合计 %(given)s，超过实到的 %(present)s 人。"),
    "committee:votes-of-item": _l(
        "同意、反对与弃权合计 %(given)s 票，超过这项议题结束时在场并参加表决的 %(present)s 人。"
    ),
    "committee:action-owner": _l("请写明由谁负责。"),
    "committee:action-closed": _l("行动项 %(number)s 已经结束。"),
    "committee:done-in-future": _l("完成日期不能在将来。"),
}

ANSWERS = [("yes", _l("到场")), ("online", _l("线上")), ("no", _l("请假")), ("maybe", _l("待定"))]
MODES = [("on_site", _l("到场")), ("online", _l("线上")), ("absent", _l("缺席"))]
MEANINGS = [
    ("approve", _l("批准")),
    ("approve_with_reservation", _l("批准，附保留意见")),
    ("request_changes", _l("要求修改")),
    ("author", _l("起草此稿")),
    ("review", _l("审阅此稿")),
]
SECRECY = [("internal", _l("内部资料")), ("ordinary", _l("普通商密")), ("core", _l("核心商密"))]
TEXT_KINDS = [("text", _l("正文")), ("heading", _l("标题")), ("action", _l("行动项清单"))]


class EndForm(Form):
    """The last day of a seat."""

    valid_to = DateField(_l("任期结束"), [required()])


class MeetingForm(VersionedForm):
    """Day, hours and place of a meeting."""

    held_on = DateField(_l("日期"), [required()])
    starts = TimeField(_l("开始"), [Optional()])
    ends = TimeField(_l("结束"), [Optional()])
    place = StringField(_l("会议地点"), [at_most(200)])

    @classmethod
    def showing(cls, meeting: Any) -> "MeetingForm":
        """The form with what the meeting has now."""
        return cls(obj=_Shown(meeting))

    def fields(self) -> dict[str, Any]:
        """Day, instants and place for the operation."""
        day = self.held_on.data
        return {
            "held_on": day,
            "starts_at": _instant(day, self.starts.data),
            "ends_at": _instant(day, self.ends.data),
            "place": self.place.data or "",
        }

    def __init__(self, formdata: Any = ..., obj: Any = None, **kwargs: Any) -> None:
        if obj is not None and not isinstance(obj, _Shown):
            obj = _Shown(obj)  # a conflict shows what the other person saved
        if formdata is ...:
            super().__init__(obj=obj, **kwargs)
        else:
            super().__init__(formdata=formdata, obj=obj, **kwargs)


class NewMeetingForm(MeetingForm):
    """A meeting that is planned at once, or prepared as a draft."""

    draft = BooleanField(_l("先存为草稿"))
    template = SelectField(_l("议程模板"), choices=[], validate_choice=False, default="")

    def fields(self) -> dict[str, Any]:
        """The same, and whether it is a draft."""
        return super().fields() | {"draft": bool(self.draft.data)}


class _Shown:
    """A meeting as the form shows it: instants as hours in Shanghai."""

    def __init__(self, meeting: Any) -> None:
        self.held_on, self.place, self.version = meeting.held_on, meeting.place, meeting.version
        self.starts, self.ends = _clock(meeting.starts_at), _clock(meeting.ends_at)


def _clock(instant: datetime | None) -> time | None:
    return instant.astimezone(SHANGHAI).time().replace(tzinfo=None) if instant else None


def _instant(day: date | None, at: time | None) -> datetime | None:
    return datetime.combine(day, at, SHANGHAI) if day and at else None


def gate_field() -> Any:
    """Which gate of its project an item decides; the view offers those that the reader may see."""
    return SelectField(_l("决定哪个阶段门"), choices=[], validate_choice=False, default="")


def gate_address(gate: Any) -> str:
    """How a form names a gate: the code of its project or laboratory and its own, KJS-003/A140; empty for none."""
    return f"{gate.plan.owner.code}/{gate.code}" if gate is not None else ""


class ItemForm(VersionedForm):
    """One item of the agenda."""

    name_hans = StringField(_l("议题"), [required(), at_most(200)])
    name_hant = StringField(_l("议题（繁体）"), [at_most(200)])
    name_en = StringField(_l("议题（英文）"), [at_most(200)])
    kind = SelectField(_l("类别"), choices=KINDS, default="discuss")
    minutes_planned = WholeNumberField(_l("分钟"), [required(), NumberRange(min=0, max=600)], default=15)
    presenter_id = SelectField(_l("汇报人"), choices=[], validate_choice=False, default="")
    presenter = StringField(_l("或写姓名、职务"), [at_most(100)])
    project = StringField(_l("相关项目"), [at_most(40)])
    gate = gate_field()
    text = TextAreaField(_l("议题说明"), [at_most(2000)])

    def __init__(self, formdata: Any = ..., obj: Any = None, **kwargs: Any) -> None:
        if obj is not None:
            kwargs.setdefault("project", obj.project.code if obj.project else "")
            kwargs.setdefault("gate", gate_address(obj.gate))
            if obj.presenter_id is not None:
                kwargs |= {"presenter_id": str(obj.presenter_id), "presenter": ""}
                obj = _Without(obj, "project", "gate", "presenter_id", "presenter")
            obj = _Without(obj, "project", "gate", "presenter_id")
        if formdata is ...:
            super().__init__(obj=obj, **kwargs)
        else:
            super().__init__(formdata=formdata, obj=obj, **kwargs)

    def stored(self, thing: Any) -> Form:
        """The form as it would open now; of gates it names only those that this one offers."""
        form = ItemForm(formdata=None, obj=thing)
        form.gate.choices = self.gate.choices
        form.presenter_id.choices = self.presenter_id.choices
        return form


class _Without:
    """A thing without some of its attributes, which the form takes from elsewhere."""

    def __init__(self, thing: Any, *names: str) -> None:
        self._thing, self._names = thing, names

    def __getattr__(self, key: str) -> Any:
        if key in self._names:
            raise AttributeError(key)
        return getattr(self._thing, key)


class ProposalForm(Form):
    """An item that a project's lead proposes for a coming meeting."""

    meeting = SelectField(_l("会议"), choices=[])
    name_hans = StringField(_l("议题"), [required(), at_most(200)])
    kind = SelectField(_l("类别"), choices=KINDS, default="discuss")
    minutes_planned = WholeNumberField(_l("分钟"), [required(), NumberRange(min=0, max=600)], default=30)
    gate = gate_field()
    presenter = StringField(_l("汇报人"), [at_most(100)])
    text = TextAreaField(_l("议题说明"), [at_most(2000)])


class AnswerForm(Form):
    """Whether a member comes."""

    answer = RadioField(_l("您是否出席"), choices=ANSWERS)


class ParagraphForm(VersionedForm):
    """The wording of a paragraph."""

    text = TextAreaField(_l("文字"), [required(), at_most(20000)])


class NewParagraphForm(Form):
    """A new paragraph."""

    kind = SelectField(_l("类别"), choices=TEXT_KINDS, default="text")
    text = TextAreaField(_l("文字"), [required(), at_most(20000)])
    after = SelectField(_l("放在哪一段之后"), choices=[], validate_choice=False)


class DecisionForm(VersionedForm):
    """A resolution or recommendation with its votes."""

    kind = SelectField(_l("类别"), choices=[("D", _l("决议")), ("R", _l("建议"))], default="D")
    text = TextAreaField(_l("内容"), [required(), at_most(20000)])
    item = SelectField(_l("议题"), choices=[], validate_choice=False)
    votes_for = WholeNumberField(_l("同意"), number())
    votes_against = WholeNumberField(_l("反对"), number())
    abstentions = WholeNumberField(_l("弃权"), number())
    recused = WholeNumberField(_l("回避"), number())

    def votes(self) -> dict[str, int | None]:
        """The votes as typed; None where nothing was."""
        return {key: self[key].data for key in ("votes_for", "votes_against", "abstentions", "recused")}


class ActionForm(Form):
    """Who does what by when."""

    text = StringField(_l("事项"), [required(), at_most(1000)])
    owner_id = SelectField(_l("由谁负责"), choices=[], validate_choice=False)
    owner_role = StringField(_l("或写职务"), [at_most(100)])
    due_on = DateField(_l("到期"), [Optional()])
    item = SelectField(_l("议题"), choices=[], validate_choice=False)


class ReviewForm(VersionedForm):
    """Opening the review of a draft."""

    due_on = DateField(_l("审阅截止"), [Optional()])
    secrecy = SelectField(_l("密级"), choices=[("", _l("不标密级")), *SECRECY], default="")
    term = StringField(_l("保密期限"), [at_most(20)])


class SignForm(PasskeyMixin, Form):
    """An opinion and a signature. `sha256` is the fingerprint of the text that was shown."""

    meaning = RadioField(_l("您的意见"), [required(_l("请选择您的意见。"))], choices=MEANINGS)
    note = TextAreaField(_l("意见说明"), [at_most(2000)])
    password = PasswordField(_l("登录密码"), [at_most(200)])
    code = StringField(_l("邮件验证码"), [at_most(40)])
    sha256 = HiddenField()
    objections = HiddenField()  # the keys of the open objections that were shown


class AmendmentForm(Form):
    """A corrected wording of one paragraph, and why."""

    text = TextAreaField(_l("更正后的文字"), [required(), at_most(20000)])
    reason = TextAreaField(_l("更正原因"), [required(), at_most(1000)])


class AttendanceForm(VersionedForm):
    """Who was there; the fields are one per seat, read by the view."""

    def compare(self, seats: Sequence[tuple[str, str, str]]) -> None:
        """Say of each seat, by its name, what was chosen here and what stands now, where these differ."""
        if self.conflict:
            words = {"": "", **{value: str(word) for value, word in MODES}}
            self.conflict.differences = [
                Difference(name, words[mine], words[theirs]) for name, mine, theirs in seats if mine != theirs
            ]
