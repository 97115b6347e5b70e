"""Who leads freezes the plan anew: with a reason and an authority, and never over the first baseline."""

import pytest
import sqlalchemy as sa
from lxml import html

from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects import queries
from kangjiansheng.projects.operations import milestones
from kangjiansheng.projects.operations.baselines import set_baseline
from kangjiansheng.projects.queries.baselines import baselines

PATH = "/projects/KJS-003/baselines"
WHY = {"reason": "审评补充资料", "authority": "公司决策会 2026-11-20"}


@pytest.fixture
def lead(actor):
    return actor("lead")


@pytest.fixture
def project(lead):
    return queries.project(actor=lead, code="KJS-003")


def rows(lead):
    return {m.code: m for m in queries.portfolio(actor=lead, codes=["KJS-003"])[0].milestones}


def freeze(project, lead, **more):
    return set_baseline(project.plan, "2026 年第四季度", actor=lead, version=project.version, **WHY | more)


def test_what_is_promised_becomes_the_plan_and_the_first_baseline_stays(project, lead):
    before = rows(lead)
    freeze(project, lead)
    after = rows(lead)
    for code, m in after.items():
        assert m.baseline == before[code].baseline
        assert m.slip == before[code].slip
        if m.is_open:
            assert m.current_plan == m.promised == before[code].promised
            assert m.moves == before[code].moves
    (frozen,) = baselines(project.plan.id)
    assert frozen.days == {m.id: m.actual or m.promised for m in before.values() if m.kind == "milestone"}
    assert (frozen.number, frozen.reason, frozen.authority) == (1, *WHY.values())


def test_the_database_keeps_it_frozen(project, lead):
    freeze(project, lead)
    db.session.commit()
    for statement in ("UPDATE baseline_row SET day = '2030-01-01'", "DELETE FROM baseline"):
        with pytest.raises(sa.exc.DBAPIError), db.session.begin_nested():
            db.session.execute(sa.text(statement))
    db.session.rollback()


@pytest.mark.long
def test_a_second_one_stands_beside_the_first(project, lead):
    freeze(project, lead)
    with pytest.raises(RuleBroken, match="baseline-same"):
        freeze(project, lead)
    one = queries.milestone(actor=lead, code="KJS-003", milestone_code="A180")
    milestones.will_slip(one, one.forecast.replace(year=2029), "REGULATOR", actor=lead, version=one.version)
    freeze(project, lead)
    first, second = baselines(project.plan.id)
    assert (first.number, second.number) == (1, 2)
    assert {key for key in first.days if first.days[key] != second.days[key]} == {one.id}


@pytest.mark.parametrize("missing", ["reason", "authority"])
def test_without_reason_or_authority_it_is_refused(project, lead, missing):
    with pytest.raises(RuleBroken) as caught:
        freeze(project, lead, **{missing: ""})
    assert (caught.value.code, caught.value.field) == ("projects:baseline-unfounded", missing)


def test_one_milestone_alone_needs_them_too(lead, project):
    one = queries.milestone(actor=lead, code="KJS-003", milestone_code="A180")
    later = one.current_plan.replace(year=2029)
    with pytest.raises(RuleBroken, match="baseline-unfounded"):
        milestones.set_plan(one, later, actor=lead, version=one.version, note="只有理由")
    entry = milestones.set_plan(
        one, later, actor=lead, version=one.version, note="补充资料", authority="决策会"
    )
    assert (entry.current_plan, entry.change_set.label, entry.change_set.note) == (
        later,
        "决策会",
        "补充资料",
    )


@pytest.mark.long
def test_on_the_page_it_is_compared_and_told_why(client):
    lead = client("lead")
    tree = html.document_fromstring(lead.get(PATH).get_data(as_text=True))
    data = dict(tree.xpath("//form[contains(@action, '/baselines')]")[0].form_values())
    refused = lead.post(PATH, data=data | {"name": "第四季度", "reason": "补充资料"})
    assert refused.status_code == 422 and "补充资料" in refused.get_data(as_text=True)
    assert lead.post(PATH, data=data | WHY | {"name": "第四季度"}).status_code == 303
    text = lead.get(PATH).get_data(as_text=True)
    assert "最初基线之后又冻结过 1 次" in text and WHY["authority"] in text
    assert f"（批准：{WHY['authority']}）" in lead.get("/projects/KJS-003").get_data(as_text=True)
    past = lead.get(f"{PATH}?as_of=2026-06-30").get_data(as_text=True)
    assert "计划一直是最初的基线" in past and '<form class="sheet' not in past


@pytest.mark.long
def test_others_read_it_and_change_nothing(client):
    assert client("executive").get(PATH).status_code == 200
    assert client("executive").post(PATH, data=WHY).status_code == 403
    assert client("partner").get(PATH).status_code == 404


@pytest.mark.long
def test_a_long_reason_is_folded_and_a_short_one_is_not(project, lead, client):
    def folds():
        db.session.commit()
        (facts,) = html.fromstring(client("lead").get(PATH).text).xpath("//dl[.//*[contains(., '批准：')]]")
        return [len(one.findtext("p")) for one in facts.xpath(".//details[@class='cm-long']")]

    freeze(project, lead)
    assert folds() == []
    one = queries.milestone(actor=lead, code="KJS-003", milestone_code="A180")
    milestones.will_slip(one, one.forecast.replace(year=2029), "REGULATOR", actor=lead, version=one.version)
    freeze(project, lead, reason="审评补充资料，" * 100)
    assert folds() == [700]
