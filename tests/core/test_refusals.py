"""What the ground refuses: each refusal by its code and at its field, with nothing changed before it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from kangjiansheng.core import file_levels, holidays, reader_links, saved_views
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.holiday_lists import MOST_WORKDAYS, check, read
from kangjiansheng.core.messengers import keeping
from tests.support.refusing import refused

Cast = Callable[[str], Actor]
LINES = "2027-01-01..2027-01-03 休\n2027-02-05..2027-02-13 休\n2027-05-01 休\n2027-10-01..2027-10-07 休"


def days(first: date, number: int) -> set[date]:
    return {first + timedelta(n) for n in range(number)}


def test_of_the_level_of_a_file() -> None:
    with refused("core:file-level", "level"):
        file_levels.check("parties", "team")
    with refused("core:file-level", "level"):
        file_levels.check("song", "open")
    with refused("core:file-level-stale", "level"):
        file_levels.put([FileRef(level="", version_no=1, name="a")], "team", "named", within="open")


def test_of_the_calendar(actor: Cast) -> None:
    rests, works = read(LINES, 2027)
    check(2027, rests, works)
    saturdays = {date(2027, 7, 3) + timedelta(weeks=n) for n in range(MOST_WORKDAYS + 3)}
    for code, year, holiday, work in (
        ("year", 1999, rests, works),
        ("other-year", 2028, rests, works),
        ("both", 2027, rests, {min(rests)}),
        ("weekday", 2027, rests, {date(2027, 3, 1)}),
        ("missing", 2027, rests - {date(2027, 5, 1)}, works),
        ("few", 2027, {date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 1)}, works),
        ("few", 2027, rests | days(date(2027, 11, 1), 45), works),
        ("workdays", 2027, rests, saturdays - rests),
    ):
        with refused(f"core:holidays-{code}", "days"):
            check(year, holiday, work)
    for code, line in (
        ("line", "2027-02-13..2027-02-05 休"),
        ("line", "2027-02-01..2027-04-01 休"),
        ("line", "2027-02-30 休"),
        ("line", "放假 3 天"),
        ("kind", "2027-02-01"),
    ):
        with refused(f"core:holidays-{code}", "days"):
            read(line, 2027)
    admin = actor("admin")

    def year() -> holidays.Year:
        found = holidays.year(actor=admin, number=2027)
        assert found is not None
        return found

    with refused("core:holidays-not-loaded"):
        holidays.undo(year(), actor=admin, version=None)
    with refused("core:holidays-nothing", "days"):
        holidays.load(year(), " \n", source="示例", actor=admin, version=0)
    holidays.load(year(), LINES, source="示例", actor=admin, version=0)
    with refused("core:holidays-same", "days"):
        holidays.load(year(), LINES, source="示例", actor=admin, version=year().version)


def test_of_a_group_robot(actor: Cast) -> None:
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
    allowed: frozenset[str] = frozenset()
    facts: dict[str, Any] = {
        "messenger": "wecom", "name": "项目群", "kinds": ["projects:slipped"], "rhythm": "each", "hour": 9,
        "quiet_from": 20, "quiet_to": 8, "locale": "zh-Hans", "address": address, "secret": "",
    }  # fmt: skip
    admin = actor("admin")
    for code, field, wrong in (
        ("robot-messenger", "messenger", {"messenger": "pigeon"}),
        ("robot-unknown", "kinds", {"kinds": ["song"]}),
        ("robot-unknown", "kinds", {"rhythm": "never"}),
        ("robot-hour-quiet", "hour", {"rhythm": "daily", "hour": 7}),
    ):
        with refused(f"core:{code}", field):
            keeping.add(actor=admin, allowed=allowed, **(facts | wrong))
    made = keeping.add(actor=admin, allowed=allowed, **facts)
    with refused("core:robot-name-taken", "name"):
        keeping.add(actor=admin, allowed=allowed, **facts)
    keeping.switch(made, True, actor=admin)
    del facts["messenger"]
    with refused("core:robot-no-kinds", "kinds"):
        keeping.edit(
            made, actor=admin, version=made.version, unsigned=False, allowed=allowed, **facts | {"kinds": []}
        )


def test_of_links_and_views(actor: Cast) -> None:
    who = actor("lead")
    given: dict[str, Any] = {"actor": who, "name": "评估人", "purpose": "评审", "language": "en"}
    last = reader_links.last_day()
    for code, field, wrong in (
        ("day", "until", {"until": last + timedelta(days=1)}),
        ("day", "until", {"until": last - reader_links.LONGEST - timedelta(days=1)}),
        ("mail", "email", {"email": "@kjs.example"}),
        ("mail", "email", {"email": "a b@kjs.example"}),
    ):
        with refused(f"core:link-{code}", field):
            reader_links.make(who, "", **given | {"until": last, "email": "a@kjs.example"} | wrong)
    page = next(iter(saved_views._pages))
    shown: dict[str, Any] = {"shared": False, "opens": False, "actor": who}
    with refused("core:view-page-unknown"):
        saved_views.create("song", "甲", "", **shown)
    with refused("core:view-too-long"):
        saved_views.create(page, "甲", "q=" + "a" * saved_views.LONGEST, **shown)
    for number in range(saved_views.AT_MOST):
        saved_views.create(page, str(number), "q=a", **shown)
    with refused("core:view-too-many"):
        saved_views.create(page, "甲", "q=a", **shown)
    with refused("core:view-name-taken", "name"):
        saved_views.create(page, "1", "q=a", **shown)
