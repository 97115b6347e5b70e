"""Names, charter settings and seats of a committee."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.forms import Form, WholeNumberField, at_most, required

OFFICES = [
    ("chair", _l("主任委员")),
    ("deputy", _l("副主任委员")),
    ("member", _l("委员")),
    ("secretary", _l("秘书")),
]
RULES = [
    ("chair_and_n", _l("主任委员和若干委员")),
    ("all_present", _l("全体出席委员")),
    ("chair", _l("主任委员")),
]
COMMITTEE_KINDS = [
    ("scientific", _l("科学委员会")),
    ("steering", _l("联合指导委员会")),
    ("company", _l("公司决策会议")),
    ("table", _l("一张桌会议")),
]
QUORUM_BASES = [("eligible", _l("在任且不回避的委员")), ("all", _l("全体在任委员"))]
DEPUTIES = [("members", _l("有表决权的委员")), ("seats", _l("委员会的任一席位"))]
MAJORITY_BASES = [
    ("present", _l("出席委员")),
    ("eligible", _l("在任且不回避的委员")),
    ("all", _l("全体在任委员")),
]


class CommitteeForm(VersionedForm):
    """Names and charter settings of a committee."""

    code = StringField(_l("编号"), [required(), at_most(20)])
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)])
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    short_hans = StringField(_l("纪要字号"), [at_most(20)], description=_l("用于编号，例如 康科委纪"))
    nature = StringField(_l("性质"), [at_most(200)])
    purpose = TextAreaField(_l("设立宗旨"), [at_most(1000)])
    kind = SelectField(_l("委员会类型"), choices=COMMITTEE_KINDS)
    lab = SelectField(_l("所属联合实验室"), choices=[], validate_choice=False)
    quorum_numerator = WholeNumberField(_l("法定人数：分子"), [required(), NumberRange(min=0, max=99)])
    quorum_denominator = WholeNumberField(_l("法定人数：分母"), [required(), NumberRange(min=1, max=99)])
    quorum_base = SelectField(_l("法定人数的基数"), choices=QUORUM_BASES)
    majority_numerator = WholeNumberField(_l("通过票数：分子"), [required(), NumberRange(min=0, max=99)])
    majority_denominator = WholeNumberField(_l("通过票数：分母"), [required(), NumberRange(min=1, max=99)])
    majority_over = BooleanField(
        _l("须超过这一分数"), description=_l("选中：过半数即多于二分之一；不选：达到即可，例如三分之二以上")
    )
    majority_base = SelectField(_l("通过票数的基数"), choices=MAJORITY_BASES)
    abstentions_count = BooleanField(
        _l("弃权计入基数"), description=_l("不选时，弃权的人从基数中减去，只看同意与反对")
    )
    deputies = BooleanField(_l("可委托代理人"), description=_l("委员可以书面委托一人代为表决"))
    deputy_among = SelectField(_l("代理人的范围"), choices=DEPUTIES)
    approval_rule = SelectField(_l("纪要由谁批准"), choices=RULES)
    approval_members = WholeNumberField(_l("除主任委员外几名委员"), [Optional(), NumberRange(min=0, max=50)])
    review_days = WholeNumberField(_l("审阅天数"), [required(), NumberRange(min=1, max=90)])
    second_step = BooleanField(
        _l("签署另需邮件验证码"),
        description=_l("签署纪要时除登录密码外，还须输入发到本人邮箱的一次性验证码"),
    )
    default_consent = BooleanField(
        _l("逾期未答复视为同意"),
        description=_l(
            "提醒送达后仍未答复的，到期由系统记为默示同意；章程要求签署的人、回避和提出异议的委员除外"
        ),
    )
    default_consent_days = WholeNumberField(_l("视为同意的天数"), [required(), NumberRange(min=1, max=90)])
    minutes_pattern = StringField(
        _l("纪要编号格式"),
        [required(), at_most(100)],
        description=_l("可用 {short} 字号、{committee} 编号、{year} 年、{serial} 年内次序；已给出的编号不变"),
    )
    outcome_pattern = StringField(
        _l("决议编号格式"),
        [required(), at_most(100)],
        description=_l(
            "决议、建议与行动项共用：{kind} 类别、{committee}、{year}、{meeting} 会议次序、{serial} 序号"
        ),
    )
    retention_years = WholeNumberField(_l("保存年限"), [required(), NumberRange(min=1, max=100)])

    def settings(self) -> dict[str, Any]:
        """The fields of the committee but its code."""
        leave = ("code", "lab", "version", "csrf_token")
        data = {key: value for key, value in self.data.items() if key not in leave}
        return data | {"approval_members": data["approval_members"] or 0}


class MemberForm(Form):
    """A seat on a committee."""

    email = StringField(_l("委员的工作邮箱"), [required(), at_most(200)])
    office = SelectField(_l("委员职务"), choices=OFFICES, default="member")
    institution = SelectField(_l("所在机构"), choices=[], validate_choice=False)
    name_hans = StringField(_l("专业领域（简体）"), [at_most(100)])
    name_hant = StringField(_l("专业领域（繁体）"), [at_most(100)])
    name_en = StringField(_l("专业领域（英文）"), [at_most(100)])
    valid_from = DateField(_l("任期开始"), [required()])
