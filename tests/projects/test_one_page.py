"""A project on one sheet: what it says, to whom, as of which day."""

import pytest

from tests.support.typed import words

PATH = "/projects/KJS-003/sheet"


def test_it_says_where_the_project_stands(client):
    text = words(client("lead").get(PATH))
    for part in ("临床试验默示许可", "准备时间不够", "中心资质", "截至 2026-11-23", "示例数据"):
        assert part in text, part


def test_the_committee_stands_there_for_who_sees_it_and_not_on_a_past_day(client):
    assert "R-2026-06-02" in words(client("executive").get(PATH))
    assert "R-2026-06-02" not in words(client("executive").get(f"{PATH}?as_of=2026-06-30"))


def test_a_past_day_rewinds_it(client):
    now, then = (words(client("lead").get(PATH + more)) for more in ("", "?as_of=2026-07-31"))
    assert "2026-12-17" in now and "2026-12-17" not in then and "截至 2026-07-31" in then


@pytest.mark.parametrize("who", ["outsider", "admin", "chair"])
def test_who_does_not_see_the_project_does_not_see_its_sheet(client, who):
    assert client(who).get(PATH).status_code == 404
