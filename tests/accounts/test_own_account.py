"""One's own account: where one is signed in, the password, the language."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import SignedInSession
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from tests.support.app import PASSWORD
from tests.support.critic import Critic

NEW = "seven quiet cranes"


def change(visitor: Critic, old: str = PASSWORD, password: str = NEW):  # type: ignore[no-untyped-def]
    return visitor.post("/account/password", data={"old": old, "password": password})


def test_the_page_lists_where_one_is_signed_in(client: Callable[..., Critic]) -> None:
    here, _elsewhere = client("lead"), client("lead")
    page = here.get("/account", headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"}).text
    assert "在 2 台设备上登录" in page and "本机" in page and "lead@kjs.example" in page


def test_one_ends_a_session_elsewhere_at_once(client: Callable[..., Critic]) -> None:
    here, elsewhere = client("lead"), client("lead")
    number = re.search(r"/account/sessions/(\d+)/end", here.get("/account").text)
    assert number
    assert here.post(number[0]).status_code == 303
    assert elsewhere.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert here.post(number[0]).status_code == 404  # it is over


def test_one_ends_all_others_at_once(client: Callable[..., Critic]) -> None:
    here, others = client("lead"), [client("lead"), client("lead")]
    assert here.post("/account/sessions/end").status_code == 303
    assert [other.get("/account").status_code for other in others] == [302, 302]
    assert here.get("/account").status_code == 200


def test_nobody_ends_another_persons_session(app: Flask, client: Callable[..., Critic]) -> None:
    theirs = client("lead2")
    with app.app_context():
        number = db.session.scalars(select(SignedInSession.id)).one()
    for who in ("lead", "admin", "auditor"):
        assert client(who).post(f"/account/sessions/{number}/end").status_code == 404
    assert theirs.get("/account").status_code == 200


def test_a_new_password_ends_all_other_sessions(app: Flask, client: Callable[..., Critic]) -> None:
    here, elsewhere = client("lead"), client("lead")
    assert change(here).status_code == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert (
        client(None).post("/sign-in", data={"email": "lead@kjs.example", "password": PASSWORD}).status_code
        == 422
    )
    assert (
        client(None).post("/sign-in", data={"email": "lead@kjs.example", "password": NEW}).status_code == 303
    )
    with app.app_context():
        mails = db.session.scalars(select(Outbox).where(Outbox.template == "accounts:password-changed"))
        assert [mail.to for mail in mails] == ["lead@kjs.example"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("wrong", NEW, "当前密码不正确"), (PASSWORD, "short", "至少 12 个字符"), (PASSWORD, "", "请填写此项")],
)
def test_a_change_that_is_refused_says_why_and_ends_nothing(
    client: Callable[..., Critic], old: str, new: str, words: str
) -> None:
    here, elsewhere = client("lead"), client("lead")
    answer = change(here, old, new)
    assert answer.status_code == 422 and words in answer.text
    assert elsewhere.get("/account").status_code == 200


@pytest.mark.long
def test_no_password_is_ever_shown_or_stored(app: Flask, client: Callable[..., Critic]) -> None:
    visitor = client("lead")
    answer = change(visitor, "wrong password typed", "another one typed")
    assert "typed" not in answer.text
    change(visitor)
    with app.app_context():
        account = queries.account_by_email("lead@kjs.example")
        assert account is not None and account.password_hash is not None
        assert account.password_hash.startswith("$argon2id$")
        assert "password_hash" not in account.state()
        for table in db.metadata.sorted_tables:
            assert NEW not in str(db.session.execute(table.select()).all())


@pytest.mark.parametrize(("wanted", "words"), [("en", "My account"), ("zh-Hant", "我的帳號")])
def test_the_language_holds_for_pages_and_mails(
    app: Flask, client: Callable[..., Critic], wanted: str, words: str
) -> None:
    visitor = client("lead")
    assert visitor.post("/account/language", data={"locale": wanted}).status_code == 303
    assert words in visitor.get("/account").text
    with app.app_context():
        account = queries.account_by_email("lead@kjs.example")
        assert account is not None and account.person.locale == wanted


def test_an_unknown_language_is_refused(client: Callable[..., Critic]) -> None:
    assert client("lead").post("/account/language", data={"locale": "fr"}).status_code == 422


def test_nobody_has_an_account_page_without_signing_in(client: Callable[..., Critic]) -> None:
    visitor = client(None)
    assert visitor.get("/account").status_code == 302
    for path in ("/account/password", "/account/language", "/account/sessions/1/end", "/sign-out"):
        assert visitor.post(path).status_code == 401
