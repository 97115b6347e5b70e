"""What people type about a project, its people and its registry numbers."""

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.forms.fields import DayField, choices
from kangjiansheng.projects.forms.refusals import REFUSALS
from kangjiansheng.projects.forms.starting import StartingForm
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.operations.projects import FIELDS
from kangjiansheng.projects.rules.codes import is_code, next_in_series
from kangjiansheng.projects.rules.registry import registries
from kangjiansheng.projects.rules.vocabulary import (
    donor_sources,
    indication_groups,
    modalities,
    project_statuses,
    stages,
)

LEVELS = [("parties", _l("参与各方")), ("team", _l("仅项目团队")), ("open", _l("所有登录者"))]
CLAIMS = [("ontrack", _l("按计划")), ("risk", _l("有风险")), ("slip", _l("已推迟"))]
ROLES = [("member", _l("成员")), ("lead", _l("项目负责人")), ("reader", _l("查阅"))]
_FACTS = [key for key in FIELDS if key != "status"]


def well_formed(_form: Any, field: Any) -> None:
    """Said together with all else that is wrong, not after it."""
    if not is_code(field.data or ""):
        raise ValidationError(str(REFUSALS["projects:code-invalid"]))


class ProjectForm(StartingForm):
    """The facts of a project. New ones also have a code and a pathway."""

    code = StringField(
        _l("编号"), [at_most(40), well_formed], description=_l("大写字母、数字和连字符，例如 KJS-021")
    )
    name_hans = StringField(_l("名称（简体）"), [required(), at_most(200)])
    name_hant = StringField(_l("名称（繁体）"), [at_most(200)])
    name_en = StringField(_l("名称（英文）"), [at_most(200)])
    modality = SelectField(_l("技术类型"))
    donor_source = SelectField(_l("供体来源"))
    target = StringField(_l("靶点"), [at_most(200)])
    indication_hans = StringField(_l("适应症（简体）"), [at_most(300)])
    indication_hant = StringField(_l("适应症（繁体）"), [at_most(300)])
    indication_en = StringField(_l("适应症（英文）"), [at_most(300)])
    indication_group = SelectField(_l("适应症分组"))
    stage = SelectField(_l("阶段"))
    claimed = SelectField(_l("自报状态"))
    priority = SelectField(_l("优先级"), choices=[("", "—"), ("P1", "P1"), ("P2", "P2"), ("P3", "P3")])
    owner_role = StringField(_l("负责角色"), [at_most(200)])
    lead_lab = SelectField(_l("牵头实验室"))
    labs = SelectMultipleField(_l("其他实验室"))
    parties = SelectMultipleField(_l("参与方"))
    confidentiality = SelectField(_l("公开范围"), choices=LEVELS)
    note = TextAreaField(_l("说明"), [at_most(2000)])
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        obj: Project | None = None,
        lab_rows: Any = (),
        party_rows: Any = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        if obj is not None and self.labs.raw_data is None:  # nothing was sent: the codes of what is stored
            self.labs.data = [row.lab.code for row in obj.labs if not row.leads]
            self.parties.data = [row.institution.code for row in obj.parties]
        self.modality.choices = choices(modalities())
        self.donor_source.choices = _with_own(choices(donor_sources(), empty="—"), self.donor_source.data)
        self.indication_group.choices = _with_own(
            choices(indication_groups(), empty="—"), self.indication_group.data
        )
        self.stage.choices = choices(stages())
        self.claimed.choices = choices(project_statuses())
        self.leaders = {row.code: row for row in lab_rows}
        self.lead_lab.choices = [(row.code, f"{row.code} {name_of(row)}") for row in lab_rows]
        self.labs.choices = self.lead_lab.choices
        self.parties.choices = [(row.code, name_of(row)) for row in party_rows]

    @classmethod
    def of(cls, project: Project, *, lab_rows: Any, party_rows: Any) -> "ProjectForm":
        """The form as it opens on a stored project."""
        return cls(
            obj=project,
            lab_rows=lab_rows,
            party_rows=party_rows,
            lead_lab=next((row.lab.code for row in project.labs if row.leads), ""),
            claimed=project.status,
        )

    def limit_leading_to(self, codes: Collection[str]) -> None:
        """Offer only these laboratories as the leading one, and ask for a code of their series."""
        offered: Any = self.lead_lab.choices
        self.lead_lab.choices = [choice for choice in offered if choice[0] in codes]
        self.code.description = _l(
            "以您的实验室的编号开头，例如 %(example)s", example=next_in_series(min(codes, default=""), ())
        )

    def unaccepted(self) -> JointLab | None:
        """The laboratory that is to lead, when it is not accepted and may not take GMP preparation."""
        lab = self.leaders.get(self.lead_lab.data or "")
        return lab if lab is not None and lab.accepted_on is None else None

    def facts(self) -> dict[str, Any]:
        """What the operations take beside code and pathway."""
        return {key: getattr(self, key).data or "" for key in _FACTS} | {
            "status": self.claimed.data or "",
            "lead_lab": self.lead_lab.data or "",
            "lab_codes": self.labs.data or [],
            "party_codes": self.parties.data or [],
        }


def _with_own(known: list[tuple[str, str]], value: Any) -> list[tuple[str, str]]:
    """A word of an imported file that is outside the vocabulary stays choosable."""
    return known if not value or value in dict(known) else [*known, (value, value)]


class MemberForm(Form):
    """Somebody who joins the team."""

    person_id = SelectField(_l("人员"), coerce=int)
    role = SelectField(_l("角色"), choices=ROLES)
    valid_from = DayField(_l("起始日期"))
    valid_to = DayField(_l("结束日期"))
    version = VersionField()


class NumberForm(Form):
    """A number under which a registry or authority knows the project."""

    register = SelectField(_l("登记平台"))
    number = StringField(_l("登记号"), [required(), at_most(80)])
    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register.choices = choices(registries())


class ClaimForm(Form):
    """A lead's own judgement of the project, for a while."""

    judged = RadioField(_l("负责人判断"), choices=CLAIMS, validate_choice=False)
    reason = TextAreaField(_l("理由"), [required(), at_most(500)], id="claim-reason")
    until = DayField(_l("有效至"), [required()])
    version = VersionField()


class VersionForm(Form):
    """Only the version that was seen."""

    version = VersionField()
