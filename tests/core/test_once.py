"""A form that is sent twice counts once; the same page with something else in it counts again."""

import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.core import clock, once
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic

NEW = "/committees/SAC/meetings/new"


def fields(visitor: Critic, page: str, wanted: str) -> dict[str, str]:
    """The form of a page that has this field, as the page filled it."""
    for form in html.document_fromstring(visitor.get(page).data).forms:
        found = {name: value for name, value in form.form_values() if name}
        if wanted in found or wanted in form.inputs:
            return found
    raise AssertionError(f"{page} has no form with {wanted}")


def count(app: Flask, kind: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_double_click_plans_one_meeting(app: Flask, client: Callable[..., Critic]) -> None:
    secretary, before = client("secretary"), count(app, Meeting)
    data = fields(secretary, NEW, "held_on") | {"held_on": "2026-12-20"}
    made = secretary.post(NEW, data=data).headers["Location"]
    assert made.startswith("/meetings/SAC-")
    led = secretary.post(NEW, data=data, headers={"Referer": f"http://localhost{NEW}"})
    assert (led.status_code, led.headers["Location"]) == (303, made), "to what was made, not to an empty form"
    assert "没有重复保存" in secretary.get(made).text
    with app.app_context(), writing(), time_machine.travel(clock.now() + timedelta(days=2)):
        once.forget()
    again = secretary.post(NEW, data=data, headers={"Referer": f"http://localhost{NEW}?from=list"})
    assert (again.status_code, again.headers["Location"]) == (303, f"{NEW}?from=list")
    assert "没有重复保存" in secretary.get(f"{NEW}?from=list").text
    led = secretary.post(NEW, data=data, headers={"Referer": "http://localhost//elsewhere.example/"})
    assert led.headers["Location"] == "/", "nobody is led elsewhere"
    assert count(app, Meeting) == before + 1


def test_the_same_page_with_other_words_counts_again(app: Flask, client: Callable[..., Critic]) -> None:
    """Back, another text, send: nothing of that may be taken for a double click."""
    secretary, before = client("secretary"), count(app, Meeting)
    data = fields(secretary, NEW, "held_on")
    for day in ("2026-12-20", "2026-12-21"):
        assert secretary.post(NEW, data=data | {"held_on": day}).status_code == 303
    assert count(app, Meeting) == before + 2


def test_what_was_refused_may_be_sent_again(app: Flask, client: Callable[..., Critic]) -> None:
    secretary, before = client("secretary"), count(app, Meeting)
    data = fields(secretary, NEW, "held_on") | {"held_on": ""}
    assert [secretary.post(NEW, data=data).status_code for _ in range(2)] == [422, 422]
    assert count(app, Meeting) == before


def test_a_removal_sent_twice_is_no_missing_page(app: Flask, client: Callable[..., Critic]) -> None:
    secretary, before = client("secretary"), count(app, AgendaItem)
    agenda = html.document_fromstring(secretary.get("/meetings/SAC-2026-06/agenda").data)
    asked = agenda.xpath("//a[contains(@href, '/removal')]/@href")[0]
    page = html.document_fromstring(secretary.get(asked).data)
    form = next(form for form in page.forms if "/removal" in (form.action or asked) and form.method == "POST")
    data = {name: value for name, value in form.form_values() if name}
    assert [secretary.post(form.action or asked, data=data).status_code for _ in range(2)] == [303, 303]
    assert count(app, AgendaItem) == before - 1


def test_htmx_is_told_to_load_the_page_anew(client: Callable[..., Critic]) -> None:
    lead = client("lead")
    page = "/projects/KJS-002/milestones/A180/edit"
    data = fields(lead, page, "choice") | {"choice": "on_track"}
    headers = {"HX-Request": "true"}
    answers = [lead.post(page.replace("edit", "update"), data=data, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 204]
    assert answers[1].headers["HX-Refresh"] == "true"


def test_four_at_once_are_one(app: Flask, client: Callable[..., Critic]) -> None:
    secretary, before = client("secretary"), count(app, Meeting)
    data = fields(secretary, NEW, "held_on") | {"held_on": "2026-12-22"}
    cookie = secretary.get_cookie("kjs")
    assert cookie is not None
    codes: list[int] = []

    def send() -> None:
        twin = app.test_client()
        twin.set_cookie("kjs", cookie.value)
        codes.append(twin.post(NEW, data=data).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [303] * 4
    assert count(app, Meeting) == before + 1


def test_a_form_with_a_field_for_files_and_none_in_it_counts_once(client: Callable[..., Critic]) -> None:
    """Two taps of a glove on "still on that day": the second is no conflict with somebody else's change."""
    lead, page = client("lead"), "/projects/KJS-003/milestones/A140"
    data: dict[str, Any] = fields(lead, f"{page}/edit", "choice") | {"choice": "on_track"}
    for said in ("已确认", "没有重复保存"):
        sent = data | {"files": (BytesIO(), "")}  # as browsers send a field of files that nobody filled
        answer = lead.post(f"{page}/update", data=sent, headers={"Referer": f"http://localhost{page}"})
        assert answer.status_code == 303
        assert said in lead.get(page).text
