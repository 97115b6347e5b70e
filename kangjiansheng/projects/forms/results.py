"""What people type about results of research, the words for them, and the sentences for what is refused."""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.forms.fields import DayField
from kangjiansheng.projects.models import Result
from kangjiansheng.projects.queries.results import ResultRow
from kangjiansheng.projects.rules.results import THINGS

KINDS: dict[str, Any] = {
    "patent": _l("专利"),
    "know_how": _l("技术诀窍"),
    "data": _l("科研数据"),
    "cell_line": _l("细胞系"),
}
LEVELS: dict[str, Any] = {
    "open": _l("所有登录者"),
    "parties": _l("所属机构与承接项目的成员"),
    "team": _l("仅所属机构的成员"),
}
FIELDS: dict[str, Any] = {
    "name_hans": _l("成果名称"),
    "name_hant": _l("成果名称（繁体）"),
    "name_en": _l("成果名称（英文）"),
    "institution_id": _l("所属机构"),
    "kind": _l("类别"),
    "disclosed_on": _l("披露日期"),
    "project_id": _l("承接项目"),
    "companies": _l("转化企业"),
    "confidentiality": _l("公开范围"),
    "detail": _l("说明"),
}
VALUES: dict[str, dict[str, Any]] = {"kind": KINDS, "confidentiality": LEVELS}
TRAIL = (THINGS, FIELDS, VALUES)
REFUSALS = {
    "projects:result-word": _l("请从列表中选择。"),
    "projects:result-name": _l("请填写成果名称。"),
    "projects:result-disclosed": _l("请填写披露日期，不晚于今天（%(today)s）。"),
    "projects:result-party": _l("请选择您所属的机构。"),
    "projects:result-project": _l("请从列表中选择一个项目。"),
    "projects:result-company": _l("请从列表中选择企业。"),
    "projects:result-undo": _l("没有可以撤销的修改：只能撤销自己的、之后没有别人改过的修改。"),
    "projects:result-archived": _l("成果已归档，请先恢复。"),
}


class ResultForm(Form):
    """A result, and where it goes."""

    kind = RadioField(FIELDS["kind"], choices=list(KINDS.items()))
    name_hans = StringField(FIELDS["name_hans"], [required(), at_most(200)])
    name_hant = StringField(FIELDS["name_hant"], [at_most(200)])
    name_en = StringField(FIELDS["name_en"], [at_most(200)])
    institution_id = SelectField(FIELDS["institution_id"], coerce=int)
    disclosed_on = DayField(FIELDS["disclosed_on"], [required()])
    project_id = SelectField(FIELDS["project_id"], coerce=int)
    company_ids = SelectMultipleField(FIELDS["companies"], coerce=int)
    confidentiality = SelectField(FIELDS["confidentiality"], choices=list(LEVELS.items()))
    detail = TextAreaField(FIELDS["detail"], [at_most(2000)])
    version = VersionField()

    def __init__(
        self,
        *args: Any,
        obj: Result | None = None,
        parties: Iterable[Any] = (),
        project_rows: Iterable[Any] = (),
        company_rows: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, obj=_Typed(obj) if obj else None, **kwargs)
        known = {row.id: row for row in parties}
        if obj is not None:
            known |= {obj.institution_id: obj.institution}
        self.institution_id.choices = [(key, name_of(row)) for key, row in known.items()]
        self.project_id.choices = [
            (0, _("还没有项目承接")),
            *((row.id, f"{row.code} {name_of(row)}") for row in project_rows),
        ]
        self.company_ids.choices = [(row.id, f"{row.code} {name_of(row)}") for row in company_rows]

    def facts(self) -> dict[str, Any]:
        """What the operations take."""
        plain = "kind name_hans name_hant name_en confidentiality detail"
        return {key: getattr(self, key).data or "" for key in plain.split()} | {
            "institution_id": self.institution_id.data,
            "disclosed_on": self.disclosed_on.data,
            "project_id": self.project_id.data or None,
            "company_ids": self.company_ids.data or [],
        }


class _Typed:
    """What is stored, as the form holds it."""

    def __init__(self, one: Result) -> None:
        self.__dict__.update(one.state(), version=one.version)
        self.project_id = one.project_id or 0
        self.company_ids = [row.company_id for row in one.companies]


def finding(rows: Collection[ResultRow]) -> str:
    """How many have a destination, in one line."""
    none = sum(not row.placed for row in rows)
    parts = [ngettext("%(num)d 项成果", "%(num)d 项成果", len(rows))]
    if none:
        parts.append(ngettext("%(num)d 项还没有去向", "%(num)d 项还没有去向", none))
    return _("，").join(parts)


def shown(key: str, value: Any) -> str:
    """A value of a result's state in words; what it names is named by the caller."""
    if value in (None, "", []):
        return ""
    return str(VALUES[key].get(value, value)) if key in VALUES else str(value)
