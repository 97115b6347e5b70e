"""The trend of promises of what is over says how it ended, not whether it holds."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from kangjiansheng.core.clock import start_of
from kangjiansheng.projects.charts.trend import trend_finding
from tests.support.critic import Critic

FIRST, TODAY = date(2026, 3, 1), date(2026, 11, 23)


def _over(key: int, actual: date | None) -> Any:
    return SimpleNamespace(
        id=key, kind="milestone", is_open=False, slip=0, position=key, actual=actual, status="done"
    )


def _said(key: int, on: date, promised: date) -> Any:
    return SimpleNamespace(
        milestone_id=key, kind="forecast", effective_at=start_of(on), promised=promised, actual=None
    )


@pytest.mark.parametrize(
    ("ends", "finding"),
    [
        ([FIRST + timedelta(days=1)], "完成时比最初的预测晚 1 天"),
        ([FIRST], "完成时没有晚于最初的预测"),
        ([FIRST - timedelta(days=9)], "完成时没有晚于最初的预测"),
        ([None], "没有未完成的里程碑"),  # cancelled
        ([FIRST, FIRST + timedelta(days=9)], "没有未完成的里程碑"),
    ],
)
def test_how_it_ended(app: Flask, ends: list[date | None], finding: str) -> None:
    rows = [_over(key, actual) for key, actual in enumerate(ends)]
    said = [
        _said(row.id, date(2026, month, 1), FIRST + timedelta(days=month - 1))
        for row in rows
        for month in (1, 2)
    ]
    with app.test_request_context():
        assert trend_finding(said, rows, TODAY) == finding


def test_the_page_of_a_milestone_that_was_reached(client: Callable[..., Critic]) -> None:
    page = client("executive").get("/projects/KJS-003/milestones/A120").text
    assert "完成时比最初的预测晚 99 天" in page  # first forecast 2026-06-13, reached 2026-09-20
    assert "预测稳定" not in page
