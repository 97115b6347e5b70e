"""The session ended while somebody wrote: nothing that was typed is lost, and nothing is saved in silence."""

from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.core.test_csrf import PASSWORD, Critic, enter, guarded  # noqa: F401

PATH = "/projects/KJS-003/milestones/A140"
TYPED = {"choice": "will_slip", "date": "2027-03-01", "reason": "SUPPLY", "note": "第一行\n第二行 <b>"}
HERE = {"Referer": f"http://localhost{PATH}"}


def fields(form: Any) -> dict[str, str]:
    return {
        field.get("name"): field.get("value") or ""
        for field in form.iter("input")
        if field.get("type") != "file"
    } | {
        field.get("name"): (field.text or "").removeprefix("\n").removeprefix("\n")
        for field in form.iter("textarea")
    }


def form_of(answer: Any) -> Any:
    (form,) = html.document_fromstring(answer.text).get_element_by_id("main").iter("form")
    return form


def send_too_late(guarded: Flask, headers: dict[str, str]) -> tuple[Critic, Any]:  # noqa: F811
    visitor = enter(guarded, "lead@kjs.example")
    edit = visitor.get(f"{PATH}/edit").text
    typed = fields(
        next(f for f in html.document_fromstring(edit).iter("form") if "update" in (f.get("action") or ""))
    )
    visitor.delete_cookie("kjs")
    return visitor, visitor.post(f"{PATH}/update", data={**typed, **TYPED}, headers=headers)


@pytest.mark.long
def test_what_was_typed_comes_back_after_signing_in_and_is_saved_by_one_more_press(guarded: Flask) -> None:  # noqa: F811
    visitor, answer = send_too_late(guarded, HERE)
    assert answer.status_code == 401 and "登录已结束，您填写的内容还在" in answer.text
    assert "校验码" not in answer.text
    back = fields(form_of(answer))
    wrong = visitor.post("/sign-in", data={**back, "email": "lead@kjs.example", "password": "wrong"})
    assert wrong.status_code == 422
    again = fields(next(f for f in html.document_fromstring(wrong.text).iter("form")))
    answer = visitor.post("/sign-in", data={**again, "email": "lead@kjs.example", "password": PASSWORD})
    assert answer.status_code == 200 and "第二行 &lt;b&gt;" in answer.text
    form = form_of(answer)
    assert "2027-03-01" not in visitor.get(PATH).text  # not saved yet
    answer = visitor.post(form.get("action"), data=fields(form))
    assert answer.status_code == 303
    text = visitor.get(PATH).text
    assert "2027-03-01" in text and "第二行 &lt;b&gt;" in text


@pytest.mark.long
def test_a_form_of_another_site_is_not_carried_on(guarded: Flask) -> None:  # noqa: F811
    for headers in ({"Origin": "https://evil.example"}, {}):
        _visitor, answer = send_too_late(guarded, headers)
        assert (
            answer.status_code == 401 and "第一行" not in answer.text and 'name="resume"' not in answer.text
        )


@pytest.mark.long
@pytest.mark.parametrize("resume", ["nonsense", "WyIvIl0.x.y"])
def test_what_we_did_not_sign_is_left_alone(guarded: Flask, resume: str) -> None:  # noqa: F811
    visitor = Critic(guarded)
    page = html.document_fromstring(visitor.get("/sign-in").text)
    data = fields(next(page.iter("form"))) | {
        "email": "lead@kjs.example",
        "password": PASSWORD,
        "resume": resume,
    }
    assert visitor.post("/sign-in", data=data).status_code == 303
