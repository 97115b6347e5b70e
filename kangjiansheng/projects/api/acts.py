"""What programs may do with projects, plans, milestones, risks, asks, hand-offs and results: the acts of the pages.

The steps of a hand-off that are signed stay with people, and so do the templates of plans.
"""

from kangjiansheng.core.file_levels import LevelForm
from kangjiansheng.core.rest import Act
from kangjiansheng.projects.api import imports
from kangjiansheng.projects.forms.asks import AgreeForm, AskForm, WordsForm
from kangjiansheng.projects.forms.evidence import (
    EvidenceForm,
    JudgeForm,
    WithdrawForm,
)
from kangjiansheng.projects.forms.evidence import (
    VersionForm as NewVersionForm,
)
from kangjiansheng.projects.forms.gates import CriterionForm, DecisionForm, MetForm, RemoveForm
from kangjiansheng.projects.forms.hand_offs import DayForm, HandOffForm, ReasonForm, SignedForm, WaitingForm
from kangjiansheng.projects.forms.lab_reviews import ReviewForm
from kangjiansheng.projects.forms.milestones import ActForm, MilestoneForm, OwnerForm, PlanForm
from kangjiansheng.projects.forms.obligations import BookingLinkForm, LinkForm
from kangjiansheng.projects.forms.plans import (
    BaselineForm,
    NewMilestoneForm,
    ScheduleForm,
    StartForm,
    StopForm,
)
from kangjiansheng.projects.forms.projects import ClaimForm, MemberForm, NumberForm, ProjectForm, VersionForm
from kangjiansheng.projects.forms.results import ResultForm
from kangjiansheng.projects.forms.risks import ClosingForm, RiskForm
from kangjiansheng.projects.forms.sheets import ConsentForm as SheetConsentForm
from kangjiansheng.projects.forms.sheets import SheetForm
from kangjiansheng.projects.forms.starting import LabStartingForm, TakingBackForm
from kangjiansheng.projects.forms.templates import BeginForm, PublishForm, StepCriterionForm, StepForm
from kangjiansheng.projects.forms.trials import TrialForm
from kangjiansheng.projects.forms.uploads import ConsentForm as PortfolioConsentForm
from kangjiansheng.projects.forms.uploads import PortfolioForm
from kangjiansheng.projects.forms.validity import EndingForm, ValidityForm

_PLAN = "/<any(projects, labs):of>/<code>"
_MILESTONE = f"{_PLAN}/milestones/<milestone_code>"
_CRITERION = f"{_MILESTONE}/criteria/<int:number>"
_EVIDENCE = f"{_MILESTONE}/evidence/<int:number>"
_PROJECT = "/projects/<code>"
_MADE = "/projects/{code}/"
_RISK = f"{_PROJECT}/risks/<int:number>"
_VALIDITY = f"{_PROJECT}/validity/<int:number>"


_SHEET = "/milestones/import/<code>"
_TEMPLATE = "/templates/<code>/<int:number>"
_STEP = f"{_TEMPLATE}/steps/<milestone_code>"
_VERSION = "/templates/{code}/{number}"


def _act(path: str, act: str, page: str, *form: type, opens: str = "") -> Act:
    return Act("POST", f"{path}/{act}", page, *form, opens=opens, fixed=(("act", act),))


_IMPORTS = (
    Act(
        "POST",
        "/import/portfolio",
        "projects.import_portfolio",
        PortfolioForm,
        tells=imports.PORTFOLIO,
        wrong=imports.wrong_cells,
    ),
    Act(
        "POST",
        "/import/portfolio/consent",
        "projects.consent_to_import",
        PortfolioConsentForm,
        wrong=imports.wrong_cells,
    ),
    *(
        Act(
            "POST",
            f"{path}/{act}".removesuffix("/records"),
            f"projects.{page}",
            form,
            apart=form is imports.RecordsForm,
            tells=imports.TRIAL,
            wrong=imports.wrong_records,
        )
        for path, act, page, form in (
            ("/import/trial", "records", "import_trial", TrialForm),
            ("/import/trial", "consent", "consent_to_trial", imports.RecordsForm),
            (f"{_PROJECT}/records", "import", "import_record", TrialForm),
            (f"{_PROJECT}/records", "consent", "consent_to_record", imports.RecordsForm),
        )
    ),
    Act("POST", "/milestones/import", "projects.import_sheet", SheetForm, creates=True),
    Act("POST", f"{_SHEET}/rows", "projects.accept_rows", imports.RowsForm, apart=True),
    Act(
        "POST",
        f"{_SHEET}/consent",
        "projects.consent_to_sheet",
        SheetConsentForm,
        opens="projects.import_batch",
    ),
    *(
        Act("POST", f"{_SHEET}/{act}", f"projects.{page}")
        for act, page in (
            ("discarding", "discard_sheet"),
            ("undo", "undo_sheet"),
            ("again", "try_sheet_again"),
        )
    ),
)
_TEMPLATES = (
    Act("POST", f"{_TEMPLATE}/draft", "projects.begin_template", BeginForm, creates=True),
    Act("POST", f"{_TEMPLATE}/publication", "projects.publish_template", PublishForm),
    Act("POST", f"{_TEMPLATE}/end", "projects.give_up_template", VersionForm),
    Act("POST", f"{_TEMPLATE}/steps", "projects.new_template_step", StepForm, shows=_VERSION),
    Act("PATCH", _STEP, "projects.edit_template_step", StepForm, shows=_VERSION),
    Act("POST", f"{_STEP}/criteria", "projects.new_template_criterion", StepCriterionForm, shows=_VERSION),
    Act(
        "PATCH",
        f"{_STEP}/criteria/<int:place>",
        "projects.edit_template_criterion",
        StepCriterionForm,
        shows=_VERSION,
    ),
    *(
        Act("POST", f"{path}/{act}", f"projects.{page}", VersionForm, fixed=(("act", act),), shows=_VERSION)
        for path, page in (
            (_STEP, "change_template_step"),
            (f"{_STEP}/criteria/<int:place>", "change_template_criterion"),
        )
        for act in ("up", "down", "remove")
    ),
)
ACTS = (
    *_IMPORTS,
    *_TEMPLATES,
    Act("POST", "/projects", "projects.new_project", ProjectForm, creates=True),
    Act("PATCH", _PROJECT, "projects.edit_project", ProjectForm),
    _act(_PROJECT, "archive", "projects.archive_project", VersionForm),
    _act(_PROJECT, "restore", "projects.archive_project", VersionForm),
    Act("POST", f"{_PROJECT}/members", "projects.add_member", MemberForm, opens="projects.people_of_project"),
    Act("POST", f"{_PROJECT}/members/<int:number>/end", "projects.end_member", VersionForm),
    Act("POST", f"{_PROJECT}/numbers", "projects.add_number", NumberForm, opens="projects.people_of_project"),
    Act("POST", f"{_PROJECT}/numbers/<int:number>/remove", "projects.remove_number", VersionForm),
    Act("POST", f"{_PROJECT}/claim", "projects.claim_status", ClaimForm, opens="projects.project"),
    Act("POST", f"{_PROJECT}/claim/withdrawal", "projects.withdraw_claim", VersionForm),
    Act("POST", f"{_PLAN}/milestones", "projects.new_milestone", NewMilestoneForm, creates=True),
    Act(
        "POST",
        f"{_MILESTONE}/update",
        "projects.update_milestone",
        MilestoneForm,
        opens="projects.edit_milestone",
    ),
    Act("POST", f"{_MILESTONE}/plan", "projects.plan_milestone", PlanForm),
    Act("POST", f"{_MILESTONE}/owner", "projects.give_milestone", OwnerForm, opens="projects.milestone"),
    Act("PATCH", f"{_MILESTONE}/schedule", "projects.schedule_milestone", ScheduleForm),
    Act("POST", f"{_MILESTONE}/stops", "projects.stop_milestone", StopForm),
    Act("POST", f"{_MILESTONE}/stops/<int:number>/end", "projects.start_milestone", StartForm),
    Act("POST", f"{_MILESTONE}/undo/<int:entry_id>", "projects.undo_milestone"),
    *(
        _act(_MILESTONE, act, "projects.act_on_milestone", ActForm)
        for act in ("reopen", "cancel", "flag", "unflag")
    ),
    Act(
        "POST",
        f"{_MILESTONE}/evidence",
        "projects.add_evidence",
        EvidenceForm,
        opens="projects.milestone",
        creates=True,
        shows="/{of}/{code}/milestones/{milestone_code}/evidence",
    ),
    Act("POST", f"{_EVIDENCE}/versions", "projects.replace_evidence", NewVersionForm),
    Act("POST", f"{_EVIDENCE}/level", "projects.level_evidence", LevelForm),
    Act("POST", f"{_EVIDENCE}/verdict", "projects.judge_evidence", JudgeForm),
    Act("POST", f"{_EVIDENCE}/withdrawal", "projects.withdraw_evidence", WithdrawForm),
    Act(
        "POST",
        f"{_MILESTONE}/criteria",
        "projects.add_criterion",
        CriterionForm,
        opens="projects.new_criterion",
        creates=True,
        makes="/{of}/{code}/milestones/{milestone_code}/criteria/{last.number}",
    ),
    Act(
        "PATCH",
        _CRITERION,
        "projects.edit_criterion",
        CriterionForm,
        opens="projects.criterion",
        shows="/{of}/{code}/milestones/{milestone_code}/criteria/{number}",
    ),
    Act("POST", f"{_CRITERION}/verdict", "projects.judge_criterion", MetForm, opens="projects.criterion"),
    Act("POST", f"{_CRITERION}/removal", "projects.remove_criterion", RemoveForm, opens="projects.criterion"),
    Act(
        "POST", f"{_MILESTONE}/decisions", "projects.decide_gate", DecisionForm, opens="projects.new_decision"
    ),
    Act("POST", f"{_PLAN}/baselines", "projects.freeze_baseline", BaselineForm),
    Act("POST", "/labs/<code>/plan", "projects.start_plan", LabStartingForm),
    Act("POST", "/labs/<code>/plan/withdrawal", "projects.take_back_plan", TakingBackForm),
    Act("POST", "/labs/<code>/review", "projects.record_lab_review", ReviewForm),
    Act(
        "POST",
        f"{_PROJECT}/risks",
        "projects.new_risk",
        RiskForm,
        creates=True,
        makes=f"{_MADE}risks/{{made.number}}",
    ),
    Act("PATCH", _RISK, "projects.edit_risk", RiskForm, shows=f"{_MADE}risks/{{number}}"),
    _act(_RISK, "closure", "projects.close_risk", ClosingForm),
    _act(_RISK, "reopening", "projects.close_risk", VersionForm),
    Act(
        "POST",
        f"{_PROJECT}/validity",
        "projects.new_validity",
        ValidityForm,
        creates=True,
        makes=f"{_MADE}validity/{{made.number}}",
    ),
    Act("PATCH", _VALIDITY, "projects.edit_validity", ValidityForm, shows=f"{_MADE}validity/{{number}}"),
    Act(
        "POST",
        f"{_VALIDITY}/ending",
        "projects.end_validity",
        EndingForm,
        shows=f"{_MADE}validity/{{number}}",
    ),
    Act("POST", "/asks", "projects.new_ask", AskForm, creates=True),
    Act("PATCH", "/asks/<code>", "projects.edit_ask", AskForm),
    Act("POST", "/asks/<code>/agreement", "projects.agree_ask", AgreeForm, opens="projects.ask"),
    *(_act("/asks/<code>", act, "projects.move_ask", WordsForm) for act in ("answer", "refusal", "closure")),
    *(_act("/asks/<code>", act, "projects.move_ask", VersionForm) for act in ("withdrawal", "reopening")),
    Act(
        "POST",
        f"{_PROJECT}/hand-offs",
        "projects.new_hand_off",
        HandOffForm,
        creates=True,
        asks=("kind", "milestone"),
    ),
    Act("PATCH", "/hand-offs/<code>", "projects.edit_hand_off", HandOffForm, WaitingForm),
    *(_act("/hand-offs/<code>", act, "projects.step_hand_off", DayForm) for act in ("promise", "wish")),
    *(
        _act("/hand-offs/<code>", act, "projects.step_hand_off", SignedForm, opens="projects.hand_off_page")
        for act in ("delivery", "receipt")
    ),
    *(
        _act("/hand-offs/<code>", act, "projects.step_hand_off", ReasonForm)
        for act in ("dispute", "withdrawal")
    ),
    *(
        _act("/hand-offs/<code>", act, "projects.step_hand_off", VersionForm)
        for act in ("agreement", "undoing")
    ),
    Act("POST", "/obligations/<code>/links", "projects.link_obligation", LinkForm),
    Act("POST", "/obligations/<code>/links/<int:number>/removal", "projects.unlink_obligation"),
    Act("POST", "/resources/<code>/bookings/<int:number>/project", "projects.name_project", BookingLinkForm),
    Act("POST", "/resources/<code>/bookings/<int:number>/project/removal", "projects.forget_project"),
    Act("POST", "/results", "projects.new_result", ResultForm, creates=True),
    Act("PATCH", "/results/<code>", "projects.edit_result", ResultForm),
    Act("POST", "/results/<code>/undo", "projects.undo_result"),
    *(_act("/results/<code>", act, "projects.keep_result") for act in ("archive", "restore")),
)
