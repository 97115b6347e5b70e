"""A program elsewhere is told when something changes: signed, more than once if need be, never from inside."""

import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import select, update

from kangjiansheng.accounts.models.webhooks import Webhook, WebhookMessage
from kangjiansheng.accounts.operations import disable, telling
from kangjiansheng.accounts.queries import account_by_email
from kangjiansheng.accounts.rules import webhooks as rules
from kangjiansheng.app import jobs
from kangjiansheng.core import clock, outgoing
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.jobs import run_due
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import milestones
from tests.support.acting import who
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.receiver import Receiver, receiving

HOOK = "/hook?key=not-for-others"


class Ground:
    """The demonstration, a receiver beside it, and whoever works there."""

    def __init__(self, app: Flask, client: Callable[..., Critic], them: Receiver) -> None:
        self.app, self.client, self.them = app, client, them
        self.settings = replace(app.config["SETTINGS"], webhook_hosts=frozenset({them.origin}))
        app.config["SETTINGS"] = self.settings

    def asked(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "进度表",
            "address": self.them.origin + HOOK,
            "kinds": ["milestone"],
            "password": PASSWORD,
        } | changes

    def made(self, visitor: Critic, **changes: Any) -> tuple[str, str]:
        """A new webhook: its page, and its secret as the page shows it once."""
        page = visitor.post("/webhooks/new", data=self.asked(**changes))
        secret, path = re.search(r'value="(whsec_[^"]+)"', page.text), re.search(r"/webhooks/\d+", page.text)
        assert secret and path, page.text
        return path[0], html.unescape(secret[1])

    def happen(
        self, code: str = "KJS-003", short: str = "lead", flag: bool = True, milestone: str = "A170"
    ) -> None:
        """The milestone is flagged, or not any longer."""
        with self.app.app_context(), writing():
            found = queries.milestone(actor=who(short), of="projects", code=code, milestone_code=milestone)
            assert found is not None
            milestones.flag(found, flag, actor=who(short), version=found.version)

    def deliver(self) -> int:
        with self.app.app_context():
            return telling.deliver(self.settings)

    def messages(self) -> list[WebhookMessage]:
        with self.app.app_context():
            found = list(db.session.scalars(select(WebhookMessage).order_by(WebhookMessage.id)))
            db.session.expunge_all()
            return found

    def rest(self) -> None:
        """Let the waiting times pass."""
        with self.app.app_context(), writing():
            db.session.execute(update(Webhook).values(paused_until=None))
            db.session.execute(update(WebhookMessage).values(due_at=clock.now()))


@pytest.fixture
def ground(app: Flask, client: Callable[..., Critic]) -> Iterator[Ground]:
    with receiving() as them:
        yield Ground(app, client, them)


@pytest.mark.long
def test_a_webhook_from_its_making_to_its_end(ground: Ground) -> None:
    lead, them = ground.client("lead"), ground.them
    assert "还没有事件推送" in lead.get("/webhooks").text and 'href="/webhooks"' in lead.get("/account").text
    wrong: dict[str, dict[str, Any]] = {
        "至少选一种": {"kinds": []},
        "完整的网址": {"address": "app.example.org/hook"},
        "https://": {"address": "http://app.example.org/hook"},
        "在内网": {"address": "https://10.0.0.8/hook"},
        "密码": {"password": "wrong"},
    }
    for words, change in wrong.items():
        answer = lead.post("/webhooks/new", data=ground.asked(**change))
        assert answer.status_code == 422 and words in answer.text
    path, secret = ground.made(lead)
    ground.happen()
    assert ground.deliver() == 1 and ground.deliver() == 0
    (got,) = them.got
    assert got.path == HOOK
    address = "http://localhost/api/v1/projects/KJS-003/milestones/A170"
    assert got.said == {
        "type": "milestone.flag", "id": got.id, "timestamp": got.said["timestamp"],
        "data": {"address": address, "illustrative": True},
    }  # fmt: skip
    assert lead.get(address.removeprefix("http://localhost")).get_json()["flagged"] is True

    # The description of the interface says what comes.
    described = lead.get("/api/v1/openapi.json").get_json()
    posted = described["webhooks"]["milestone.flag"]["post"]
    assert {header["name"] for header in posted["parameters"]} <= got.headers.keys()
    schema = posted["requestBody"]["content"]["application/json"]["schema"]
    judge = Draft202012Validator({**schema, "components": described["components"]})
    assert judge.is_valid(got.said)
    assert not judge.is_valid({**got.said, "type": "risk.edit"}) and not judge.is_valid(
        {"type": "milestone.flag"}
    )
    assert len(described["webhooks"]) == 1 + sum(len(one.words) for one in rules.told().values())

    # The code that the page shows to whoever receives verifies it, and nothing that was changed.
    shown = next(c for c in re.findall(r"<pre[^>]*>(.*?)</pre>", lead.get("/api").text, re.S) if "hmac" in c)
    scope: dict[str, Any] = {}
    exec(html.unescape(shown), scope)
    is_ours = scope["is_ours"]
    assert is_ours(secret, got.headers, got.body)
    assert not is_ours(secret, got.headers, got.body + b" ")
    assert not is_ours(rules.new_secret(), got.headers, got.body)
    assert not is_ours(secret, got.headers | {"webhook-id": "msg_other"}, got.body)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert not is_ours(secret, got.headers, got.body)

    # After a change of the secret both hold for a day.
    page = lead.post(f"{path}/secret").text
    newer = html.unescape(re.search(r'value="(whsec_[^"]+)"', page)[1])  # type: ignore[index]
    assert secret not in page
    for after, old_holds in ((timedelta(hours=23), True), (timedelta(hours=25), False)):
        with time_machine.travel(clock.now() + after):
            ground.happen(flag=old_holds is False)
            ground.deliver()
            got = them.got[-1]
            assert is_ours(newer, got.headers, got.body)
            assert is_ours(secret, got.headers, got.body) is old_holds

    own = lead.get(path).text
    assert "milestone.flag" in own and "已送达" in own and "HTTP 204" in own and HOOK in html.unescape(own)
    assert secret not in own and newer not in own
    them.got.clear()
    lead.post(f"{path}/ping")
    ground.deliver()
    assert (them.got[0].said["type"], them.got[0].said["data"]) == ("ping", {})
    answer = lead.post(f"{path}/edit", data={"name": "别的", "kinds": ["risk"], "version": "1"})
    assert answer.status_code == 409
    version = re.search(r'name="version"[^>]*value="(\d+)"', lead.get(f"{path}/edit").text)
    assert version
    lead.post(f"{path}/edit", data={"name": "别的", "kinds": ["risk"], "version": version[1]})
    ground.happen(flag=True)
    assert ground.deliver() == 0

    # Nobody else reads or turns anything; an administrator of security sees the host and may switch it off.
    other, admin = ground.client("lead2"), ground.client("admin")
    for way in ("", "/edit"):
        assert other.get(path + way).status_code == 404
    for act in ("ping", "secret", "enable", "disable", "again", "removal"):
        assert other.post(f"{path}/{act}").status_code == 404
    assert "没有" in other.get("/webhooks").text and "别的" not in other.get("/webhooks").text
    seen = admin.get("/admin/tokens").text
    assert "别的" in seen and them.origin.removeprefix("http://") in seen and "not-for-others" not in seen
    assert other.post(f"/admin{path}/stop").status_code == 403
    assert admin.post(f"/admin{path}/stop").status_code == 303
    assert "安全管理员停用了它" in lead.get("/notifications").text
    lead.post(f"{path}/removal")
    assert lead.get(path).status_code == 404
    with ground.app.app_context():
        (kept,) = db.session.scalars(select(Webhook))
        assert (kept.address, kept.secret, kept.former_secret) == ("", "", "")
        trail = list(db.session.scalars(select(AuditEntry).where(AuditEntry.thing == "webhook")))
        done = [entry.act.rpartition(":")[2] for entry in trail]
        assert done == ["make", "secret", "ping", "edit", "stop", "remove"]
        told = " ".join(f"{entry.before}{entry.after}" for entry in trail)
        assert "not-for-others" not in told and "whsec" not in told


@pytest.mark.long
def test_who_is_away_is_tried_for_a_day_and_then_told_by_hand(ground: Ground) -> None:
    lead, them = ground.client("lead"), ground.them
    path, _secret = ground.made(lead)
    ground.happen()
    waits = []
    for answer in (500, 302, 429, 404, 503, 500, 500, 500, 500, 500):
        them.answers.append(answer)
        ground.deliver()
        (message,) = ground.messages()
        assert message.tried_at
        waits.append((message.due_at - message.tried_at) / rules.FIRST)
        assert ground.deliver() == 0  # not yet
        ground.rest()
    assert len(them.got) == rules.TRIES and len({got.id for got in them.got}) == 1
    longest = rules.LONGEST / rules.FIRST
    for tries, wait in enumerate(waits):
        assert min(3**tries, longest) <= wait <= 1.2 * min(3**tries, longest) + 1
    assert timedelta(hours=24) <= sum(waits[:-1]) * rules.FIRST <= timedelta(hours=32)
    assert (message.state, message.status, message.problem) == ("failed", 500, "refused")
    ground.happen(flag=False)
    them.answers.append(500)
    ground.deliver()
    page = lead.get(path).text
    assert "没有送达" in page and "未送达" in page and "试过 10 次" in page
    # Again by hand, all that never arrived; a program may ask for it, too.
    assert lead.post(f"/api/v1{path}/again").status_code == 200
    assert ground.deliver() == 1 and them.got[-1].id == message.message_id
    ground.rest()
    assert ground.deliver() == 1
    listed = lead.get(f"/api/v1{path}/messages?state=sent").get_json()["data"]
    assert [one["type"] for one in listed] == ["milestone.unflag", "milestone.flag"]
    assert lead.post(f"{path}/messages/{message.message_id}/again").status_code == 303
    assert ground.deliver() == 1 and them.got[-1].id == message.message_id
    assert ground.client("lead2").post(f"{path}/messages/{message.message_id}/again").status_code == 404
    # Five days of failures switch it off and tell its owner; 410 does so at once.
    ground.happen()
    for days, answer in ((0, 500), (4, 500), (5, 500)):
        with time_machine.travel(clock.now() + timedelta(days=days, minutes=1)):
            ground.rest()
            them.answers.append(answer)
            ground.deliver()
            with ground.app.app_context():
                assert db.session.scalars(select(Webhook)).one().enabled is (days < 5)
    assert ground.messages()[-1].state == "dropped"
    assert lead.post(f"{path}/again").status_code == 422
    lead.post(f"{path}/enable")
    lead.post(f"{path}/again")
    them.answers.append(410)
    ground.deliver()
    with ground.app.app_context():
        assert not db.session.scalars(select(Webhook)).one().enabled
        told = select(Notification).where(Notification.template == "accounts:webhook-stopped")
        assert [one.facts["why"] for one in db.session.scalars(told)] == ["failing", "gone"]
        mails = db.session.scalars(select(Outbox).where(Outbox.template == "accounts:webhook-stopped")).all()
        assert len(mails) == 2 and "not-for-others" not in str([mail.facts for mail in mails])
    # The log is kept for thirty days.
    with time_machine.travel(clock.now() + rules.KEPT + timedelta(days=1)), ground.app.app_context():
        run_due([job for job in jobs(ground.app) if job.kind == "webhook-log"])
    assert ground.messages() == []


def test_a_target_that_hangs_holds_up_nobody(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "WHOLE", 60.0)
    lead, them = ground.client("lead"), ground.them
    for _n in range(3):
        ground.made(lead)
    ground.happen()
    them.answers += ["hang", "hang"]
    came, open_then, pool = [], [], telling.ThreadPoolExecutor

    def looked(many: int) -> Any:
        open_then.append(db.session().in_transaction())
        return pool(many)

    monkeypatch.setattr(telling, "ThreadPoolExecutor", looked)

    def save() -> None:
        until = time.monotonic() + 20
        while len(them.got) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        came.append(len(them.got))  # side by side: none waits for one that hangs
        ground.happen(flag=False)  # nor does who saves
        them.ending.set()

    beside = threading.Thread(target=save)
    beside.start()
    assert ground.deliver() == 1  # the third
    beside.join(5)
    assert came == [3]
    assert open_then and not any(open_then), "no transaction is open while another machine is waited for"
    assert sorted(message.problem for message in ground.messages()) == ["", "silent", "silent"]


@pytest.mark.long
def test_no_message_is_lost_or_doubled_by_workers(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.made(ground.client("lead"))
    for turn in range(6):
        ground.happen(flag=turn % 2 == 0)
    workers = [threading.Thread(target=ground.deliver) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    ground.deliver()
    ids = [got.id for got in ground.them.got]
    assert len(ids) == len(set(ids)) == 6
    # One that dies between sending and keeping it: it comes again, under the same id.
    ground.them.got.clear()
    ground.happen()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(telling, "_note", _die)
        ground.deliver()
    assert ground.deliver() == 0
    with time_machine.travel(clock.now() + telling.LEASE + timedelta(seconds=1)):
        assert ground.deliver() == 1
    assert len(ground.them.got) == 2 and len({got.id for got in ground.them.got}) == 1
    # What was rolled back is told to nobody.
    with pytest.raises(ZeroDivisionError), ground.app.app_context(), writing():
        found = queries.milestone(actor=who("lead"), of="projects", code="KJS-003", milestone_code="A170")
        assert found is not None
        milestones.flag(found, False, actor=who("lead"), version=found.version)
        raise ZeroDivisionError
    assert ground.deliver() == 0


def _die(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


def test_whose_account_is_stopped_is_told_nothing(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.made(ground.client("lead"))
    ground.happen()
    with ground.app.app_context(), writing():
        account = account_by_email("lead@kjs.example")
        assert account is not None
        disable(account, actor=who("admin"))
    assert ground.deliver() == 0 and ground.them.got == []


def test_where_a_webhook_may_go(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (
        "https://127.0.0.1/x https://[::1]/x https://localhost/x https://bus/x https://a.internal/x https://2130706433/x "
        "https://0x7f.1/x https://169.254.169.254/x https://[::ffff:10.0.0.8]/x https://[64:ff9b::a00:8]/x "
        "https://224.0.0.1/x https://a.local./x https://100.100.100.200/x"
    )
    codes = dict.fromkeys(inside.split(), "accounts:webhook-private")
    codes |= dict.fromkeys(("http://a.example/x", "ftp://a.example/x"), "accounts:webhook-https")
    codes |= dict.fromkeys(
        (
            "https://a@b.example/x",
            "https://b.example/x#y",
            "https://b.example\\@c/x",
            "https://b.example/\nx",
            "x",
            "",
        ),
        "accounts:webhook-no-address",
    )
    for address, code in codes.items():
        with pytest.raises(RuleBroken, match=code):
            rules.check_address(address, frozenset())
    rules.check_address("https://b.example:8443/x?y=z", frozenset())
    rules.check_address("https://203.107.1.1/x", frozenset())
    # A name that led outside when it was kept and leads inside when the message leaves; a host that is taken back.
    lead = ground.client("lead")
    ground.made(lead, address="https://rebinding.example/x")
    ground.made(lead)
    ground.happen()
    with monkeypatch.context() as patch:
        patch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("10.0.0.8", 443))])
        ground.settings = replace(ground.settings, webhook_hosts=frozenset())
        assert ground.deliver() == 0
    assert {message.problem for message in ground.messages()} == {"private", "not-allowed"}
    assert ground.them.got == []
    assert {message.state for message in ground.messages()} == {"waiting"}
