"""A program reads the drafts of minutes and what differs between two, as the page shows it, and nothing of a recused item."""

from collections.abc import Callable

from flask import Flask

from kangjiansheng.committee.operations import recall, reviews, signatures
from kangjiansheng.core.transactions import writing
from tests.committee.test_compare_drafts import between, counted
from tests.support.acting import eighth, who
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.programs import program
from tests.support.queries import queries_counted

MINUTES = "/meetings/SAC-2026-05/minutes"


def test_a_program_compares_two_drafts(app: Flask, client: Callable[..., Critic]) -> None:
    between(app)
    member, page = program(app, client, "member"), client("member").get(MINUTES).text
    newest, first = member("GET", f"{MINUTES}/drafts").get_json()["data"]
    assert (newest["number"], newest["current"], first["number"], first["current"]) == (2, True, 1, False)
    assert first["signatures"] > newest["signatures"] and first["sha256"] != newest["sha256"]
    read = member("GET", f"{MINUTES}/drafts/1")
    assert read.headers["ETag"] and read.get_json()["sha256"] == first["sha256"]
    assert "旧的行动项" not in str(read.get_json()["paragraphs"]) and read.get_json()["whole"]
    now = member("GET", MINUTES).get_json()
    assert member("GET", f"{MINUTES}/drafts/2").get_json() == now
    found = member("GET", f"{MINUTES}/drafts/2/comparison").get_json()
    assert (found["before"], found["after"]) == (1, 2)
    assert len(found["differences"]) == counted(page)[0] == 8
    told = {(row["label"], row["before"], row["after"]) for row in found["differences"]}
    assert any(after == "另一间会议室" for _label, _before, after in told)
    assert any(
        (before or "").startswith("同意 5") and (after or "").startswith("同意 6")
        for _l, before, after in told
    )
    back = member("GET", f"{MINUTES}/drafts/1/comparison?with=2").get_json()
    assert len(back["differences"]) == 8
    assert member("GET", f"{MINUTES}/drafts/1/comparison").status_code == 404, "there is none before"
    assert member("GET", f"{MINUTES}/drafts/2/comparison?with=7").status_code == 404
    assert member("GET", f"{MINUTES}/drafts/7").status_code == 404
    outsider = program(app, client, "outsider")
    for what in ("drafts", "drafts/1", "drafts/2/comparison"):
        assert outsider("GET", f"{MINUTES}/{what}").status_code == 404


def test_of_a_recused_item_nothing_is_compared(app: Flask, client: Callable[..., Critic]) -> None:
    between(app, recused="member")
    member = program(app, client, "member")
    answer = member("GET", f"{MINUTES}/drafts/2/comparison")
    assert len(answer.get_json()["differences"]) == 4
    assert "另一间会议室" in answer.text and "同意 6" not in answer.text and "行动项" not in answer.text
    text = member("GET", f"{MINUTES}/drafts/1").get_json()
    assert not text["whole"] and "canonical" not in text and "第三批须重做" not in str(text)
    assert {"withheld": True} in text["paragraphs"]


def test_who_reads_approved_minutes_alone_reads_no_draft_before_them(
    app: Flask, client: Callable[..., Critic]
) -> None:
    between(app)
    with app.app_context(), writing():
        draft = eighth().drafts[-1]
        for short in ("member", "member2", "chair"):
            signatures.sign(
                draft, actor=who(short), meaning="approve", shown_sha256=draft.sha256, password=PASSWORD
            )
        assert eighth().life == "approved"
    partner = program(app, client, "partner")
    assert [row["number"] for row in partner("GET", f"{MINUTES}/drafts").get_json()["data"]] == [2]
    assert partner("GET", f"{MINUTES}/drafts/2").get_json()["life"] == "approved"
    for what in ("drafts/1", "drafts/2/comparison", "drafts/2/comparison?with=1"):
        assert partner("GET", f"{MINUTES}/{what}").status_code == 404
    assert program(app, client, "member")("GET", f"{MINUTES}/drafts/2/comparison").status_code == 200


def test_many_drafts_are_listed_with_as_many_statements_as_three(
    app: Flask, client: Callable[..., Critic]
) -> None:
    between(app)
    member, counts = program(app, client, "member"), []
    member("GET", f"{MINUTES}/drafts")  # what a process reads once
    for more, number in ((1, 3), (5, 8)):
        with app.app_context(), writing():
            minutes = eighth()
            for _again in range(more):
                recall.recall(minutes, actor=who("secretary"), note="再改")
                reviews.open_review(minutes, actor=who("secretary"))
        with queries_counted() as seen:
            rows = member("GET", f"{MINUTES}/drafts").get_json()["data"]
        counts.append(len(seen))
        assert len(rows) == number and rows[-1]["signatures"] == 2, "as the drafts were signed"
    assert counts[0] == counts[1], seen.shown
