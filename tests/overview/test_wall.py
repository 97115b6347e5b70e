"""The board on a screen on the wall: nothing to press, what the reader may see, and no session that lives by itself."""

import re
from datetime import timedelta

import pytest
import time_machine
from lxml import html

from kangjiansheng.core import clock

WALL = "/overview/wall"
PARTNER = {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}


def main(client, path=WALL):  # type: ignore[no-untyped-def]
    answer = client.get(path)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text).get_element_by_id("main")


@pytest.mark.long
def test_it_says_what_the_board_says_and_has_nothing_to_press(client):
    reader = client("executive")
    tree = main(reader)
    said = main(reader, "/overview").find_class("answer")[0].text_content()
    assert tree.find_class("answer")[0].text_content() == said
    assert not [e for name in ("a", "button", "form", "input", "summary") for e in tree.iter(name)]
    assert "示例数据" in reader.get(WALL).text


@pytest.mark.parametrize("day", ["", "?as_of=2026-06-30"])
def test_it_shows_what_the_reader_may_see(client, day):
    assert set(re.findall(r"KJS-\d{3}", main(client("partner"), WALL + day).text_content())) <= PARTNER
    assert "没有您可以查看的项目" in main(client("outsider")).text_content()
    assert client(None).get(WALL).status_code == 302


@pytest.mark.long
def test_reading_itself_keeps_no_session_from_ending(client):
    screen, person, start = client("executive"), client("partner"), clock.now()
    for hours in (4, 8, 11):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert screen.get(WALL).status_code == 200
            assert person.get("/overview").status_code == 200
    with time_machine.travel(start + timedelta(hours=13), tick=False):
        assert screen.get(WALL).status_code == 302
        assert person.get("/overview").status_code == 200


@pytest.mark.parametrize("day", ["", "?as_of=2026-06-30&compare=2026-03-31"])
def test_it_says_how_much_it_leaves_out_and_with_which_day_it_compares(client, day):
    reader = client("executive")
    tree = main(reader, WALL + day)
    for section in tree.find_class("wl-g")[0].iter("section"):
        (more,) = section.find_class("wl-more")
        left = int(more.get("data-total")) - len(section.findall(".//li"))
        assert (f"另有 {left} 项" in more.text_content()) and (more.get("hidden") is None) == (left > 0)
    (count,) = re.findall(r"(\d+) 件事", tree.text_content())
    assert tree.find_class("wl-more")[0].get("data-total") == count
    changes = [one.text_content() for one in tree.find_class("delta")[:2]]
    assert all(re.match("较(上季末|.*2026-03-31)|与", one) for one in changes), changes
