"""The overview before the first project: nobody is told that something is hidden where there is nothing."""

from collections.abc import Callable

import pytest
from flask import Flask

from kangjiansheng.accounts import operations, queries
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic


@pytest.fixture
def reader(empty_app: Flask) -> Critic:
    """The first administrator, who was made an executive, too."""
    with empty_app.app_context(), writing():
        system = queries.system_actor()
        account = operations.create_first_admin(
            actor=system, name_hans="管理员", email="a@kjs.example", password="seven quiet cranes"
        )
        operations.grant_role(account.person, "executive", actor=system)
    visitor = Critic(empty_app)
    data = {"email": "a@kjs.example", "password": "seven quiet cranes"}
    assert visitor.post("/sign-in", data=data).status_code == 303
    assert visitor.post("/account/notice", data={"number": "0"}).status_code == 303
    return visitor


@pytest.mark.parametrize("path", ["/overview", "/overview/forecast", "/overview/value", "/overview/metrics"])
def test_who_reads_all_is_told_how_projects_come(reader: Critic, path: str) -> None:
    words = reader.get(path).text
    assert "还没有项目" in words and "逐个建立" in words
    assert "没有您可以查看的项目" not in words and "请联系项目负责人" not in words


@pytest.mark.parametrize("path", ["/overview/pack", "/overview/wall", "/overview/forecast?as_of=2025-03-01"])
def test_the_first_sentence_says_that_there_is_none(reader: Critic, path: str) -> None:
    words = reader.get(path).text
    assert ("那一天还没有项目" if "as_of" in path else "还没有项目") in words
    assert "没有您可以查看的项目" not in words


def test_who_does_not_read_all_is_told_of_her_own_alone(client: Callable[..., Critic]) -> None:
    """Whether there is any is not for her to know; a wall that was narrowed to nothing says so."""
    for path in ("/overview/pack", "/overview/wall"):
        words = client("outsider").get(path).text
        assert "没有您可以查看的项目" in words and "还没有项目" not in words
    assert "没有符合条件的项目" in client("executive").get("/overview/wall?lab=NONE").text
