"""The outbox as administrators see it: words, states, never a one-time link."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import rules
from kangjiansheng.core import mailer
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Outbox
from tests.support.critic import Critic


@pytest.fixture
def kept(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> dict[str, tuple[int, str]]:
    """A reset and a notice of a changed password, both kept for want of a server."""
    monkeypatch.setattr(rules, "RESET_ANSWER_SECONDS", 0.0)
    client(None).post("/forgot", data={"email": "lead@kjs.example"})
    data = {"old": "kangjiansheng", "password": "seven quiet cranes"}
    client("lead2").post("/account/password", data=data)
    with app.app_context():
        found = {m.template: (m.id, m.address) for m in db.session.scalars(select(Outbox))}
        while db.session.scalar(select(Outbox.id).where(Outbox.state == "waiting").limit(1)):
            mailer.deliver(app.config["SETTINGS"])
    return found


def test_kept_mails_are_shown_with_their_words(
    client: Callable[..., Critic], kept: dict[str, tuple[int, str]]
) -> None:
    admin = client("admin")
    page = admin.get("/admin/mails?state=kept").text
    assert "您的密码已更改" in page and "重设康健生密码" in page and "已保留" in page
    number, _ = kept["accounts:password-changed"]
    assert "其他设备上的登录已全部结束" in admin.get(f"/admin/mails/{number}").text


def test_a_one_time_link_is_never_shown(
    client: Callable[..., Critic], kept: dict[str, tuple[int, str]]
) -> None:
    number, secret = kept["accounts:reset"]
    assert len(secret) > 40
    page = client("admin").get(f"/admin/mails/{number}").text
    assert secret.removeprefix("/link/") not in page
    assert "此处不显示" in page and "/admin/people/CAST-LEAD" in page


def test_a_kept_mail_is_sent_again_when_asked(
    app: Flask, client: Callable[..., Critic], kept: dict[str, tuple[int, str]]
) -> None:
    admin = client("admin")
    number, _ = kept["accounts:password-changed"]
    assert admin.post(f"/admin/mails/{number}/retry").status_code == 303
    with app.app_context():
        assert db.session.get_one(Outbox, number).state == "waiting"
    assert admin.post(f"/admin/mails/{number}/retry").status_code == 422  # it waits already
    assert admin.post(f"/admin/mails/{kept['accounts:reset'][0]}/retry").status_code == 422


def test_a_mail_that_is_not_there(client: Callable[..., Critic]) -> None:
    assert client("admin").get("/admin/mails/999999").status_code == 404


def test_mails_beyond_accounts_do_not_tell_administrators_of_meetings(
    app: Flask, client: Callable[..., Critic]
) -> None:
    with app.app_context():
        query = select(Outbox.id).where(Outbox.template == "committee:review-opened")
        number = db.session.scalar(query.limit(1))
    admin = client("admin")
    one, every = admin.get(f"/admin/mails/{number}").text, admin.get("/admin/mails").text
    assert "内容只对收件人开放" in one and "@kjs.example" in one
    for page in (one, every):
        assert "/meetings/" not in page and "SAC-20" not in page and "次会议" not in page
