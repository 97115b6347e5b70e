"""Projects, plans, milestones with their ledger, and what hangs on them; hand-offs, asks, results."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from kangjiansheng.core.files import FileBlob, FileRef
from kangjiansheng.labs.models import Company, JointLab, Obligation
from kangjiansheng.labs.queries import inside_obligations
from kangjiansheng.labs.queries.residents import visible_companies
from kangjiansheng.overview.queries.party_data.base import (
    NAMES,
    Kind,
    Scope,
    code_of,
    columns,
    institution,
    person,
)
from kangjiansheng.projects.models import (
    Ask,
    Baseline,
    BaselineRow,
    ClockStop,
    Evidence,
    GateCriterion,
    GateDecision,
    HandOff,
    HandOffItem,
    HandOffSignature,
    Milestone,
    MilestoneEntry,
    MilestoneLink,
    ObligationLink,
    Plan,
    Project,
    ProjectEntry,
    ProjectLab,
    ProjectMember,
    ProjectParty,
    ProjectRegistration,
    Result,
    ResultCompany,
    Risk,
    RiskMilestone,
    Validity,
)
from kangjiansheng.projects.queries import asks
from kangjiansheng.projects.queries.results import may_see_result
from kangjiansheng.projects.queries.visible import may_see, sees_evidence, visible_projects

OF = func.coalesce(Project.code, JointLab.code).label("of")  # whose plan: of a project or of a laboratory
MARK = func.coalesce(Project.illustrative, JointLab.illustrative).label("illustrative")
DATES = "baseline current_plan forecast proposed actual state flagged"


def kinds(scope: Scope) -> list[Kind]:
    """Those of this floor."""
    return [*_projects(scope), *_milestones(scope), *_gates(scope), *_between_parties(scope)]


def _projects(scope: Scope) -> list[Kind]:
    own = columns(
        Project,
        f"code {NAMES} modality donor_source target indication_hans indication_hant indication_en indication_group "
        "pathway stage status priority owner_role confidentiality baseline_start note illustrative archived_at",
    )

    def of(row: Any, *shown: Any) -> Select[Any]:
        first, mark = Project.code.label("project"), Project.illustrative.label("illustrative")
        query = select(first, *shown, mark).join(Project, Project.id == row.project_id)
        return query.where(row.project_id.in_(scope.projects)).order_by(row.id)

    risk = columns(
        Risk,
        "number kind title description likelihood impact response measure review_on life closing",
    )
    validity = columns(Validity, "number kind label valid_from valid_to note life ending")
    risked = (
        select(Project.code.label("project"), Risk.number.label("risk"), Milestone.code.label("milestone"))
        .add_columns(Project.illustrative.label("illustrative"))
        .join_from(RiskMilestone, Risk, Risk.id == RiskMilestone.risk_id)
        .join(Project, Project.id == Risk.project_id)
        .join(Milestone, Milestone.id == RiskMilestone.milestone_id)
        .where(Risk.project_id.in_(scope.projects))
    )
    entry = columns(ProjectEntry, "kind effective_at recorded_at imported stage status name_hans pathway")
    return [
        Kind(
            "projects",
            select(*own, person(Project.lead_id).label("lead"))
            .where(Project.id.in_(scope.projects))
            .order_by(Project.id),
        ),
        Kind(
            "project_parties",
            of(
                ProjectParty,
                institution(ProjectParty.institution_id).label("institution"),
                *columns(ProjectParty, "role"),
            ),
        ),
        Kind(
            "project_labs",
            of(ProjectLab, code_of(JointLab, ProjectLab.lab_id).label("lab"), *columns(ProjectLab, "leads")),
        ),
        Kind(
            "project_people",
            of(
                ProjectMember,
                person(ProjectMember.person_id).label("person"),
                *columns(ProjectMember, "role valid_from valid_to"),
            ),
        ),
        Kind("project_registrations", of(ProjectRegistration, *columns(ProjectRegistration, "register number typed"))),
        Kind("project_ledger", of(ProjectEntry, *entry)),
        Kind("risks", of(Risk, *risk, person(Risk.owner_id).label("owner"))),
        Kind("risk_milestones", risked.order_by(RiskMilestone.id)),
        Kind("validities", of(Validity, *validity)),
    ]  # fmt: skip


def of_milestones(scope: Scope, first: Any, *shown: Any, on: Any = None) -> Select[Any]:
    """Rows that belong to milestones of the party; `first` is the mapped class, `on` how it joins the milestone."""
    query = select(OF, Milestone.code.label("milestone"), *shown, MARK).select_from(first)
    if first is not Milestone:
        query = query.join(Milestone, first.milestone_id == Milestone.id if on is None else on)
    return (
        query.join(Plan, Plan.id == Milestone.plan_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .outerjoin(JointLab, JointLab.id == Plan.lab_id)
        .where(Milestone.plan_id.in_(scope.plans))
    )


def _milestones(scope: Scope) -> list[Kind]:
    own = columns(
        Milestone,
        f"{NAMES} position kind gate {DATES} confirmed_at reason_code note moves evidence_ref duration unit",
    )
    people = [
        person(Milestone.owner_id).label("owner"),
        institution(Milestone.responsible_id).label("responsible"),
    ]
    entry = columns(
        MilestoneEntry, f"kind effective_at recorded_at imported {DATES} reason_code note moves digest"
    )
    who = [
        person(MilestoneEntry.owner_id).label("owner"),
        person(MilestoneEntry.confirmed_by_id).label("confirmed_by"),
    ]
    before = aliased(Milestone)
    links = of_milestones(
        scope, MilestoneLink, before.code.label("predecessor"), *columns(MilestoneLink, "lag unit")
    )
    frozen = (
        select(OF, *columns(Baseline, "number name reason authority recorded_at"), MARK)
        .join(Plan, Plan.id == Baseline.plan_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .outerjoin(JointLab, JointLab.id == Plan.lab_id)
        .where(Baseline.plan_id.in_(scope.plans))
    )
    days = of_milestones(scope, BaselineRow, Baseline.number.label("baseline"), *columns(BaselineRow, "day"))
    piece = columns(Evidence, "number kind verdict verdict_note judged_at withdrawn_at withdrawn_note")
    file = [FileRef.name.label("file"), FileRef.version_no.label("version"), FileBlob.sha256.label("sha256")]
    evidence = of_milestones(scope, Evidence, *piece, *file, person(Evidence.judged_by_id).label("judged_by"))
    return [
        Kind("milestones", of_milestones(scope, Milestone, *own, *people).order_by(Milestone.id)),
        Kind("milestone_ledger", of_milestones(scope, MilestoneEntry, *entry, *who).order_by(MilestoneEntry.id)),
        Kind("milestone_links", links.join(before, before.id == MilestoneLink.predecessor_id).order_by(MilestoneLink.id)),
        Kind("clock_stops", of_milestones(scope, ClockStop, *columns(ClockStop, "first last note")).order_by(ClockStop.id)),
        Kind("baselines", frozen.order_by(Baseline.id)),
        Kind("baseline_days", days.join(Baseline, Baseline.id == BaselineRow.baseline_id).order_by(BaselineRow.id)),
        Kind(
            "evidence",
            evidence.join(FileRef, FileRef.id == Evidence.file_id)
            .join(FileBlob, FileBlob.id == FileRef.blob_id)
            .where(sees_evidence(scope.actor))
            .order_by(Evidence.id),
        ),
    ]  # fmt: skip


def _gates(scope: Scope) -> list[Kind]:
    criterion = columns(
        GateCriterion, f"number position {NAMES} kinds verdict verdict_note judged_at removed_at"
    )
    decision = columns(GateDecision, "verdict decided_on body reasons recorded_at digest")
    judged = person(GateCriterion.judged_by_id).label("judged_by")
    return [
        Kind("gate_criteria", of_milestones(scope, GateCriterion, *criterion, judged).order_by(GateCriterion.id)),
        Kind("gate_decisions", of_milestones(scope, GateDecision, *decision).order_by(GateDecision.id)),
    ]  # fmt: skip


def _between_parties(scope: Scope) -> list[Kind]:
    return [*_hand_offs(scope), *_asks(scope), *_results(scope), *_links(scope)]


def _hand_offs(scope: Scope) -> list[Kind]:
    party, mark = scope.party, Project.illustrative.label("illustrative")
    own = columns(
        HandOff,
        f"code {NAMES} kind detail promised_on asked_on accepted_on delivered_on received_on round reason",
    )
    sides = [institution(HandOff.giver_id).label("giver"), institution(HandOff.receiver_id).label("receiver")]
    wanted = and_(
        may_see(scope.actor),
        or_(HandOff.project_id.in_(scope.projects), HandOff.giver_id == party, HandOff.receiver_id == party),
    )

    def of(row: Any, *shown: Any) -> Select[Any]:
        query = select(HandOff.code.label("hand_off"), *shown, mark).select_from(row)
        query = query.join(HandOff, HandOff.id == row.hand_off_id)
        return query.join(Project, Project.id == HandOff.project_id).where(wanted).order_by(row.id)

    hand_offs = (
        select(*own, HandOff.life.label("state"), Project.code.label("project"), *sides, mark)
        .add_columns(Milestone.code.label("milestone"))
        .join(Project, Project.id == HandOff.project_id)
        .outerjoin(Milestone, Milestone.id == HandOff.milestone_id)
        .where(wanted)
    )
    signature = columns(
        HandOffSignature, "round side printed_name latin_name text_sha256 method signed_at digest"
    )
    signs = institution(HandOffSignature.institution_id).label("institution")
    return [
        Kind("hand_offs", hand_offs.order_by(HandOff.id)),
        Kind("hand_off_items", of(HandOffItem, *columns(HandOffItem, "position text given taken"))),
        Kind("hand_off_signatures", of(HandOffSignature, *signature, signs)),
    ]


def _asks(scope: Scope) -> list[Kind]:
    own = columns(Ask, "code chain title detail raised_on life answer answered_on closing illustrative")
    named = [
        institution(Ask.from_id).label("from"),
        institution(Ask.to_id).label("to"),
        code_of(Project, Ask.project_id, visible_projects(scope.actor)).label("project"),
        code_of(
            Obligation, Ask.obligation_id, select(Obligation.id).where(inside_obligations(scope.actor))
        ).label("obligation"),
        person(Ask.raised_by_id).label("raised_by"),
    ]
    return [Kind("asks", select(*own, *named).where(asks.may_see(scope.actor)).order_by(Ask.id))]


def _results(scope: Scope) -> list[Kind]:
    own = columns(Result, f"code {NAMES} kind disclosed_on detail confidentiality illustrative archived_at")
    named = [
        institution(Result.institution_id).label("institution"),
        code_of(Project, Result.project_id, visible_projects(scope.actor)).label("project"),
    ]
    shared = or_(Result.institution_id == scope.party, Result.project_id.in_(scope.projects))
    wanted = and_(may_see_result(scope.actor), shared)
    companies = (
        select(
            Result.code.label("result"),
            Company.code.label("company"),
            Result.illustrative.label("illustrative"),
        )
        .join_from(ResultCompany, Result, Result.id == ResultCompany.result_id)
        .join(Company, Company.id == ResultCompany.company_id)
        .where(wanted, Company.id.in_(visible_companies(scope.actor).with_only_columns(Company.id)))
    )
    return [
        Kind("results", select(*own, *named).where(wanted).order_by(Result.id)),
        Kind("result_companies", companies.order_by(ResultCompany.id)),
    ]


def _links(scope: Scope) -> list[Kind]:
    """What an obligation matters for, where both ends are the party's."""
    of_plan = aliased(Plan)
    ends = [
        Project.code.label("project"),
        Milestone.code.label("milestone"),
        code_of(Project, of_plan.project_id).label("milestone_of"),
        JointLab.code.label("lab"),
    ]
    seen = or_(
        ObligationLink.project_id.in_(scope.projects),
        ObligationLink.milestone_id.in_(scope.milestones),
        ObligationLink.lab_id.in_(scope.labs),
    )
    query = (
        select(Obligation.code.label("obligation"), *ends, ObligationLink.made_at.label("made_at"))
        .add_columns(Obligation.illustrative.label("illustrative"))
        .select_from(ObligationLink)
        .join(Obligation, Obligation.id == ObligationLink.obligation_id)
        .outerjoin(Project, Project.id == ObligationLink.project_id)
        .outerjoin(Milestone, Milestone.id == ObligationLink.milestone_id)
        .outerjoin(of_plan, of_plan.id == Milestone.plan_id)
        .outerjoin(JointLab, JointLab.id == ObligationLink.lab_id)
        .where(ObligationLink.removed_at.is_(None), inside_obligations(scope.actor), seen)
    )
    return [Kind("obligation_links", query.order_by(ObligationLink.id))]
