"""The founding facts: exactly as far as the announcement goes."""

import pytest

from kangjiansheng import starting
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Agreement, Institution
from tests.support.typed import words


@pytest.mark.long
def test_twenty_institutions_and_one_agreement_without_the_demonstration(empty_app):
    with empty_app.app_context():
        assert db.session.scalar(db.select(db.func.count(Institution.id))) == 20
        assert list(db.session.scalars(db.select(Agreement.code))) == ["AGR-001"]
        assert not db.session.scalar(db.select(db.func.count(Institution.id)).where(Institution.illustrative))


def test_four_signed_and_kangjiansheng_did_not(empty_app):
    with empty_app.app_context():
        found = db.session.scalar(db.select(Agreement))
        assert found.signatory_codes == ["CSCG", "RJ", "SCMC", "SPH"]
        assert found.implementing_codes == ["KJS"]
        assert found.witness_codes == []
        assert (found.year_inferred, found.effective_on, found.expires_on) == (True, None, None)
        assert len(found.not_stated) == 5
        assert found.confidentiality == "open"


def test_loading_again_changes_nothing(empty_app):
    with empty_app.app_context():
        before = db.session.scalar(db.select(db.func.count(ChangeSet.id)))
        starting.load_reference()
        assert db.session.scalar(db.select(db.func.count(ChangeSet.id))) == before


def test_what_people_changed_is_left_alone(empty_app):
    from kangjiansheng.core.transactions import writing

    with empty_app.app_context():
        with writing():
            db.session.scalar(db.select(Institution).where(Institution.code == "RJ")).role_hans = "改过"
        starting.load_reference()
        assert queries.institution_by_name("RJ").role_hans == "改过"


def test_the_page_says_what_is_inferred_and_what_is_not_stated(client):
    text = words(client("outsider").get("/agreements/AGR-001"))
    for sentence in (
        "年份为推定",
        "4 方签约",
        "期限： 未载明",
        "出资： 未载明",
        "知识产权： 未载明",
        "二十届三中全会",
    ):
        assert sentence in text, sentence
    assert "到期日期 未载明" in text
    assert "实施主体推进这份协议，但不是签约方" in text


def test_the_founding_agreement_alone_is_not_labelled_illustrative(client):
    assert "示例数据" not in words(client("outsider").get("/agreements/AGR-001"))
    assert "示例数据" in client("lead").get("/agreements/AGR-001").get_data(
        as_text=True
    )  # AGR-901 hangs on it


def test_the_regulator_is_named_as_such(client):
    assert "监管机构，不登记为合作方" in words(client("outsider").get("/partners/SHMPA"))
