"""How sure the day of a milestone is, on its own page: what the forecast says of it to this reader, and nothing else."""

from datetime import date

import pytest
from lxml import html

from kangjiansheng.overview.queries.foretold import foretold, of_milestone
from kangjiansheng.overview.rules.forecast.runs import Expected
from kangjiansheng.overview.views import words_forecast as words
from kangjiansheng.projects.queries import milestone, portfolio
from tests.support.queries import queries_counted

PIECE = {"HX-Request": "true"}


def piece(client, code, step, *, query="", **headers):  # type: ignore[no-untyped-def]
    answer = client.get(f"/projects/{code}/milestones/{step}/forecast{query}", headers=PIECE | headers)
    assert answer.status_code == 200, answer.text[:400]
    assert "<html" not in answer.text
    return html.fragment_fromstring(answer.text, create_parent=True)


def facts(tree):  # type: ignore[no-untyped-def]
    said = [" ".join("".join(one.itertext()).split()) for one in tree.iter("dd")]
    return "".join(tree.find(".//h2").itertext()).strip(), said


def row_of(actor, key, day=None):  # type: ignore[no-untyped-def]
    return next((one for one in foretold(actor=actor, as_of=day).forecast.expected if one.id == key), None)


@pytest.mark.parametrize("who", ["executive", "partner"])
def test_it_says_what_the_forecast_says_to_this_reader(client, actor, in_app, who):
    expected = foretold(actor=actor(who), as_of=None).forecast.expected
    known = [one for one in expected if one.known]
    of = {m.id: (p.code, m.code) for p in portfolio(actor=actor(who)) for m in p.milestones}
    late = next(one for one in known if one.p50 > one.promise and one.p80 > one.promise)
    code, step = of[late.id]
    finding, said = facts(piece(client(who), code, step))
    assert finding == f"更可能晚于承诺，守住的把握 {words.percent(late.kept)}%"
    promise, half, most = (date.fromordinal(day).isoformat() for day in (late.promise, late.p50, late.p80))
    assert said[:2] == [promise, half]
    assert said[2] == f"{most}，比承诺晚 {late.p80 - late.promise} 天"
    assert late.count is None or said[3] == str(late.count)


def test_it_rests_on_what_this_reader_sees(client, actor, in_app):
    """Two readers may get other days for the same milestone: whose history one may not see is nowhere in it."""
    mine, all_ = (
        foretold(actor=actor(who), as_of=None).forecast.expected for who in ("partner", "executive")
    )
    of = {m.id: (p.code, m.code) for p in portfolio(actor=actor("partner")) for m in p.milestones}
    theirs = {one.id: one for one in all_}
    other = next(one for one in mine if one.known and theirs[one.id].p80 != one.p80)
    said = {who: facts(piece(client(who), *of[other.id]))[1][2] for who in ("partner", "executive")}
    assert said["partner"].startswith(date.fromordinal(other.p80).isoformat())
    assert said["executive"].startswith(date.fromordinal(theirs[other.id].p80).isoformat())


def test_a_past_day_knows_nothing_of_what_came_after(client, actor, in_app):
    day = date(2026, 6, 30)
    then = next(one for one in foretold(actor=actor("executive"), as_of=day).forecast.expected if one.known)
    of = {m.id: (p.code, m.code) for p in portfolio(actor=actor("executive")) for m in p.milestones}
    _finding, said = facts(piece(client("executive"), *of[then.id], query=f"?as_of={day}"))
    assert said[0] == date.fromordinal(then.promise).isoformat()
    assert said[1] == date.fromordinal(then.p50).isoformat()


def test_whom_the_project_is_closed_to_learns_nothing(client):
    asked = client("outsider").get("/projects/KJS-003/milestones/A140/forecast", headers=PIECE)
    none = client("outsider").get("/projects/KJS-999/milestones/A140/forecast", headers=PIECE)
    assert asked.status_code == none.status_code == 404


def test_what_is_not_judged_says_why(client, actor, in_app):
    far = next(
        (p, m)
        for p in portfolio(actor=actor("executive"))
        for m in p.milestones
        if m.is_open and row_of(actor("executive"), m.id) is None
    )
    finding, said = facts(piece(client("executive"), far[0].code, far[1].code))
    assert (finding, said) == ("只推算未来一年到期、所在项目仍在进行的里程碑", [])


def test_the_page_of_a_milestone_fetches_it_while_it_is_open(client, actor, in_app):
    steps = [m for p in portfolio(actor=actor("lead"), codes=["KJS-003"]) for m in p.milestones]
    opened = next(m for m in steps if m.is_open)
    done = next(m for m in steps if m.actual)
    reader = client("lead")
    for step, there in ((opened, True), (done, False)):
        tree = html.document_fromstring(reader.get(f"/projects/KJS-003/milestones/{step.code}").text)
        paths = [one.get("hx-get") for one in tree.iter("div") if one.get("hx-get")]
        assert (f"/projects/KJS-003/milestones/{step.code}/forecast" in paths) is there


def test_without_a_script_it_is_a_page_that_leads_back(client):
    answer = client("lead").get("/projects/KJS-003/milestones/A140/forecast")
    tree = html.document_fromstring(answer.text)
    assert tree.xpath("//nav[contains(@class, 'crumb')]//a[@href='/projects/KJS-003/milestones/A140']")
    assert "示例数据" in answer.text


def test_it_asks_no_more_than_who_may_see_what(client, actor, in_app):
    """Between two writes nothing is reckoned or read again."""
    reader = actor("executive")
    key = milestone(actor=reader, code="KJS-003", milestone_code="A140").id
    of_milestone(key, actor=reader, as_of=None)
    with queries_counted() as seen:
        of_milestone(key, actor=reader, as_of=None)
    assert len(seen) <= 1, seen.shown


@pytest.mark.parametrize(
    ("days", "line"),
    [
        ((10, 10, 10, 10), (2.0, 2.0, 2.0, 2.0)),
        ((0, 0, 50, 100), (2.0, 2.0, 50.0, 98.0)),
        ((100, 0, 25, 50), (98.0, 2.0, 26.0, 50.0)),
    ],
)
def test_the_line_holds_all_four_days(days, line):
    promise, p20, p50, p80 = days
    found = words.band(Expected(1, promise, p20, p50, p80, 0.5, 3))
    assert (found.promise, found.p20, found.p50, found.p80) == line


def test_nothing_is_drawn_where_nothing_is_known():
    assert words.band(None) is None
    assert words.band(Expected(1, 5, None, None, None, None, None)) is None


def test_a_program_reads_what_the_page_says(client, actor, in_app):
    expected = foretold(actor=actor("executive"), as_of=None).forecast.expected
    of = {m.id: (p.code, m.code) for p in portfolio(actor=actor("executive")) for m in p.milestones}
    known = next(one for one in expected if one.known)
    code, step = of[known.id]
    executive = client("executive")
    said = executive.get(f"/api/v1/projects/{code}/milestones/{step}/forecast").get_json()
    days = {
        name: date.fromordinal(getattr(known, name)).isoformat() for name in ("promise", "p20", "p50", "p80")
    }
    assert said.items() >= days.items()
    assert (said["kept"], said["cases"], said["illustrative"]) == (known.kept, known.count, True)
    far = next(
        step for key, step in of.items() if step[0] == "KJS-003" and row_of(actor("executive"), key) is None
    )
    none = executive.get(f"/api/v1/projects/{far[0]}/milestones/{far[1]}/forecast").get_json()
    assert {none[name] for name in (*days, "kept", "cases")} == {None}
    assert client("outsider").get(f"/api/v1/projects/{code}/milestones/{step}/forecast").status_code == 404
