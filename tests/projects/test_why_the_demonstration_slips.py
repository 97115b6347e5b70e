"""What slips in the demonstration says why, and that the reason is invented."""

import csv
import re
from collections import Counter

import pytest
from lxml import html

from kangjiansheng.projects import queries
from kangjiansheng.projects.rules.vocabulary import reasons


def test_what_slips_by_weeks_has_a_reason_that_says_it_is_illustrative(actor):
    found = [
        m
        for project in queries.owner_rows(actor=actor("executive"))
        for m in project.milestones
        if m.is_open and (m.slip or 0) >= 15
    ]
    assert len(found) > 20
    assert [m.code for m in found if m.reason_code not in reasons() or not m.note.endswith("（示例）")] == []
    # Not one thing is to blame for all, and most only wait for another.
    told = Counter(m.reason_code for m in found)
    assert len(told) > 4 and told.most_common(1)[0][0] == "UPSTREAM"


def test_the_board_and_the_milestone_say_why(client):
    answer = (
        html.fromstring(client("executive").get("/overview").text).get_element_by_id("answer").text_content()
    )
    assert "原因是工艺验证" in answer and "没有记录原因" not in answer
    assert "上游里程碑" in client("lead").get("/projects/KJS-003/milestones/A170").text


@pytest.mark.parametrize("path", ["/overview/tables/pipeline.csv", "/projects.csv"])
def test_exports_in_english_name_the_indication_in_english(client, path):
    answer = client("executive").get(f"{path}?lang=en")
    assert answer.status_code == 200
    lines = list(csv.DictReader(answer.get_data(as_text=True).lstrip("\ufeff").splitlines()))
    told = {line["Indication"] for line in lines if line.get("Indication")}
    assert len(told) > 5 and [one for one in told if re.search("[\u4e00-\u9fff]", one)] == []
