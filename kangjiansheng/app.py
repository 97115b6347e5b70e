"""The roof: the only file that knows every floor. It lists features, acts, words, jobs by hand."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import lazy_gettext as _l
from jinja2 import StrictUndefined

from kangjiansheng import copies, demonstration, holding, programs, sections, travelling
from kangjiansheng.accounts import forms as account_forms
from kangjiansheng.accounts import jobs as account_jobs
from kangjiansheng.accounts import notices as account_notices
from kangjiansheng.accounts import queries as account_queries
from kangjiansheng.accounts import rules as account_rules
from kangjiansheng.accounts import sessions
from kangjiansheng.accounts import views as account_views
from kangjiansheng.accounts.operations import copies as kept_copies
from kangjiansheng.accounts.queries import policy as account_policy
from kangjiansheng.accounts.queries.granted import broken_roles
from kangjiansheng.accounts.rules import webhooks
from kangjiansheng.committee import forms as committee_forms
from kangjiansheng.committee import jobs as committee_jobs
from kangjiansheng.committee import notices as committee_notices
from kangjiansheng.committee import panels as committee_panels
from kangjiansheng.committee import rules as committee_rules
from kangjiansheng.committee import views as committee_views
from kangjiansheng.committee.models import DraftVersion, Meeting
from kangjiansheng.committee.operations.proving import broken_corrections
from kangjiansheng.committee.operations.reviews import broken_signatures
from kangjiansheng.committee.queries import belonging as committee_parts
from kangjiansheng.committee.queries.visible import sitting
from kangjiansheng.committee.views import accesses as committee_accesses
from kangjiansheng.core import (
    access,
    assets,
    audit,
    bell,
    belonging,
    bodies,
    calendar,
    compressing,
    error_pages,
    files,
    forms,
    headers,
    holidays,
    i18n,
    installation,
    logs,
    mailer,
    measures,
    messengers,
    once,
    outbox,
    pages,
    proxies,
    quotas,
    reader_links,
    routing,
    saved_views,
    search,
    standing,
    templating,
    traces,
    trail,
    transactions,
    verify,
)
from kangjiansheng.core import jobs as running
from kangjiansheng.core import views as core_views
from kangjiansheng.core.config import Settings, read_settings
from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Job
from kangjiansheng.core.messengers import delivery
from kangjiansheng.core.messengers import words as messenger_words
from kangjiansheng.core.queue import Handler
from kangjiansheng.labs import forms as lab_forms
from kangjiansheng.labs import jobs as lab_jobs
from kangjiansheng.labs import notices as lab_notices
from kangjiansheng.labs import panels as lab_panels
from kangjiansheng.labs import rules as lab_rules
from kangjiansheng.labs import views as lab_views
from kangjiansheng.labs.forms import documents as document_words
from kangjiansheng.labs.forms import obligations as obligation_words
from kangjiansheng.labs.forms import papers as paper_words
from kangjiansheng.labs.forms import residents as resident_words
from kangjiansheng.labs.forms import resources as resource_words
from kangjiansheng.labs.models import Agreement, JointLab
from kangjiansheng.labs.notices import residents as resident_notices
from kangjiansheng.labs.notices import resources as resource_notices
from kangjiansheng.labs.operations.labs import accepted_by, begun_with
from kangjiansheng.labs.queries import belonging as lab_parts
from kangjiansheng.labs.queries import resting
from kangjiansheng.labs.queries.single import institutions_called
from kangjiansheng.labs.rules import companion as service_rules
from kangjiansheng.labs.rules import obligations as obligation_rules
from kangjiansheng.labs.rules import papers as paper_rules
from kangjiansheng.labs.rules import residents as resident_rules
from kangjiansheng.labs.rules import resources as resource_rules
from kangjiansheng.labs.rules import reviews as review_rules
from kangjiansheng.labs.rules import space as space_rules
from kangjiansheng.labs.views import accesses as lab_accesses
from kangjiansheng.labs.views import history as lab_history
from kangjiansheng.overview import forms as overview_forms
from kangjiansheng.overview import jobs as overview_jobs
from kangjiansheng.overview import notices as overview_notices
from kangjiansheng.overview import panels as overview_panels
from kangjiansheng.overview import queries as overview_queries
from kangjiansheng.overview import views as overview_views
from kangjiansheng.overview.queries import belonging as overview_parts
from kangjiansheng.overview.queries import meanings, told
from kangjiansheng.overview.rules import acts as overview_rules
from kangjiansheng.overview.rules import archives as overview_archives
from kangjiansheng.overview.rules import deliveries as overview_deliveries
from kangjiansheng.overview.rules import retention as overview_retention
from kangjiansheng.overview.rules import trail_words
from kangjiansheng.overview.views import trail_shapes, value_trail
from kangjiansheng.overview.views.table import tabs as table_tabs
from kangjiansheng.projects import forms as project_forms
from kangjiansheng.projects import jobs as project_jobs
from kangjiansheng.projects import notices as project_notices
from kangjiansheng.projects import panels as project_panels
from kangjiansheng.projects import views as project_views
from kangjiansheng.projects.forms import asks as ask_words
from kangjiansheng.projects.forms import hand_offs as hand_off_words
from kangjiansheng.projects.forms import lab_reviews as review_words
from kangjiansheng.projects.forms import obligations as link_words
from kangjiansheng.projects.forms import results as result_words
from kangjiansheng.projects.forms import risks as risk_words
from kangjiansheng.projects.forms import validity as validity_words
from kangjiansheng.projects.models import Milestone, Plan, Project
from kangjiansheng.projects.notices import asks as ask_notices
from kangjiansheng.projects.notices import groups as project_groups
from kangjiansheng.projects.operations.proving import broken_milestones
from kangjiansheng.projects.operations.starting import set_up_lab
from kangjiansheng.projects.queries import belonging as project_parts
from kangjiansheng.projects.queries import handing
from kangjiansheng.projects.queries.acceptance import acceptance_gate
from kangjiansheng.projects.queries.portfolio import awaiting
from kangjiansheng.projects.queries.resting import projects_on
from kangjiansheng.projects.queries.visible import page_open_to_all
from kangjiansheng.projects.rules import acts as project_rules
from kangjiansheng.projects.rules import obligations as link_rules
from kangjiansheng.projects.views import accesses as project_accesses
from kangjiansheng.projects.views import histories, template_words
from kangjiansheng.projects.views import sheets as sheet_views
from kangjiansheng.projects.views import words as project_words

ROOT = Path(__file__).parent
FLOORS = ("core", "accounts", "labs", "projects", "committee", "overview")
BLUEPRINTS = (
    core_views.bp,
    *account_views.blueprints,
    *lab_views.blueprints,
    *project_views.blueprints,
    *committee_views.blueprints,
    *overview_views.blueprints,
)
ACTS = (
    saved_views.ACTS,
    installation.ACTS,
    reader_links.ACTS,
    holidays.ACTS,
    messenger_words.ACTS,
    account_rules.ACTS,
    lab_rules.ACTS,
    obligation_rules.ACTS,
    resident_rules.COMPANY_ACTS,
    space_rules.SPACE_ACTS,
    service_rules.SERVICE_ACTS,
    resource_rules.ACTS,
    paper_rules.ACTS,
    project_rules.ACTS,
    link_rules.ACTS,
    committee_rules.ACTS,
    overview_rules.ACTS,
    overview_deliveries.ACTS,
    overview_archives.ACTS,
    overview_retention.ACTS,
)
REFUSALS = (
    files.REFUSALS,
    quotas.REFUSALS,
    saved_views.REFUSALS,
    reader_links.REFUSALS,
    holidays.REFUSALS,
    messenger_words.REFUSALS,
    account_forms.REFUSALS,
    lab_forms.REFUSALS,
    obligation_words.REFUSALS,
    document_words.REFUSALS,
    resident_words.REFUSALS,
    resource_words.REFUSALS,
    paper_words.REFUSALS,
    project_forms.REFUSALS,
    link_words.REFUSALS,
    review_words.REFUSALS,
    committee_forms.REFUSALS,
    overview_forms.REFUSALS,
)
calendar.provided_by(holidays.current)
mailer.closed[:] = [account_views.mails.is_closed_to_reader]
search.provided_by(overview_queries.FINDABLE)
# The agenda decides which gates wait; projects only show it.
awaiting[:] = [overview_queries.gates_waiting]
account_queries.belongings[:] = [institutions_called]
account_queries.duties[:] = [handing.count_duties]
account_queries.rights_above[:] = [one.rights_held for one in (lab_panels, project_panels, committee_panels)]
account_policy.signers[:] = [sitting]
handing.keepers[:] = [project_panels.park_offices, committee_panels.handing_over]
verify.proofs[:] = [broken_signatures, broken_corrections]
verify.present[:] = [broken_roles, broken_milestones]
standing.provided_by(holding.columns)
account_views.audit.ways[:] = [committee_panels.way_to_verify]
BELONGING = [one.PARTS for one in (lab_parts, project_parts, committee_parts, overview_parts)]
lab_panels.lab[:] = [
    project_panels.lab_plan,
    project_panels.lab_projects,
    project_panels.lab_obligations,
    project_panels.lab_news,
]
lab_panels.obligation[:] = [project_panels.obligation_links]
lab_panels.booking[:] = [project_panels.booking_project]
lab_panels.booked_for[:] = [project_panels.booked_for]
lab_panels.leaving[:] = [project_panels.leaving_lab]
lab_panels.company[:] = [project_panels.company_results]
resting.higher[:] = [projects_on]
begun_with[:] = [set_up_lab]
accepted_by[:] = [acceptance_gate]
project_panels.project[:] = [committee_panels.project_advice]
project_panels.ways[:] = [overview_panels.way_to_money]
project_panels.ask[:] = [committee_panels.ask_tabled]
project_panels.asks_section[:] = [table_tabs]
project_panels.milestone[:] = [committee_panels.milestone_moved, overview_panels.milestone_forecast]
lab_panels.institution[:] = [project_panels.institution_projects, overview_panels.party_archive]
reader_links.makers[:] = [account_queries.actor_by_id]
reader_links.shows(
    {
        "agreement": lab_accesses.agreement_for_reader,
        "joint_lab": lab_accesses.lab_for_reader,
        "project": project_accesses.for_reader,
        "minutes": committee_accesses.for_reader,
    }
)
traces.closed(
    {
        Agreement: lab_accesses.traced,
        JointLab: lab_accesses.traced,
        Project: project_accesses.traced,
        Plan: project_accesses.traced,
        Milestone: project_accesses.traced,
        Meeting: committee_accesses.traced,
        DraftVersion: committee_accesses.traced,
    }
)
pages.forecasts[:] = [lambda: url_for("overview.forecast")]
saved_views.pages(
    {
        "milestones": ("/milestones", _l("里程碑")),
        "projects": ("/projects", _l("项目")),
        "overview": ("/overview", _l("总览")),
        "charts": ("/overview/charts", _l("图表")),
    }
)
messengers.open_to_all[:] = [page_open_to_all]
for kinds in (project_groups.GROUPS, committee_notices.GROUPS, lab_notices.GROUPS, resident_notices.GROUPS):
    messengers.kinds_told(kinds)
webhooks.told_of(programs.EVENTS)
WORDS = (
    account_notices.WORDS,
    lab_notices.WORDS,
    resident_notices.WORDS,
    resource_notices.WORDS,
    project_notices.WORDS,
    ask_notices.WORDS,
    committee_notices.WORDS,
    overview_notices.WORDS,
)

TRAIL: tuple[tuple[Any, ...], ...] = (
    (saved_views.THINGS, saved_views.FIELDS),
    (installation.THINGS, installation.FIELDS),
    (reader_links.THINGS, reader_links.FIELDS),
    (holidays.THINGS, holidays.FIELDS),
    (messenger_words.THINGS, messenger_words.FIELDS, messenger_words.values()),
    (account_rules.THINGS, account_rules.FIELDS, account_rules.VALUES),
    (webhooks.THINGS, webhooks.FIELDS, webhooks.values()),
    (lab_rules.THINGS, lab_history.LABELS),
    (
        obligation_rules.THINGS,
        obligation_rules.FIELDS,
        {"life": obligation_rules.LIVES, "confidentiality": lab_rules.LEVELS},
    ),
    *resident_words.TRAIL,
    (resource_rules.THINGS, resource_words.RESOURCE_LABELS | resource_words.FIELDS, resource_words.VALUES),
    (review_rules.THINGS, review_rules.FIELDS, {"outcome": review_rules.OUTCOMES}),
    (paper_rules.THINGS, paper_rules.FIELDS, {"kind": paper_rules.KINDS, "life": paper_rules.LIVES}),
    (project_rules.THINGS, histories.FIELDS, project_words.STATE_VALUES),
    (project_rules.TEMPLATES, template_words.TEMPLATE, template_words.TEMPLATE_VALUES),
    (project_rules.EVIDENCE, project_words.EVIDENCE, project_words.EVIDENCE_VALUES),
    ({"import_batch": project_rules.THINGS["import_batch"]}, sheet_views.FIELDS, sheet_views.VALUES),
    (link_rules.THINGS, link_rules.FIELDS),
    ({"risk": project_rules.THINGS["risk"]}, risk_words.FIELDS, risk_words.VALUES),
    ({"ask": project_rules.THINGS["ask"]}, ask_words.FIELDS, ask_words.VALUES),
    ({"validity": project_rules.THINGS["validity"]}, validity_words.FIELDS, validity_words.VALUES),
    hand_off_words.TRAIL,
    result_words.TRAIL,
    (committee_rules.THINGS, committee_rules.FIELDS, committee_rules.VALUES),
    (value_trail.THINGS, value_trail.FIELDS, value_trail.VALUES),
    (overview_deliveries.THINGS, overview_deliveries.FIELDS, overview_deliveries.VALUES),
    (overview_archives.THINGS, overview_archives.FIELDS, overview_archives.VALUES),
    (overview_retention.THINGS, overview_retention.FIELDS, overview_retention.VALUES),
)


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Make the application. Raises BadSetting, NotBuilt or Undeclared rather than start half-way."""
    settings = settings or read_settings()
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_TRACK_MODIFICATIONS=False,
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        DEMO_ACCOUNTS=demo_accounts,
        **overrides,
    )
    app.url_rule_class, app.request_class = routing.Route, bodies.Incoming
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    templating.init_app(app)
    compressing.init_app(app)
    db.init_app(app)
    logs.init_app(app)
    measures.init_app(app)
    proxies.init_app(app)
    headers.init_app(app)
    transactions.init_app(app)
    i18n.init_app(app, [str(ROOT / floor / "translations") for floor in FLOORS])
    sessions.init_app(app)
    forms.FormToken(app)
    assets.init_app(app)
    pages.init_app(app, navigation=sections.navigation, counts=sections.counts)
    error_pages.init_app(app)
    app.before_request(travelling.travel)
    for acts in ACTS:
        audit.catalogue(acts)
    running.called(WORK)
    for refusals in REFUSALS:
        i18n.refusals(refusals)
    for words in WORDS:
        outbox.templates(words)
    bell.doors(told.DOORS)
    for said in TRAIL:
        trail.words(*said)
    trail.besides(trail_words.ANYWHERE, trail_shapes.SHAPES, meanings.meant)
    trail.people_named_by(account_queries.names)
    belonging.declare(*BELONGING)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    programs.init_app(app)
    access.check_declared(app)
    return app


def demo_accounts() -> list[dict[str, str]]:
    """The cast, for the sign-in page of a demonstration; empty in a real installation."""
    if not current_app.config["SETTINGS"].demo or not demonstration.is_loaded():
        return []
    return [{"email": member.email, "label": i18n.name_of(member)} for member in demonstration.CAST]


def jobs(app: Flask) -> list[Job]:
    """What the worker does, and how often."""
    settings = app.config["SETTINGS"]
    return [
        *programs.ROUNDS,
        Job("mail", timedelta(seconds=5), lambda: mailer.deliver(settings), apart=True),
        Job("groups", timedelta(seconds=5), lambda: delivery.deliver(settings), apart=True),
        *account_jobs.ROUNDS,
        *lab_jobs.ROUNDS,
        *project_jobs.ROUNDS,
        *committee_jobs.ROUNDS,
        *overview_jobs.ROUNDS,
    ]


def handlers() -> dict[str, Handler]:
    """What the worker does when somebody has asked for it."""
    return {kept_copies.DRILL: copies.drill, **account_jobs.HANDLERS, **project_jobs.HANDLERS, **overview_jobs.HANDLERS}  # fmt: skip


WORK = once.WORK | account_jobs.WORDS | lab_jobs.WORDS | project_jobs.WORDS | committee_jobs.WORDS | overview_jobs.WORDS  # fmt: skip
