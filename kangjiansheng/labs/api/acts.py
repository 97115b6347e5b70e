"""What programs may do with institutions, agreements, laboratories, obligations, resources and the park: the acts of
the pages. The list of people stays with administrators."""

from kangjiansheng.core.file_levels import LevelForm
from kangjiansheng.core.rest import Act
from kangjiansheng.labs.forms.agreements import AgreementForm
from kangjiansheng.labs.forms.documents import (
    AcceptForm,
    DeliverForm,
    DisputeForm,
    DocumentForm,
    EvidenceForm,
    WaiveForm,
)
from kangjiansheng.labs.forms.institutions import InstitutionForm
from kangjiansheng.labs.forms.labs import ContributionForm, LabForm, StepForm
from kangjiansheng.labs.forms.obligations import ObligationForm
from kangjiansheng.labs.forms.papers import EndingForm, PaperForm
from kangjiansheng.labs.forms.people import JoinForm, LeaveForm, VersionForm
from kangjiansheng.labs.forms.residents import (
    AnswerForm,
    CompanyForm,
    CompanyStepForm,
    ContactForm,
    FloorForm,
    LeaseForm,
    QuietForm,
    RatingForm,
    RequestForm,
)
from kangjiansheng.labs.forms.resources import BookingForm, RemovalForm, ResourceForm

_COMPANY = "/residents/<code>"
_BOOKING = "/resources/<code>/bookings/<int:number>"
_REQUEST = f"{_COMPANY}/requests/<int:number>"
_FILES = "/<any(agreements, obligations):of>/<code>/documents"


def _obligation(act: str, form: type) -> Act:
    return Act("POST", f"/obligations/<code>/{act}", "labs.step_obligation", form, fixed=(("act", act),))


def _files(of: str, form: type) -> Act:
    shows = "/{of}/{code}/documents"
    return Act(
        "POST",
        f"/{of}/<code>/documents",
        "labs.bring_document",
        form,
        creates=True,
        fixed=(("of", of),),
        shows=shows,
    )


ACTS = (
    _files("agreements", DocumentForm),
    _files("obligations", EvidenceForm),
    Act(
        "POST",
        f"{_FILES}/<int:number>/level",
        "labs.level_document",
        LevelForm,
        shows="/{of}/{code}/documents/{number}",
    ),
    Act(
        "POST", f"{_FILES}/<int:number>/withdrawal", "labs.withdraw_document", shows="/{of}/{code}/documents"
    ),
    Act("POST", "/institutions", "labs.new_institution", InstitutionForm, creates=True),
    Act("PATCH", "/institutions/<code>", "labs.edit_institution", InstitutionForm),
    Act("POST", "/institutions/<code>/archive", "labs.archive_institution", VersionForm),
    Act("POST", "/institutions/<code>/restore", "labs.restore_institution"),
    Act("POST", "/institutions/<code>/people", "labs.institution_people", JoinForm),
    Act("POST", "/institutions/<code>/people/<int:number>/end", "labs.end_institution_member", LeaveForm),
    Act("POST", "/agreements", "labs.new_agreement", AgreementForm, creates=True),
    Act("PATCH", "/agreements/<code>", "labs.edit_agreement", AgreementForm),
    Act("POST", "/agreements/<code>/archive", "labs.archive_agreement", VersionForm),
    Act("POST", "/agreements/<code>/restore", "labs.restore_agreement"),
    Act("POST", "/labs", "labs.new_lab", LabForm, creates=True),
    Act("PATCH", "/labs/<code>", "labs.edit_lab", LabForm),
    Act("POST", "/labs/<code>/life", "labs.step_lab", StepForm),
    Act("POST", "/labs/<code>/archive", "labs.archive_lab", VersionForm),
    Act("POST", "/labs/<code>/restore", "labs.restore_lab"),
    Act("PATCH", "/labs/<code>/partners/<partner>", "labs.contribution", ContributionForm),
    Act("POST", "/labs/<code>/people", "labs.lab_people", JoinForm),
    Act("POST", "/labs/<code>/people/<int:number>/end", "labs.end_lab_member", LeaveForm),
    Act(
        "POST",
        "/labs/<code>/papers",
        "labs.new_paper",
        PaperForm,
        creates=True,
        makes="/labs/{code}/papers/{made.number}",
    ),
    Act(
        "PATCH",
        "/labs/<code>/papers/<int:number>",
        "labs.edit_paper",
        PaperForm,
        shows="/labs/{code}/papers/{number}",
    ),
    Act(
        "POST",
        "/labs/<code>/papers/<int:number>/ending",
        "labs.end_paper",
        EndingForm,
        shows="/labs/{code}/papers/{number}",
    ),
    Act("POST", "/obligations", "labs.new_obligation", ObligationForm, creates=True),
    Act("PATCH", "/obligations/<code>", "labs.edit_obligation", ObligationForm),
    _obligation("delivery", DeliverForm),
    _obligation("acceptance", AcceptForm),
    _obligation("dispute", DisputeForm),
    _obligation("waiver", WaiveForm),
    Act("POST", "/obligations/<code>/undo", "labs.undo_obligation"),
    Act("POST", "/obligations/<code>/archive", "labs.archive_obligation", VersionForm),
    Act("POST", "/obligations/<code>/restore", "labs.restore_obligation"),
    Act("POST", "/resources", "labs.new_resource", ResourceForm, creates=True),
    Act("PATCH", "/resources/<code>", "labs.edit_resource_form", ResourceForm),
    Act("POST", "/resources/<code>/archive", "labs.archive_resource", VersionForm),
    Act("POST", "/resources/<code>/restore", "labs.restore_resource"),
    Act("POST", "/resources/<code>/bookings", "labs.book", BookingForm, creates=True),
    Act("POST", "/resources/<code>/maintenance", "labs.block", BookingForm, creates=True),
    Act("PATCH", _BOOKING, "labs.move_booking", BookingForm),
    Act("POST", f"{_BOOKING}/cancel", "labs.cancel_booking", VersionForm),
    Act(
        "POST",
        "/resources/<code>/waiting",
        "labs.ask_to_wait",
        BookingForm,
        opens="labs.book",
        creates=True,
        shows="/resources/{code}/waiting",
        makes="/resources/{code}/waiting/{made.number}",
    ),
    Act("POST", "/resources/<code>/waiting/<int:number>/withdraw", "labs.withdraw"),
    Act("POST", "/resources/<code>/waiting/<int:number>/removal", "labs.clear_queue", RemovalForm),
    Act("POST", "/resources/<code>/waiting/<int:number>/return", "labs.return_to_queue"),
    Act("POST", "/residents", "labs.new_company", CompanyForm, creates=True),
    Act("PATCH", _COMPANY, "labs.edit_company", CompanyForm),
    Act("POST", f"{_COMPANY}/stage", "labs.step_company", CompanyStepForm),
    Act("POST", f"{_COMPANY}/archive", "labs.archive_company", VersionForm),
    Act("POST", f"{_COMPANY}/restore", "labs.restore_company"),
    Act(
        "POST",
        f"{_COMPANY}/contacts",
        "labs.new_contact",
        ContactForm,
        creates=True,
        makes="/residents/{code}/contacts/{made.number}",
    ),
    Act(
        "PATCH",
        f"{_COMPANY}/contacts/<int:number>",
        "labs.edit_contact",
        ContactForm,
        shows="/residents/{code}/contacts/{number}",
    ),
    Act("POST", f"{_COMPANY}/contacts/<int:number>/withdraw", "labs.withdraw_contact"),
    Act("POST", f"{_COMPANY}/contacts/<int:number>/restore", "labs.restore_contact"),
    Act(
        "POST",
        f"{_COMPANY}/leases",
        "labs.new_lease",
        LeaseForm,
        creates=True,
        makes="/residents/{code}/leases/{made.number}",
    ),
    Act(
        "PATCH",
        f"{_COMPANY}/leases/<int:number>",
        "labs.edit_lease",
        LeaseForm,
        shows="/residents/{code}/leases/{number}",
    ),
    Act("POST", f"{_COMPANY}/leases/<int:number>/withdraw", "labs.withdraw_lease", VersionForm),
    Act("POST", f"{_COMPANY}/leases/<int:number>/restore", "labs.restore_lease"),
    Act("POST", f"{_COMPANY}/requests", "labs.new_request", RequestForm, creates=True),
    Act("PATCH", _REQUEST, "labs.edit_request", RequestForm),
    Act("POST", f"{_REQUEST}/answer", "labs.answer_request", AnswerForm),
    Act("POST", f"{_REQUEST}/rate", "labs.rate_request", RatingForm),
    Act("POST", f"{_REQUEST}/reopen", "labs.reopen_request"),
    Act("POST", f"{_REQUEST}/withdraw", "labs.withdraw_request", VersionForm),
    Act(
        "POST",
        "/residents/floors",
        "labs.new_floor",
        FloorForm,
        creates=True,
        makes="/residents/floors/{made.code}",
    ),
    Act("PATCH", "/residents/floors/<code>", "labs.edit_floor", FloorForm, shows="/residents/floors/{code}"),
    Act("POST", "/residents/floors/<code>/archive", "labs.archive_floor", VersionForm),
    Act("POST", "/residents/floors/<code>/restore", "labs.restore_floor"),
    Act("PATCH", "/residents/rule", "labs.park_rule", QuietForm),
)
