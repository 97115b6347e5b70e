"""Party × thing × act: every route that names a thing, for every thing of the demonstration, for one person.

The routes come from the map of the application, the acts from their declarations (which loader, which policy), the
things from the database. A route that no source fits, and a kind of thing in the trail that nobody has thought of, end
the test: so nothing new is left out.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import inspect as columns_of
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter

from kangjiansheng.core import transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import Base, db
from tests.permissions import planted, table
from tests.support.critic import Critic

# Where the things of an address come from, the longest beginning first: the kind of thing (None: the statement
# gives it, or all who are signed in see the open part, or it is for an office), and the statement that gives key and arguments, one row for each thing.
_PLAN = (
    "FROM plan p LEFT JOIN project x ON x.id = p.project_id LEFT JOIN joint_lab l ON l.id = p.lab_id "
    "JOIN milestone m ON m.plan_id = p.id"
)
_STEP = "CASE WHEN x.id IS NULL THEN 'labs' ELSE 'projects' END AS \"of\", coalesce(x.code, l.code) AS code, m.code AS milestone_code"
_FIRST = "m.id IN (SELECT min(id) FROM milestone GROUP BY plan_id UNION SELECT milestone_id FROM evidence)"
MILESTONE = "/<any(projects, labs):of>/<code>/milestones/<milestone_code>"
SOURCES: Mapping[str, tuple[str | None, str]] = {
    f"{MILESTONE}/evidence/<int:number>": (
        "evidence",
        f"SELECT e.file_id AS id, {_STEP}, e.number AS number, 1 AS version {_PLAN} JOIN evidence e ON e.milestone_id = m.id",
    ),
    f"{MILESTONE}/criteria/<int:number>": (
        "criterion",
        f"SELECT c.id AS id, {_STEP}, c.number AS number {_PLAN} JOIN gate_criterion c ON c.milestone_id = m.id",
    ),
    f"{MILESTONE}/": ("milestone", f"SELECT m.id AS id, {_STEP} {_PLAN} WHERE {_FIRST}"),
    MILESTONE: ("milestone", f"SELECT m.id AS id, {_STEP} {_PLAN}"),
    "/projects/<code>/milestones/<milestone_code>": (
        "milestone",
        f"SELECT m.id AS id, x.code AS code, m.code AS milestone_code {_PLAN} WHERE x.id IS NOT NULL AND {_FIRST}",
    ),
    "/<any(projects, labs):of>/<code>": (
        None,
        "SELECT 'project' AS door, id, 'projects' AS \"of\", code FROM project UNION ALL SELECT 'lab', id, 'labs', code FROM joint_lab",
    ),
    "/projects/<code>/risks/<int:number>": (
        "risk",
        "SELECT r.id AS id, p.code AS code, r.number AS number FROM risk r JOIN project p ON p.id = r.project_id",
    ),
    "/projects/<code>/validity/<int:number>": (
        "validity",
        "SELECT r.id AS id, p.code AS code, r.number AS number FROM validity r JOIN project p ON p.id = r.project_id",
    ),
    "/projects/<code>": ("project", "SELECT id, code FROM project"),
    "/<any(agreements, obligations):of>/<code>/documents/<int:number>": (
        "document",
        "SELECT f.id AS id, 'agreements' AS \"of\", a.code AS code, f.version_no AS number "
        "FROM file_ref f JOIN agreement a ON a.id = f.thing_id WHERE f.thing = 'agreement'",
    ),
    "/<any(agreements, obligations):of>/<code>": (
        None,
        "SELECT 'obligation' AS door, id, 'obligations' AS \"of\", code FROM obligation UNION ALL "
        "SELECT 'agreement', id, 'agreements', code FROM agreement",
    ),
    "/<any(agreements, labs):of>/<code>": (
        None,
        "SELECT 'agreement' AS door, id, 'agreements' AS \"of\", code FROM agreement UNION ALL "
        "SELECT NULL, id, 'labs', code FROM joint_lab",
    ),
    "/agreements/<code>": ("agreement", "SELECT id, code FROM agreement"),
    "/obligations/<code>": ("obligation", "SELECT id, code FROM obligation"),
    "/labs/<code>/papers/<int:number>": (
        "permit",
        "SELECT t.id AS id, l.code AS code, t.number AS number FROM lab_paper t JOIN joint_lab l ON l.id = t.lab_id",
    ),
    "/labs/<code>/papers": ("lab", "SELECT id, code FROM joint_lab"),
    "/labs/<code>/plan": ("lab", "SELECT id, code FROM joint_lab"),
    "/labs/<code>/plan/withdrawal": ("lab", "SELECT id, code FROM joint_lab"),
    "/labs/<code>/plan/new": (None, "SELECT id, code FROM joint_lab"),  # that there is a laboratory all know
    "/labs/<code>/review.xlsx": ("lab", "SELECT id, code FROM joint_lab"),
    "/labs/<code>/reviews": ("lab", "SELECT id, code FROM joint_lab"),
    "/labs/<code>": (None, "SELECT id, code FROM joint_lab"),
    "/asks/<code>": ("ask", "SELECT id, code FROM ask"),
    "/hand-offs/<code>": ("handoff", "SELECT id, code FROM hand_off"),
    "/results/<code>": ("result", "SELECT id, code FROM result"),
    "/residents/floors/<code>": (None, "SELECT id, code FROM park_floor"),
    "/residents/<code>/requests/<int:number>": (
        "request",
        "SELECT r.id AS id, c.code AS code, r.number AS number FROM service_request r JOIN company c ON c.id = r.company_id",
    ),
    "/residents/<code>/contacts/<int:number>": (
        None,
        "SELECT r.id AS id, c.code AS code, r.number AS number FROM service_contact r JOIN company c ON c.id = r.company_id",
    ),
    "/residents/<code>/leases/<int:number>": (
        None,
        "SELECT r.id AS id, c.code AS code, r.number AS number FROM lease r JOIN company c ON c.id = r.company_id",
    ),
    "/residents/<code>": ("company", "SELECT id, code FROM company"),
    "/resources/<code>/bookings/<int:number>": (
        "booking",
        "SELECT b.id AS id, r.code AS code, b.number AS number FROM booking b JOIN shared_resource r ON r.id = b.resource_id "
        "WHERE b.id IN (SELECT min(id) FROM booking GROUP BY resource_id, person_id)",
    ),
    "/resources/<code>/waiting/<int:number>": (
        None,
        "SELECT w.id AS id, r.code AS code, w.number AS number FROM booking_wait w JOIN shared_resource r ON r.id = w.resource_id",
    ),
    "/resources/<code>": ("resource", "SELECT id, code FROM shared_resource"),
    "/meetings/<code>/items/<int:number>": (
        "item",
        "SELECT i.id AS id, m.code AS code, i.id AS number FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id",
    ),
    "/meetings/<code>/papers/<int:number>": (
        "paper",
        "SELECT t.id AS id, m.code AS code, t.id AS number, 1 AS version FROM paper t "
        "JOIN agenda_item i ON i.id = t.agenda_item_id JOIN meeting m ON m.id = i.meeting_id",
    ),
    "/meetings/<code>/motions/<int:number>": (
        "motion",
        "SELECT t.id AS id, m.code AS code, t.id AS number FROM motion t JOIN meeting m ON m.id = t.meeting_id",
    ),
    "/meetings/<code>/minutes/drafts/<int:number>": (
        "meeting",
        "SELECT m.id AS id, m.code AS code, d.number AS number FROM draft_version d "
        "JOIN minutes n ON n.id = d.minutes_id JOIN meeting m ON m.id = n.meeting_id",
    ),
    "/meetings/<code>": ("meeting", "SELECT id, code FROM meeting WHERE code <> ''"),
    "/decisions/<number>": ("decision", "SELECT id, number FROM decision WHERE number <> ''"),
    "/actions/<number>": ("action", "SELECT id, number FROM action WHERE number <> ''"),
    "/committees/<code>": (None, "SELECT id, code FROM committee"),
    "/partners/<code>": (None, "SELECT id, code FROM institution"),
    "/institutions/<code>": (None, "SELECT id, code FROM institution"),
    **dict.fromkeys(
        (
            "/account/", "/webhooks/", "/admin/", "/audit/", "/views/", "/templates/", "/overview/", "/milestones/changes/",
            "/milestones/import/", "/minutes/images/",
        ),
        (None, ""),
    ),
}  # fmt: skip
# Routes with arguments that name no thing: lists as files and figures (planted.addresses walks them), what a secret
# opens (tests/core and tests/committee), files of the interface, the language,
# and the doors by which programs come to the acts of pages, which answer for them.
OTHERS = ("<secret>", "/language/", "/privacy/<int:number>", "/static/", "<path:address>")
# Kinds of the trail that have no word of their own here: whose words stand in what is planted, or are for all, for
# their owner or for an office, with the test that looks at them.
WITHIN: Mapping[str, str] = {
    **dict.fromkeys(
        ("institution", "committee", "holiday", "template_version", "registry_source", "park_floor", "park_rule"),
        "open to all who are signed in",
    ),
    **dict.fromkeys(
        (
            "saved_view", "person", "account", "session", "outbox", "notification_setting", "api_token",
            "group_robot", "reader_link", "rate_set", "usual_rates", "pack_delivery", "import_batch", "change_set",
            "scenario", "project_value", "installation", "copy_drill", "kept_copy", "job", "sign_in_policy",
            "party_archive", "retention_period", "legal_hold", "disposal", "disposal_file", "rights_rule", "rights_review", "privacy_notice", "notice_acceptance", "webhook",
        ),
        "for its owner or an office: tests/accounts, tests/core, tests/overview",
    ),
    **dict.fromkeys(
        (
            "plan", "baseline", "baseline_row", "status_claim", "registry_record", "gate_decision",
            "milestone_entry", "project_entry", "obligation_link", "booking_link", "revision",
            "gate_condition", "review_decision", "hand_off_signature",
        ),
        "part of a project or a laboratory's plan",
    ),
    **dict.fromkeys(("lease", "service_contact"), "part of a company"),
    "booking_wait": "part of a resource",
    "lab_review": "part of a laboratory",
    **dict.fromkeys(
        (
            "minutes_import", "minutes", "paragraph", "comment", "suggestion", "consent", "company_decision",
            "decision_effect", "backlog_item", "meeting_pack", "agenda_template", "meeting_series", "interest",
            "declaration", "presence", "ballot", "dissent", "decision_dissent", "mandate", "draft_version",
            "draft_paragraph", "paragraph_revision", "paragraph_translation", "signature", "recusal", "signer",
            "committee_member",
        ),
        "of a committee: tests/committee/test_recused_finds_nothing.py walks all routes for them",
    ),
}  # fmt: skip
API = "/api/v1"
NOWHERE = {"code": "ZZ-999", "number": 999_999, "milestone_code": "Z999"}  # there is no such thing
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Case:
    """One route for one thing; `nowhere` is the same address of a thing that is not there."""

    rule: Rule
    kind: str | None
    key: int
    values: Mapping[str, Any]
    address: str
    nowhere: str


def sourced(rule: Rule) -> tuple[str | None, str] | None:
    """The source of the things of a route: that of the longest beginning. Programs read the same things as pages."""
    fits = [start for start in SOURCES if rule.rule.removeprefix(API).startswith(start)]
    return SOURCES[max(fits, key=len)] if fits else None


def left_out(rule: Rule) -> bool:
    """Routes that name no thing."""
    return rule.arguments <= planted.LISTS or any(part in rule.rule for part in OTHERS)


def cases(app: Flask) -> list[Case]:
    """Every route that names a thing, for every thing of its kind."""
    found = []
    with app.app_context():
        kept: dict[str, list[dict[str, Any]]] = {}
        for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, sorted(r.methods or ()))):
            if left_out(rule):
                continue
            source = sourced(rule)
            assert source is not None, f"{rule.rule} is in no source of the product: say what it is about"
            kind, statement = source
            for thing in _things(rule, statement, kept):
                values = {name: _value(rule, name, thing) for name in rule.arguments}
                missing = {**values, **{name: NOWHERE[name] for name in values if name in NOWHERE}}
                key = int(thing.get("id", 0))
                found.append(
                    Case(
                        rule, thing.get("door") or kind, key, values, _put(rule, values), _put(rule, missing)
                    )
                )
    return found


def _things(rule: Rule, statement: str, kept: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    if not statement:  # for an office, or its owner: one is enough
        return table.arguments(rule)
    if statement not in kept:
        kept[statement] = [dict(row) for row in db.session.execute(sa.text(statement)).mappings()]
    return kept[statement]


def _value(rule: Rule, name: str, thing: Mapping[str, Any]) -> Any:
    if name in thing and thing[name] is not None:
        return thing[name]
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    usual = next((things[0] for start, things in table.THINGS if rule.rule.startswith(start)), {})
    return usual[name] if name in usual else table._other(rule, name, dict(thing))


def _put(rule: Rule, values: Mapping[str, Any]) -> str:
    address = rule.rule
    for name, value in values.items():
        address = table._put(address, name, str(value))
    return address


def methods(case: Case) -> list[str]:
    """With which methods the route is asked."""
    return sorted((case.rule.methods or set()) & METHODS)


@dataclass
class Walk:
    """What came of a walk: what was shown, and what is wrong."""

    shown: dict[tuple[str, int], str]
    wrong: list[str]
    asked: int = 0


def walk(client: Critic, app: Flask, actor: Actor, seen: Mapping[str, set[int]], most: int = 0) -> Walk:
    """Ask for each thing by each route. What the doors keep closed answers as a thing that is not there, whatever the
    method; what is open is read. `most`: of each route so many things that are closed, none that is open."""
    came, known = Walk({}, []), dict[tuple[str, str], int]()
    counted: dict[str, int] = {}
    for case in cases(app):
        closed = case.kind is not None and case.key not in seen[case.kind]
        where = f"{case.rule.endpoint} {case.rule.rule}"
        counted[where] = counted.get(where, 0) + closed
        if most and (not closed or counted[where] > most):
            continue
        for method in methods(case):
            if closed:
                _ask_closed(client, case, method, known, came)
            elif method == "GET":
                _read(client, case, came)
    return came


def _ask_closed(
    client: Critic, case: Case, method: str, known: dict[tuple[str, str], int], came: Walk
) -> None:
    where = (method, case.nowhere)
    if where not in known:
        known[where] = _open(client, case.nowhere, method).status_code
    answer = _open(client, case.address, method)
    came.asked += 1
    if answer.status_code != known[where] or answer.status_code not in (403, 404):
        came.wrong.append(f"{method} {case.address}: {answer.status_code}, not there: {known[where]}")


def _read(client: Critic, case: Case, came: Walk) -> None:
    with mock.patch.object(transactions, "commit", lambda: db.session.rollback()):
        answer = _open(client, case.address, "GET")
    came.asked += 1
    if answer.status_code >= 500:
        came.wrong.append(f"GET {case.address}: {answer.status_code}")
    for name, key in planted.MARK.findall(planted._text(answer.data)):
        came.shown.setdefault((name, int(key)), case.address)


def _open(client: Critic, address: str, method: str) -> Any:
    data = {} if method != "GET" else None
    return super(Critic, client).open(address, method=method, data=data)


def refused(client: Critic, app: Flask, actor: Actor) -> tuple[int, list[str]]:
    """Every unsafe act that its policy refuses this person, for every thing that she sees: how many, and what did not
    answer 403."""
    wrong, count = [], 0
    for case in cases(app):
        for method in methods(case):
            if method == "GET" or not _policy_refuses(app, case, actor):
                continue
            count += 1
            answer = _open(client, case.address, method)
            if answer.status_code != 403:
                wrong.append(f"{method} {case.address}: {answer.status_code}")
    return count, wrong


def _policy_refuses(app: Flask, case: Case, actor: Actor) -> bool:
    """What the declaration of the route says of this thing and person: the loader gives it, the policy says no."""
    view = app.view_functions[case.rule.endpoint]
    declared = inspect.getclosurevars(getattr(view, "checked", view)).nonlocals
    may: Callable[..., bool] | None = declared.get("may")
    if may is None:
        return False  # for all who are signed in, or for everybody
    load = declared.get("load")
    with app.test_request_context(case.address):
        from flask import g

        g.actor, g.as_of = actor, None
        if load is None:
            return not may(actor)
        thing = load(actor=actor, **case.values)
        return thing is not None and not may(actor, thing)


# What reading and refusing leave by themselves.
TRACES = {"access_trace", "session", "throttle", "budget", "login_session", "search_state", "read_mark"}


def contents(app: Flask) -> Mapping[str, str]:
    """All that is stored, table by table, but for the traces of reading."""
    with app.app_context():
        return {
            name: repr(db.session.execute(sa.select(t).order_by(*columns_of(t).primary_key.columns)).all())
            for name, t in sorted(Base.metadata.tables.items())
            if name not in TRACES
        }


def kinds_of_the_trail(known: Iterator[str]) -> set[str]:
    """The kinds that are neither planted nor said to be within what is."""
    tables = {kind.model.__tablename__ for kind in planted.KINDS.values()} | {"evidence"}
    return {thing for thing in known if thing not in tables and thing not in WITHIN}
