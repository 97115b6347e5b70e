"""What the trail means where it keeps a key: things of all floors by code and name, whatever kinds, in one statement."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, String, Text, case, cast, func, literal, select, union_all

from kangjiansheng.accounts.models import Account, ApiToken, NotificationSetting, Person
from kangjiansheng.accounts.models.copies import KeptCopy
from kangjiansheng.accounts.models.privacy import NoticeAcceptance
from kangjiansheng.accounts.models.webhooks import Webhook
from kangjiansheng.committee.models import (
    Action,
    AgendaItem,
    AgendaTemplate,
    BacklogItem,
    Ballot,
    Comment,
    Committee,
    CompanyDecision,
    Consent,
    Decision,
    DecisionDissent,
    DecisionEffect,
    Declaration,
    Dissent,
    DraftVersion,
    Interest,
    Mandate,
    Meeting,
    MeetingSeries,
    Minutes,
    MinutesImport,
    Motion,
    Paragraph,
    ParagraphTranslation,
    Presence,
    Suggestion,
)
from kangjiansheng.core.db import db
from kangjiansheng.core.holidays import HolidayYear
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.messengers import Robot
from kangjiansheng.core.reader_links import ReaderLink
from kangjiansheng.core.saved_views import SavedView
from kangjiansheng.labs.models import (
    Agreement,
    Booking,
    Clause,
    Company,
    Institution,
    JointLab,
    LabPaper,
    LabReview,
    Lease,
    Obligation,
    ParkFloor,
    ServiceContact,
    ServiceRequest,
    SharedResource,
    Wait,
)
from kangjiansheng.overview.models import (
    LegalHold,
    OwnRates,
    PartyArchive,
    ProjectValue,
    Scenario,
    UsualRates,
)
from kangjiansheng.projects.models import (
    Ask,
    Baseline,
    BookingLink,
    Evidence,
    GateCriterion,
    GateDecision,
    HandOff,
    ImportBatch,
    Milestone,
    ObligationLink,
    Plan,
    Project,
    RegistryRecord,
    Result,
    Risk,
    StatusClaim,
    TemplateVersion,
    Validity,
)
from kangjiansheng.projects.queries.owners import CODE, with_owner

_NONE = cast(literal(""), Text)
Kind = Callable[[], Select[Any]]  # of key, code, and name in three scripts


def _row(kind: Any, code: Any, *name: Any) -> Select[Any]:
    """Columns of one kind, all of them texts. A name of one script stands for all three."""
    hans, hant, en = name if len(name) == 3 else (name[0] if name else _NONE, _NONE, _NONE)
    scripts = zip(("code", "hans", "hant", "en"), (code, hans, hant, en), strict=True)
    return select(kind.id, *(cast(part, Text).label(key) for key, part in scripts)).select_from(kind)


def _names(kind: Any) -> tuple[Any, Any, Any]:
    return kind.name_hans, kind.name_hant, kind.name_en


def _within(code: Any, number: Any) -> Any:
    return code + "-" + cast(number, String)


def _own(kind: Any, code: Any, *name: Any) -> Kind:
    """What its own row calls it."""
    return lambda: _row(kind, code, *name)


def _named(kind: Any) -> Kind:
    return _own(kind, kind.code, *_names(kind))


def _over(way: tuple[Any, ...], kind: Any, code: Any, *name: Any) -> Kind:
    """What is called after something else, to which relations lead."""

    def rows() -> Select[Any]:
        query = _row(kind, code, *name)
        for step in way:
            query = query.join(step)
        return query

    return rows


def _of(kind: Any, key: Any, other: Any, code: Any, *name: Any) -> Kind:
    """What is called after something else, whose key it keeps."""
    return lambda: _row(kind, code, *name).join(other, other.id == key)


def _by_person(kind: Any) -> Kind:
    return _of(kind, kind.person_id, Person, _NONE, *_names(Person))


def _by_meeting(kind: Any, *way: Any) -> Kind:
    return _over(way, kind, Meeting.code)


def _by_committee(kind: Any) -> Kind:
    return _of(kind, kind.committee_id, Committee, Committee.code)


def _by_project(kind: Any) -> Kind:
    return _of(kind, kind.project_id, Project, Project.code, *_names(Project))


def _plans() -> Select[Any]:
    names = (func.coalesce(mine, labs) for mine, labs in zip(_names(Project), _names(JointLab), strict=True))
    return _with_owner(_row(Plan, CODE, *names))


def _baselines() -> Select[Any]:
    return _with_owner(_row(Baseline, CODE, Baseline.name).join(Plan, Plan.id == Baseline.plan_id))


def _with_owner(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(Project, Project.id == Plan.project_id).outerjoin(
        JointLab, JointLab.id == Plan.lab_id
    )


def _of_milestone(kind: Any, number: Any = None, *name: Any) -> Kind:
    """What belongs to a milestone, after the codes of its plan's owner and its own."""

    def rows() -> Select[Any]:
        code = CODE + " " + Milestone.code
        query = _row(kind, code if number is None else _within(code, number), *(name or _names(Milestone)))
        return with_owner(query if kind is Milestone else query.join(kind.milestone))

    return rows


def _sheets() -> Select[Any]:
    """A sheet by its file; rows that came without one by that."""
    named = case((ImportBatch.name == "", literal(_("粘贴的行"))), else_=ImportBatch.name)
    return _row(ImportBatch, ImportBatch.code, named)


def _versions() -> tuple[Any, ...]:
    names = (TemplateVersion.names[script].as_string() for script in ("hans", "hant", "en"))
    return tuple(name + " · " + cast(TemplateVersion.number, String) for name in names)


# What has no name (a session, a policy of which there is one) is not among them: its key stands for it.
KINDS: Mapping[str, Kind] = {
    "person": _own(Person, _NONE, *_names(Person)),
    "account": _by_person(Account),
    "notification_setting": _by_person(NotificationSetting),
    "notice_acceptance": _by_person(NoticeAcceptance),
    "api_token": _own(ApiToken, _NONE, ApiToken.name),
    "saved_view": _own(SavedView, _NONE, SavedView.name),
    "group_robot": _own(Robot, _NONE, Robot.name),
    "webhook": _own(Webhook, _NONE, Webhook.name),
    "reader_link": _own(ReaderLink, ReaderLink.about, ReaderLink.name),
    "kept_copy": _own(KeptCopy, KeptCopy.name),
    "holiday": _own(HolidayYear, cast(HolidayYear.year, String)),
    "institution": _named(Institution),
    "agreement": _named(Agreement),
    "clause": _of(Clause, Clause.agreement_id, Agreement, Agreement.code + " " + Clause.number),
    "joint_lab": _named(JointLab),
    "lab_paper": _of(
        LabPaper, LabPaper.lab_id, JointLab, _within(JointLab.code, LabPaper.number), LabPaper.label
    ),
    "lab_review": _of(LabReview, LabReview.lab_id, JointLab, _within(JointLab.code, LabReview.year)),
    "obligation": _named(Obligation),
    "company": _named(Company),
    "park_floor": _own(ParkFloor, ParkFloor.code, ParkFloor.building),
    "lease": _of(Lease, Lease.company_id, Company, _within(Company.code, Lease.number)),
    "service_request": _of(
        ServiceRequest, ServiceRequest.company_id, Company, _within(Company.code, ServiceRequest.number)
    ),
    "service_contact": _of(
        ServiceContact, ServiceContact.company_id, Company, _within(Company.code, ServiceContact.number)
    ),
    "shared_resource": _named(SharedResource),
    "booking": _of(
        Booking, Booking.resource_id, SharedResource, _within(SharedResource.code, Booking.number)
    ),
    "booking_wait": _of(Wait, Wait.resource_id, SharedResource, _within(SharedResource.code, Wait.number)),
    "project": _named(Project),
    "plan": _plans,
    "baseline": _baselines,
    "milestone": _of_milestone(Milestone),
    "evidence": _of_milestone(Evidence, Evidence.number),
    "gate_criterion": _of_milestone(GateCriterion, None, *_names(GateCriterion)),
    "gate_decision": _of_milestone(GateDecision),
    "risk": _of(Risk, Risk.project_id, Project, _within(Project.code, Risk.number), Risk.title),
    "validity": _of(
        Validity, Validity.project_id, Project, _within(Project.code, Validity.number), Validity.label
    ),
    "status_claim": _by_project(StatusClaim),
    "ask": _own(Ask, Ask.code, Ask.title),
    "hand_off": _named(HandOff),
    "result": _named(Result),
    "registry_record": _own(RegistryRecord, RegistryRecord.number),
    "import_batch": _sheets,
    "template_version": lambda: _row(TemplateVersion, _NONE, *_versions()),
    "obligation_link": _of(
        ObligationLink, ObligationLink.obligation_id, Obligation, Obligation.code, *_names(Obligation)
    ),
    "booking_link": _over(
        (BookingLink.booking, Booking.resource), BookingLink, _within(SharedResource.code, Booking.number)
    ),
    "committee": _named(Committee),
    "agenda_template": _by_committee(AgendaTemplate),
    "meeting_series": _by_committee(MeetingSeries),
    "backlog_item": _by_committee(BacklogItem),
    "interest": _by_committee(Interest),
    "declaration": _by_committee(Declaration),
    "minutes_import": _by_committee(MinutesImport),
    "meeting": _by_meeting(Meeting),
    "agenda_item": _over((AgendaItem.meeting,), AgendaItem, Meeting.code, *_names(AgendaItem)),
    "presence": _by_meeting(Presence, Presence.meeting),
    "mandate": _by_meeting(Mandate, Mandate.meeting),
    "motion": _by_meeting(Motion, Motion.meeting),
    "ballot": _by_meeting(Ballot, Ballot.motion, Motion.meeting),
    "dissent": _by_meeting(Dissent, Dissent.motion, Motion.meeting),
    "minutes": _by_meeting(Minutes, Minutes.meeting),
    "draft_version": _by_meeting(DraftVersion, DraftVersion.minutes, Minutes.meeting),
    "paragraph": _by_meeting(Paragraph, Paragraph.minutes, Minutes.meeting),
    "paragraph_translation": lambda: (
        _row(ParagraphTranslation, Meeting.code)
        .join(Paragraph, Paragraph.id == ParagraphTranslation.paragraph_id)
        .join(Paragraph.minutes)
        .join(Minutes.meeting)
    ),
    "comment": _by_meeting(Comment, Comment.paragraph, Paragraph.minutes, Minutes.meeting),
    "suggestion": _by_meeting(Suggestion, Suggestion.paragraph, Paragraph.minutes, Minutes.meeting),
    "consent": _by_meeting(Consent, Consent.draft, DraftVersion.minutes, Minutes.meeting),
    "decision": _own(Decision, Decision.number),
    "decision_dissent": _by_meeting(DecisionDissent, DecisionDissent.decision, Decision.meeting),
    "company_decision": _over((CompanyDecision.decision,), CompanyDecision, Decision.number),
    "decision_effect": _over(
        (DecisionEffect.item, AgendaItem.meeting), DecisionEffect, Meeting.code, *_names(AgendaItem)
    ),
    "action": _own(Action, Action.number),
    "rate_set": _own(OwnRates, OwnRates.code),
    "usual_rates": _own(UsualRates, UsualRates.code),
    "project_value": _by_project(ProjectValue),
    "scenario": _own(Scenario, "S-" + cast(Scenario.id, String)),
    "party_archive": _over(
        (PartyArchive.institution,), PartyArchive, _within(Institution.code, PartyArchive.number)
    ),
    "legal_hold": _own(LegalHold, LegalHold.place),
}


def meant(wanted: Mapping[str, set[int]]) -> dict[str, dict[int, str]]:
    """What keys mean, by kind. Who reads the trail reads all of it."""
    parts = []
    for kind in sorted(wanted.keys() & KINDS.keys()):
        rows = KINDS[kind]()
        key = next(iter(rows.selected_columns))
        parts.append(rows.where(key.in_(wanted[kind])).add_columns(literal(kind, String).label("kind")))
    found: dict[str, dict[int, str]] = {}
    for row in db.session.execute(union_all(*parts)) if parts else ():
        words = (row.code, name_of({"hans": row.hans, "hant": row.hant, "en": row.en}))
        found.setdefault(row.kind, {})[row.id] = " ".join(filter(None, words))
    return found
