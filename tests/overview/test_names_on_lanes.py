"""What a laboratory is called in the room that its lane of the outlook has."""

from types import SimpleNamespace

import pytest
from flask import Flask

from kangjiansheng.overview.views import words


def on_lane(app: Flask, name: str) -> list[str]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        lab = SimpleNamespace(code="JL-01", name_hans=name, name_hant=name, name_en=name)
        return words.lab_on_lane(lab).split("<br>")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Gene Therapy", ["Gene Therapy"]),
        ("Cell Therapy of Blood Cancers", ["Cell Therapy of", "Blood Cancers"]),
        ("Off-the-shelf and In-vivo Cell Engineering", ["Off-the-shelf", "and In-vivo Ce…"]),
        ("细胞制剂质量与分析以及放行检验", ["细胞制剂质量与", "分析以及放行检验"]),
    ],
)
def test_a_name_takes_one_line_or_two_and_is_cut_on_the_second(
    app: Flask, name: str, lines: list[str]
) -> None:
    assert on_lane(app, name) == lines


def test_a_name_without_a_joint_is_cut_where_the_room_ends(app: Flask) -> None:
    first, second = on_lane(app, "细" * 60)
    assert set(first) == {"细"} and second.endswith("…") and len(second) <= len(first)
