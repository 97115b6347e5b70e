"""The usual: the same rows by the libraries that the product uses (Flask-Login, SQLAlchemy's objects, Jinja with a
layout and a menu), as an application of one party, one language and no rights would show them.

Beside the floor it tells what the libraries cost and what the product's own work costs.
"""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, g, redirect, render_template, request
from flask_login import LoginManager, UserMixin, login_required
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.orm import DeclarativeBase, Session, contains_eager, joinedload, relationship, selectinload

from tests.bench.floor import as_durable_as_the_product


class Base(DeferredReflection, DeclarativeBase):
    """Columns are those of the database."""


class Person(Base):
    __tablename__ = "person"


class Account(UserMixin, Base):
    __tablename__ = "account"
    person = relationship(Person)


class SignIn(Base):
    __tablename__ = "session"
    account = relationship(Account)


class Lab(Base):
    __tablename__ = "joint_lab"


class Leads(Base):
    __tablename__ = "project_lab"
    lab = relationship(Lab)


class Project(Base):
    __tablename__ = "project"
    labs = relationship(Leads)


class Plan(Base):
    __tablename__ = "plan"
    project = relationship(Project)


class Milestone(Base):
    __tablename__ = "milestone"
    plan = relationship(Plan)
    owner = relationship(Person, foreign_keys="Milestone.owner_id")


class Entry(Base):
    __tablename__ = "milestone_entry"
    milestone = relationship(Milestone)


class Committee(Base):
    __tablename__ = "committee"


class Meeting(Base):
    __tablename__ = "meeting"
    committee = relationship(Committee)


class Item(Base):
    __tablename__ = "agenda_item"


class Minutes(Base):
    __tablename__ = "minutes"
    meeting = relationship(Meeting)


class Paragraph(Base):
    __tablename__ = "paragraph"
    minutes = relationship(Minutes)
    item = relationship(Item)
    revisions = relationship("Revision")


class Revision(Base):
    __tablename__ = "paragraph_revision"


class Decision(Base):
    __tablename__ = "decision"
    meeting = relationship(Meeting)


class Action(Base):
    __tablename__ = "action"
    meeting = relationship(Meeting)
    owner = relationship(Person)


def _lines() -> Any:
    """Milestones with their plan, project and owner."""
    known = contains_eager(Milestone.plan).contains_eager(Plan.project)
    joined = select(Milestone).join(Milestone.plan).join(Plan.project)
    return joined.options(known, joinedload(Milestone.owner))


def _day() -> Any:
    return func.coalesce(Milestone.actual, Milestone.forecast, Milestone.current_plan)


def _lists() -> dict[str, Any]:
    """What each list selects, by its address; made when the columns are known."""
    labs = selectinload(Project.labs).joinedload(Leads.lab)
    people = (joinedload(Action.meeting), joinedload(Action.owner))
    decisions = select(Decision).join(Decision.meeting).options(contains_eager(Decision.meeting))
    meetings = select(Meeting).options(joinedload(Meeting.committee))
    open_ones = select(Action).where(Action.life == "open").options(*people)
    return {
        "projects": select(Project).where(Project.archived_at.is_(None)).options(labs).order_by(Project.code),
        "milestones": _lines().order_by(Milestone.state != "open", _day(), Project.code, Milestone.position),
        "meetings": meetings.order_by(Meeting.held_on.desc(), Meeting.id.desc()),
        "decisions": decisions.order_by(Meeting.running_no.desc(), Decision.id),
        "actions": open_ones.order_by(Action.due_on, Action.number),
    }


def create(url: str) -> Flask:
    """The application over a filled database; it is asked with the cookie of the floor."""
    app = Flask("usual", template_folder=str(Path(__file__).with_name("templates")))
    app.secret_key = "only measured"
    engine = create_engine(url)
    event.listen(engine, "connect", as_durable_as_the_product)
    Base.prepare(engine)
    selects = _lists()
    login = LoginManager(app)

    @login.request_loader
    def _load(asked: Any) -> Account | None:
        key = hashlib.sha256(asked.cookies.get("floor", "").encode()).hexdigest()
        signed_in = select(SignIn.account_id).where(SignIn.key_sha256 == key).scalar_subquery()
        known = select(Account).where(Account.id == func.coalesce(signed_in, 1))
        return g.session.scalar(known.options(joinedload(Account.person)))

    @app.before_request
    def _open() -> None:
        g.session = Session(engine)

    @app.teardown_request
    def _close(_error: BaseException | None) -> None:
        g.session.close()

    def listed(chosen: Any) -> list[Any]:
        return list(g.session.scalars(chosen))

    @app.get(f"/<any({', '.join(selects)}):kind>")
    @login_required
    def rows(kind: str) -> str:
        chosen = selects[kind]
        total = g.session.scalar(select(func.count()).select_from(chosen.order_by(None).subquery()))
        return render_template("usual.html", kind=kind, total=total, rows=listed(chosen.limit(50)))

    @app.get("/my/milestones")
    @login_required
    def mine() -> str:
        own = _lines().join(Milestone.owner).where(Person.code == "CAST-LEAD", Milestone.state == "open")
        own = listed(own.order_by(_day()).limit(50))
        return render_template("usual.html", kind="milestones", total=len(own), rows=own)

    @app.get("/projects/<code>")
    @login_required
    def project(code: str) -> str:
        found = g.session.scalars(select(Project).where(Project.code == code)).one()
        plan = listed(_lines().where(Project.id == found.id).order_by(Milestone.position))
        said = select(Entry).join(Entry.milestone).join(Milestone.plan).where(Plan.project_id == found.id)
        said = said.options(contains_eager(Entry.milestone)).order_by(Entry.recorded_at.desc()).limit(5)
        return render_template(
            "usual.html", kind="milestones", total=len(plan), rows=plan, project=found, said=listed(said)
        )

    @app.get("/meetings/<code>/minutes")
    @login_required
    def minutes(code: str) -> str:
        chosen = select(Paragraph).join(Paragraph.minutes).join(Minutes.meeting).where(Meeting.code == code)
        chosen = chosen.where(Paragraph.removed_at.is_(None)).order_by(Paragraph.position)
        chosen = chosen.options(joinedload(Paragraph.item), selectinload(Paragraph.revisions))
        found = listed(chosen)
        return render_template("usual.html", kind="minutes", total=len(found), rows=found)

    @app.post("/projects/<project>/milestones/<code>/update")
    @login_required
    def update(project: str, code: str) -> Any:
        one = g.session.scalars(_lines().where(Project.code == project, Milestone.code == code)).one()
        one.forecast = date.fromisoformat(request.form["date"])
        one.version += 1
        g.session.commit()
        return redirect(f"/projects/{project}/milestones/{code}", 303)

    return app
