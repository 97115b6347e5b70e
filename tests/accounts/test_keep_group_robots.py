"""An administrator adds group robots, tries them, switches them on, and sees what became of the messages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.core import messengers
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Revision
from kangjiansheng.core.db import db
from kangjiansheng.core.messengers import Post, Robot, delivery
from kangjiansheng.core.transactions import writing
from tests.support.acts import an_act
from tests.support.critic import Critic
from tests.support.messengers import KEY, PATHS, SECRET, Messengers, serving
from tests.support.typed import opened, send, words

LIST = "/admin/robots"
NEW = f"{LIST}/new"
ONE = f"{LIST}/1"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def them(app: Flask) -> Iterator[tuple[Messengers, str]]:
    """Messengers beside the application, allowed by its operator."""
    with serving() as (them, origin):
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], messenger_hosts=frozenset({origin}))
        yield them, origin


def add(visitor: Critic, **changes: Any) -> Any:
    wanted = {"messenger": "wecom", "name": "项目群", "address": WECOM, "kinds": ["projects:slipped"]}
    return send(visitor, NEW, opened(visitor, NEW, NEW), **(wanted | changes))


def delivered(app: Flask) -> int:
    with app.app_context():
        return delivery.deliver(app.config["SETTINGS"])


def test_it_begins_empty_and_off(client: Callable[..., Critic], app: Flask) -> None:
    admin = client("admin")
    assert "还没有群机器人" in words(admin.get(LIST))
    assert add(admin).location == ONE
    page = words(admin.get(ONE))
    assert "已停用" in page and "还没有消息" in page and "里程碑延期" in page
    assert "项目群" in words(admin.get(LIST))
    with app.app_context():
        assert db.session.get_one(Robot, 1).enabled is False


@pytest.mark.parametrize("who", ["lead", "executive", "auditor", "secretary", None])
def test_only_administrators_come_near(client: Callable[..., Critic], who: str | None) -> None:
    add(client("admin"))
    visitor = client(who)
    for path in (LIST, NEW, ONE, f"{ONE}/edit"):
        assert visitor.get(path).status_code in (302, 403), path
    for act in ("enable", "disable", "test", "removal", "messages/1/again"):
        assert visitor.post(f"{ONE}/{act}").status_code in (401, 403, 404), act


@pytest.mark.parametrize("messenger", messengers.MESSENGERS)
def test_a_test_message_shows_that_it_works_before_it_is_switched_on(
    client: Callable[..., Critic], app: Flask, them: tuple[Messengers, str], messenger: str
) -> None:
    admin, (said, origin) = client("admin"), them
    secret = "" if messenger == "wecom" else f" {SECRET} "  # as it comes from the clipboard
    add(admin, messenger=messenger, address=origin + PATHS[messenger], secret=secret)
    assert admin.post(f"{ONE}/test").status_code == 303
    assert "待发送" in words(admin.get(ONE))
    assert delivered(app) == 1 and len(said.said) == 1
    assert "已发送" in words(admin.get(ONE)) and "已发送" in words(admin.get(LIST))


def test_a_failure_is_told_in_words_and_is_sent_again_when_asked(
    client: Callable[..., Critic], app: Flask, them: tuple[Messengers, str]
) -> None:
    admin, (said, origin) = client("admin"), them
    add(admin, address=origin + PATHS["wecom"])
    admin.post(f"{ONE}/test")
    said.trouble({"errcode": 93000, "errmsg": "invalid webhook url"})
    delivered(app)
    page = words(admin.get(ONE))
    assert "未送达" in page and "机器人地址无效" in page and "93000 invalid webhook url" in page
    assert admin.post(f"{ONE}/messages/1/again").status_code == 303
    assert delivered(app) == 1
    assert admin.post(f"{ONE}/messages/1/again").status_code == 422  # it was sent
    assert admin.post(f"{ONE}/messages/99/again").status_code == 404


def test_the_keys_are_never_shown_again(client: Callable[..., Critic], app: Flask, them: Any) -> None:
    admin, (_said, origin) = client("admin"), them
    add(admin, messenger="dingtalk", address=origin + PATHS["dingtalk"], secret=SECRET)
    typed_again = {"secret": "SECanother-one", "name": "新名", "action": f"{ONE}/edit"}
    form = opened(admin, f"{ONE}/edit", typed_again.pop("action"))
    assert send(admin, f"{ONE}/edit", form, **typed_again).status_code == 303
    stale = send(admin, f"{ONE}/edit", form, **(typed_again | {"name": "又一名"}))
    assert stale.status_code == 409
    pages = [admin.get(path).text for path in (LIST, ONE, f"{ONE}/edit")] + [stale.text]
    pages += [client("auditor").get(path).text for path in ("/audit", "/audit.csv")]
    with app.app_context():
        robot = db.session.get_one(Robot, 1)
        assert (robot.address, robot.secret) == (origin + PATHS["dingtalk"], "SECanother-one")
        kept = [(e.before, e.after) for e in db.session.scalars(select(AuditEntry))]
        pages += [repr(kept), repr([r.state for r in db.session.scalars(select(Revision))])]
    for page in pages:
        assert KEY not in page and SECRET not in page and "SECanother-one" not in page


def test_what_is_left_empty_stays_and_a_secret_can_be_given_up(
    client: Callable[..., Critic], app: Flask, them: Any
) -> None:
    admin, (_said, origin) = client("admin"), them
    add(admin, messenger="feishu", address=origin + PATHS["feishu"], secret=SECRET)
    edit = f"{ONE}/edit"
    send(admin, edit, opened(admin, edit, edit), rhythm="daily", hour="9")
    with app.app_context():
        robot = db.session.get_one(Robot, 1)
        assert (robot.secret, robot.rhythm, robot.hour) == (SECRET, "daily", 9)
    send(admin, edit, opened(admin, edit, edit), unsigned="y")
    with app.app_context():
        assert db.session.get_one(Robot, 1).secret == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"address": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"}, "https://"),
        ({"address": "https://10.0.0.8/cgi-bin/webhook/send?key=x"}, "qyapi.weixin.qq.com"),
        ({"address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"}, "地址不完整"),
        ({"address": "693axxx6-7aoc"}, "这不是一个地址"),
        ({"address": ""}, "请填写此项"),
        ({"name": ""}, "请填写此项"),
        ({"secret": SECRET}, "没有签名密钥"),
        ({"rhythm": "daily", "hour": "22"}, "免打扰时段"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    client: Callable[..., Critic], changes: dict[str, str], sentence: str
) -> None:
    admin = client("admin")
    answer = add(admin, **changes)
    assert answer.status_code == 422 and sentence in words(answer)
    if changes.get("address"):
        assert changes["address"] in answer.text  # what was typed is there to be corrected


def test_two_robots_have_two_names_and_one_without_notices_is_not_switched_on(
    client: Callable[..., Critic],
) -> None:
    admin = client("admin")
    assert add(admin, kinds=[]).status_code == 303
    assert "已有名为" in words(add(admin))
    assert "选择通知" in words(admin.get(ONE))
    answer = admin.post(f"{ONE}/enable")
    assert answer.status_code == 422 and "至少一种" in words(answer)


def test_on_off_and_away_with_an_entry_each(client: Callable[..., Critic], app: Flask, them: Any) -> None:
    admin, (said, origin) = client("admin"), them
    add(admin, address=origin + PATHS["wecom"])
    for act in ("enable", "test", "disable", "removal"):
        if act == "disable":
            _happen(app)
        assert admin.post(f"{ONE}/{act}").status_code == 303
    assert admin.get(ONE).status_code == 404 and "还没有群机器人" in words(admin.get(LIST))
    with app.app_context():
        robot = db.session.get_one(Robot, 1)
        assert (robot.address, robot.secret, robot.enabled) == ("", "", False)
        assert {post.state for post in db.session.scalars(select(Post))} == {"dropped"}
        acts = [e.act for e in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]
    of_robots = [act for act in acts if act.startswith("core:robot:")]
    assert of_robots == [f"core:robot:{act}" for act in ("add", "enable", "test", "disable", "remove")]
    assert delivered(app) == 0 and said.asked == []
    assert add(admin, address=origin + PATHS["wecom"]).status_code == 303  # the name is free again
    assert "群机器人" in words(client("auditor").get("/audit"))


def _happen(app: Flask) -> None:
    with app.app_context(), writing():
        from kangjiansheng.accounts.queries import system_actor

        messengers.announce("projects:slipped", change=an_act(system_actor()))


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_the_pages_in_the_other_languages(
    client: Callable[..., Critic], app: Flask, them: Any, language: str
) -> None:
    admin, (said, origin) = client("admin", language), them
    add(admin, address=origin + PATHS["wecom"], locale=language)
    admin.post(f"{ONE}/test")
    said.trouble({"errcode": 93000, "errmsg": "invalid webhook url"})
    delivered(app)
    page = words(admin.get(ONE))
    assert ("The robot’s address is not valid" if language == "en" else "機械人地址無效") in page
    for path in (LIST, NEW, f"{ONE}/edit"):
        assert admin.get(path).status_code == 200
