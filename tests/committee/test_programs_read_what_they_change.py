"""What a program may change of a committee, a meeting and an item it reads under the same names: sent back as it was read,
nothing is changed."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Committee
from kangjiansheng.core.db import db
from kangjiansheng.core.rest.filling import declared
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import JointLab
from tests.support.acting import eighth, who
from tests.support.critic import Critic
from tests.support.programs import program

NOT_READ = {"version", "csrf_token", "names", "name_hans", "name_hant", "name_en"}


def test_a_charter_a_meeting_and_an_item_go_back_as_they_were_read(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context(), writing():
        item = eighth().meeting.items[0]
        person = db.session.get_one(Person, who("lead").id)
        item.presenter_id, item.presenter = person.id, person.name_hans
        number = item.id
    send = program(app, client, "secretary")
    acts = app.extensions["acts"].listed
    for path, pattern in (
        ("/committees/SAC", "/committees/<code>"),
        ("/meetings/SAC-2026-05", "/meetings/<code>"),
        (f"/meetings/SAC-2026-05/items/{number}", "/meetings/<code>/items/<int:number>"),
    ):
        read = send("GET", path)
        (form,) = acts[f"PATCH {pattern}"].forms
        names = {name for name, _field in declared(form)} - NOT_READ
        found = read.get_json()
        assert names <= found.keys(), path
        tag = read.headers["ETag"]
        same = send("PATCH", path, {name: found[name] for name in names}, If_Match=tag)
        assert same.status_code == 200, same.text
        assert same.get_json() == found, path
    read = send("GET", "/meetings/SAC-2026-05")
    moved = {"starts": "09:30", "ends": "11:00", "place": "三楼"}
    changed = send("PATCH", "/meetings/SAC-2026-05", moved, If_Match=read.headers["ETag"]).get_json()
    assert changed.items() >= moved.items()


def test_a_charter_tells_everybody_what_its_page_tells(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing():
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        lab = db.session.scalars(select(JointLab).where(JointLab.code == "JL-01")).one()
        sac.kind, sac.lab_id, sac.default_consent, sac.default_consent_days = "steering", lab.id, True, 5
    for short in ("executive", "partner", "outsider"):
        found = program(app, client, short)("GET", "/committees/SAC").get_json()
        assert (found["default_consent"], found["default_consent_days"]) == (True, 5)
        assert ("JL-01" in client(short).get("/committees/SAC").text) == (found["lab"] == "JL-01")
        assert ("seats" in found) == (short == "executive")
