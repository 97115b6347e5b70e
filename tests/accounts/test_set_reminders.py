"""How one wants to be reminded: kinds, days before, the hour, quiet hours, mail or the bell alone."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.accounts import models, queries, rules
from kangjiansheng.core.calendar import is_digest_time, is_quiet
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic

WANTED: dict[str, Any] = {
    "kinds": ["due", "overdue"],
    "days_before": "14、3 天",
    "hour": "9",
    "quiet_from": "19",
    "quiet_to": "9",
    "channel": "app",
    "version": "0",
}
hours = st.integers(0, 23)


def setting(app: Flask):  # type: ignore[no-untyped-def]
    with app.app_context():
        account = queries.account_by_email("lead@kjs.example")
        assert account is not None
        return queries.setting_of(account.person_id)


def test_who_has_said_nothing_gets_the_usual(app: Flask, client: Callable[..., Critic]) -> None:
    assert setting(app).state() == rules.USUAL
    page = client("lead").get("/account").text
    assert 'value="7, 1"' in page and "每日提醒时间" in page


def test_one_sets_what_when_and_how(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    assert lead.post("/account/reminders", data=WANTED).status_code == 303
    found = setting(app)
    assert (found.kinds, found.days_before, found.hour) == (["due", "overdue"], [14, 3], 9)
    assert (found.quiet_from, found.quiet_to, found.channel, found.version) == (19, 9, "app", 1)
    assert "提醒设置已保存" in lead.get("/account").text
    assert lead.post("/account/reminders", data=WANTED | {"version": "1", "kinds": []}).status_code == 303
    assert setting(app).kinds == []
    assert "修改提醒设置" in client("auditor").get("/audit").text


def test_a_kind_that_came_later_is_on_until_it_is_unticked(
    app: Flask, client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = client("lead")
    lead.post("/account/reminders", data=WANTED)
    monkeypatch.setattr(models, "REMINDERS", (*rules.REMINDERS, "later"))
    assert setting(app).kinds == ["due", "overdue", "later"]
    assert "以后新增的种类会自动提醒" in lead.get("/account").text


def test_a_choice_that_was_made_before_a_kind_was_there_leaves_it_on() -> None:
    """The migration cannot know when somebody chose, but all kinds before the last that they have were there."""
    known = import_module("migrations.versions.0061_declined_reminders")._known
    assert set(known(["due"])) - {"due"} == {"overdue", "stale", "confirm", "review"}
    assert set(known([])) == {"due", "overdue", "stale", "confirm", "review"}
    assert set(rules.REMINDERS) - set(known(["due", "owed"])) == {"renewal", "service", "hand_off", "ask"}


def test_a_form_of_another_tab_shows_both_sides(app: Flask, client: Callable[..., Critic]) -> None:
    lead = client("lead")
    lead.post("/account/reminders", data=WANTED)
    answer = lead.post("/account/reminders", data=WANTED | {"hour": "10"})
    assert answer.status_code == 409 and "10:00" in answer.text and "09:00" in answer.text
    assert setting(app).hour == 9


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("days_before", "soon", "请写 1 至 5 个天数"),
        ("days_before", "91", "请写 1 至 5 个天数"),
        ("days_before", "1,2,3,4,5,6", "请写 1 至 5 个天数"),
        ("days_before", "", "请填写此项"),
        ("hour", "21", "21:00 在您的免打扰时段内"),
        ("hour", "25", "hour"),
        ("channel", "pigeon", "channel"),
        ("kinds", "everything", "kinds"),
    ],
)
def test_what_makes_no_sense_is_refused_and_stays_typed(
    app: Flask, client: Callable[..., Critic], field: str, value: str, words: str
) -> None:
    answer = client("lead").post("/account/reminders", data=WANTED | {field: value})
    assert answer.status_code == 422 and words in answer.text
    assert setting(app).version == 0


def test_nobody_sets_those_of_others(app: Flask, client: Callable[..., Critic]) -> None:
    assert client(None).post("/account/reminders", data=WANTED).status_code == 401
    client("lead2").post("/account/reminders", data=WANTED)
    assert setting(app).state() == rules.USUAL


@given(
    st.lists(st.integers(0, 90), min_size=1, max_size=5), st.sampled_from([",", "，", "、", " ", "；", "天 "])
)
def test_days_are_read_as_people_part_them(days: list[int], mark: str) -> None:
    assert rules.read_days(mark.join(map(str, days))) == sorted(set(days), reverse=True)


def test_full_width_digits_are_digits() -> None:
    assert rules.read_days("７，１") == [7, 1]
    with pytest.raises(RuleBroken, match="days-wrong"):
        rules.read_days("-")


@given(hours, hours, hours)
def test_quiet_hours_are_those_that_a_walk_from_hour_to_hour_meets(hour: int, first: int, last: int) -> None:
    met, at = set(), first
    while at != last:
        met.add(at)
        at = (at + 1) % 24
    assert is_quiet(hour, first, last) is (hour in met)


@pytest.mark.parametrize(
    ("instant", "due"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), True),  # Monday, 08:00 in Shanghai
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), False),  # 07:59
        (datetime(2026, 11, 23, 11, 59, tzinfo=UTC), True),  # 19:59
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), False),  # 20:00: quiet
        (datetime(2026, 11, 22, 2, 0, tzinfo=UTC), False),  # Sunday
        (datetime(2026, 10, 1, 2, 0, tzinfo=UTC), False),  # National Day
        (datetime(2026, 10, 10, 2, 0, tzinfo=UTC), True),  # a Saturday that is worked (调休)
    ],
)
def test_the_hour_comes_on_working_days_outside_of_quiet_hours(instant: datetime, due: bool) -> None:
    assert is_digest_time(instant, 8, 20, 8) is due
