"""The table of route × cast: what each of the cast gets from each route, over the demonstration.

`python -m tests.permissions.table` writes it to docs/permissions.md; a test holds the file to the truth.
Nothing that a route does is kept: the one commit is replaced by a rollback.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter

from kangjiansheng import demonstration
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import webhooks
from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries import actor_by_email, system_actor
from kangjiansheng.committee.models import Meeting
from kangjiansheng.committee.operations import imports, motions
from kangjiansheng.committee.queries import loaders
from kangjiansheng.core import transactions
from kangjiansheng.core.db import db
from kangjiansheng.core.messengers import keeping
from kangjiansheng.labs import queries as labs
from kangjiansheng.overview.operations import rates, scenarios
from kangjiansheng.overview.rules.rates import published
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import evidence, gates
from kangjiansheng.projects.operations.starting import start_lab_plan
from tests.permissions import doors
from tests.support import papers
from tests.support.app import PASSWORD, Databases, make, settings_for

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
CAST = [member.email.split("@")[0] for member in demonstration.CAST]
STABLE = {"of", "person_code", "code", "number", "milestone_code", "kind", "name", "act", "wanted", "partner"}
PROGRAMS = "/api/v1"
LEFT_OUT = {
    "accounts.sign_in",
    "accounts.second_step",
    "accounts.sign_out",
}  # they begin and end the session that asks


# What the routes of each kind of thing are tried with. Things of JL-01 and of JL-02 stand side by side: who sees
# the one often may not see the other.
PLANS = "/<any(projects, labs):of>/<code>"
THINGS: tuple[tuple[str, list[dict[str, object]]], ...] = (
    (
        PLANS,
        [
            {"of": "projects", "code": "KJS-003"},
            {"of": "projects", "code": "KJS-014"},
            {"of": "labs", "code": "JL-01"},
        ],
    ),
    (
        "/hand-offs/<code>",
        [{"code": "HO-0001", "act": "delivery"}, {"code": "HO-0004", "act": "receipt"}],
    ),
    ("/results/<code>", [{"code": "RS-0001"}, {"code": "RS-0003"}]),
    ("/projects/<code>", [{"code": "KJS-003"}, {"code": "KJS-014"}]),
    ("/labs/<code>", [{"code": "JL-01"}, {"code": "JL-02"}]),
    ("/partners/<code>", [{"code": "RJ"}]),
    ("/institutions/<code>", [{"code": "RJ"}]),
    ("/residents/floors/<code>", [{"code": "A-01"}]),
    ("/residents/<code>", [{"code": "CO-001", "number": 1}]),
    ("/residents", [{"kind": "csv"}]),
    ("/agreements/<code>", [{"code": "AGR-001"}, {"code": "AGR-901"}]),
    (
        "/obligations/<code>",
        [{"code": "OB-0004", "act": "delivery"}, {"code": "OB-0005", "act": "acceptance"}],
    ),
    (
        "/<any(agreements, obligations):of>/<code>",
        [{"of": "agreements", "code": "AGR-901"}, {"of": "obligations", "code": "OB-0004"}],
    ),
    (
        "/<any(agreements, labs):of>/<code>",
        [{"of": "agreements", "code": "AGR-901"}, {"of": "labs", "code": "JL-01"}],
    ),
    ("/meetings/<code>", [{"code": "SAC-2024-01"}, {"code": "SAC-2026-04"}, {"code": "SAC-2026-05"}]),
    ("/committees/<code>", [{"code": "SAC"}]),
    ("/admin/people/<code>", [{"code": "CAST-LEAD"}]),
    ("/milestones/import/<code>", [{"code": "IMP-0001"}]),
    ("/templates/<code>", [{"code": "D_iit", "number": 1, "milestone_code": "D010", "act": "up"}]),
    ("/admin/calendar/<", [{"number": 2027}]),
    ("/admin/copies/<", [{"number": 1}]),
    ("/admin/failures/<", [{"number": 1}]),
    ("/admin/retention/", [{"kind": "evidence", "number": 1}]),
    ("/overview/scenarios/<", [{"number": 1, "kind": "stop", "name": "board", "file": "csv"}]),
    ("/overview/rates/<code>", [{"code": "BIO_ALL"}, {"code": "OWN-1"}]),
    ("/decisions/<number>", [{"number": "D-2026-06-01"}]),
    ("/overview/charts/<name>", [{"name": "gates"}, {"name": "advice"}]),
    ("/asks/<code>", [{"code": "ASK-0001", "act": "closure"}, {"code": "ASK-0003", "act": "answer"}]),
    ("/actions/<number>", [{"number": "A-2026-07-01"}]),
    ("/overview/pack.", [{"kind": "pptx"}]),
    ("/resources/<code>", [{"code": "RES-01", "number": 1}, {"code": "RES-02", "number": 1}]),
)
ONE_FOR_ALL: dict[str, object] = {
    "kind": "csv",
    "name": "attention",
    "act": "archive",
    "wanted": "en",
    "secret": "no-such-secret",
    "seq": 1,
    "effect": 1,
    "sha256": "0" * 64,
    "address": "nothing",
    "message_id": "msg_none",
    "method": "POST",
    "partner": "RJ",
    "person_code": "CAST-LEAD",
}


def arguments(rule: Rule, *, one: bool = False) -> list[dict[str, object]]:
    """The things for which a route is tried; one empty set for a route without arguments. What programs read is tried
    for one thing."""
    path = rule.rule.removeprefix(PROGRAMS)
    things = next((found for start, found in THINGS if path.startswith(start)), [{}])
    if one or path != rule.rule:
        things = things[:1]
    return [
        {name: thing[name] if name in thing else _other(rule, name, thing) for name in sorted(rule.arguments)}
        for thing in things
    ]


def _other(rule: Rule, name: str, thing: dict[str, object]) -> object:
    converter, usual = rule._converters[name], ONE_FOR_ALL.get(name)
    if isinstance(converter, AnyConverter) and usual not in converter.items:
        return min(converter.items)  # an act that is none of its own would be refused to everybody
    if usual is not None:
        return usual
    if name == "milestone_code":
        return _milestone(thing)
    for text, statement in NUMBERS:
        if text in rule.rule:
            return _one(statement, thing)
    raise LookupError(f"nothing to try {rule.rule} with: {name}")


def _milestone(thing: dict[str, object]) -> object:
    return _one(
        "SELECT m.code FROM milestone m JOIN plan p ON p.id = m.plan_id LEFT JOIN project x ON x.id = p.project_id "
        "LEFT JOIN joint_lab l ON l.id = p.lab_id WHERE coalesce(x.code, l.code) = :code AND m.state = 'open' "
        "ORDER BY m.position LIMIT 1",
        thing,
    )


_MINUTES = "FROM minutes n JOIN meeting m ON m.id = n.meeting_id AND m.code = :code"
NUMBERS = (
    ("/<int:key>/removal", "SELECT id FROM project WHERE code = 'KJS-003'"),
    ("/accesses/links/", "SELECT 1"),
    ("/tokens/", "SELECT 1"),
    ("/privacy/", "SELECT 1"),
    ("/webhooks/", "SELECT coalesce(min(id), 1) FROM webhook"),
    ("/admin/work/", "SELECT 1"),
    ("/evidence/", "SELECT 1"),
    ("/documents/", "SELECT 1"),
    ("/obligations/<code>/links/", "SELECT min(id) FROM obligation_link"),
    ("/criteria/", "SELECT 1"),
    ("/undo/", "SELECT max(id) FROM milestone_entry"),
    ("/milestones/<", "SELECT max(id) FROM milestone_entry"),
    ("/members/<int:number>/end", "SELECT min(id) FROM project_member"),
    ("/numbers/", "SELECT 1"),
    ("/records/", "SELECT 1"),
    ("/risks/", "SELECT 1"),
    ("/validity/", "SELECT 1"),
    ("/partners/<code>/archive/", "SELECT 1"),
    ("/labs/<code>/people", "SELECT min(id) FROM lab_member"),
    ("/partners/<code>/people", "SELECT min(id) FROM institution_member"),
    ("/institutions/<code>/people", "SELECT min(id) FROM institution_member"),
    (
        "/items/",
        "SELECT min(i.id) FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id AND m.code = :code",
    ),
    (
        "/paragraphs/",
        f"SELECT p.public_id FROM paragraph p WHERE p.minutes_id = (SELECT n.id {_MINUTES}) ORDER BY p.position LIMIT 1",
    ),
    ("/scans/", "SELECT 1"),
    ("/papers/", "SELECT 1"),
    ("/packs/", "SELECT 1"),
    ("/deliveries/", "SELECT 1"),
    ("/backlog/", "SELECT 1"),
    ("/series/", "SELECT 1"),
    ("/committees/<code>/templates/", "SELECT 1"),
    ("/stays/", "SELECT min(id) FROM presence"),
    ("/floor/acts/", "SELECT max(change_set_id) FROM audit_entry WHERE act = 'committee:presence:arrive'"),
    ("/interests/", "SELECT min(id) FROM interest"),
    ("/motions/", "SELECT min(id) FROM motion"),
    ("/recusals/", "SELECT min(id) FROM recusal"),
    ("/comments/", "SELECT min(id) FROM comment"),
    ("/suggestions/", "SELECT coalesce(min(id), 1) FROM suggestion"),
    ("/objections/", "SELECT coalesce(min(id), 1) FROM consent"),
    ("/drafts/", f"SELECT max(d.number) FROM draft_version d WHERE d.minutes_id = (SELECT n.id {_MINUTES})"),
    ("/minutes/actions/", "SELECT 'A-2026-08-01'"),
    ("/amendments/", "SELECT 1"),
    ("/committees/<code>/members", "SELECT min(id) FROM committee_member"),
    ("/sessions/", "SELECT 1"),
    ("/admin/work/", "SELECT 1"),
    ("/passkeys/", "SELECT 1"),
    ("/imports/", "SELECT 1"),
    ("/robots/", "SELECT 1"),
    ("/mails/", "SELECT coalesce(min(id), 1) FROM outbox"),
    ("/audit/changes", "SELECT 1"),
    ("/views/", "SELECT 1"),
    ("/milestones/changes/", "SELECT 1"),
)


def _one(statement: str, thing: dict[str, object]) -> object:
    value = db.session.scalar(sa.text(statement), thing if ":code" in statement else {})
    return 1 if value is None else value


def _try_out() -> None:
    """A scenario of the lead's, shared with those who see its project."""
    lead = actor_by_email("lead@kjs.example")
    assert lead is not None
    made = scenarios.create(actor=lead, name="a", note="", shared=True, illustrative=True)
    project = queries.project(actor=lead, code="KJS-003")
    assert project is not None
    scenarios.stop(made, project, actor=lead, version=made.version)


def furnish(app: Flask) -> None:
    """What the demonstration lacks: the plan of a laboratory, a piece of evidence on each milestone that is tried, a
    vote that runs, minutes from elsewhere, a robot of a group."""
    with app.app_context(), transactions.writing():
        actor = system_actor()
        _try_out()
        lab = labs.lab(actor=actor, code="JL-01")
        assert lab is not None
        start_lab_plan(lab, actor=actor, version=lab.version, pathway="E_jointlab")
        for thing in dict(THINGS)[PLANS]:
            code = str(_milestone(thing))
            found = queries.milestone(
                actor=actor, of=str(thing["of"]), code=str(thing["code"]), milestone_code=code
            )
            assert found is not None
            evidence.add(found, [("a.pdf", papers.PDF)], actor=actor)
            gates.add_criterion(found, {"hans": "a"}, actor=actor)
        held = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()
        with time_machine.travel(max(stay.came_at for stay in held.presence) + timedelta(minutes=1)):
            motions.open_motion(held.items[0], actor=actor, kind="D", text="a", method="name")
        committee = loaders.committee(actor=actor, code="SAC")
        assert committee is not None
        imports.receive(committee, "a.md", b"# 2019-04-10", actor=actor)
        address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a"
        told: dict[str, Any] = {"name": "a", "kinds": ["projects:done"], "rhythm": "each", "locale": "en"}
        hours = {"hour": 8, "quiet_from": 20, "quiet_to": 8}
        robot = keeping.add(
            actor=actor, messenger="wecom", address=address, secret="", allowed=frozenset(), **told, **hours
        )
        keeping.send_test(robot, actor=actor)
        lead = actor_by_email("lead@kjs.example")
        assert lead is not None
        hook, _secret = webhooks.make(
            db.session.get_one(Person, lead.id),
            actor=lead,
            name="a",
            address="https://a.example/x",
            kinds=["milestone"],
            given=Given(PASSWORD),
            allowed=(),
        )
        webhooks.ping(hook, actor=lead)
        copied = {key: {"p": one.p, "n": one.n} for key, one in published()["BIO_ALL"].rates.items()}
        named = {"name_hans": "a", "name_hant": "", "name_en": "", "source": ""}
        rates.create("BIO_ALL", actor=actor, rates=copied, reason="a", **named)


def rows(app: Flask, cast: Sequence[str]) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """(method, address, declared access, {who: verdict}) for each route and thing, in a stable order."""
    clients = {who: _signed_in(app, who) for who in cast}
    clients_with_nobody = {"nobody": app.test_client(), **clients}
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, sorted(r.methods or ()))):
        if rule.endpoint in LEFT_OUT:
            continue
        access = app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]
        if rule.rule in as_pages(app):
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            with app.app_context():
                tried = arguments(rule)
            for values in tried:
                address = shown = rule.rule
                for name, value in values.items():
                    address = _put(address, name, str(value))
                    stable = name in STABLE and not (name == "number" and "<int:number>" in rule.rule)
                    shown = _put(shown, name, str(value) if stable else f"<{name}>")
                verdicts = {
                    who: _verdict(app, client, method, address) for who, client in clients_with_nobody.items()
                }
                yield method, shown, access, verdicts


def as_pages(app: Flask) -> dict[str, tuple[str, str]]:
    """What programs read through the loader and the policy of a page: address → declared access, the page's address.
    Who gets the page gets it, and nobody else; it is not tried again."""
    views = app.view_functions
    declared = {
        rule.rule: views[rule.endpoint].access  # type: ignore[attr-defined]
        for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule, reverse=True)
        if "GET" in (rule.methods or ())
    }
    pages = {access: path for path, access in declared.items() if not path.startswith(PROGRAMS)}
    return {
        path: (access, pages[access])
        for path, access in sorted(declared.items())
        if path.startswith(PROGRAMS) and access in pages
    }


def _programs(app: Flask) -> list[str]:
    lines = ["", "## What programs read as pages do", "", "| address | declared | as |", "|---|---|---|"]
    return lines + [
        f"| `{path}` | `{access}` | {'everybody who is signed in' if access == 'signed_in' else f'`{page}`'} |"
        for path, (access, page) in as_pages(app).items()
    ]


def _put(address: str, name: str, value: str) -> str:
    return re.sub(rf"<(?:\w+(?:\([^)]*\))?:)?{name}>", value, address)


def _signed_in(app: Flask, who: str):  # type: ignore[no-untyped-def]
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": f"{who}@kjs.example", "password": PASSWORD})
    assert answer.status_code == 303, who
    return client


def _verdict(app: Flask, client, method: str, address: str) -> str:  # type: ignore[no-untyped-def]
    cookies = dict(client._cookies)
    with mock.patch.object(transactions, "commit", lambda: db.session.rollback()):
        answer = client.open(address, method=method, data={} if method != "GET" else None)
    client._cookies = cookies  # an act may go on under a new key, which was not kept either
    if answer.status_code in (401, 403, 404):
        return str(answer.status_code)
    if answer.status_code == 302 and "/sign-in" in answer.headers["Location"]:
        return "sign in"
    return "error" if answer.status_code >= 500 else "yes"


def cells(line: str, whom: Sequence[str]) -> list[str]:
    """Of a row of the document: method, address and declared access, and the verdicts of some."""
    method, address, *verdicts, access = [cell.strip() for cell in line.strip("| \n").split(" | ")]
    said = dict(zip(("nobody", *CAST), verdicts, strict=True))
    return [method, address, access, *(said[who] for who in whom)]


def tried(app: Flask, whom: Sequence[str]) -> list[list[str]]:
    """The same as the application gives it."""
    furnish(app)
    return [
        [method, f"`{address}`", f"`{access}`", *(verdicts[who] for who in ("nobody", *whom))]
        for method, address, access, verdicts in rows(app, whom)
    ]


def document(app: Flask) -> str:
    """The table as Markdown."""
    furnish(app)
    head = ["method", "address", *["nobody", *CAST]]
    lines = [
        "# Who gets what",
        "",
        "Made by `python -m tests.permissions.table` over the demonstration; a test compares it with the running application. "
        "“yes” is any answer that is no refusal; 404 is also what is not there; nobody is somebody who did not sign in.",
        "",
        f"| {' | '.join(head)} | declared |",
        f"|{'---|' * (len(head) + 1)}",
    ]
    for method, address, access, verdicts in rows(app, CAST):
        line = [method, f"`{address}`", *[verdicts[who] for who in ("nobody", *CAST)], f"`{access}`"]
        lines.append(f"| {' | '.join(line)} |")
    return "\n".join([*lines, *_programs(app), *_things(app)]) + "\n"


def _things(app: Flask) -> list[str]:
    """Who sees which things: all of a kind, some or none, as the doors say; tests/permissions/test_planted.py holds
    pages, searches, files and feeds to it."""
    lines = ["", "## Who sees which things", "", f"| who | {' | '.join(doors.KINDS)} |"]
    lines.append(f"|{'---|' * (len(doors.KINDS) + 1)}")
    with app.app_context():
        for who in CAST:
            actor = actor_by_email(f"{who}@kjs.example")
            assert actor is not None
            lines.append(f"| {' | '.join([who, *doors.words(actor)])} |")
    return lines


def main() -> None:
    """Write the document anew."""
    with tempfile.TemporaryDirectory() as folder:
        url = Databases(Path(folder), None).fresh("demo")
        DOCUMENT.write_text(document(make(settings_for(Path(folder), url))), "utf-8")


if __name__ == "__main__":
    main()
