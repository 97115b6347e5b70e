"""The floor: the rows that a page shows, through bare Flask, one or a few statements and a template without a layout.

It looks up the session as the product must, and nothing else: no rights, no languages, no statuses, no menus, no past
days. Where a page counts over all milestones, the database counts here.
"""

import hashlib
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, abort, redirect, render_template, request
from sqlalchemy import Engine, create_engine, event, text

from kangjiansheng.core import clock

SIGNED_IN = (
    "SELECT account.id FROM session JOIN account ON account.id = session.account_id WHERE key_sha256 = :key"
)
NEXT = """(SELECT m.id FROM milestone m JOIN plan ON plan.id = m.plan_id WHERE plan.project_id = p.id
 AND m.state = 'open' AND m.kind = 'milestone' ORDER BY coalesce(m.forecast, m.current_plan) LIMIT 1)"""
PROJECTS = f"""SELECT p.code, p.name_hans, p.status, p.stage, l.code AS lab, n.code AS next, n.name_hans AS next_name,
 n.forecast, n.baseline FROM (SELECT * FROM project WHERE archived_at IS NULL ORDER BY code LIMIT 50) p
 LEFT JOIN project_lab pl ON pl.project_id = p.id AND pl.leads LEFT JOIN joint_lab l ON l.id = pl.lab_id
 LEFT JOIN milestone n ON n.id = {NEXT} ORDER BY p.code"""
LINES = """SELECT p.code AS project, p.name_hans AS project_name, m.code, m.name_hans, m.state, m.baseline,
 coalesce(m.actual, m.forecast, m.current_plan) AS day, m.moves, o.name_hans AS owner FROM milestone m
 JOIN plan ON plan.id = m.plan_id JOIN project p ON p.id = plan.project_id LEFT JOIN person o ON o.id = m.owner_id"""
ORDER = (
    " ORDER BY m.state <> 'open', coalesce(m.actual, m.forecast, m.current_plan), p.code, m.position LIMIT 50"
)
BY_LAB = """SELECT l.code, m.state, count(*) AS number FROM milestone m JOIN plan ON plan.id = m.plan_id
 JOIN project_lab pl ON pl.project_id = plan.project_id AND pl.leads JOIN joint_lab l ON l.id = pl.lab_id
 GROUP BY l.code, m.state ORDER BY l.code"""
LATE = " WHERE m.state = 'open' AND m.forecast > m.baseline ORDER BY m.forecast LIMIT 120"
WORDS = """SELECT a.name_hans AS heading, r.text FROM paragraph g JOIN minutes ON minutes.id = g.minutes_id
 JOIN meeting ON meeting.id = minutes.meeting_id LEFT JOIN agenda_item a ON a.id = g.agenda_item_id
 JOIN paragraph_revision r ON r.paragraph_id = g.id AND r.number = g.revision_no
 WHERE meeting.code = :code AND g.removed_at IS NULL ORDER BY a.position, g.position"""
MEETINGS = """SELECT m.code, m.name_hans, m.held_on, m.life, c.name_hans AS committee, t.life AS minutes FROM meeting m
 JOIN committee c ON c.id = m.committee_id LEFT JOIN minutes t ON t.meeting_id = m.id
 ORDER BY m.held_on DESC, m.running_no DESC, m.id DESC LIMIT 50"""
MEETING = """SELECT m.code, m.name_hans, m.held_on, m.place, c.name_hans AS committee FROM meeting m
 JOIN committee c ON c.id = m.committee_id WHERE m.code = :code"""
ITEMS = """SELECT i.position, i.name_hans, i.kind, p.code AS project FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id
 LEFT JOIN project p ON p.id = i.project_id WHERE m.code = :code ORDER BY i.position"""
SEATS = """SELECT p.name_hans, a.answer, a.mode FROM attendance a JOIN meeting m ON m.id = a.meeting_id
 JOIN person p ON p.id = a.person_id WHERE m.code = :code ORDER BY a.id"""
FIRST = "CROSS JOIN"  # in SQLite: what stands before it is read first
DECISIONS = f"""SELECT d.number, d.kind, d.text, m.code AS meeting, a.verdict FROM meeting m
 {FIRST} decision d ON d.meeting_id = m.id LEFT JOIN company_decision a ON a.decision_id = d.id
 ORDER BY m.running_no DESC, d.id LIMIT 50"""
ACTIONS = """SELECT a.number, a.text, a.due_on, a.life, m.code AS meeting, p.name_hans AS owner FROM action a
 JOIN meeting m ON m.id = a.meeting_id LEFT JOIN person p ON p.id = a.owner_id WHERE a.life = 'open'
 ORDER BY a.due_on, a.number LIMIT 50"""
SEARCH = """SELECT code, name_hans, indication_hans FROM project
 WHERE name_hans LIKE :q OR indication_hans LIKE :q ORDER BY code LIMIT 100"""
PROJECT = "SELECT * FROM project WHERE code = :code"
PARTIES = """SELECT i.code, i.name_hans, pp.role FROM project_party pp JOIN institution i ON i.id = pp.institution_id
 JOIN project p ON p.id = pp.project_id WHERE p.code = :code"""
SAID = """SELECT m.code, e.kind, e.recorded_at, e.forecast, e.reason_code FROM milestone_entry e
 JOIN milestone m ON m.id = e.milestone_id JOIN plan ON plan.id = m.plan_id JOIN project p ON p.id = plan.project_id
 WHERE p.code = :code ORDER BY e.recorded_at DESC, e.id DESC LIMIT 5"""
COUNT = {
    "projects": "SELECT count(*) FROM project WHERE archived_at IS NULL",
    "milestones": "SELECT count(*) FROM milestone",
    "meetings": "SELECT count(*) FROM meeting",
    "decisions": "SELECT count(*) FROM decision",
    "actions": "SELECT count(*) FROM action WHERE life = 'open'",
}


def create(url: str) -> Flask:
    """The bare application over a filled database."""
    app = Flask("floor", template_folder=str(Path(__file__).with_name("templates")))
    engine = create_engine(url)
    event.listen(engine, "connect", as_durable_as_the_product)
    app.extensions["engine"] = engine

    def rows(sql: str, **values: Any) -> Any:
        return _rows(engine, sql, values)

    @app.before_request
    def _sign_in() -> None:
        key = hashlib.sha256(request.cookies.get("floor", "").encode()).hexdigest()
        rows(SIGNED_IN, key=key)

    @app.get("/projects")
    def projects() -> str:
        total = rows(COUNT["projects"])[0][0]
        return render_template("floor.html", total=total, tables=[rows(PROJECTS)])

    @app.get("/milestones")
    def milestones() -> str:
        total = rows(COUNT["milestones"])[0][0]
        return render_template("floor.html", total=total, tables=[rows(LINES + ORDER)])

    @app.get("/my/milestones")
    def mine() -> str:
        own = rows(
            LINES
            + " JOIN person me ON me.id = m.owner_id WHERE me.code = 'CAST-LEAD' AND m.state = 'open'"
            + ORDER
        )
        return render_template("floor.html", total=len(own), tables=[own])

    @app.get("/")
    @app.get("/overview")
    def board() -> str:
        return render_template("floor.html", total=None, tables=[rows(BY_LAB), rows(LINES + LATE)])

    @app.get("/projects/<code>")
    def project(code: str) -> str:
        found = rows(PROJECT, code=code) or abort(404)
        plan = rows(LINES + " WHERE p.code = :code ORDER BY m.position", code=code)
        tables = [found, rows(PARTIES, code=code), plan, rows(SAID, code=code)]
        return render_template("floor.html", total=len(plan), tables=tables)

    @app.get("/meetings/<code>/minutes")
    def minutes(code: str) -> str:
        return render_template("floor.html", total=None, tables=[rows(WORDS, code=code)])

    @app.get("/<any(meetings, decisions, actions):kind>")
    def of_committees(kind: str) -> str:
        found = rows({"meetings": MEETINGS, "decisions": DECISIONS, "actions": ACTIONS}[kind])
        return render_template("floor.html", total=rows(COUNT[kind])[0][0], tables=[found])

    @app.get("/api/v1/<any(meetings, decisions):kind>")
    def for_programs(kind: str) -> Any:
        found = rows({"meetings": MEETINGS, "decisions": DECISIONS}[kind])
        return {"total": rows(COUNT[kind])[0][0], "data": [dict(row._mapping) for row in found]}

    @app.get("/meetings/<code>")
    def meeting(code: str) -> str:
        found = rows(MEETING, code=code) or abort(404)
        return render_template(
            "floor.html", total=None, tables=[found, rows(ITEMS, code=code), rows(SEATS, code=code)]
        )

    @app.get("/search")
    def search() -> str:
        found = rows(SEARCH, q=f"%{request.args['q']}%")
        return render_template("floor.html", total=len(found), tables=[found])

    @app.post("/projects/<project>/milestones/<code>/update")
    def update(project: str, code: str) -> Any:
        day = date.fromisoformat(request.form["date"])
        with engine.begin() as connection:
            key = connection.execute(
                text("SELECT m.id FROM milestone m JOIN plan ON plan.id = m.plan_id"
                     " JOIN project p ON p.id = plan.project_id WHERE p.code = :project AND m.code = :code"),
                {"project": project, "code": code},
            ).scalar_one()  # fmt: skip
            connection.execute(
                text("UPDATE milestone SET forecast = :day, version = version + 1 WHERE id = :id"),
                {"day": day, "id": key},
            )
            connection.execute(
                text("INSERT INTO floor_entry (milestone_id, day, note) VALUES (:id, :day, :note)"),
                {"id": key, "day": day, "note": request.form["note"]},
            )
        return redirect(f"/projects/{project}/milestones/{code}", 303)

    with engine.begin() as connection:
        made = "CREATE TABLE IF NOT EXISTS floor_entry (milestone_id INTEGER, day DATE, note TEXT)"
        connection.execute(text(made))
    app.jinja_env.globals["today"] = clock.today
    return app


def _rows(engine: Engine, sql: str, values: dict[str, Any]) -> Any:
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            sql = sql.replace(FIRST, "JOIN")
        return connection.execute(text(sql), values).all()


def as_durable_as_the_product(connection: Any, _record: Any) -> None:
    """A connection that waits for the disk at each commit, as PostgreSQL does by itself."""
    if not isinstance(connection, sqlite3.Connection):
        return
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=8000"):
        connection.execute(f"PRAGMA {pragma}")
