"""What a signature means, what it leaves out, and how its giver proves who they are."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from lxml import html
from sqlalchemy import select, update

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models import Account, Person
from kangjiansheng.committee.documents import markdown, outline
from kangjiansheng.committee.models import DraftVersion, Meeting, Minutes, SignatureCode
from kangjiansheng.committee.operations import amendments, codes, interests, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import exports
from kangjiansheng.committee.rules import signing, verification
from kangjiansheng.committee.rules import told as recorded
from kangjiansheng.core import clock, outbox, standing, transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import plain
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import commit
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.typed import words

Sign = Callable[..., Any]
Who = Callable[[str], Actor]


@pytest.fixture
def draft(draft_minutes: Minutes, actor: Who) -> DraftVersion:
    """The first draft of the eighth minutes, under review."""
    return reviews.open_review(draft_minutes, actor=actor("secretary"))


@pytest.fixture
def two_steps(draft_minutes: Minutes) -> None:
    """The charter asks for password and code."""
    draft_minutes.meeting.committee.second_step = True


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    with time_machine.travel(clock.now() + by, tick=True):
        yield


def mailed(short: str) -> str:
    """The code of the last mail to somebody."""
    query = select(Outbox).where(
        Outbox.template == "committee:signature-code", Outbox.to == f"{short}@kjs.example"
    )
    mail = db.session.scalars(query.order_by(Outbox.id.desc())).first()
    assert mail is not None
    subject, text = outbox.words_of(mail.template, mail.facts)
    assert mail.facts["secret"] in text
    assert mail.facts["secret"] not in subject, "a subject shows on locked screens"
    return str(mail.facts["secret"])


def told(template: str) -> set[int]:
    return set(db.session.scalars(select(Notification.person_id).where(Notification.template == template)))


def addressed(template: str) -> set[str]:
    return set(db.session.scalars(select(Outbox.to).where(Outbox.template == template)))


def test_the_drafter_signs_as_author_and_counts_for_no_approval(draft: DraftVersion, sign: Sign) -> None:
    given = sign(draft, "secretary", meaning="author")
    assert (given.meaning, given.capacity, given.seal) == ("author", "drafter", "秘书之印")
    for short in ("member", "member2"):
        sign(draft, short)
    assert (draft.minutes.life, len(signatures.consents(draft))) == ("review", 2)
    sign(draft, "chair")
    assert draft.minutes.life == "approved"


def test_meanings_are_those_of_ones_part(draft: DraftVersion, sign: Sign, actor: Who) -> None:
    assert signatures.meanings(draft, actor=actor("chair")) == signing.APPROVERS
    for short, meaning in (
        ("secretary", "approve"),
        ("secretary", "review"),
        ("chair", "author"),
        ("member", "review"),
    ):
        with pytest.raises(RuleBroken, match="meaning-unknown"):
            sign(draft, short, meaning=meaning)
    draft.minutes.drafter_id = actor("chair").id
    assert signatures.meanings(draft, actor=actor("secretary")) == ("review",)
    assert signatures.meanings(draft, actor=actor("chair")) == signing.APPROVERS, "once, and as approving"
    given = sign(draft, "secretary", meaning="review")
    assert (given.meaning, given.capacity) == ("review", "reader")
    assert not signatures.consents(draft)


def test_the_printed_name_is_in_the_language_of_the_record(
    draft_minutes: Minutes, actor: Who, sign: Sign
) -> None:
    draft_minutes.language = "zh-Hant"
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    person = db.session.get_one(Person, actor("member").id)
    person.name_en = "Member (Immunology)"
    given = sign(draft, "member")
    assert given.printed_name != person.name_hans
    assert given.latin_name == "Member (Immunology)"
    draft_minutes.language = "en"
    given = sign(draft, "member2")
    latin = db.session.get_one(Person, actor("member2").id).name_en
    assert (given.printed_name, given.latin_name) == (latin, None)


def test_a_signature_leaves_out_what_its_giver_is_recused_from(
    draft_minutes: Minutes, actor: Who, sign: Sign, app: Flask
) -> None:
    item = draft_minutes.meeting.items[1]
    for short in ("member2", "secretary"):
        interests.recuse(item, actor=actor("chair"), person_id=actor(short).id, kind="whole")
    draft = reviews.open_review(draft_minutes, actor=actor("chair"))
    given = sign(draft, "member2")
    assert given.excluded == [{"item": item.id, "position": 2}]
    (title,) = (
        p.text for p in draft_minutes.paragraphs if p.kind == "heading" and p.agenda_item_id == item.id
    )
    assert sign(draft, "member").excluded is None
    commit()

    def export(short: str) -> dict[str, Any]:
        address = "http://localhost/meetings/SAC-2026-05/minutes"
        asked = exports.Asked(draft.minutes, draft, draft.header, "review", False, address, clock.now())
        return plain(exports.export(asked, actor=actor(short)))  # type: ignore[no-any-return]

    with app.test_request_context("/?lang=zh-Hans"):
        whole, partly = export("chair"), export("member2")
        printed = outline.outline(whole)["signatures"]
        assert [s["note"] for s in printed] == [f"签署不含第三部分“{title}”", ""]
        own = [s["note"] for s in outline.outline(partly)["signatures"]]
        assert own == ["签署不含第三部分", ""], "her own, as the page says it"
        assert "签署不含第三部分 |" in markdown.rendered(partly).decode()
        closed = [p["no"] for p in outline.outline(partly)["body"] if p["kind"] == "withheld"]
        assert closed == ["三、"] and title not in json.dumps(partly, ensure_ascii=False)
        assert "## 三、〔此部分未对您开放〕" in markdown.rendered(partly).decode()
    for lang, said, no in (
        ("zh-Hant", "簽署不含第三部分「", "三、"),
        ("en", f"Signature does not cover section 3 ({title})", "3."),
    ):
        with app.test_request_context(), speaking(lang):
            assert outline.outline(whole)["signatures"][0]["note"].startswith(said)
            assert no in [p["no"] for p in outline.outline(partly)["body"] if p["kind"] == "withheld"]
    assert [f.code for f in verification.check(whole) if f.fault] == []
    assert "withheld" not in partly["draft"]["signatures"][0]
    assert partly["draft"]["signatures"][0]["withheld_sections"] == ["3"]
    assert [f.code for f in verification.check(partly) if f.fault] == []
    assert [f.code for f in verification.check(partly)] == ["withheld"], "her own signature is checked, too"
    with app.test_request_context("/?lang=zh-Hans"):
        other = export("secretary")
        assert [s["note"] for s in outline.outline(other)["signatures"]] == ["（说明未开放）", ""]
    assert other["draft"]["signatures"][0]["withheld"] == ["excluded"], "another's stays closed"
    first = whole["draft"]["signatures"][0]
    (section,) = first["sections"]
    general = next(p["id"] for p in verification.paragraphs(whole) if p and p["kind"] == "text")
    for wrong in ([], [section, section], [general], ["elsewhere"]):
        first["sections"] = wrong
        assert "sections-misstated" in [f.code for f in verification.check(whole)], wrong
    del first["sections"]  # as files had it before
    assert [f.code for f in verification.check(whole) if f.fault] == []
    with app.test_request_context("/?lang=zh-Hans"):
        assert outline.outline(whole)["signatures"][0]["note"] == "签署不含议程第 2 项"
    first["row"]["excluded"] = []
    assert "signature-changed" in [f.code for f in verification.check(whole)], "it is under the digest"


@pytest.mark.long
def test_a_section_that_is_left_out_keeps_its_own_number(app: Flask, client: Callable[..., Critic]) -> None:
    """The second item is the third section: before the first item stands who was there."""
    with app.app_context(), transactions.writing():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one()
        item, minutes = meeting.items[1], meeting.minutes
        assert minutes is not None
        title = next(
            p.text for p in minutes.paragraphs if p.kind == "heading" and p.agenda_item_id == item.id
        )
        interests.recuse(item, actor=who("secretary"), person_id=who("member2").id, kind="whole")
        number = reviews.open_review(minutes, actor=who("secretary")).id
    address = "/meetings/SAC-2026-05/minutes"
    before = client("member2").get(address).text
    assert "签署不含第三部分<" in before and title not in before
    with app.app_context(), transactions.writing():
        draft = db.session.get_one(DraftVersion, number)
        signatures.sign(
            draft,
            actor=who("member2"),
            meaning="approve",
            shown_sha256=draft.sha256,
            password="kangjiansheng",
        )
    own, whole = client("member2").get(address).text, client("chair").get(address).text
    assert "签署不含第三部分<" in own and title not in own
    assert re.search(r"<h2[^>]*>三、<svg.*?</svg> 此部分未对您开放</h2>", own)
    assert f"签署不含第三部分“{title}”" in whole
    assert f"Signature does not cover section 3 ({title})" in client("chair", "en").get(address).text
    assert "签署不含议程第 2 项" in client("chair").get(f"{address}/history").text


def test_who_is_recused_does_not_sign_a_correction_of_the_item(
    draft_minutes: Minutes, actor: Who, sign: Sign
) -> None:
    item = draft_minutes.meeting.items[1]
    interests.recuse(item, actor=actor("secretary"), person_id=actor("member2").id, kind="facts")
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    paragraph = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id == item.id)
    made = amendments.propose(paragraph, actor=actor("secretary"), text="更正", reason="笔误")
    assert made.draft is not None
    assert actor("member2").id not in {s.person_id for s in made.draft.signers}
    with pytest.raises(RuleBroken, match="not-a-signer"):
        sign(made.draft, "member2")


def test_a_correction_that_its_chair_could_not_sign_is_refused(
    draft_minutes: Minutes, actor: Who, sign: Sign
) -> None:
    item = draft_minutes.meeting.items[1]
    interests.recuse(item, actor=actor("secretary"), person_id=actor("chair").id, kind="facts")
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    paragraph = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id == item.id)
    seat = next(m for m in draft_minutes.meeting.committee.members if m.person_id == actor("member").id)
    office, seat.office = seat.office, "deputy"
    made = amendments.propose(paragraph, actor=actor("secretary"), text="更正", reason="笔误")
    assert made.draft is not None
    assert {(s.person_id, s.capacity) for s in made.draft.signers if s.required} == {
        (actor("member").id, "chair")
    }, "the deputy signs in the chair's place"
    sign(made.draft, "member", meaning="request_changes", note="再议")
    seat.office = office
    with pytest.raises(RuleBroken, match="chair-recused"):
        amendments.propose(paragraph, actor=actor("secretary"), text="更正", reason="笔误")


def test_a_new_draft_says_to_whoever_had_signed_what_is_different(
    draft: DraftVersion, sign: Sign, actor: Who, first_text: Any
) -> None:
    sign(draft, "member")
    sign(draft, "secretary", meaning="author")
    sign(draft, "member2", meaning="request_changes", note="第 1.1 段有误")
    assert {"member@kjs.example", "secretary@kjs.example"} <= addressed("committee:changes-requested")
    writing.edit_paragraph(first_text, actor=actor("secretary"), seen=None, text="改过的文字。")
    reviews.open_review(draft.minutes, actor=actor("secretary"))
    assert addressed("committee:consent-void") == {"member@kjs.example"}
    assert told("committee:consent-void") == {actor("member").id}
    mail = db.session.scalars(select(Outbox).where(Outbox.template == "committee:consent-void")).one()
    assert (mail.facts["places"], mail.facts["again"]) == ([["text", "1.1"]], True)
    asked = [
        m for m in db.session.scalars(select(Outbox).where(Outbox.template == "committee:review-opened"))
        if m.facts["draft"] == 2 and m.facts["code"] == "SAC-2026-05"
    ]  # fmt: skip
    assert "member@kjs.example" not in {m.to for m in asked}, "one mail says both"


def test_what_is_different_in_a_withheld_item_is_not_told(
    draft_minutes: Minutes, actor: Who, sign: Sign
) -> None:
    item = draft_minutes.meeting.items[1]
    interests.recuse(item, actor=actor("secretary"), person_id=actor("member2").id, kind="whole")
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    sign(draft, "member2")
    sign(draft, "member", meaning="request_changes", note="改")
    paragraph = next(
        p for p in writing.standing_paragraphs(draft_minutes)
        if p.agenda_item_id == item.id and p.kind == "heading"
    )  # fmt: skip
    writing.edit_paragraph(paragraph, actor=actor("secretary"), seen=None, text="另一个标题")
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    mail = db.session.scalars(select(Outbox).where(Outbox.template == "committee:consent-void")).one()
    assert (mail.to, mail.facts["places"]) == ("member2@kjs.example", [])


def test_password_and_code_where_the_charter_asks(
    two_steps: None, draft: DraftVersion, sign: Sign, actor: Who
) -> None:
    with pytest.raises(RuleBroken, match="code-missing"):
        sign(draft, "chair")
    codes.send(draft, actor=actor("chair"))
    code = mailed("chair")
    assert re.fullmatch(r"[0-9]{8}", code)
    stored = db.session.scalars(select(SignatureCode)).one()
    assert code not in stored.code_hash
    with pytest.raises(RuleBroken, match="password-wrong"):
        sign(draft, "chair", password="not the password", code=code)
    given = sign(draft, "chair", code=f" {code[:4]} {code[4:]}")
    assert given.method == "password+code"


def test_without_a_password_the_code_alone(draft: DraftVersion, sign: Sign, actor: Who) -> None:
    db.session.execute(
        update(Account).where(Account.person_id == actor("chair").id).values(password_hash=None),
        execution_options=standing.TOLD,
    )
    db.session.expire_all()
    assert codes.asked(draft, actor=actor("chair")) == ("code",)
    codes.send(draft, actor=actor("chair"))
    assert sign(draft, "chair", password="", code=mailed("chair")).method == "code"


def test_a_code_is_good_once_for_one_person_text_and_time(
    two_steps: None, draft: DraftVersion, sign: Sign, actor: Who, first_text: Any
) -> None:
    codes.send(draft, actor=actor("member"))
    first = mailed("member")
    with pytest.raises(RuleBroken, match="code-wrong"):
        sign(draft, "chair", code=first)
    codes.send(draft, actor=actor("member"))
    with pytest.raises(RuleBroken, match="code-wrong"):
        sign(draft, "member", code=first)
    second = mailed("member")
    with later(timedelta(minutes=11)), pytest.raises(RuleBroken, match="code-wrong"):
        sign(draft, "member", code=second)
    with later(timedelta(minutes=9)):
        sign(draft, "member", code=second)
    codes.send(draft, actor=actor("chair"))
    old = mailed("chair")
    codes.send(draft, actor=actor("member2"))
    sign(draft, "member2", meaning="request_changes", note="改", code=mailed("member2"))
    again = reviews.open_review(draft.minutes, actor=actor("secretary"))
    with pytest.raises(RuleBroken, match="code-wrong"):
        sign(again, "chair", code=old)
    with pytest.raises(RuleBroken, match="code-wrong"):
        sign(again, "member", code=second)


def test_codes_are_not_sent_without_end(two_steps: None, draft: DraftVersion, actor: Who) -> None:
    for _ in range(signing.MOST_CODES):
        codes.send(draft, actor=actor("chair"))
    with pytest.raises(RuleBroken, match="codes-too-many"):
        codes.send(draft, actor=actor("chair"))


def test_the_code_is_forgotten_when_its_mail_has_left(
    two_steps: None, draft: DraftVersion, actor: Who
) -> None:
    codes.send(draft, actor=actor("chair"))
    mail = db.session.scalars(select(Outbox).where(Outbox.template == "committee:signature-code")).one()
    assert outbox.holds_secret(mail)
    outbox.settle(mail, "sent")
    assert mail.facts["secret"] == ""
    assert outbox.holds_secret(mail), "and cannot be sent again"


@pytest.mark.long
def test_a_reservation_that_came_too_late_is_given_back(client: Callable[..., Critic]) -> None:
    member, chair, base = client("member"), client("chair"), "/meetings/SAC-2026-04/minutes"
    found = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', member.get(base).text)
    assert found
    given = {"password": "kangjiansheng", "sha256": found.group(1)}
    back = given | {"meaning": "request_changes", "note": "请改"}
    assert chair.post(f"{base}/drafts/2/signature", data=back).status_code == 303
    late = given | {"meaning": "approve_with_reservation", "note": "保留第二条"}
    answer = member.post(f"{base}/drafts/2/signature", data=late)
    assert answer.status_code == 422
    assert re.search(r"<textarea[^>]* readonly data-kept>保留第二条</textarea>", answer.text)


@pytest.mark.long
def test_the_owner_hears_of_guessing(client: Callable[..., Critic], app: Flask) -> None:
    member, base = client("member"), "/meetings/SAC-2026-04/minutes"
    data = {"meaning": "approve", "password": "not the password", "sha256": "0" * 64}
    page = member.get(base).get_data(as_text=True)
    found = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)
    assert found
    for _ in range(5):
        member.post(f"{base}/drafts/2/signature", data=data | {"sha256": found.group(1)})
    with app.app_context():
        assert addressed("committee:signature-misused") == {"member@kjs.example"}
        assert len(told("committee:signature-misused")) == 1


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_signing_with_a_code_through_the_pages(
    client: Callable[..., Critic], app: Flask, language: str
) -> None:
    base = "/meetings/SAC-2026-04/minutes"
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-04")).one()
        meeting.committee.second_step = True
        db.session.commit()
    assert "发信" in client("member").get(base).get_data(as_text=True), "no server, and so no code"
    assert client("chair").post(f"{base}/drafts/2/code").status_code == 422
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url="smtp://localhost:1")
    member = client("member", language)
    found = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', member.get(base).get_data(as_text=True))
    assert found
    typed = {"meaning": "approve_with_reservation", "note": "保留这一点", "sha256": found.group(1)}
    answer = member.post(f"{base}/drafts/2/code", data=typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "保留这一点" in page
    assert "member@kjs.example" in page
    with app.app_context():
        code = mailed("member")
    wrong = {"password": "kangjiansheng", "code": "00000000" if code != "00000000" else "1"}
    assert member.post(f"{base}/drafts/2/signature", data=typed | wrong).status_code == 422
    right = {"password": "kangjiansheng", "code": code}
    assert member.post(f"{base}/drafts/2/signature", data=typed | right).status_code == 303
    assert member.post(f"{base}/drafts/2/signature", data=typed | right).status_code == 422
    assert client("outsider", language).post(f"{base}/drafts/2/code", data=typed).status_code in (403, 404)


@pytest.mark.long
@pytest.mark.parametrize("then", ["called otherwise", "stopped"])
def test_a_signature_shows_name_time_and_meaning_and_stays_its_givers(
    client: Callable[..., Critic], app: Flask, then: str
) -> None:
    """On the page and in what goes out; whatever becomes of the person afterwards."""
    base, day = "/meetings/SAC-2026-04/minutes", clock.now() + timedelta(days=1)
    member = client("member")
    found = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', member.get(base).text)
    assert found
    given = {"password": "kangjiansheng", "sha256": found.group(1), "meaning": "approve"}
    given_at = clock.now() + timedelta(hours=3)
    with time_machine.travel(given_at, tick=False):
        assert member.post(f"{base}/drafts/2/signature", data=given).status_code == 303
    with app.app_context(), transactions.writing():
        person = db.session.scalars(select(Person).where(Person.code == "CAST-MEMBER")).one()
        name = person.name_hans
        if then == "stopped":
            operations.disable(person.account, actor=queries.system_actor())
        else:
            names = {"name_hans": "已改的名字", "name_hant": "已改的名字", "name_en": "Another name"}
            operations.edit_person(person, actor=queries.system_actor(), version=None, **names)
    with time_machine.travel(day, tick=False):
        chair = client("chair")
        seals = html.document_fromstring(chair.get(base).text).get_element_by_id("seals")
        said = " ".join(seals.text_content().split())
        assert "（北京时间）" in said and "已改的名字" not in said
        mine = next(li for li in seals.iter("li") if name in li.text_content())
        shown = " ".join(mine.text_content().split())
        assert "批准第 2 稿" in shown and "登录密码" in shown
        assert given_at.astimezone(clock.SHANGHAI).strftime("%H:%M") in shown
        text = chair.get(f"{base}.md").text
        assert name in text and "已改的名字" not in text.partition("签署")[2]
        rows = [one["row"] for one in chair.get(f"{base}.json").get_json()["draft"]["signatures"]]
        row = next(one for one in rows if one["printed_name"] == name)
        assert (row["meaning"], row["method"]) == ("approve", "password")
        assert row["signed_at"][:16] == given_at.isoformat()[:16]


@pytest.mark.long
def test_the_secretary_signs_as_author_on_the_page(client: Callable[..., Critic]) -> None:
    base = "/meetings/SAC-2026-04/minutes"
    secretary = client("secretary")
    page = secretary.get(base).get_data(as_text=True)
    assert 'value="author"' in page
    assert 'value="approve"' not in page
    found = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)
    assert found
    assert '<p class="only-print unstood">第 2 稿，审阅中，尚未生效。' in page, (
        "paper says that it is not in force"
    )
    data = {"meaning": "author", "password": "kangjiansheng", "sha256": found.group(1)}
    unsaid = secretary.post(f"{base}/drafts/2/signature", data=data | {"meaning": ""})
    assert (
        unsaid.status_code == 422
        and "请选择您的意见" in unsaid.text
        and 'aria-describedby="meaning-err"' in unsaid.text
    )
    answer = secretary.post(f"{base}/drafts/2/signature", data=data)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("#seals")
    page = secretary.get(base).get_data(as_text=True)
    assert "起草此稿" in page
    assert 'name="sha256"' not in page


def test_what_the_files_say_of_who_was_there_stands_on_the_page_that_is_signed(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context():
        drafts = [d for d in db.session.scalars(select(DraftVersion)) if d.kind == "draft"]
        told_of = {
            d.minutes.meeting.code: [said for _label, said in recorded.gathered(d.header)] for d in drafts
        }
    shown = [code for code, lines in told_of.items() if lines]
    assert shown, "the demonstration has counted who came"
    for code in shown:
        page = words(client("chair").get(f"/meetings/{code}/minutes"))
        assert [line for line in told_of[code] if line not in page] == [], code
