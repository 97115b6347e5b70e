"""Costly acts have a budget for each person and each program; what costs little asks for none."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from kangjiansheng.core import budgets, measures
from kangjiansheng.core.budgets import TOGETHER, Budget
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import OutcomeUnknown
from kangjiansheng.core.transactions import writing
from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.support.critic import Critic
from tests.support.queries import queries_counted

FILE = re.compile(r"\.(csv|xlsx|pdf|docx|pptx|zip|md|json)\b|\(csv|\(pptx")
READ_IN = re.compile(r"/imports?\b|/people/list|/minutes/verify|/records/(import|consent)")
SENT = re.compile(r"/(ping|retry|drill|reminders)$|/robots/.*/test|/again$|/admin/copies$")
# What costs little though its address looks like it: the description of the interface; answers by keys alone.
LITTLE = {"api.openapi", "account.set_reminders", "committee.discard_import", "committee.undo_import",
          "projects.accept_rows", "projects.discard_sheet", "projects.undo_sheet"}  # fmt: skip


def set_budget(app: Flask, burst: int, seconds: int = 9999) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], costly=(burst, seconds))


def refused() -> float:
    return measures.OWN.get_sample_value("kangjiansheng_costly_refused_total", {"floor": "projects"}) or 0


@pytest.mark.long
def test_of_thirty_calls_in_a_row_some_are_too_many(app: Flask, client: Callable[..., Critic]) -> None:
    lead, before = client("lead"), refused()
    answers = [lead.get("/asks.csv") for _number in range(30)]
    assert [one.status_code for one in answers[:20]] == [200] * 20, "nobody at work meets it"
    last = next(one for one in answers if one.status_code == 429)
    assert 0 < int(last.headers["Retry-After"]) <= 15 and "费资源" in last.text and refused() > before
    assert (
        re.search(r"请在 \d\d:\d\d:\d\d 之后（\d+ 秒后）再试", last.text) and 'href="/asks.csv"' in last.text
    )
    for language, words in (("zh-Hant", "都很耗資源"), ("en", "Please try again after")):
        assert words in lead.get("/asks.csv", query_string={"lang": language}).text
    assert lead.get("/hand-offs.csv").status_code == 200, "other acts go on"
    assert client("lead2").get("/asks.csv").status_code == 200, "and so do other people"
    secret, program = made(lead), app.test_client()
    path = "/api/v1/milestones/sheet.csv"
    assert lead.get("/milestones/sheet.csv").status_code == 200
    set_budget(app, 1)
    assert program.get(path, headers=bearer(secret)).status_code == 200, (
        "her programs have a budget of their own"
    )
    too_many = program.get(path, headers=bearer(secret))
    assert too_many.status_code == 429 and int(too_many.headers["Retry-After"]) > 9000
    other = made(lead, name="另一个程序")
    assert program.get(path, headers=bearer(other)).status_code == 429, "more tokens give no more"
    assert program.get(path, headers=bearer(made(client("lead2")))).status_code == 200
    assert too_many.content_type == "application/problem+json" and "秒后" in too_many.get_json()["detail"]
    with app.app_context(), writing():
        db.session.execute(update(Budget).values(full_at=Budget.full_at - 9999 * 1000 * 20))
    assert program.get(path, headers=bearer(secret)).status_code == 200, "what was spent comes back"


def test_what_was_typed_stays_and_may_be_sent_again(app: Flask, client: Callable[..., Critic]) -> None:
    set_budget(app, 1)
    secretary = client("secretary")
    asked = {"data": {"text": "会议纪要 一、审议立项"}, "headers": {"Origin": "http://localhost"}}
    assert secretary.post("/committees/SAC/imports", **asked).status_code != 429
    page = secretary.post("/committees/SAC/imports", **asked)
    assert page.status_code == 429 and "您填写的内容还在下面" in page.text
    assert 'value="会议纪要 一、审议立项"' in page.text and 'action="/committees/SAC/imports"' in page.text
    assert secretary.get("/committees/SAC/imports").status_code == 200, "its page costs nothing"


def test_all_costly_acts_together_have_an_end_and_who_may_not_pays_nothing(
    app: Flask, client: Callable[..., Critic]
) -> None:
    set_budget(app, 1)
    lead = client("lead")
    assert [lead.get("/audit.csv").status_code for _again in range(3)] == [403] * 3
    lists = ("asks", "hand-offs", "agreements", "labs", "partners", "projects", "results", "resources")
    codes = [lead.get(f"/{name}.csv").status_code for name in lists]
    assert codes == [200] * TOGETHER + [429] * (len(lists) - TOGETHER)
    with queries_counted() as seen:
        assert lead.get("/asks").status_code == 200
    assert not [one for one in seen if "budget" in one], "an ordinary page asks nothing of it"


def test_of_many_at_once_no_more_pass_than_the_budget_holds(
    app: Flask, client: Callable[..., Critic]
) -> None:
    set_budget(app, 2)
    visitors, together = [client("lead") for _number in range(5)], Barrier(5)

    def ask(visitor: Critic) -> int:
        together.wait(20)
        return visitor.get("/asks.csv").status_code

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(ask, visitors)) == [200, 200, 429, 429, 429]


def test_where_nothing_can_be_written_files_are_still_handed_out(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = client("lead")
    full = OperationalError("INSERT INTO budget", {}, Exception("database or disk is full"))
    for problem in (OutcomeUnknown(), full):

        def taken(*_told: Any, problem: Exception = problem) -> int:
            raise problem

        monkeypatch.setattr(budgets, "_take", taken)
        assert lead.get("/asks.csv").status_code == 200
    assert lead.post("/milestones/import").status_code == 507


def test_each_file_that_is_made_and_each_import_is_costly(app: Flask) -> None:
    missing = []
    for rule in app.url_map.iter_rules():
        view, methods = app.view_functions[rule.endpoint], rule.methods or set()
        looks = (FILE.search(rule.rule) and "GET" in methods) or (
            "POST" in methods and (READ_IN.search(rule.rule) or SENT.search(rule.rule))
        )
        if looks and rule.endpoint not in LITTLE and not getattr(view, "costly", ""):
            missing.append(f"{rule.rule} ({rule.endpoint})")
    assert not missing
