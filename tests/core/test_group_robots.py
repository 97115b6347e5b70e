"""Messages to groups of the company's messengers: signed as each wants it, at most once, never holding anybody up."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts import queries
from kangjiansheng.app import jobs
from kangjiansheng.core import clock, messengers, outgoing
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.jobs import run_due
from kangjiansheng.core.messengers import Post, Robot, addresses, delivery, dialects, keeping
from kangjiansheng.core.outbox import RETRIES
from kangjiansheng.core.transactions import writing
from tests.support.acts import an_act
from tests.support.messengers import KEY, PATHS, SECRET, TLS, Messengers, serving

EVENT = "projects:slipped"
OTHER = "committee:approved"
MONDAY = datetime.fromisoformat("2026-11-23T12:00:00+08:00")


class Ground:
    """An installation with messengers beside it, and robots of theirs."""

    def __init__(self, app: Flask, them: Messengers, origin: str) -> None:
        self.app, self.them, self.origin = app, them, origin
        self.settings = replace(app.config["SETTINGS"], messenger_hosts=frozenset({origin}))
        self.actor = queries.system_actor()

    def robot(self, messenger: str = "wecom", *, on: bool = True, **changes: Any) -> int:
        settings: dict[str, Any] = {
            "name": f"群 {messenger}", "kinds": [EVENT, OTHER], "rhythm": "each", "hour": 8, "quiet_from": 20,
            "quiet_to": 8, "locale": "zh-Hans", "address": self.origin + PATHS[messenger],
            "secret": "" if messenger == "wecom" else SECRET,
        }  # fmt: skip
        with writing():
            made = keeping.add(
                actor=self.actor,
                messenger=messenger,
                allowed=self.settings.messenger_hosts,
                **(settings | changes),
            )
            if on:
                keeping.switch(made, True, actor=self.actor)
            number = int(made.id)
        return number

    def happen(self, kind: str = EVENT, **facts: Any) -> None:
        with writing():
            messengers.announce(kind, change=an_act(self.actor), **facts)

    def deliver(self) -> int:
        return delivery.deliver(self.settings)

    def posts(self) -> list[Post]:
        db.session.rollback()
        return list(db.session.scalars(select(Post).order_by(Post.id)))

    def rest(self) -> None:
        """Let the pauses after a failure and the waiting times pass."""
        with writing():
            for robot in db.session.scalars(select(Robot)):
                robot.paused_until = None
            for post in db.session.scalars(select(Post)):
                post.due_at = clock.now()


@pytest.fixture
def ground(empty_app: Flask) -> Iterator[Ground]:
    with serving() as (them, origin), empty_app.app_context():
        yield Ground(empty_app, them, origin)


@pytest.mark.parametrize("messenger", messengers.MESSENGERS)
def test_a_message_arrives_signed_as_its_messenger_wants_it(ground: Ground, messenger: str) -> None:
    ground.robot(messenger)
    ground.happen(count=3)
    assert ground.deliver() == 1
    assert ground.them.said == ["【康健生】有 3 个里程碑延期\n请登录查看：http://localhost/milestones"]
    (post,) = ground.posts()
    assert (post.state, post.attempts, post.problem) == ("sent", 1, "")


def test_each_group_reads_its_own_language(ground: Ground) -> None:
    for locale in ("zh-Hans", "zh-Hant", "en"):
        ground.robot(locale=locale, name=locale)
    ground.happen()
    ground.deliver()
    assert [text.splitlines()[0] for text in ground.them.said] == [
        "【康健生】有 1 个里程碑延期",
        "【康健生】有 1 個里程碑延期",
        "[Kangjiansheng] 1 milestone slips",
    ]


def test_an_event_is_said_once_to_those_who_asked_for_it(ground: Ground) -> None:
    ground.robot()
    ground.robot("feishu", kinds=[OTHER])
    ground.robot("dingtalk", on=False)
    ground.happen()
    ground.deliver()
    ground.deliver()
    assert len(ground.them.said) == len(ground.them.asked) == 1


def test_what_one_act_says_of_several_things_is_one_message(ground: Ground) -> None:
    ground.robot()
    with writing():
        change = an_act(ground.actor)
        for thing in ("KJS-001", "KJS-002"):
            messengers.announce(EVENT, change=change, count=2, thing=thing)
        messengers.announce(EVENT, change=change, count=0)
    ground.deliver()
    assert [text.splitlines()[0] for text in ground.them.said] == ["【康健生】有 4 个里程碑延期"]


def test_what_was_rolled_back_is_not_said(ground: Ground) -> None:
    ground.robot()
    with pytest.raises(ZeroDivisionError), writing():
        messengers.announce(EVENT, change=an_act(ground.actor))
        raise ZeroDivisionError
    assert ground.deliver() == 0 and ground.them.asked == []


@pytest.mark.parametrize(
    ("messenger", "answer", "problem"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "key"),
        ("wecom", {"errcode": 40008, "errmsg": "invalid message type"}, "refused"),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "keyword"),
        ("feishu", {"StatusCode": 19001, "StatusMessage": "param invalid"}, "key"),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "security"),
        ("dingtalk", {"errcode": "0", "errmsg": "ok"}, "stranger"),
        ("feishu", {"errcode": 0, "errmsg": "ok"}, "stranger"),  # the verdict of another messenger
        ("wecom", {"errcode": False}, "stranger"),
        ("wecom", "garbage", "stranger"),
        ("wecom", "redirect", "redirect"),
        ("wecom", (404, {}), "stranger"),
    ],
)
def test_a_refusal_within_a_200_is_a_failure(
    ground: Ground, messenger: str, answer: Any, problem: str
) -> None:
    ground.robot(messenger)
    ground.happen()
    ground.them.trouble(answer)
    assert ground.deliver() == 0
    (post,) = ground.posts()
    assert (post.state, post.problem) == ("failed", problem)
    ground.rest()
    ground.deliver()
    assert len(ground.them.asked) == 1  # it does not get better by itself


def test_a_wrong_secret_is_found_out_and_the_key_is_not_repeated(
    ground: Ground, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = "SECwrong-wrong-wrong"
    ground.robot("dingtalk", secret=wrong)
    ground.happen()
    ground.them.trouble({"errcode": 310000, "errmsg": f"sign of {wrong} for {KEY} not match"})
    ground.deliver()
    (post,) = ground.posts()
    assert (post.state, post.problem) == ("failed", "security")
    assert post.answer == "310000 sign of … for … not match"
    assert wrong not in (said := "".join(capfd.readouterr())) and KEY not in said


@pytest.mark.parametrize(
    ("messenger", "answer", "problem"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "rate"),
        ("feishu", {"code": 11232, "msg": "frequency limited psm[x]"}, "rate"),
        ("feishu", {"code": 9499, "msg": "too many request"}, "rate"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, "rate"),
        ("dingtalk", {"errcode": -1, "errmsg": "system busy"}, "busy"),
        ("wecom", (429, {}), "rate"),
        ("wecom", (503, {}), "busy"),
    ],
)
def test_a_messenger_that_is_busy_is_tried_again_later(
    ground: Ground, messenger: str, answer: Any, problem: str
) -> None:
    ground.robot(messenger)
    ground.happen()
    ground.them.trouble(answer)
    ground.deliver()
    (post,) = ground.posts()
    assert (post.state, post.problem, post.attempts) == ("waiting", problem, 1)
    assert post.due_at > clock.now() + timedelta(seconds=55)
    ground.deliver()
    assert len(ground.them.asked) == 1
    ground.rest()
    assert ground.deliver() == 1 and len(ground.them.said) == 1


@pytest.mark.long
def test_the_waiting_times_grow_and_end(ground: Ground) -> None:
    ground.robot()
    ground.happen()
    waits = []
    for _ in range(RETRIES):
        ground.rest()
        ground.them.trouble((503, {}))
        ground.deliver()
        waits.append((ground.posts()[0].due_at - clock.now()).total_seconds())
    assert [round(wait / 30) for wait in waits] == [2**n for n in range(1, RETRIES + 1)]
    assert ground.posts()[0].state == "failed"


@pytest.mark.parametrize("trouble", ["hang", "drip", "cut"])
def test_who_does_not_answer_holds_nobody_up_and_is_not_told_twice(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(outgoing, "WHOLE", 0.3)
    ground.robot()
    ground.robot("feishu")
    ground.happen()
    ground.them.trouble(trouble)
    began = time.monotonic()
    assert ground.deliver() == 1  # the other group
    assert time.monotonic() - began < 3
    assert [post.state for post in ground.posts()] == ["unsure", "sent"]
    ground.rest()
    ground.deliver()
    assert len(ground.them.asked) == 2


def test_while_a_messenger_is_silent_others_save(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.robot()
    ground.happen()
    asked = []

    def look(*_: Any, **__: Any) -> tuple[int, bytes]:
        with ground.app.app_context(), writing():  # another session: it would wait for a lock that is held
            asked.append(an_act(ground.actor).id)
        return 200, b'{"errcode": 0}'

    monkeypatch.setattr(outgoing, "post", look)
    assert ground.deliver() == 1 and len(asked) == 1


def test_a_worker_that_died_leaves_a_message_unsure(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    ground.robot()
    ground.happen()

    def die(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(outgoing, "post", die)
        ground.deliver()
    ground.deliver()
    assert ground.posts()[0].state == "sending"
    with writing():
        db.session.get_one(Post, ground.posts()[0].id).tried_at = clock.now() - timedelta(minutes=2)
    ground.deliver()
    assert (ground.posts()[0].state, ground.posts()[0].problem) == ("unsure", "worker-died")
    assert ground.them.asked == []


def test_nobody_listening_and_a_name_that_is_unknown(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(outgoing.NotReached, match="unreachable"):
        outgoing.post("http://127.0.0.1:1/x", b"{}", private=True)
    monkeypatch.setattr(socket, "getaddrinfo", _unknown)
    with pytest.raises(outgoing.NotReached, match="unknown-host"):
        outgoing.post("https://nowhere.invalid/x", b"{}", private=False)


def _unknown(*_: Any, **__: Any) -> Any:
    raise OSError


def test_a_public_name_that_leads_inside_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (
        "127.0.0.1 10.0.0.8 192.168.1.1 169.254.169.254 100.100.100.200 168.63.129.16 0.0.0.0 224.0.0.1 ::1 fd00::1 "
        "fe80::1%eth0 ff02::1 ::ffff:10.0.0.8 ::10.0.0.8 2002:a00:8::1 64:ff9b::a00:8 64:ff9b:1::a9fe:a9fe "
        "::ffff:0:a00:8 2606:4700::5efe:a00:8 2606:4700::200:5efe:a9fe:a9fe fec0::1 3fff::1 5f00::1 192.88.99.1 192.0.0.8"
    )
    for number in inside.split():
        where = (number, 443, 0, 0) if ":" in number else (number, 443)
        found = [(0, 0, 0, "", ("203.107.1.1", 443)), (0, 0, 0, "", where)]
        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", lambda *_, found=found, **__: found)
            with pytest.raises(outgoing.NotReached, match="private"):
                outgoing.post("https://oapi.dingtalk.com/robot/send", b"{}", private=False)
    assert all(outgoing.is_public(n) for n in ("203.107.1.1", "2400:3200::1", "::ffff:203.107.1.1"))


def test_a_certificate_of_nobody_is_refused_until_it_is_trusted(
    empty_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tls=True) as (them, origin), empty_app.app_context():
        ground = Ground(empty_app, them, origin)
        ground.robot()
        ground.happen()
        ground.deliver()
        assert (ground.posts()[0].state, ground.posts()[0].problem) == ("waiting", "certificate")
        assert them.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))  # how operators trust their own
        ground.rest()
        assert ground.deliver() == 1 and len(them.said) == 1


GOOD = {name: own.removesuffix(":443") + PATHS[name] for name, (own, _p, _k) in addresses.OWN.items()}


@pytest.mark.parametrize(
    ("messenger", "address", "code"),
    [
        *((name, address, None) for name, address in GOOD.items()),
        ("wecom", GOOD["wecom"].replace("https", "http"), "core:robot-https"),
        ("wecom", GOOD["feishu"], "core:robot-host"),
        ("wecom", GOOD["wecom"].replace(".com", ".com.evil.example"), "core:robot-host"),
        ("wecom", GOOD["wecom"].replace(".com/", ".com:8443/"), "core:robot-host"),
        ("wecom", GOOD["wecom"].replace("qyapi", "a:b@qyapi"), "core:robot-no-address"),
        (
            "wecom",
            "https://evil.example@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x",
            "core:robot-no-address",
        ),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "core:robot-not-whole"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/user/delete?key=x", "core:robot-not-whole"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/", "core:robot-not-whole"),
        ("dingtalk", "https://127.0.0.1/robot/send?access_token=x", "core:robot-host"),
        (
            "dingtalk",
            "https://oapi.dingtalk.com/robot/send?access_token=x\r\nHost: y",
            "core:robot-no-address",
        ),
        ("dingtalk", "https://oapi.dingtalk.com\\@evil.example/robot/send", "core:robot-no-address"),
        ("dingtalk", "file:///etc/passwd", "core:robot-no-address"),
        ("dingtalk", "https://[::1", "core:robot-no-address"),
        ("dingtalk", "", "core:robot-no-address"),
    ],
)
def test_where_a_message_may_go(messenger: str, address: str, code: str | None) -> None:
    if code is None:
        addresses.check(messenger, address, frozenset())
        return
    with pytest.raises(RuleBroken, match=code):
        addresses.check(messenger, address, frozenset())


def test_a_host_that_the_operator_takes_back_is_not_called(ground: Ground) -> None:
    ground.robot()
    ground.happen()
    ground.settings = replace(ground.settings, messenger_hosts=frozenset())
    ground.deliver()
    assert (ground.posts()[0].state, ground.posts()[0].problem) == ("failed", "not-allowed")
    assert ground.them.asked == []


def test_in_quiet_hours_a_group_is_left_alone_and_reads_one_message_after(ground: Ground) -> None:
    ground.robot()
    with time_machine.travel(MONDAY.replace(hour=21), tick=True):
        for _ in range(delivery.AT_ONCE - 1):
            ground.happen()
        ground.happen(OTHER, illustrative=True)
        assert ground.deliver() == 0
    with time_machine.travel(MONDAY.replace(day=24, hour=8), tick=True):
        assert ground.deliver() == 1
    assert ground.them.said == [
        "【康健生】（示例数据）最近的变动\n· 有 4 个里程碑延期\n· 有 1 份纪要生效\n请登录查看：http://localhost/"
    ]
    assert {post.state for post in ground.posts()} == {"merged", "sent"}


def test_a_test_is_sent_at_any_hour_and_to_a_robot_that_is_off(ground: Ground) -> None:
    number = ground.robot("feishu", on=False)
    with time_machine.travel(MONDAY.replace(hour=23), tick=True):
        with writing():
            keeping.send_test(db.session.get_one(Robot, number), actor=ground.actor)
        assert ground.deliver() == 1
    assert ground.them.said == ["【康健生】这是一条测试消息，群机器人已接通。"]


def test_one_summary_a_working_day(ground: Ground) -> None:
    ground.robot(rhythm="daily")
    said = ground.them.said
    with time_machine.travel(MONDAY, tick=True):
        ground.happen()
        assert ground.deliver() == 1 and len(said) == 1
        ground.happen()
        ground.happen(OTHER)
        assert ground.deliver() == 0
    with time_machine.travel(MONDAY.replace(day=24, hour=7), tick=True):
        assert ground.deliver() == 0  # not yet
    with time_machine.travel(MONDAY.replace(day=24, hour=9), tick=True):
        assert ground.deliver() == 1
        assert said[1].splitlines()[1:3] == ["· 有 1 个里程碑延期", "· 有 1 份纪要生效"]
    with time_machine.travel(MONDAY.replace(day=25, hour=9), tick=True):
        assert ground.deliver() == 0  # nothing has happened
        ground.happen()
        assert ground.deliver() == 0  # today's hour has passed
    with time_machine.travel(MONDAY.replace(day=28, hour=9), tick=True):
        assert ground.deliver() == 0  # a Saturday
    with time_machine.travel(MONDAY.replace(day=30, hour=9), tick=True):
        assert ground.deliver() == 1


def test_one_summary_a_week(ground: Ground) -> None:
    ground.robot(rhythm="weekly")
    for day, sent in ((23, 1), (24, 0), (27, 0), (30, 1)):
        with time_machine.travel(MONDAY.replace(day=day, hour=9), tick=True):
            ground.happen()
            assert ground.deliver() == sent, day
    assert ground.them.said[1].splitlines()[1] == "· 有 3 个里程碑延期"  # those since Monday


def test_twenty_a_minute_is_all_that_a_robot_says(ground: Ground) -> None:
    number = ground.robot()
    with writing():
        for _ in range(22):
            keeping.send_test(db.session.get_one(Robot, number), actor=ground.actor)
    assert [ground.deliver() for _ in range(4)] == [10, 10, 0, 0]
    with writing():
        for post in db.session.scalars(select(Post)):
            post.tried_at = post.tried_at and post.tried_at - timedelta(minutes=1)
    assert ground.deliver() == 2


def test_off_means_silence_also_for_what_waited(ground: Ground) -> None:
    number = ground.robot()
    ground.happen()
    with writing():
        keeping.switch(db.session.get_one(Robot, number), False, actor=ground.actor)
    with writing():
        keeping.switch(db.session.get_one(Robot, number), True, actor=ground.actor)
    assert ground.deliver() == 0 and [post.state for post in ground.posts()] == ["dropped"]


def test_the_worker_sees_to_the_groups(ground: Ground) -> None:
    ground.robot()
    ground.happen()
    ground.app.config["SETTINGS"] = ground.settings
    run_due([job for job in jobs(ground.app) if job.kind == "groups"])
    assert len(ground.them.said) == 1


def test_the_signatures_are_those_that_another_program_computes() -> None:
    """By `printf … | openssl dgst -sha256 -hmac … -binary | base64`."""
    now = datetime.fromtimestamp(1700000000, clock.SHANGHAI)
    _address, body = dialects.request("feishu", "https://x/", "demo", "a", now)
    assert b'"sign": "8oT2n3SMKFfEnDoiwer8BUM/SjKLwe9SqoEIHlhDTKo="' in body
    address, _body = dialects.request("dingtalk", "https://x/?access_token=y", "demo", "a", now)
    assert address == (
        "https://x/?access_token=y&timestamp=1700000000000&sign="
        "xfnlAuOK5y01v9a1lNRpnLkBRS0dfla0aOWLQMANQuE%3D"
    )
