"""Who belongs to an institution or a laboratory, from a day to a day."""

from datetime import date

import pytest
import time_machine

from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.labs import operations, queries
from tests.support.typed import opened, send, typed, words

PEOPLE = "/labs/JL-01/people"
SCIENTIST = {"email": "outsider@kjs.example", "role": "scientist"}


def test_a_director_takes_somebody_in_and_she_sees_the_inside_from_then_on(client):
    outsider = client("outsider")
    assert "AGR-901" not in words(outsider.get("/labs/JL-01"))
    assert typed(client("lead"), PEOPLE, **SCIENTIST).status_code == 303
    text = words(outsider.get("/labs/JL-01"))
    assert "AGR-901" in text and "外部人员" in text
    assert outsider.get("/agreements/AGR-901").status_code == 200
    assert "您已加入 JL-01" in words(outsider.get("/notifications"))


def test_a_membership_ends_with_its_last_day(actor):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    day = clock.today()
    member = operations.join(lab, actor=lead, version=None, valid_from=date(2026, 1, 1), **SCIENTIST)
    operations.leave(lab, member.id, actor=lead, version=lab.version, valid_to=day)
    outsider = actor("outsider")
    assert queries.sees_inside(outsider, lab)  # the last day counts
    with time_machine.travel(clock.end_of(day).replace(microsecond=0).timestamp() + 5, tick=False):
        assert not queries.sees_inside(outsider, lab)


def test_a_membership_that_begins_later_does_not_hold_yet(actor):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    later = date(clock.today().year + 1, 1, 1)
    operations.join(lab, actor=lead, version=None, valid_from=later, **SCIENTIST)
    assert not queries.sees_inside(actor("outsider"), lab)


def test_the_page_ends_a_membership_and_keeps_the_row(client, app, actor):
    lead = client("lead")
    typed(lead, PEOPLE, **SCIENTIST)
    lab = queries.lab(actor=actor("lead"), code="JL-01")
    row = next(row for row in lab.members if row.role == "scientist")
    end = f"{PEOPLE}/{row.id}/end"
    assert send(lead, end, opened(lead, PEOPLE, end)).status_code == 303
    text = words(lead.get(PEOPLE))
    assert "外部人员" in text and "2 条记录" in text
    assert "您不再是 JL-01" in words(client("outsider").get("/notifications"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "nobody@kjs.example"}, "labs:person-unknown"),
        ({"role": "king"}, "labs:not-offered"),
        ({"valid_to": date(2025, 12, 31)}, "labs:ends-before-beginning"),
    ],
)
def test_what_cannot_be_is_refused(actor, changes, code):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    wanted = {"valid_from": date(2026, 1, 1), **SCIENTIST, **changes}
    with pytest.raises(RuleBroken) as problem:
        operations.join(lab, actor=lead, version=None, **wanted)
    assert problem.value.code == code


def test_the_same_role_twice_at_a_time_is_refused_but_a_second_term_is_not(actor):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    terms = [(date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), None)]
    for first, last in terms:
        operations.join(lab, actor=lead, version=None, valid_from=first, valid_to=last, **SCIENTIST)
    with pytest.raises(RuleBroken) as problem:
        operations.join(lab, actor=lead, version=None, valid_from=date(2026, 3, 31), **SCIENTIST)
    assert problem.value.code == "labs:member-already"


def test_an_address_is_found_in_upper_and_lower_case(actor):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    wanted = {**SCIENTIST, "email": " Outsider@KJS.example"}
    made = operations.join(lab, actor=lead, version=None, valid_from=date(2026, 1, 1), **wanted)
    assert made.person_id == actor("outsider").id


def test_a_stale_form_is_refused(actor):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    with pytest.raises(Stale):
        operations.join(lab, actor=lead, version=lab.version - 1, valid_from=date(2026, 1, 1), **SCIENTIST)


def test_an_unreadable_last_day_is_refused_in_words(client, actor):
    lab = queries.lab(actor=actor("lead"), code="JL-01")
    data = {"version": lab.version, "valid_to": "soon"}
    answer = client("lead").post(f"{PEOPLE}/{lab.members[0].id}/end", data=data)
    assert answer.status_code == 422
    assert "有效的结束日期" in words(answer)


def test_a_membership_of_another_laboratory_is_not_found(client, actor):
    other = queries.lab(actor=actor("lead2"), code="JL-02").members[0]
    assert client("lead").post(f"{PEOPLE}/{other.id}/end").status_code == 404


@pytest.mark.long
def test_who_may_keep_the_people(client):
    for who in ("auditor", "admin", "lead2", "partner", "member", "outsider"):
        assert client(who).get(PEOPLE).status_code == 403
        assert client(who).get("/partners/RJ/people").status_code == 403
    assert client("lead").get("/partners/RJ/people").status_code == 403
    assert client("executive").get(PEOPLE).status_code == 200


def test_an_executive_keeps_the_people_of_an_institution(client):
    executive = client("executive")
    answer = typed(executive, "/partners/CSCG/people", email="outsider@kjs.example", role="contact")
    assert answer.status_code == 303
    assert "联络人" in words(client("outsider").get("/partners/CSCG"))
    assert "只对本机构成员开放" in words(client("partner").get("/partners/CSCG"))
