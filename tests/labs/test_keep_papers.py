"""A director keeps what her laboratory holds for a while; those inside see it, its people are reminded before it ends."""

from datetime import date, timedelta

import pytest

from kangjiansheng.core import clock
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import queries
from kangjiansheng.labs.operations.papers import create_paper, edit_paper
from kangjiansheng.labs.queries.papers import papers
from kangjiansheng.overview.queries.calendar import calendar_of
from kangjiansheng.overview.queries.records import expiring
from kangjiansheng.projects.queries.reminders import to_renew
from tests.labs.test_exports import workbook
from tests.support.acting import who
from tests.support.typed import opened, send, typed, words

HERE = "/labs/JL-01/papers"
FACTS = {"kind": "permit", "label": "危化品使用许可 7", "holder_id": None, "valid_from": None, "note": ""}


def lab(code="JL-01"):
    return queries.lab(actor=who("executive"), code=code)


@pytest.mark.long
def test_its_whole_life_on_the_pages(client):
    lead, other = client("lead"), client("executive")
    made = typed(lead, f"{HERE}/new", kind="permit", label="辐射安全许可 2026-3", valid_to="2026-12-20")
    assert (made.status_code, made.location) == (303, HERE)
    assert "辐射安全许可 2026-3" in words(lead.get("/labs/JL-01"))
    assert "2 项 90 天内到期" in words(lead.get("/labs/JL-01"))
    home = words(lead.get("/"))
    assert "2 项已到期或即将到期" in home and "辐射安全许可 2026-3" in home and "GCP" not in home
    assert "辐射安全许可" not in words(client("member").get("/")) + words(lead.get("/?as_of=2026-11-20"))
    mine = opened(lead, f"{HERE}/5/edit", f"{HERE}/5/edit")
    send(other, f"{HERE}/5/edit", mine, label="辐射安全许可（别人写的）")
    stale = send(lead, f"{HERE}/5/edit", mine, valid_to="2030-01-01")
    assert stale.status_code == 409 and "别人写的" in stale.get_data(as_text=True)
    refused = send(lead, f"{HERE}/5/ending", opened(lead, f"{HERE}/5/edit", f"{HERE}/5/ending"), reason="")
    assert refused.status_code == 422
    ended = send(
        lead, f"{HERE}/5/ending", opened(lead, f"{HERE}/5/edit", f"{HERE}/5/ending"), reason="已换发"
    )
    assert ended.status_code == 303 and "已换发" in words(lead.get(HERE))
    assert lead.post(f"{HERE}/5/edit", data=mine).status_code in (409, 422)
    assert "辐射安全许可" not in words(lead.get(f"{HERE}?as_of=2026-11-20"))
    assert "示例实验室生物安全备案" in words(lead.get(f"{HERE}?as_of=2026-11-20"))
    assert "辐射安全许可" in lead.get(f"{HERE}.csv").get_data(as_text=True)
    assert "已终止" in workbook(lead.get(f"{HERE}.xlsx"))[5]


def test_qualifications_are_shown_with_the_person_and_belong_to_somebody(client):
    lead = client("lead")
    assert "示例 GCP 培训证书 至 2027-08-31" in words(lead.get("/labs/JL-01"))
    answer = typed(lead, f"{HERE}/new", kind="qualification", label="GMP 培训", valid_to="2027-12-20")
    assert answer.status_code == 422 and "请选择资质的持有人" in words(answer)


def test_who_is_not_inside_finds_nothing_of_it(client):
    for short in ("outsider", "partner"):
        reader = client(short)
        assert reader.get(HERE).status_code == 404
        assert reader.get(f"{HERE}.csv").status_code == 404
        assert "生物安全备案" not in reader.get("/labs/JL-01").get_data(as_text=True)
        assert HERE not in reader.get("/search?q=生物安全备案").get_data(as_text=True)
    assert client("member").get(f"{HERE}/new").status_code == 403
    assert HERE in client("lead").get("/search?q=生物安全备案").get_data(as_text=True)


def test_what_cannot_be_is_refused(in_app):
    lead = who("lead")
    first, last = date(2026, 1, 2), date(2026, 1, 1)
    with pytest.raises(RuleBroken, match="ends-before-beginning"):
        create_paper(lab(), actor=lead, **FACTS | {"valid_from": first}, valid_to=last)
    with pytest.raises(RuleBroken, match="member-unknown"):
        create_paper(lab(), actor=lead, **FACTS | {"holder_id": who("outsider").id}, valid_to=last)
    with pytest.raises(RuleBroken, match="not-offered"):
        create_paper(lab(), actor=lead, **FACTS | {"kind": "magic"}, valid_to=last)


def test_its_people_are_reminded_and_the_charts_count_it(in_app):
    lead = who("lead")
    made = create_paper(lab(), actor=lead, **FACTS, valid_to=clock.today() + timedelta(days=30))
    ask = {"today": clock.today(), "days_before": [7, 1]}
    found = to_renew(actor=lead, **ask)
    assert [(one.kind, one.project, one.names["hans"]) for one in found] == [
        ("paper", "JL-01", "危化品使用许可 7")
    ]
    assert not any(
        to_renew(actor=who(short), **ask) for short in ("lead2", "member", "outsider", "executive")
    )
    dated = [one for one in calendar_of(actor=lead) if one.kind == "paper"]
    assert (made.id, made.valid_to, "/labs/JL-01/papers") in [(one.id, one.day, one.path) for one in dated]
    assert not any(one.kind == "paper" for one in calendar_of(actor=who("member")))
    ends, _illustrative = expiring({}, None, actor=lead)
    assert [one.code for one in ends if one.name.get("hans") == "危化品使用许可 7"] == ["JL-01"]
    ends, _illustrative = expiring({}, None, actor=who("partner"))
    assert not any(one.of_lab for one in ends)
    edit_paper(made, actor=lead, version=None, **FACTS, valid_to=date(2026, 11, 1))
    assert papers(lab())[0].standing == "lapsed" and not to_renew(actor=lead, **ask)
