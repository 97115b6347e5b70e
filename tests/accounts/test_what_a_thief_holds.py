"""Somebody has a copy of a cookie, or a link from a mailbox that is no longer its owner's: what ends it."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.models.webhooks import Webhook
from kangjiansheng.core import verify
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.transactions import writing
from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.accounts.test_links import LEAD, NEW, make
from tests.accounts.test_passkeys import add, sign_in
from tests.accounts.test_second_factor import enrol, field
from tests.support.app import PASSWORD
from tests.support.authenticator import Authenticator
from tests.support.critic import Critic

CHANGE, APP, KEY = "/account/password", "/account/second/app", "/account/second/passkeys"


def copied(visitor: Critic, client: Callable[..., Critic]) -> Critic:
    """Another browser with the same cookie."""
    with visitor.session_transaction() as cookie:
        held = dict(cookie)
    thief = client(None)
    with thief.session_transaction() as cookie:
        cookie.update(held)
    assert thief.get("/account").status_code == 200
    return thief


def the_three_apart(app: Flask) -> None:
    """The offices of administrators are three people's from here on; those of security and audit are given to two."""
    with app.app_context(), writing():
        system = queries.system_actor()
        for short, role in (("outsider", "security"), ("partner", "auditor")):
            account = queries.account_by_email(f"{short}@kjs.example")
            assert account is not None
            operations.grant_role(account.person, role, actor=system)
        security = queries.actor_by_email("outsider@kjs.example")
        assert security is not None
        operations.rights.set_rule(actor=security, version=1, separate=True, review_every=180)


def bring(admin: Critic, text: str) -> None:
    """A list of people, and consent to what it does."""
    shown = admin.post("/admin/people/list", data={"people": (io.BytesIO(text.encode()), "a.csv")})
    consent = {"packed": field(shown, "packed"), "seen": field(shown, "seen")}
    assert admin.post("/admin/people/list/consent", data=consent).status_code == 303


@pytest.mark.long
def test_a_copy_of_the_cookie_ends_with_the_other_sessions(client: Callable[..., Critic]) -> None:
    """A copy is no other session: the key of this one has to change where all others end."""
    lead = client("lead")
    thief, codes = copied(lead, client), list[str]()
    assert lead.post(CHANGE, data={"old": "wrong", "password": NEW}).status_code == 422
    assert thief.get("/account").status_code == 200, "what was refused changes nothing"

    def give_up(path: str) -> Any:
        return lead.post(f"{path}/removal", data={"password": PASSWORD, "code": codes.pop()})

    acts: dict[str, Callable[[], Any]] = {
        "end the others": lambda: lead.post("/account/sessions/end"),
        "add an app": lambda: codes.extend(enrol(lead)[1]),
        "add a passkey": lambda: add(lead, Authenticator()),
        "give the passkey up": lambda: give_up(f"{KEY}/1"),
        "give the app up": lambda: give_up(APP),
        "change the password": lambda: lead.post(CHANGE, data={"old": PASSWORD, "password": NEW}),
    }
    for word, act in acts.items():
        thief = copied(lead, client)
        act()
        assert thief.get("/account").status_code == 302, word
        assert lead.get("/account").status_code == 200, word
    assert lead.post("/sign-out").status_code == 303 and lead.get("/account").status_code == 302


def test_a_new_password_ends_links_that_are_still_open(app: Flask, client: Callable[..., Critic]) -> None:
    path, lead = make(app), client("lead")
    assert lead.post(CHANGE, data={"old": PASSWORD, "password": NEW}).status_code == 303
    assert client(None).get(path).status_code == 404


@pytest.mark.parametrize("by_list", [False, True])
def test_another_address_ends_links_and_is_told_at_the_old_one(
    app: Flask, client: Callable[..., Critic], by_list: bool
) -> None:
    """An invitation went to a wrong address: whoever reads there does not become this person."""
    admin, path = client("admin"), make(app, "invitation")
    edit = "/admin/people/CAST-LEAD/edit"
    if by_list:
        bring(admin, "code,email\nCAST-LEAD,right@kjs.example\n")
    else:
        page = admin.get(edit)
        kept = {"name_hans": "实验室负责人", "locale": "en", "version": field(page, "version")}
        assert admin.post(edit, data=kept | {"email": LEAD.upper()}).status_code == 303
        assert client(None).get(path).status_code == 200, "the same address in other letters"
        kept["version"] = field(admin.get(edit), "version")
        assert admin.post(edit, data=kept | {"email": "right@kjs.example"}).status_code == 303
    assert client(None).get(path).status_code == 404
    told = select(Outbox.to).where(Outbox.template == "accounts:address-changed")
    with app.app_context():
        assert [one.lower() for one in db.session.scalars(told)] == [LEAD]


def test_a_first_password_is_told_to_who_came_in_without_one(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """Whoever signs in elsewhere hears that a link in somebody's hand made a second way in."""
    for short, told in (("lead", ["lead@kjs.example"]), ("lead2", [])):
        if told:
            client(short)  # has been here before
        with app.app_context(), writing():
            account = queries.account_by_email(f"{short}@kjs.example")
            assert account is not None
            account.password_hash = account.password_changed_at = None
            db.session.execute(delete(Outbox))
        path = make(app, "invitation", f"{short}@kjs.example")
        assert client(None).post(path, data={"password": NEW}).status_code == 303
        with app.app_context():
            mails = select(Outbox.to).where(Outbox.template == "accounts:password-changed")
            assert list(db.session.scalars(mails)) == told, short


@pytest.mark.long
def test_whom_a_list_stops_has_no_way_left(app: Flask, client: Callable[..., Critic]) -> None:
    """Session, token, calendar, passkey, webhook and open link end with the line of a file."""
    lead, admin, key, program = client("lead"), client("admin"), Authenticator(), app.test_client()
    token, link = bearer(made(lead)), make(app)
    feed = re.search(r"http://localhost(/calendar/[\w-]{43}\.ics)", lead.post("/account/calendar").text)
    hook = {"name": "a", "address": "https://a.example/x", "kinds": ["milestone"], "password": PASSWORD}
    assert feed and "whsec_" in lead.post("/webhooks/new", data=hook).text
    add(lead, key)
    ways: dict[str, Callable[[], int]] = {
        "session": lambda: lead.get("/account").status_code,
        "token": lambda: program.get("/api/v1/projects", headers=token).status_code,
        "calendar": lambda: client(None).get(feed[1]).status_code,
        "link": lambda: client(None).get(link).status_code,
        "passkey": lambda: sign_in(client(None), key).status_code,
    }
    assert {word: way() for word, way in ways.items()} == dict.fromkeys(ways, 200) | {"passkey": 303}
    bring(admin, "email,active\nlead@kjs.example,否\n")
    over = {"session": 302, "token": 401, "calendar": 404, "link": 404, "passkey": 422}
    assert {word: way() for word, way in ways.items()} == over
    with app.app_context():
        assert not db.session.scalars(select(Webhook).where(Webhook.enabled)).all()


def test_a_list_of_people_says_nothing_of_ways_to_sign_in_where_the_three_are_apart(
    app: Flask, client: Callable[..., Critic]
) -> None:
    """The page refuses it to the system administrator; so does the list."""
    the_three_apart(app)
    admin, text = client("admin"), "email,sso\nlead@kjs.example,是\n"
    assert admin.post("/admin/people/CAST-LEAD/sso").status_code == 403
    shown = admin.post("/admin/people/list", data={"people": (io.BytesIO(text.encode()), "a.csv")})
    assert shown.status_code == 422 and "登录方式由安全管理员决定" in shown.text


def keys(lead: Critic, app: Flask, client: Callable[..., Critic]) -> Callable[[], tuple[int, int, bool]]:
    """A token, the calendar's address and a webhook; what they still open."""
    token, program = bearer(made(lead)), app.test_client()
    feed = re.search(r"http://localhost(/calendar/[\w-]{43}\.ics)", lead.post("/account/calendar").text)
    hook = {"name": "a", "address": "https://a.example/x", "kinds": ["milestone"], "password": PASSWORD}
    assert feed and "whsec_" in lead.post("/webhooks/new", data=hook).text
    path = feed[1]

    def open_() -> tuple[int, int, bool]:
        with app.app_context():
            person = queries.account_by_email(LEAD)
            assert person is not None
            told = (
                select(Webhook.enabled)
                .where(Webhook.person_id == person.person_id)
                .order_by(Webhook.id.desc())
            )
            tells = bool(db.session.scalar(told.limit(1)))
        reads = program.get("/api/v1/projects", headers=token).status_code
        return reads, client(None).get(path).status_code, tells

    return open_


ALL, NONE = (200, 200, True), (401, 404, False)


@pytest.mark.parametrize("wanted", [False, True])
@pytest.mark.parametrize("by", ["page", "link"])
def test_a_new_password_ends_what_goes_on_without_it_where_its_owner_wants(
    app: Flask, client: Callable[..., Critic], by: str, wanted: bool
) -> None:
    lead = client("lead")
    assert 'name="end_keys"' not in lead.get("/account").text, "there is nothing to end yet"
    still = keys(lead, app, client)
    path, also = make(app) if by == "link" else "/account", {"end_keys": "y"} if wanted else {}
    visitor = client(None) if by == "link" else lead
    assert 'name="end_keys"' in visitor.get(path).text
    new = {"old": PASSWORD, "password": NEW} | also
    assert visitor.post(path if by == "link" else CHANGE, data=new).status_code == 303
    assert still() == (NONE if wanted else ALL)


@pytest.mark.parametrize("act", ["end everything", "let a stopped account in again"])
def test_an_administrator_ends_what_goes_on_without_a_password(
    app: Flask, client: Callable[..., Critic], act: str
) -> None:
    still, admin = keys(client("lead"), app, client), client("admin")
    if act == "end everything":
        assert admin.post("/admin/people/CAST-LEAD/sessions/end").status_code == 303
    else:
        with app.app_context(), writing():
            account = queries.account_by_email(LEAD)
            assert account is not None
            operations.disable(account, actor=queries.system_actor())
            operations.enable(account, actor=queries.system_actor())
    assert still() == NONE


def test_who_may_have_stolen_an_account_is_out_at_once(app: Flask, client: Callable[..., Critic]) -> None:
    lead, thief_key = client("lead"), Authenticator()
    still, admin = keys(lead, app, client), client("admin")
    add(lead, thief_key)
    begun = client(None).post("/sign-in", data={"email": LEAD, "password": PASSWORD})
    handed = admin.post("/admin/people/CAST-LEAD/link", data={"how": "hand", "stolen": "y"})
    link = re.search(r"http://localhost(/link/[\w-]+)", handed.text)
    assert link and still() == NONE and lead.get("/account").status_code == 302
    assert client(None).post("/sign-in", data={"email": LEAD, "password": PASSWORD}).status_code == 422
    assert sign_in(client(None), thief_key).status_code == 422
    again = client(None).post("/sign-in/second", data={"ticket": field(begun, "ticket"), "code": "123456"})
    assert again.status_code == 422 and "请重新登录" in again.text
    owner = client(None)
    assert owner.post(link[1], data={"password": NEW}).status_code == 303
    assert owner.get("/account").status_code == 200
    with app.app_context():
        assert list(verify.problems(db.session())) == []


def test_nobody_shuts_herself_out_nor_one_of_the_three(app: Flask, client: Callable[..., Critic]) -> None:
    admin, stolen = client("admin"), {"how": "hand", "stolen": "y"}
    assert 'name="stolen"' not in admin.get("/admin/people/CAST-ADMIN").text
    assert admin.post("/admin/people/CAST-ADMIN/link", data=stolen).status_code == 422
    the_three_apart(app)
    refused = admin.post("/admin/people/CAST-OUTSIDER/link", data=stolen | {"how": "mail"})
    assert refused.status_code == 422 and "由安全管理员处理" in refused.text
    assert client("outsider").get("/account").status_code == 200
