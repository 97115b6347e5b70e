"""The upload of a registry's file, and the words for what an import reads, does and does not understand."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.forms.fields import label_of
from kangjiansheng.projects.forms.uploads import ConsentForm
from kangjiansheng.projects.queries.trials import Look, Step
from kangjiansheng.projects.rules.trials import Day
from kangjiansheng.projects.rules.vocabulary import indication_groups, modalities, project_statuses, stages

FILE = "record"
LARGEST_PACKED = 1_900_000  # characters: the consent carries the file, and text fields have a limit

FORMATS = {"ctgov": "ClinicalTrials.gov", "ctis": "CTIS", "chictr": "ChiCTR"}
KINDS: dict[str, Any] = {
    "new": _l("新建项目"),
    "attach": _l("记入项目"),
    "update": _l("新版本"),
    "same": _l("没有变化"),
    "older": _l("系统里的版本更新"),
    "skip": _l("不导入"),
    "refused": _l("需要先处理"),
}
PROBLEMS: dict[str, Any] = {
    "several-projects": _l("几个项目都有这个登记号，请选择一个"),
    "choose-project": _l("请选择记入哪个项目"),
    "number-elsewhere": _l("这个登记号属于项目 %(code)s"),
    "project-archived": _l("项目 %(code)s 已归档，恢复之后才能导入"),
    "not-yours": _l("您不能修改项目 %(code)s"),
    "may-not-create": _l("您不能新建项目"),
    "code-invalid": _l("%(code)s 不能用作项目编号"),
    "code-taken": _l("项目编号 %(code)s 已被使用"),
}
REMARKS: dict[str, Any] = {
    "field-unknown": _l("不认识的字段"),
    "type-unexpected": _l("内容的形式与预期不同，没有读取"),
    "value-unknown": _l("不认识的值"),
    "date-unreadable": _l("日期无法识别"),
    "number-format": _l("与 %(register)s 的编号格式不符，照原样保存"),
    "status-unstated": _l("没有说明状态，按进行中处理"),
    "phase-unstated": _l("没有说明分期，按研究者发起的临床研究处理"),
    "phase-between": _l("II/III 期没有对应的阶段，按关键 II 期处理"),
    "donor-unstated": _l("没有说明自体或异体，按自体处理"),
    "modality-unknown": _l("看不出技术类型，记为未归类"),
    "group-unknown": _l("看不出适应症分组"),
    "more": _l("还有更多，没有一一列出"),
}
FACTS: dict[str, Any] = {
    "title": _l("题目"),
    "official_title": _l("正式题目"),
    "status": _l("登记平台的状态"),
    "phase": _l("分期"),
    "study_type": _l("研究类型"),
    "conditions": _l("疾病"),
    "interventions": _l("干预"),
    "sponsor": _l("申办者"),
    "institutions": _l("研究机构"),
    "collaborators": _l("协作方"),
    "enrolment": _l("入组人数"),
    "other_ids": _l("其他编号"),
    "numbers": _l("登记号"),
    "stage": _l("阶段"),
    "claimed": _l("项目状态"),
    "modality": _l("技术类型"),
    "group": _l("适应症分组"),
}
# The terms of ClinicalTrials.gov; the other registries write words already.
STATED: dict[str, Any] = {
    "NOT_YET_RECRUITING": _l("尚未招募"),
    "RECRUITING": _l("招募中"),
    "ENROLLING_BY_INVITATION": _l("仅邀请入组"),
    "ACTIVE_NOT_RECRUITING": _l("进行中，不再招募"),
    "COMPLETED": _l("研究已完成"),
    "SUSPENDED": _l("研究已暂停"),
    "TERMINATED": _l("研究已提前终止"),
    "WITHDRAWN": _l("入组前已撤回"),
    "UNKNOWN": _l("状态不明"),
    "AVAILABLE": _l("可申请拓展性使用"),
    "NO_LONGER_AVAILABLE": _l("不再提供拓展性使用"),
    "TEMPORARILY_NOT_AVAILABLE": _l("暂不提供拓展性使用"),
    "APPROVED_FOR_MARKETING": _l("已获批上市"),
    "WITHHELD": _l("暂不公开"),
    "NA": _l("不分期"),
    "EARLY_PHASE1": _l("早期 I 期"),
    "PHASE1": _l("I 期"),
    "PHASE2": _l("II 期"),
    "PHASE3": _l("III 期"),
    "PHASE4": _l("IV 期"),
    "INTERVENTIONAL": _l("干预性研究"),
    "OBSERVATIONAL": _l("观察性研究"),
    "EXPANDED_ACCESS": _l("拓展性使用"),
}
DATE_LABELS: dict[str, Any] = {
    "start": _l("开始"),
    "primary_completion": _l("主要终点完成"),
    "completion": _l("研究完成"),
    "first_posted": _l("首次公示"),
}
DAY_KINDS: dict[str, Any] = {"actual": _l("实际"), "planned": _l("预计"), "": ""}


class TrialForm(Form):
    """One file of a registry, and the laboratory that leads the projects that are made from it."""

    record = FileField(_l("登记平台的文件"), [FileRequired(_l("请选择文件。"))])
    lab = SelectField(_l("新项目的牵头实验室"), validate_choice=False)  # the operation knows which there are

    def __init__(self, *args: Any, lab_rows: Any = (), needs_lab: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(row.code, f"{row.code} {name_of(row)}") for row in lab_rows]
        self.lab.choices = rows if needs_lab else [("", "—"), *rows]


class TrialConsentForm(ConsentForm):
    """The same file again, what was chosen for each record, and what the dry run said."""

    lab = SelectField(validate_choice=False)

    @staticmethod
    def known() -> set[str]:
        """There is one file."""
        return {FILE}


def remark(said: Mapping[str, Any]) -> str:
    """A stored remark in words."""
    return str(REMARKS[said["code"]]) % said["facts"]


def problem(step: Step) -> str:
    """Why a record cannot be imported as it stands."""
    return str(PROBLEMS[step.problem]) % {"code": step.code}


def label(key: str) -> str:
    """The name of a fact; dates stand under `dates.`."""
    if key.startswith("dates."):
        return str(DATE_LABELS[key.removeprefix("dates.")])
    return str(FACTS[key])


def shown(key: str, value: Any) -> str:
    """A fact as a person reads it."""
    terms: dict[str, Any] = {
        "stage": stages,
        "claimed": project_statuses,
        "modality": modalities,
        "group": indication_groups,
    }
    if key in terms:
        return label_of(value, terms[key]())
    if key in ("status", "phase", "study_type"):
        parts = str(value or "").split(", ")
        known = all(part in STATED for part in parts)
        return _("、").join(str(STATED[part]) for part in parts) if known else str(value or "")
    if key == "numbers" and not isinstance(value, str):
        return _("、").join(" ".join(pair) for pair in value)
    if isinstance(value, list):
        return "; ".join(value)
    if key.startswith("dates."):
        day, _space, kind = str(value).partition(" ")
        return f"{day} {DAY_KINDS.get(kind, kind)}".strip()
    return str(value or "")


def day_words(day: Day) -> str:
    """A stated date with its kind: 2026-03 预计."""
    return f"{day.text} {DAY_KINDS[day.kind]}".strip()


def target_words(target: str) -> str:
    """A choice for a record in words."""
    return {"new": _("新建项目"), "skip": _("不导入")}.get(target, target)


def counts(found: Look) -> dict[str, int]:
    """How many records of a file there are of each kind."""
    return {kind: n for kind in KINDS if (n := sum(step.kind == kind for step in found.steps))}
