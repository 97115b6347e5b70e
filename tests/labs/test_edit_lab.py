"""A director or an executive changes a laboratory, takes it through its life, and an executive puts it away."""

from datetime import date, timedelta

import pytest

from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import operations, queries
from tests.support.typed import opened, send, typed, words

EDIT = "/labs/JL-01/edit"


def test_a_director_edits_her_laboratory(client):
    lead = client("lead")
    assert typed(lead, EDIT, mission="更早，更近，更可负担。", site="新址").status_code == 303
    text = words(lead.get("/labs/JL-01"))
    assert "更早" in text and "新址" in text and "修改联合实验室" in text


def test_a_partner_that_stays_keeps_what_it_brings_in(client):
    lead = client("lead")
    typed(lead, EDIT, lead_code="SPH", partner_codes=["RJ", "KJS"])
    text = words(lead.get("/labs/JL-01"))
    assert "牵头临床" in text and "工艺、载体与资金" in text and "组学平台" not in text.split("历史")[0]


def test_the_second_of_two_sees_both_versions(client):
    executive, lead = client("executive"), client("lead")
    mine = opened(lead, EDIT)
    typed(executive, EDIT, site="执行管理层所写的地点")
    answer = send(lead, EDIT, mine, site="负责人所写的地点")
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "执行管理层所写的地点" in text and "负责人所写的地点" in text


def test_an_edit_never_changes_life(client, actor):
    typed(client("lead"), EDIT, life="closed")
    assert queries.lab(actor=actor("lead"), code="JL-01").life == "operating"


@pytest.mark.long
def test_who_may_edit(client):
    for who in ("auditor", "admin", "lead2", "partner", "member", "outsider"):
        for path in (EDIT, "/labs/JL-01/life", "/labs/JL-01/partners/RJ"):
            assert client(who).get(path).status_code == 403, (who, path)
            assert client(who).post(path).status_code == 403, (who, path)


def test_a_co_director_directs_too_and_a_scientist_does_not(actor):
    lead = actor("lead")
    lab = queries.lab(actor=lead, code="JL-01")
    day = date(2026, 1, 1)
    operations.join(
        lab, actor=lead, version=None, email="outsider@kjs.example", role="scientist", valid_from=day
    )
    operations.join(
        lab, actor=lead, version=None, email="member@kjs.example", role="co_director", valid_from=day
    )
    assert queries.directs(actor("member"), lab)
    assert not queries.directs(actor("outsider"), lab)


def test_life_goes_step_by_step(client):
    lead = client("lead")
    assert typed(lead, "/labs/JL-01/life", life="review").status_code == 303
    assert "评估中" in words(lead.get("/labs/JL-01"))
    form = opened(lead, "/labs/JL-01/life")
    assert send(lead, "/labs/JL-01/life", form, life="set_up").status_code == 422


def test_before_operation_there_is_acceptance(actor):
    executive = actor("executive")
    lab = operations.ensure_lab("JL-77", actor=executive, name_hans="没有建设计划的实验室", lead=None)
    operations.step_lab(lab, "set_up", actor=executive, version=lab.version)
    with pytest.raises(RuleBroken) as problem:
        operations.step_lab(lab, "operating", actor=executive, version=lab.version)
    assert problem.value.code == "labs:not-accepted"
    with pytest.raises(RuleBroken) as problem:
        tomorrow = clock.today() + timedelta(days=1)
        operations.step_lab(lab, "operating", actor=executive, version=lab.version, accepted_on=tomorrow)
    assert problem.value.code == "labs:accepted-in-future"
    operations.step_lab(lab, "operating", actor=executive, version=lab.version, accepted_on=clock.today())
    assert lab.life == "operating"


def test_what_a_partner_brings_in_is_changed_on_its_own(client):
    lead = client("lead")
    assert typed(lead, "/labs/JL-01/partners/RJ", contribution="牵头临床，12 张床位").status_code == 303
    text = words(lead.get("/labs/JL-01"))
    assert "牵头临床，12 张床位" in text and "修改各方分工" in text
    assert lead.get("/labs/JL-01/partners/SIIC").status_code == 404


def test_a_laboratory_at_work_is_not_put_away(client):
    executive = client("executive")
    archive = "/labs/JL-05/archive"
    answer = send(executive, archive, opened(executive, "/labs/JL-05", archive))
    assert answer.status_code == 422
    assert "请先把它关闭" in words(answer)


def test_a_proposed_laboratory_is_put_away_and_taken_out(client):
    executive = client("executive")
    typed(executive, "/labs/new", code="JL-77", name_hans="新实验室", lead_code="SPH")
    archive = "/labs/JL-77/archive"
    assert send(executive, archive, opened(executive, "/labs/JL-77", archive)).status_code == 303
    assert "JL-77" not in words(executive.get("/labs"))
    assert executive.post("/labs/JL-77/restore").status_code == 303
    assert "JL-77" in words(executive.get("/labs"))


def test_a_director_does_not_put_her_laboratory_away(client):
    assert client("lead").post("/labs/JL-01/archive").status_code == 403
    assert "归档" not in words(client("lead").get("/labs/JL-01"))
