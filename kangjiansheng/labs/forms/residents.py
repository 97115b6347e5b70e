"""What people type about companies of the park, its space and its services, and what is refused in which words."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.core import clock
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.forms.agreements import party_choices
from kangjiansheng.labs.models import ParkFloor, ServiceRequest
from kangjiansheng.labs.rules import companion, space
from kangjiansheng.labs.rules import residents as rules

REFUSALS: dict[str, Any] = {
    "labs:stage-of-residents": _l("生态伙伴不占用空间，没有这个阶段；请选线索、评估、签约或退出。"),
    "labs:stage-without-day": _l("请填写阶段开始的日期。"),
    "labs:stage-in-future": _l("阶段开始的日期不能晚于今天。"),
    "labs:stage-before-stage": _l("新阶段不能早于前一阶段开始的日期 %(day)s。"),
    "labs:stage-not-next": _l("现在的阶段不能直接变为所选阶段。"),
    "labs:company-has-space": _l("企业仍租用空间（%(floors)s），请先填写租期的结束日期。"),
    "labs:area-positive": _l("请填写面积，单位平方米，为正整数。"),
    "labs:park-too-small": _l("各楼层合计不能超过 %(all)s 平方米，还可登记 %(left)s 平方米。"),
    "labs:floor-too-small": _l("这一层共 %(all)s 平方米；照此自 %(day)s 起共租出 %(most)s 平方米。"),
    "labs:floor-named": _l("请填写楼宇和楼层。"),
    "labs:floor-taken": _l("这栋楼的这一层已登记为 %(code)s。"),
    "labs:floor-unknown": _l("没有编号为 %(code)s 的楼层。"),
    "labs:lease-begins": _l("请填写租期的开始日期。"),
    "labs:space-for-residents": _l("生态伙伴不占用空间；要租用空间，请先改为入驻企业。"),
    "labs:request-empty": _l("请写明需要什么。"),
    "labs:asked-in-future": _l("提出日期不能晚于今天。"),
    "labs:answer-days": _l("承诺答复时间为 1 到 250 个工作日。"),
    "labs:answer-empty": _l("请写明答复。"),
    "labs:answered-when": _l("答复日期不能早于提出日期 %(day)s，也不能晚于今天。"),
    "labs:request-not-open": _l("这项请求已经答复或撤回；如需再办，请重新打开。"),
    "labs:request-not-answered": _l("答复之后才能评价。"),
    "labs:satisfaction-range": _l("满意度为 1 到 5。"),
    "labs:contact-in-future": _l("触点日期不能晚于今天。"),
    "labs:request-unknown": _l("没有找到这项服务请求，请刷新页面。"),
    "labs:quiet-days": _l("天数为 1 到 365。"),
}

FIELDS: dict[str, Any] = {
    "code": _l("编号"),
    "name_hans": _l("名称（简体）"),
    "name_hant": _l("名称（繁体）"),
    "name_en": _l("名称（英文）"),
    "kind": _l("类型"),
    "stage": _l("阶段"),
    "stage_since": _l("阶段开始日期"),
    "about": _l("简介"),
    "contact_roles": _l("对接岗位"),
    "institution_id": _l("所属机构"),
    "companion_id": _l("陪伴人"),
    "confidentiality": _l("保密级别"),
    "building": _l("楼宇"),
    "level": _l("楼层"),
    "area_m2": _l("面积（平方米）"),
    "floor_id": _l("楼层"),
    "starts_on": _l("开始日期"),
    "ends_on": _l("结束日期"),
    "note": _l("说明"),
    "text": _l("需要什么"),
    "asked_on": _l("提出日期"),
    "asked_by_id": _l("请求人"),
    "answer_days": _l("承诺答复（工作日）"),
    "promised_on": _l("承诺答复日期"),
    "provider_institution_id": _l("提供机构"),
    "provider_id": _l("提供人"),
    "life": _l("状态"),
    "answer": _l("答复"),
    "answered_on": _l("答复日期"),
    "outcome": _l("结果"),
    "satisfaction": _l("满意度"),
    "remark": _l("评价"),
    "channel": _l("方式"),
    "happened_on": _l("日期"),
    "person_id": _l("触点记录人"),
    "request_id": _l("服务请求"),
    "number": _l("序号"),
    "company_id": _l("园区企业"),
    "quiet_days": _l("多少天没有触点即提示"),
}
_COMPANY: dict[str, Any] = {"stage": rules.STAGES, "confidentiality": rules.COMPANY_LEVELS}
TRAIL: tuple[tuple[Any, ...], ...] = (
    (rules.COMPANY_THINGS, FIELDS, {**_COMPANY, "kind": rules.COMPANY_KINDS}),
    (space.SPACE_THINGS, FIELDS, {}),
    (
        companion.SERVICE_THINGS,
        FIELDS,
        {
            "stage": rules.STAGES,
            "kind": companion.CONTACT_KINDS,
            "channel": companion.CHANNELS,
            "outcome": companion.OUTCOMES,
            "life": companion.REQUEST_STATES,
        },
    ),
)


def _choices(vocabulary: Any) -> Any:
    return list(vocabulary.items())


def _institutions() -> list[tuple[str, str]]:
    return [("", _("没有"))] + [choice for choice in party_choices() if choice[0] != rules.PARK]


class CompanyForm(Form):
    """A company. Its stage is asked for once; afterwards it has a form of its own."""

    kind = RadioField(_l("类型"), choices=_choices(rules.COMPANY_KINDS), default=rules.RESIDENT)
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)], description=_l("不填时由简体转换，并标明。"))
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    stage = SelectField(_l("阶段"), choices=_choices(rules.STAGES))
    since = DateField(_l("阶段开始日期"), [Optional()], default=clock.today)
    about = TextAreaField(_l("简介"), [at_most(2000)])
    contact_lines = TextAreaField(
        _l("对接岗位"), [at_most(1000)], description=_l("每行一个岗位，如“注册负责人”；不写姓名和电话。")
    )
    institution_code = SelectField(
        _l("所属机构"),
        choices=_institutions,
        validate_choice=False,
        description=_l("这个机构的成员能看到本企业的全部内容，并能提出服务请求。"),
    )
    companion_email = StringField(
        _l("陪伴人"), [at_most(200)], description=_l("园区一方负责陪伴的人，填工作邮箱。")
    )
    confidentiality = SelectField(
        _l("保密级别"),
        choices=_choices(rules.COMPANY_LEVELS),
        default="parties",
        description=_l("公开：人人可见名称、类型和阶段。各方可见：只有园区和企业自己可见。"),
    )
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class CompanyStepForm(Form):
    """The next stage of a company."""

    stage = SelectField(_l("新阶段"))
    since = DateField(_l("阶段开始日期"), [required()], default=clock.today)
    version = VersionField()

    def offer(self, kind: str, stage: str) -> "CompanyStepForm":
        """Offer only the stages that may follow."""
        self.stage.choices = [(step, rules.STAGES[step]) for step in rules.steps_of(kind, stage)]
        return self


class FloorForm(Form):
    """A floor of a building."""

    code = StringField(
        _l("编号"), [required(), at_most(40)], description=_l("大写字母、数字和连字符，写进网址，以后不变。")
    )
    building = StringField(_l("楼宇"), [required(), at_most(200)])
    level = WholeNumberField(_l("楼层"), [Optional()], description=_l("地下为负数。"))
    area_m2 = WholeNumberField(_l("面积（平方米）"), [Optional()])
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class LeaseForm(Form):
    """Space for a company."""

    floor_code = SelectField(_l("楼层"), validate_choice=False)
    area_m2 = WholeNumberField(_l("面积（平方米）"), [Optional()])
    starts_on = DateField(_l("开始日期"), [Optional()], default=clock.today)
    ends_on = DateField(_l("结束日期"), [Optional()], description=_l("含当天；长期有效则不填。"))
    note = TextAreaField(_l("说明"), [at_most(1000)])
    version = VersionField()

    def offer(self, rows: Iterable[ParkFloor]) -> "LeaseForm":
        """Offer the floors, with their size."""
        named = _("%(code)s，%(building)s %(level)s 层，%(area)s 平方米")
        self.floor_code.choices = [
            (
                row.code,
                named
                % {
                    "code": row.code,
                    "building": building_name(row),
                    "level": row.level,
                    "area": f"{row.area_m2:,}",
                },
            )
            for row in rows
        ]
        return self

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class RequestForm(Form):
    """What a company asks for. Only the park fills in who answers and by when."""

    kind = RadioField(_l("类别"), choices=_choices(companion.SERVICES))
    text = TextAreaField(_l("需要什么"), [required(), at_most(2000)])
    asked_on = DateField(_l("提出日期"), [Optional()], default=clock.today)
    answer_days = WholeNumberField(_l("承诺答复（工作日）"), [Optional()], default=companion.ANSWER_DAYS)
    provider_code = SelectField(
        _l("提供机构"), choices=lambda: [("", _("没有")), *party_choices()], validate_choice=False
    )
    provider_email = StringField(
        _l("提供人"), [at_most(200)], description=_l("负责答复的人，填工作邮箱；不填时由陪伴人答复。")
    )
    version = VersionField()

    def only_words(self) -> "RequestForm":
        """What a company's own people fill in: what they need."""
        for name in ("asked_on", "answer_days", "provider_code", "provider_email"):
            delattr(self, name)
        return self

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class AnswerForm(Form):
    """The answer to a request, and what came of it."""

    answer = TextAreaField(_l("答复"), [required(), at_most(2000)])
    outcome = RadioField(_l("结果"), choices=_choices(companion.OUTCOMES), default="solved")
    answered_on = DateField(_l("答复日期"), [Optional()], default=clock.today)
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class RatingForm(Form):
    """How content the company is."""

    satisfaction = RadioField(
        _l("满意度"),
        coerce=int,
        choices=[(score, str(score)) for score in range(1, 6)],
        description=_l("5 为最满意。"),
    )
    remark = StringField(_l("评价"), [at_most(400)])
    version = VersionField()

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class ContactForm(Form):
    """Somebody was with a company: a few taps on a phone, the day is filled in."""

    kind = RadioField(_l("类别"), choices=_choices(companion.CONTACT_KINDS), default=companion.GENERAL)
    channel = RadioField(_l("方式"), choices=_choices(companion.CHANNELS), default="visit")
    happened_on = DateField(_l("日期"), [required()], default=clock.today)
    request_number = SelectField(_l("服务请求"), coerce=int, validate_choice=False)
    note = TextAreaField(_l("说明"), [at_most(2000)])
    version = VersionField()

    def offer(self, rows: Iterable[ServiceRequest]) -> "ContactForm":
        """Offer the requests to which the contact may belong."""
        named = [(row.number, f"{row.number} {companion.SERVICES[row.kind]} {row.text[:30]}") for row in rows]
        self.request_number.choices = [(0, _("没有")), *named]
        return self

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        return _typed(self)


class QuietForm(Form):
    """After how many days without a contact somebody is reminded."""

    quiet_days = WholeNumberField(_l("多少天没有触点即提示"), [Optional()])
    version = VersionField()


def _typed(form: Form) -> dict[str, Any]:
    own = {"code", "version", "csrf_token"}
    return {name: item.data for name, item in form._fields.items() if name not in own}


def floor_name(row: ParkFloor) -> str:
    """A floor in words."""
    return _("%(building)s %(level)s 层", building=building_name(row), level=row.level)


def building_name(row: ParkFloor) -> str:
    """A building in the reader's script: it was typed in one, as all places are."""
    return name_of({"hans": row.building})


def provider_name(row: ServiceRequest) -> str:
    """Who answers a request: a person, an institution, or both; empty for the companion."""
    return _("、").join(name_of(one) for one in (row.provider_institution, row.provider) if one)
