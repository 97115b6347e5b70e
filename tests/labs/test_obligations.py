"""Who owes whom what: an obligation from its clause to its archive, who sees it, and how it stood on a past day."""

import io
from datetime import timedelta

import pytest

from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Obligation
from kangjiansheng.labs.queries.obligations import obligation_rows
from kangjiansheng.labs.rules import obligations as lives
from tests.support import papers
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, typed, words

NEW = "/obligations/new?agreement=AGR-901&clause=3.2"
FACTS = {"name_hans": "质粒两批", "debtor_code": "SPH", "creditor_code": "RJ", "due_on": "2026-12-20"}
SEEN = {
    "executive": {f"OB-{n:04d}" for n in range(1, 11)},
    "partner": {"OB-0005", "OB-0006"},  # of the children's hospital: its own agreement
    "member": {"OB-0001", "OB-0002", "OB-0003", "OB-0004", "OB-0007"},  # of Ruijin
    "outsider": set(),
    "admin": set(),
}


@pytest.mark.long
def test_an_obligation_lives_from_clause_to_archive(client):
    executive = client("executive")
    form = opened(executive, NEW)
    assert form["debtor_code"] == form["creditor_code"] == "", "nobody owes because she comes first"
    refused = send(executive, NEW, form, name_hans="质粒两批")
    assert refused.status_code == 422 and "无账号" in words(refused)
    made = typed(executive, NEW, **FACTS)
    assert made.status_code == 303
    path = made.headers["Location"]
    text = words(executive.get(path))
    assert "3.2" in text and "AGR-901" in text and "待履行" in text and "2026-12-20" in text
    assert "质粒两批" in words(executive.get("/agreements/AGR-901"))
    assert "质粒两批" in words(executive.get("/search?q=质粒两批"))
    stale = opened(executive, f"{path}/edit")
    assert typed(executive, f"{path}/edit", due_on="2026-12-24").status_code == 303
    refused = send(executive, f"{path}/edit", stale, due_on="2026-12-31")
    assert refused.status_code == 409 and "2026-12-24" in words(refused) and "2026-12-31" in words(refused)
    text = words(executive.get(path))
    assert "修改义务" in text and "2026-12-20" in text, "the history says from which day it was moved"
    assert "质粒两批" in words(client("member").get("/notifications")), "the other party hears of it"
    back = send(executive, f"{path}/archive", opened(executive, path, f"{path}/archive"))
    assert back.status_code == 303
    code = path.rsplit("/", 1)[1]
    assert code not in words(executive.get("/obligations"))
    assert code in words(executive.get("/obligations?archived=1"))
    assert executive.post(f"{path}/restore").status_code == 303
    assert code in words(executive.get("/obligations"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name_hans": " "}, "请填写此项"),
        ({"creditor_code": "SPH"}, "两家机构"),
        ({"creditor_code": "SCMC"}, "SCMC 不是这份协议"),
        ({"clause_number": "9.9"}, "没有登记条款 9.9"),
        ({"agreement_code": "AGR-9"}, "AGR-9"),
        ({"owner_email": "partner@kjs.example"}, "义务方的成员"),
    ],
)
def test_what_cannot_be_owed_is_refused_with_what_was_typed(client, changes, sentence):
    answer = typed(client("executive"), NEW, **{**FACTS, "detail": "每批一份检验报告", **changes})
    assert answer.status_code == 422
    assert sentence in words(answer) and "每批一份检验报告" in words(answer)


@pytest.mark.long
@pytest.mark.parametrize("who", SEEN)
def test_who_sees_which(client, who):
    reader = client(who)
    text, sheet = words(reader.get("/obligations")), reader.get("/obligations.csv").get_data(as_text=True)
    found = words(reader.get("/search?q=OB-000"))
    for code in SEEN["executive"]:
        seen = code in SEEN[who]
        assert ((code in text), (f"\n{code}," in sheet)) == (seen, seen), code
        assert reader.get(f"/obligations/{code}").status_code == (200 if seen else 404), code
        assert seen or code not in found, code


def test_an_open_one_shows_neither_its_person_nor_its_history_nor_a_hidden_agreement(client):
    executive = client("executive")
    owner = {"owner_email": "member@kjs.example"}
    assert typed(executive, "/obligations/OB-0003/edit", confidentiality="open", **owner).status_code == 303
    text = words(client("outsider").get("/obligations/OB-0003"))
    assert "年度随访数据" in text
    assert "AGR-901" not in text and "委员（血液学）" not in text and "修改义务" not in text
    assert "委员（血液学）" in words(client("member").get("/obligations/OB-0003"))


def test_a_team_level_one_is_for_its_two_parties_alone(actor):
    with writing():
        found = queries.obligation(actor=actor("executive"), code="OB-0004")  # KJS owes RJ
        found.confidentiality = "team"
    assert queries.obligation(actor=actor("member"), code="OB-0004") is not None
    assert queries.obligation(actor=actor("lead"), code="OB-0004") is None  # directs the lab, is of neither
    assert queries.obligation(actor=actor("auditor"), code="OB-0004") is not None


def test_lists_by_side_and_state(client):
    executive = client("executive")
    late = words(executive.get("/obligations?state=late"))
    assert "OB-0004" in late and "逾期 6 天" in late and "OB-0006" not in late
    assert "OB-0009" not in late and "OB-0010" not in late, "government is never overdue"
    text = words(executive.get("/obligations?party=RJ&side=owes"))
    assert "OB-0001" in text and "OB-0002" not in text
    assert "待提交" in words(executive.get("/obligations?party=ZJADMIN"))
    assert "待回复" in words(executive.get("/obligations?party=PUDONG"))


def test_a_past_day_shows_what_stood_then(client, actor):
    before = clock.today() - timedelta(50)
    rows = {row.code: row for row in obligation_rows(actor=actor("executive"), as_of=before)}
    assert rows["OB-0001"].state == "open" and rows["OB-0001"].delivered_on is None
    reader = client("executive")
    assert "待履行" in words(reader.get(f"/obligations/OB-0001?as_of={before}"))
    assert "编辑" not in words(reader.get(f"/obligations/OB-0001?as_of={before}"))
    assert reader.get("/obligations/OB-0001?as_of=2025-01-01").status_code == 404
    assert "OB-0001" not in words(reader.get("/obligations?as_of=2025-01-01"))


def test_a_clause_and_an_institution_on_which_one_rests_stay(client, actor):
    answer = typed(client("executive"), "/agreements/AGR-901/edit", clause_lines="3.1 只剩一条")
    assert answer.status_code == 422 and "OB-0002" in words(answer) and "只剩一条" in words(answer)
    assert "OB-0010" in queries.uses(queries.institution(actor=actor("executive"), code="PUDONG"))
    with pytest.raises(RuleBroken):
        lives.check_step(
            "dispute", "delivered", "submit", on=None, remark="x", delivered_on=None, today=clock.today()
        )


def test_many_are_read_in_as_many_statements_as_one(actor):
    executive = actor("executive")
    with queries_counted() as few:
        obligation_rows(actor=executive, only=[Obligation.code == "OB-0001"])
    with writing():
        first = db.session.get(Obligation, 1)
        keys = [c.key for c in Obligation.__table__.columns if c.key not in ("id", "code")]
        rows = [{key: getattr(first, key) for key in keys} | {"code": f"X-{n}"} for n in range(50)]
        db.session.execute(Obligation.__table__.insert(), rows)
    with queries_counted() as many:
        assert len(obligation_rows(actor=executive)) == 60
    assert len(many) == len(few) == 2


PDF = "delivered.pdf"


@pytest.mark.long
def test_both_sides_act_and_every_act_can_be_taken_back(client, app):
    debtor, creditor = client("member"), client("executive")  # Ruijin owes it
    path, today = "/obligations/OB-0003", clock.today().isoformat()

    def take(who, act, **changes):
        return send(who, f"{path}/{act}", opened(who, path, f"{path}/{act}"), **changes)

    form = opened(debtor, path, f"{path}/delivery")
    future = send(debtor, f"{path}/delivery", form, on="2030-01-01")
    assert future.status_code == 422 and "不能晚于今天" in words(future)
    assert debtor.post(f"{path}/acceptance", data=form).status_code == 403
    sent = {**form.to_dict(), "files": (io.BytesIO(papers.PDF), PDF)}
    assert debtor.post(f"{path}/delivery", data=sent).status_code == 303
    text = words(creditor.get(path))
    assert "已交付，待接受" in text and PDF in text
    assert debtor.get(f"{path}/documents/1").data == papers.PDF
    with app.app_context(), writing():
        db.session.get(Obligation, 3).confidentiality = "open"  # its evidence is not
    for who, sees in ((debtor, True), (client("partner"), False)):
        assert who.get(path).status_code == 200
        assert (path in who.get(f"/search?q={PDF}").get_data(as_text=True)) is sees
    assert client("partner").get(f"{path}/documents/1").status_code == 404
    assert take(creditor, "dispute", remark="").status_code == 422
    assert take(creditor, "dispute", remark="缺少两个中心的数据").status_code == 303
    assert "有异议" in words(creditor.get(path))
    assert take(creditor, "acceptance", on="2026-11-01").status_code == 422, "before it was delivered"
    old = opened(creditor, path, f"{path}/waiver")
    assert take(creditor, "acceptance", on=today).status_code == 303
    assert "已接受" in words(creditor.get(path))
    assert debtor.post(f"{path}/undo").status_code == 403, "the other side's step"
    assert creditor.post(f"{path}/undo").status_code == 303
    assert "有异议" in words(creditor.get(path)) and "缺少两个中心的数据" in words(creditor.get(path))
    assert creditor.post(f"{path}/undo").status_code == 403, "an undo is no step"
    stale = send(creditor, f"{path}/waiver", old, remark="不再需要")
    assert stale.status_code == 409 and "不再需要" in stale.get_data(as_text=True)
    assert debtor.post(f"{path}/documents/1/withdrawal").status_code == 303
    assert path not in debtor.get(f"/search?q={PDF}").get_data(as_text=True)
    assert debtor.get(f"{path}/documents/1").status_code == 404
    assert "撤回证据" in words(debtor.get(path))


def test_a_director_of_its_laboratory_delivers_in_the_name_of_the_debtor(client):
    """The director belongs to no institution; the creditor's own people never deliver to themselves."""
    lead, path = client("lead"), "/obligations/OB-0003"
    assert "OB-0003" in words(lead.get("/obligations/waiting"))
    assert "提出异议" not in words(lead.get(path)) and "接受交付" not in words(lead.get(path))
    form = opened(lead, path, f"{path}/delivery")
    assert lead.post(f"{path}/acceptance", data=form).status_code == 403
    sent = {**form.to_dict(), "files": (io.BytesIO(papers.PDF), PDF)}
    assert lead.post(f"{path}/delivery", data=sent).status_code == 303
    assert "OB-0003" not in words(lead.get("/obligations/waiting"))
    assert lead.post(f"{path}/undo").status_code == 303
    assert "OB-0003" in words(lead.get("/obligations/waiting"))


def test_government_answers_and_never_disputes(client):
    path = "/obligations/OB-0010"  # the district owes an answer: its other side records it
    text = words(client("executive").get(path))
    assert "记录回复" in text and "提出异议" not in text
