"""A day of programs of three people: the lab lead's, the partner's and a member's of the committee."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import Paragraph
from kangjiansheng.core.db import db
from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.support.acting import eighth
from tests.support.critic import Critic

EVERYTHING = dict.fromkeys(("labs", "projects", "committee", "overview"), "write")


class Program:
    """A program of one person: it reads, and changes what it has read."""

    def __init__(self, app: Flask, owner: Critic) -> None:
        self.client, self.headers = app.test_client(), bearer(made(owner, **EVERYTHING))

    def get(self, path: str) -> Any:
        answer = self.client.get(f"/api/v1{path}", headers=self.headers)
        assert answer.status_code == 200, (path, answer.text)
        return answer

    def send(self, path: str, body: Any = None, *, seen: str = "", method: str = "POST") -> Any:
        more = {"If-Match": self.get(seen).headers["ETag"]} if seen else {}
        return self.client.open(f"/api/v1{path}", method=method, json=body or {}, headers=self.headers | more)


def test_the_lead_moves_a_milestone_and_keeps_its_risks(app: Flask, client: Callable[..., Critic]) -> None:
    lead = Program(app, client("lead"))
    assert lead.get("/me").get_json()["token"] == "进度表"
    mine = lead.get("/my/milestones").get_json()["data"]
    first = next(one for one in mine if one["project"] == "KJS-003")
    place = f"/projects/KJS-003/milestones/{first['code']}"
    asked = f"{place}/effect?choice=will_slip&date=2027-09-30"
    assert lead.get(asked).get_json()["effect"], "later milestones follow"
    slip = {"choice": "will_slip", "date": "2027-09-30", "note": "程序登记"}
    form = lead.get(f"/forms/POST{place}/update").get_json()
    reasons = next(one["choices"] for one in form["fields"] if one["name"] == "reason")
    assert form["needs_version"] and reasons
    why = lead.send(f"{place}/update", slip, seen=place)
    page = client("lead").post(
        f"{place}/update", data=slip | {"version": str(first["version"]), "follow": "move"}
    )
    assert why.status_code == 422
    assert (
        why.get_json()["errors"][0]["field"] == "reason"
        and why.get_json()["errors"][0]["detail"] in page.text
    )
    said = lead.send(f"{place}/update", slip | {"reason": reasons[0]["value"]}, seen=place)
    assert said.status_code == 200, said.text
    assert "2027-09-30" in (said.get_json()["forecast"], said.get_json()["proposed"])
    entries = lead.get(f"{place}/entries").get_json()["data"]
    assert entries[-1]["note"] == "程序登记"

    risk = {"title": "载体晚到", "kind": "risk", "likelihood": "4", "impact": "4", "review_on": "2026-12-31"}
    kept = lead.send("/projects/KJS-003/risks", risk | {"measure": "找第二家"})
    assert kept.status_code == 201, kept.text
    number = next(one["number"] for one in kept.get_json()["data"] if one["title"] == "载体晚到")
    here = f"/projects/KJS-003/risks/{number}"
    worse = lead.send(here, {"impact": "5"}, seen=here, method="PATCH").get_json()
    assert (worse["impact"], worse["likelihood"], worse["measure"]) == (5, 4, "找第二家")
    over = lead.send(f"{here}/closure", {"reason": "已到货"}, seen=here)
    assert over.status_code == 200 and over.get_json()["life"] == "closed"
    past = lead.get("/projects/KJS-003?as_of=2026-06-30").get_json()
    assert past["as_of"] == "2026-06-30"
    assert lead.client.patch(f"/api/v1{here}?as_of=2026-06-30", headers=lead.headers).status_code == 400


def test_a_partner_books_asks_and_cannot_sign(app: Flask, client: Callable[..., Critic]) -> None:
    partner, other = Program(app, client("partner")), Program(app, client("lead"))
    free = next(
        row["code"] for row in partner.get("/resources").get_json()["data"] if row["kind"] != "cell_bank"
    )
    booked = partner.send(
        f"/resources/{free}/bookings",
        {"day": "2027-03-08", "from_hour": 9, "to_hour": 11, "purpose": "工艺验证"},
    )
    assert booked.status_code in (201, 403), booked.text
    if booked.status_code == 201:
        there = booked.headers["Location"].removeprefix("/api/v1")
        again = other.send(
            f"/resources/{free}/bookings",
            {"day": "2027-03-08", "from_hour": 9, "to_hour": 10, "purpose": "a"},
        )
        assert again.status_code in (403, 422)
        gone = partner.send(f"{there}/cancel", seen=there)
        assert gone.status_code == 200 and gone.get_json()["cancelled_at"]
    ask = partner.send("/asks", {"title": "开放随访数据", "detail": "每季度一次。", "to_code": "KJS"})
    assert ask.status_code == 201, ask.text
    place = ask.headers["Location"].removeprefix("/api/v1")
    assert partner.send(f"{place}/withdrawal", seen=place).get_json()["life"] == "withdrawn"
    for act in ("delivery", "receipt"):
        signed = partner.send(f"/hand-offs/HO-0001/{act}", {"password": "x"})
        assert signed.status_code in (403, 409)  # not hers, or not to be done now
    hidden = {"KJS-003"} & {row["code"] for row in partner.get("/projects").get_json()["data"]}
    assert not hidden and partner.send("/projects/KJS-003/risks", {}).status_code == 404


def test_a_member_comments_and_finishes_an_action(app: Flask, client: Callable[..., Critic]) -> None:
    member = Program(app, client("member2"))
    with app.app_context():
        public_id = db.session.scalars(
            select(Paragraph.public_id).where(Paragraph.minutes_id == eighth().id, Paragraph.kind == "text")
        ).first()
    here = f"/meetings/SAC-2026-05/minutes/paragraphs/{public_id}"
    written = member.send(f"{here}/comments", {"text": "请写明依据。"})
    assert written.status_code in (201, 403, 422), written.text
    secretary = Program(app, client("secretary"))
    action = secretary.get("/actions").get_json()["data"][0]["number"]
    done = secretary.send(
        f"/actions/{action}/completion", {"done_on": "2026-11-20", "note": "已办"}, seen=f"/actions/{action}"
    )
    assert done.status_code == 200, done.text
    assert secretary.get(f"/actions/{action}").get_json()["life"] == "done"
    for path in (
        "/meetings/SAC-2026-05/minutes/drafts/1/signature",
        "/meetings/SAC-2026-05/motions/1/ballots",
    ):
        assert member.send(path, {"password": "kangjiansheng", "choice": "for"}).status_code == 404
