"""首批入驻企业与生态伙伴: companies are kept from lead to graduate, residents and partners apart, and compete."""

from datetime import date, timedelta

import pytest

from kangjiansheng.core import clock
from kangjiansheng.core.changes import record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import operations as labs
from kangjiansheng.labs import queries as lab_queries
from kangjiansheng.labs.operations import companion
from kangjiansheng.labs.operations import residents as operations
from kangjiansheng.labs.queries import companion as requests
from kangjiansheng.labs.queries import residents as queries
from kangjiansheng.labs.queries import space
from tests.support.acting import who
from tests.support.queries import queries_counted
from tests.support.typed import opened, send, typed, words

NEW = {"kind": "resident", "name_hans": "示例企业己", "stage": "lead", "since": "2026-11-02"}
SECRET = "己秘辛简介"


def test_a_resident_goes_from_lead_to_leaving_and_a_partner_never_moves_in(client):
    executive = client("executive")
    answer = typed(executive, "/residents/new", **NEW, about=SECRET)
    address = answer.location
    assert answer.status_code == 303 and address.startswith("/residents/CO-")
    stale = opened(executive, f"{address}/edit")
    assert typed(executive, f"{address}/stage", stage="assessment").status_code == 303
    skipped = typed(executive, f"{address}/stage", stage="growing")
    assert skipped.status_code == 422
    conflict = send(executive, f"{address}/edit", stale, name_hans="别的名称")
    assert conflict.status_code == 409 and "别的名称" in conflict.text
    early = typed(executive, f"{address}/stage", stage="signed", since="2026-11-01")
    assert early.status_code == 422 and "2026-11-23" in words(early)
    text = words(executive.get(address))
    assert "评估" in text and "2026-11-02" in text and "变更企业阶段" in text
    moved = typed(executive, "/residents/new", **NEW | {"kind": "partner", "stage": "moved_in"})
    assert moved.status_code == 422 and "生态伙伴不占用空间" in words(moved)
    assert typed(executive, "/residents/new", **NEW | {"kind": "partner"}).status_code == 303
    form = opened(executive, "/residents/CO-001", "/residents/CO-001/archive")
    held = send(executive, "/residents/CO-001/archive", form)
    assert held.status_code == 422 and "A-02" in held.text
    form = opened(executive, address, f"{address}/archive")
    assert send(executive, f"{address}/archive", form).status_code == 303
    assert "示例企业己" not in words(executive.get("/residents?kind=resident"))
    assert executive.post(f"{address}/restore").status_code == 303
    assert "示例企业己" in words(executive.get("/residents?kind=resident&stage=assessment"))


def test_figures_open_their_lists_and_the_announcement_is_quoted_and_not_counted(client):
    executive = client("executive")
    page = executive.get("/residents")
    assert "5 家入驻企业， 2 家生态伙伴" in words(page) and "20余家首批入驻企业和生态伙伴" in words(page)
    assert "成立公告（只写“9月10日”，未写年份）" in words(page)
    for kind, stage, count in (("resident", "signed", 1), ("partner", "signed", 1), ("resident", "left", 0)):
        address = f"/residents?kind={kind}&stage={stage}"
        assert f'href="{address.replace("&", "&amp;")}"' in page.text
        assert words(executive.get(address)).count(" CO-00") == count
    then = words(executive.get("/residents?as_of=2025-12-31"))
    assert "2 家入驻企业， 1 家生态伙伴" in then and "示例企业丙" not in then
    shown = executive.get("/residents/CO-001?as_of=2025-06-30")
    assert "记录服务触点" not in words(shown) and "租期开始" not in words(shown)


@pytest.fixture
def competitors(app):
    """The outsider belongs to company B, the partner scientist to company A; both are closed but for A's open part."""
    with app.app_context(), writing():
        executive = who("executive")
        for short, code, company in (("outsider", "ORG-901", "CO-002"), ("partner", "ORG-902", "CO-001")):
            made = labs.create_institution(actor=executive, code=code, name_hans=code, illustrative=True)
            belongs(made, short)
            found = queries.company(actor=executive, code=company)
            facts = {"name_hans": found.name_hans, "confidentiality": found.confidentiality, "about": SECRET}
            operations.edit_company(
                found, actor=executive, version=None, kind="resident", institution_code=code, **facts
            )


def belongs(institution, short):
    email = f"{short}@kjs.example"
    labs.join(
        institution,
        actor=who("executive"),
        version=None,
        email=email,
        role="contact",
        valid_from=clock.today(),
    )


@pytest.mark.long
def test_competitors_see_nothing_of_each_other(competitors, client):
    outsider, partner = client("outsider"), client("partner")
    assert (
        partner.get("/residents/CO-001").status_code == outsider.get("/residents/CO-002").status_code == 200
    )
    assert SECRET in words(partner.get("/residents/CO-001"))
    assert partner.get("/residents/CO-002").status_code == 404
    opened_part = words(outsider.get("/residents/CO-001"))
    assert "成长" in opened_part and SECRET not in opened_part and "1,800" not in opened_part
    for address in (
        "/residents/CO-001/requests/1",
        "/residents/space",
        "/residents/coverage",
        "/residents/space.csv",
    ):
        assert outsider.get(address).status_code in (403, 404), address
    for address in (
        "/residents",
        "/residents.csv",
        "/residents?lacks=cmc",
        "/residents?quiet=1",
        "/search?q=基因编辑",
    ):
        assert "示例企业乙" not in partner.get(address).text, address
    for word in ("秘辛简介", "资料目录", "方法转移"):
        assert "CO-001" not in words(outsider.get(f"/search?q={word}")), word
    assert "3 家入驻企业， 2 家生态伙伴" in words(outsider.get("/residents"))  # its own and what is open
    rows = {line.split(",")[0]: line for line in outsider.get("/residents.csv").text.splitlines()}
    assert "2026-11-12" not in rows["CO-001"] and "2026-09-24" in rows["CO-002"]


@pytest.mark.long
def test_its_own_people_ask_and_say_how_content_they_are_and_keep_nothing(competitors, client):
    outsider, executive = client("outsider"), client("executive")
    form = opened(outsider, "/residents/CO-002/requests/new")
    assert not {"answer_days", "provider_email", "asked_on"} & set(form)
    assert (
        send(outsider, "/residents/CO-002/requests/new", form, kind="talent", text="请推荐猎头").status_code
        == 303
    )
    assert "CO-002" in words(executive.get("/notifications"))  # nobody accompanies it: the executives hear
    form = opened(executive, "/partners/ORG-901", "/partners/ORG-901/archive")
    assert "CO-002" in send(executive, "/partners/ORG-901/archive", form).text  # it cannot be put away
    address = "/residents/CO-002/requests/2"
    assert outsider.post(f"{address}/answer").status_code == 403
    form = opened(executive, address, f"{address}/answer")
    assert send(executive, f"{address}/answer", form, answer="").status_code == 422
    assert (
        send(executive, f"{address}/answer", form, answer="已推荐两家", outcome="solved").status_code == 303
    )
    assert "服务请求已答复" in words(outsider.get("/notifications"))
    assert "已答复，请评价" in words(outsider.get("/"))
    form = opened(outsider, address, f"{address}/rate")
    assert send(outsider, f"{address}/rate", form, satisfaction="4").status_code == 303
    text = words(executive.get("/residents/CO-002"))
    assert "请推荐猎头" in text and "已推荐两家" in text and "满意度 4 / 5" in text
    for path in ("edit", "stage", "contacts/new", "leases/new"):
        assert outsider.get(f"/residents/CO-002/{path}").status_code == 403, path


@pytest.mark.long
def test_members_of_the_park_keep_it_and_whoever_answers_sees_that_request_alone(app, client):
    with app.app_context(), writing():
        executive = who("executive")
        belongs(lab_queries.institution(actor=executive, code="FRONTIER"), "outsider")
        found = queries.company(actor=executive, code="CO-002")
        made = companion.create_request(
            found, actor=executive, kind="cmc", text="方法学", provider_email="member2@kjs.example"
        )
        number = made.number
        companion.log_contact(
            found, actor=executive, kind="cmc", channel="call", happened_on=clock.today(), note="配方未定",
            request_number=number,
        )  # fmt: skip
    assert "配方未定" in words(client("executive").get(f"/residents/CO-002/requests/{number}"))
    keeper, provider = client("outsider"), client("member2")
    assert typed(keeper, "/residents/CO-005/stage", stage="assessment").status_code == 303
    assert keeper.get("/residents/space").status_code == 200
    assert f"/residents/CO-002/requests/{number}" in provider.get("/").text
    page = provider.get(f"/residents/CO-002/requests/{number}")
    assert page.status_code == 200 and 'href="/residents/CO-002"' not in page.text
    assert "配方未定" not in words(page)  # what is noted of a company stays inside
    with app.app_context(), writing():
        asked = requests.request(actor=who("executive"), code="CO-002", number=number)
        asked.asked_by_id = who("partner").id  # who has left the company since
        companion.answer_request(asked, actor=who("executive"), version=None, answer="好", outcome="solved")
    assert "已答复" not in words(client("partner").get("/notifications"))
    assert provider.get("/residents/CO-002").status_code == 404
    assert provider.get("/residents/CO-002/requests/1").status_code == 404
    for known in (
        "auditor@kjs.example",
        "nobody@kjs.example",
    ):  # which addresses are known is not to be learnt
        said = typed(keeper, "/residents/CO-005/edit", companion_email=known)
        assert said.status_code == 422 and "您能看到的人员里没有这个邮箱" in words(said)
    assert typed(keeper, "/residents/CO-005/edit", companion_email="outsider@kjs.example").status_code == 303


def test_a_past_day_costs_the_same_for_few_references_and_many(actor):
    """Whom companies named then is read in one go, and the leases of one company are not all that there are."""
    executive, day = actor("executive"), clock.today() - timedelta(1)
    then = {"effective_at": clock.end_of(day - timedelta(9))}
    for short in ("lead", "lead2", "partner", "member", "member2", "secretary", "chair"):
        fields = {"since": date(2026, 11, 2), "companion_email": f"{short}@kjs.example"}
        made = operations.create_company(actor=executive, recording=then, **NEW | fields)
        before, made.companion = made.state(), None
        record("labs:company:edit", made, actor=executive, before=before)
        db.session.expunge_all()
        with queries_counted() as asked:
            rows = queries.companies(actor=executive, as_of=day)
        assert len(asked) == 3, asked.shown
        assert next(row for row in rows if row.code == made.code).companion.email == fields["companion_email"]
        db.session.expunge_all()
    with queries_counted() as asked:
        space.leases_of(queries.company(actor=executive, code="CO-001"))
    assert "lease.company_id = " in asked[-1]


def test_nothing_moves_in_a_company_that_was_put_away(actor):
    executive = actor("executive")
    made = operations.create_company(actor=executive, **NEW | {"since": date(2026, 11, 2)})
    asked = companion.create_request(made, actor=executive, kind="cmc", text="方法学")
    operations.archive_company(made, actor=executive, version=None)
    given = {"actor": executive, "version": None}
    for act in (
        lambda: companion.answer_request(asked, answer="好", outcome="solved", **given),
        lambda: companion.rate_request(asked, satisfaction=4, **given),
        lambda: companion.withdraw_request(asked, **given),
        lambda: companion.reopen_request(asked, actor=executive),
    ):
        with pytest.raises(RuleBroken, match="labs:archived"):
            act()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "tenant"}, "labs:not-offered", "kind"),
        ({"confidentiality": "team"}, "labs:not-offered", "confidentiality"),
        ({"since": date(2027, 1, 1)}, "labs:stage-in-future", "since"),
        ({"since": None}, "labs:stage-without-day", "since"),
        ({"institution_code": "FRONTIER"}, "labs:institution-unknown", "institution_code"),
        ({"companion_email": "nobody@kjs.example"}, "labs:person-unknown", "companion_email"),
    ],
)
def test_what_cannot_be_is_refused(actor, changes, code, field):
    with pytest.raises(RuleBroken) as problem:
        operations.create_company(actor=actor("executive"), **NEW | {"since": date(2026, 11, 2)} | changes)
    assert (problem.value.code, problem.value.field) == (code, field)
