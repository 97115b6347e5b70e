"""Projects, milestones and what hangs on them as JSON under /api/v1: the same rows as the pages, by the same rights."""

from typing import Any

from flask import g, request

from kangjiansheng.core import clock, rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.filetypes import XLSX
from kangjiansheng.core.paging import Pieces, dressed
from kangjiansheng.labs import policies as keeping
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.api.shapes import OBLIGATION
from kangjiansheng.labs.models import JointLab, Obligation
from kangjiansheng.labs.queries import ObligationRow
from kangjiansheng.labs.queries.papers import lab_inside
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.api import around as around
from kangjiansheng.projects.api import gates as gates
from kangjiansheng.projects.api import imports, shapes
from kangjiansheng.projects.api.acts import ACTS as ACTS
from kangjiansheng.projects.api.blueprint import bp as bp
from kangjiansheng.projects.api.events import EVENTS as EVENTS
from kangjiansheng.projects.forms.filters import asked, asked_milestones
from kangjiansheng.projects.forms.milestones import MilestoneForm
from kangjiansheng.projects.models import (
    Ask,
    Evidence,
    HandOff,
    ImportBatch,
    Milestone,
    Plan,
    Project,
    Result,
    Risk,
    TemplateVersion,
    Validity,
)
from kangjiansheng.projects.policies import results as result_policies
from kangjiansheng.projects.queries import asks as ask_queries
from kangjiansheng.projects.queries import (
    chain,
    lab_reviews,
    lists,
    milestone_lists,
    obligations,
    plans,
)
from kangjiansheng.projects.queries import evidence as evidence_queries
from kangjiansheng.projects.queries import hand_offs as hand_off_queries
from kangjiansheng.projects.queries import results as result_queries
from kangjiansheng.projects.queries import risks as risk_queries
from kangjiansheng.projects.queries import sheets as sheet_queries
from kangjiansheng.projects.queries import templates as template_queries
from kangjiansheng.projects.queries.baselines import Frozen, baselines
from kangjiansheng.projects.queries.validity import ValidityRow, validities_on
from kangjiansheng.projects.queries.validity import validity as one_validity
from kangjiansheng.projects.rules.chain import place
from kangjiansheng.projects.rules.vocabulary import links
from kangjiansheng.projects.views import evidence as evidence_views
from kangjiansheng.projects.views import numbers as number_views
from kangjiansheng.projects.views import sheets as sheet_views
from kangjiansheng.projects.views import trials as record_views
from kangjiansheng.projects.views.spreads import preview_of
from kangjiansheng.projects.views.then import owner_row, project_row, row_of

PLAN = "/<any(projects, labs):of>/<code>"
MILESTONE = f"{PLAN}/milestones/<milestone_code>"


def _number(row: Any) -> str:
    return str(row.number)


def _milestone_key(row: queries.MilestoneRow) -> str:
    return f"{row.of}/{row.project_code}/{row.code}"


@rest.lists(bp, "/projects", shapes.PROJECT, by=lists.ProjectFilter, usual=rest.MOST)
def projects() -> Pieces:
    """The projects that the reader may see."""
    return lists.pieces(asked(lists.ProjectFilter), actor=actor(), as_of=g.as_of)


@rest.reads(bp, "/projects/<code>", shapes.PROJECT_ANSWER, load=queries.project, may=policies.see)
def project(thing: Project) -> shapes.WithFacts:
    """One project with its milestones; what stands on its form alone for those who edit it."""
    told = queries.facts(thing, g.as_of)
    if not policies.edit(actor(), thing):
        told = {key: value if key in queries.ON_PAGE else None for key, value in told.items()}
    return shapes.WithFacts(project_row(thing), told)


@rest.lists(bp, "/projects/<code>/people", shapes.TEAM, load=queries.project, may=policies.edit, as_of=False)
def people(thing: Project) -> list[queries.TeamMember]:
    """Who belongs to a project, for those who lead it."""
    return queries.team(thing.id)


@rest.lists(
    bp, "/projects/<code>/risks", shapes.RISK, by=risk_queries.RiskFilter, key=_number, load=queries.project, may=policies.see
)  # fmt: skip
def risks(thing: Project) -> list[risk_queries.RiskRow]:
    """The risks and issues of a project: the open ones, unless `life` asks for others."""
    wanted, day = asked(risk_queries.RiskFilter), g.as_of or clock.today()
    return [row for row in risk_queries.risks(thing.id, as_of=g.as_of) if wanted.keeps(row, day)]


@rest.reads(bp, "/projects/<code>/risks/<int:number>", shapes.RISK, load=risk_queries.risk, may=policies.see)
def risk(thing: Risk) -> risk_queries.RiskRow | None:
    """One risk or issue."""
    rows = risk_queries.risks(thing.project_id, as_of=g.as_of)
    return next((row for row in rows if row.id == thing.id), None)


@rest.lists(
    bp, "/projects/<code>/validity", shapes.VALIDITY, key=lambda row: f"{row.number} {row.agreement}",
    load=queries.project, may=policies.see,
)  # fmt: skip
def validity(thing: Project) -> list[ValidityRow]:
    """What a project holds for a while: approvals, insurances, permits, its agreements."""
    return list(validities_on(thing.plan, project_row(thing), actor=actor(), as_of=g.as_of))


@rest.reads(
    bp, "/projects/<code>/validity/<int:number>", shapes.VALIDITY, load=one_validity, may=policies.see
)
def held(thing: Validity) -> ValidityRow | None:
    """One of them."""
    return next((row for row in validity(thing.project) if row.number == thing.number), None)


@rest.lists(
    bp, "/projects/<code>/records", shapes.RECORD, key=lambda row: str(row.id), load=queries.project, may=policies.see
)  # fmt: skip
def records(thing: Project) -> list[Any]:
    """What registries of trials state of a project: the newest version of each record."""
    return queries.trials.records(thing.id, as_of=g.as_of)


@rest.lists(
    bp, "/projects/<code>/numbers", shapes.NUMBER, key=lambda row: f"{row['register']} {row['number']}",
    load=queries.project, may=policies.see,
)  # fmt: skip
def numbers(thing: Project) -> list[dict[str, Any]]:
    """The numbers by which registries know a project, where each is looked up, and what is odd about it."""
    return number_views.shown(thing, project_row(thing) if g.as_of else None)


@rest.lists(
    bp, "/obligations/<code>/links", shapes.LINK, key=lambda row: str(row.id), load=labs.obligation, may=keeping.see
)  # fmt: skip
def obligation_links(found: Obligation) -> list[obligations.Linked]:
    """To what an obligation matters, as far as the reader sees it."""
    return obligations.links_of(found, actor=actor(), as_of=g.as_of)


@rest.lists(bp, "/projects/<code>/obligations", OBLIGATION, load=queries.project, may=policies.see)
def project_obligations(thing: Project) -> list[ObligationRow]:
    """The obligations that matter to a project."""
    return obligations.of_project(thing, actor=actor(), as_of=g.as_of)


@rest.lists(
    bp,
    "/milestones",
    shapes.MILESTONE,
    by=milestone_lists.MilestoneFilter,
    key=_milestone_key,
    usual=rest.MOST,
)
def milestones() -> Pieces:
    """The milestones that the reader may see."""
    found = milestone_lists.pieces(asked_milestones(), actor=actor(), as_of=g.as_of)
    return dressed(found, lambda lines: [line.milestone for line in lines])


@rest.lists(bp, "/my/milestones", shapes.MILESTONE, key=_milestone_key)
def mine() -> list[queries.MilestoneRow]:
    """My open milestones, the most urgent first."""
    return [one.milestone for one in queries.mine(actor=actor(), as_of=g.as_of)]


@rest.reads(bp, MILESTONE, shapes.MILESTONE, load=queries.milestone, may=policies.see)
def milestone(thing: Milestone) -> queries.MilestoneRow:
    """One milestone of a project or of a laboratory's plan."""
    return row_of(thing)[1]


@rest.lists(
    bp,
    f"{MILESTONE}/entries",
    shapes.ENTRY,
    key=lambda row: str(row.id),
    load=queries.milestone,
    may=policies.see,
)
def entries(thing: Milestone) -> list[queries.Said]:
    """Everything that was ever promised of a milestone, in the order in which it counts."""
    return queries.ledger(actor=actor(), plan_id=thing.plan_id, milestone_id=thing.id, as_of=g.as_of)


@rest.reads(
    bp, f"{MILESTONE}/effect", shapes.EFFECT, load=queries.milestone, may=policies.update, as_of=False,
    filters=("choice", "date", "actual", "follow"),
)  # fmt: skip
def effect(thing: Milestone) -> dict[str, Any]:
    """What an update as the arguments have it would do to the later milestones; nothing is changed."""
    return preview_of(MilestoneForm(request.args, milestone=thing), actor())


@rest.lists(bp, f"{MILESTONE}/evidence", shapes.PIECE, key=_number, load=queries.milestone, may=policies.see)
def evidence(thing: Milestone) -> list[evidence_queries.Piece]:
    """The pieces of evidence of a milestone."""
    return evidence_queries.pieces([thing.id], actor=actor(), as_of=g.as_of).get(thing.id, [])


ONE = f"{MILESTONE}/evidence/<int:number>"


@rest.reads(bp, ONE, shapes.PIECE, load=evidence_queries.evidence, may=policies.see)
def piece(thing: Evidence) -> evidence_queries.Piece | None:
    """One piece of evidence."""
    rows = evidence_queries.pieces([thing.milestone_id], actor=actor(), as_of=g.as_of)
    return next((row for row in rows.get(thing.milestone_id, []) if row.id == thing.id), None)


@rest.lists(
    bp,
    f"{ONE}/files",
    rest.FILE,
    key=lambda row: str(row.version_no),
    load=evidence_queries.evidence,
    may=policies.see,
)
def versions(thing: Evidence) -> list[FileRef]:
    """All files that were brought for a piece, the newest first."""
    return evidence_queries.versions(thing.id, g.as_of)


rest.hands_out(bp, f"{ONE}/files/<int:version>", evidence_views.evidence_file)


@rest.lists(bp, f"{PLAN}/baselines", shapes.BASELINE, key=_number, load=queries.plan, may=policies.see)
def frozen(thing: Plan) -> list[Any]:
    """The baselines that were frozen under a name, with the day of each milestone."""
    codes = {m.id: m.code for m in thing.milestones}
    return [_Frozen(one, codes) for one in baselines(thing.id, g.as_of)]


class _Frozen:
    """A baseline with its days by the milestones' codes."""

    def __init__(self, one: Frozen, codes: dict[int, str]) -> None:
        self._one = one
        self.days = {codes[key]: day for key, day in one.days.items() if key in codes}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._one, name)


@rest.lists(bp, f"{PLAN}/schedule", shapes.SCHEDULED, load=queries.plan, may=policies.see)
def scheduled(thing: Plan) -> list[Any]:
    """How a plan hangs together: what each milestone waits for and takes, when its clock stood still, and which of them
    hold the last one where it is."""
    row = owner_row(thing)
    found = queries.network(thing.id, then=row if g.as_of else None, as_of=g.as_of)
    path = () if g.as_of or row.archived else plans.outlook(row, found).critical
    codes = {one.id: one.code for one in row.milestones}
    return [shapes.Scheduled(one, found, codes, one.code in path) for one in row.milestones]


@rest.lists(
    bp, "/labs/<code>/reviews", shapes.REVIEW, key=lambda row: str(row.id), load=lab_inside, may=keeping.see
)
def reviews(lab: JointLab) -> list[Any]:
    """What was decided after the reviews of a laboratory's years, the newest first; for those who see its inside."""
    return list(lab_reviews.reviews_of(lab, as_of=g.as_of))


@rest.reads(bp, "/labs/<code>/plan", shapes.LAB_PLAN, load=queries.lab_plan, may=policies.see)
def lab_plan(thing: Plan) -> queries.OwnerRow:
    """The plan by which a laboratory is set up."""
    return owner_row(thing)


@rest.lists(bp, "/milestones/import", imports.SHEET, as_of=False)
def sheets() -> list[ImportBatch]:
    """The sheets that I have sent, newest first; those who read all see all."""
    return sheet_queries.batches(actor=actor())


@rest.reads(
    bp, "/milestones/import/<code>", imports.SHEET, load=sheet_queries.batch, may=policies.see, as_of=False
)
def sheet(batch: ImportBatch) -> ImportBatch:
    """One sheet: on its way, tried out, or done."""
    return batch


@rest.lists(
    bp, "/milestones/import/<code>/rows", imports.ROW, by=("show",), key=lambda row: str(row.id),
    load=sheet_queries.batch, may=policies.see, as_of=False,
)  # fmt: skip
def sheet_rows(batch: ImportBatch) -> list[Any]:
    """Its rows cell by cell, with what is wrong; `show`: change, conflict, fault, same, accepted, refused."""
    return imports.rows_of(batch, request.args.get("show", ""))


@rest.lists(bp, "/templates", shapes.PATHWAY, may=policies.lists, as_of=False)
def templates() -> list[template_queries.Pathway]:
    """The pathways with their versions."""
    return template_queries.pathways(actor=actor())


@rest.reads(
    bp,
    "/templates/<code>/<int:number>",
    shapes.TEMPLATE,
    load=template_queries.version,
    may=policies.see,
    as_of=False,
)
def template(thing: TemplateVersion) -> TemplateVersion:
    """One version of a pathway with its steps."""
    return thing


rest.hands_out(
    bp, "/projects/<code>/records/<int:number>/file", record_views.registry_file, *record_views.TYPES.values()
)
_ME = ("owner",)
rest.hands_out(bp, "/milestones/sheet.csv", sheet_views.editable_sheet, "text/csv", filters=_ME, kind="csv")
rest.hands_out(bp, "/milestones/sheet.xlsx", sheet_views.editable_sheet, XLSX.media, filters=_ME, kind="xlsx")


@rest.lists(bp, "/asks", shapes.ASK, by=ask_queries.AskFilter)
def asks() -> list[ask_queries.AskRow]:
    """What parties ask of each other: what still waits, unless `life` asks for others."""
    wanted, day = asked(ask_queries.AskFilter), g.as_of or clock.today()
    return [row for row in ask_queries.asks(actor=actor(), as_of=g.as_of) if wanted.keeps(row, day)]


@rest.reads(bp, "/asks/<code>", shapes.ASK, load=ask_queries.ask, may=policies.see)
def ask(thing: Ask) -> ask_queries.AskRow | None:
    """One ask."""
    return next(iter(ask_queries.asks(actor=actor(), as_of=g.as_of, only=Ask.id == thing.id)), None)


@rest.lists(bp, "/hand-offs", shapes.HAND_OFF, by=hand_off_queries.HandOffFilter)
def hand_offs() -> list[hand_off_queries.HandOffRow]:
    """Hand-offs between institutions: what is open, unless `state` asks for others. `items` are in each one."""
    wanted, day = asked(hand_off_queries.HandOffFilter), g.as_of or clock.today()
    rows = hand_off_queries.hand_offs(actor=actor(), as_of=g.as_of)
    return [row for row in rows if wanted.keeps(row, day)]


@rest.reads(bp, "/hand-offs/<code>", shapes.HAND_OFF, load=hand_off_queries.hand_off, may=policies.see)
def hand_off(thing: HandOff) -> hand_off_queries.HandOffRow | None:
    """One hand-off with its checklist."""
    return hand_off_queries.row_of(thing, actor=actor(), as_of=g.as_of)


@rest.lists(bp, "/results", shapes.RESULT, by=result_queries.ResultFilter)
def results() -> list[result_queries.ResultRow]:
    """Results of research and where they go."""
    wanted = asked(result_queries.ResultFilter)
    return [row for row in result_queries.results(actor=actor(), as_of=g.as_of) if wanted.keeps(row)]


@rest.reads(
    bp, "/results/<code>", shapes.RESULT, load=result_queries.result, may=policies.see,
    version=lambda thing: thing.version if result_policies.change(actor(), thing) else None,
)  # fmt: skip
def result(thing: Result) -> result_queries.ResultRow | None:
    """One result."""
    return result_queries.row_of_result(thing, actor=actor(), as_of=g.as_of)


@rest.lists(bp, "/value-chain", shapes.IN_CHAIN, by=("link",), key=lambda found: str(found[0].code))
def value_chain() -> Pieces:
    """The projects by link of the value chain, what holds up first: what is handed over next, and what is late."""
    link, day = request.args.get("link", ""), g.as_of or clock.today()
    found = chain.pieces(actor=actor(), as_of=g.as_of, link=link if link in links() else "")
    return dressed(
        found,
        lambda pairs: [
            (row, place(row.stage, row.milestones, owed, day, resting=row.resting)) for row, owed in pairs
        ],
    )
