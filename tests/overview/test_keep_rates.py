"""Executives copy a published set, change it with a reason, and say which is used; everybody reads them."""

import pytest
import time_machine
from lxml import html

from kangjiansheng.overview.rules.rates import published
from tests.support.typed import opened, send, typed, words

NEW = "/overview/rates/new?from=BIO_CART"
OWN = {
    "name_hans": "本院 CAR-T",
    "name_en": "Our CAR-T",
    "p_phase1_to_2": "50",
    "n_phase1_to_2": "",
    "reason": "内部回顾",
}


def use(client, **changes):
    """Say which set is the default."""
    to = "/overview/rates/usual"
    return send(client, to, opened(client, "/overview/rates", to), **changes)


def test_a_published_set_is_read_with_source_sample_and_interval(client):
    page = words(client("partner").get("/overview/rates/BIO_CART"))
    assert "44.2%" in page and "43" in page and "30.4%–58.9%" in page
    assert "BIO/QLS/Informa" in page and "Paul" in page
    bare = words(client("partner").get("/overview/rates/NEWDIGS_HEME_CART"))
    assert "未公布" in bare and "未见原文" in bare


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh-Hant", "en"])
def test_rates_in_other_languages(client, lang):
    reader = client("executive", lang)
    for path in ("/overview/rates", "/overview/rates/BIO_ALL", "/overview/value", NEW):
        assert reader.get(path).status_code == 200
    said = {"en": "All indications", "zh-Hant": "全部適應症"}[lang]
    assert said in words(reader.get("/overview/rates"))


@pytest.mark.long
def test_an_own_set_is_copied_changed_and_used(client):
    boss = client("executive")
    made = typed(boss, NEW, **OWN)
    assert made.status_code == 303 and made.location.endswith("/overview/rates/OWN-1")
    page = words(boss.get("/overview/rates/OWN-1"))
    assert "自己改过，原为 44.2%" in page and "BIO/QLS/Informa CAR-T" in page and "内部回顾" in page
    assert published()["BIO_CART"].rates["phase1_to_2"].p == 0.442
    assert "本院 CAR-T" in words(boss.get("/overview/value?rates=OWN-1"))
    assert "样本数未公布，没有区间" in words(boss.get("/overview/value?rates=OWN-1"))
    done = typed(
        boss, "/overview/rates/OWN-1/edit", p_phase1_to_2="48", n_phase1_to_2="25", reason="补了两年"
    )
    assert done.status_code == 303
    page = words(client("partner").get("/overview/rates/OWN-1"))
    assert "48%" in page and "25" in page and "补了两年" in page


def test_a_published_set_cannot_be_changed(client):
    assert client("executive").get("/overview/rates/BIO_ALL/edit").status_code == 404
    assert client("executive").post("/overview/rates/BIO_ALL/edit", data=OWN).status_code == 404


@pytest.mark.parametrize("who", ["lead", "partner", "auditor", "admin", "secretary"])
def test_others_read_and_change_nothing(client, who):
    reader = client(who)
    assert reader.get("/overview/rates").status_code == 200
    for path in (NEW, "/overview/rates/usual"):
        assert reader.post(path, data=OWN | {"code": "BIO_GT"}).status_code == 403


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"p_phase1_to_2": "150"}, "0 到 100"),
        ({"p_phase1_to_2": "half"}, "不是数字"),
        ({"n_phase1_to_2": "0"}, "1 到 1000000"),
        ({"p_preclinical_to_phase1": "99"}, "不能高于"),
        ({"reason": ""}, "请填写此项"),
        ({"name_hans": ""}, "请填写此项"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(client, changed, says):
    answer = typed(client("executive"), NEW, **(OWN | changed))
    assert answer.status_code == 422 and says in words(answer)
    tree = html.document_fromstring(answer.text)
    for name, text in changed.items():
        field = tree.find(f".//*[@name='{name}']")
        assert (field.get("value") if field.tag == "input" else field.text or "").strip() in (text, "")
    assert tree.find(".//*[@name='name_en']").get("value") == "Our CAR-T"


def test_names_are_taken_once(client):
    boss = client("executive")
    typed(boss, NEW, **OWN)
    assert "已经有一套叫" in words(typed(boss, NEW, **OWN))


def test_a_stale_form_shows_both_sides(client):
    boss = client("executive")
    typed(boss, NEW, **OWN)
    typed(boss, "/overview/rates/OWN-1/edit", p_phase1_to_2="48", reason="一")
    answer = typed(boss, "/overview/rates/OWN-1/edit", p_phase1_to_2="60", reason="二", version="1")
    assert answer.status_code == 409
    assert "48" in words(answer) and "60" in words(answer)


@pytest.mark.long
def test_the_default_changes_with_a_reason_and_only_for_days_after(client):
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False):
        boss = client("executive")
        assert use(boss, code="BIO_CART", reason="").status_code == 422
        assert use(boss, code="BIO_ALL", reason="无").status_code == 422
        done = use(boss, code="BIO_CART", reason="管线以 CAR-T 为主")
        assert done.status_code == 303
        reader = client("partner")
        assert "CAR-T" in words(reader.get("/overview/value")).split("成功率：")[1][:40]
        then = words(reader.get("/overview/value?as_of=2026-11-23"))
        assert "全部适应症" in then.split("成功率：")[1][:40]
        stale = use(boss, code="BIO_GT", reason="再换", version="0")
        assert stale.status_code == 409


@pytest.mark.long
def test_a_set_in_use_is_not_put_away_and_one_put_away_is_not_offered(client):
    boss = client("executive")
    typed(boss, NEW, **OWN)
    use(boss, code="OWN-1", reason="试用")
    answer = typed(boss, "/overview/rates/OWN-1/edit", retired="y", reason="不用了")
    assert answer.status_code == 422 and "请先更换默认" in words(answer)
    use(boss, code="BIO_ALL", reason="换回")
    assert typed(boss, "/overview/rates/OWN-1/edit", retired="y", reason="不用了").status_code == 303
    chooser = html.document_fromstring(boss.get("/overview/value").text).find(".//select[@name='rates']")
    assert "OWN-1" not in [option.get("value") for option in chooser]
    assert "本院 CAR-T" in words(
        boss.get("/overview/value?rates=OWN-1")
    )  # an address that was kept still opens


@pytest.mark.long
def test_a_set_of_later_is_not_there_on_a_past_day(client):
    with time_machine.travel("2026-11-25T02:00:00Z", tick=False):
        boss = client("executive")
        typed(boss, NEW, **OWN)
        assert boss.get("/overview/rates/OWN-1?as_of=2026-11-23").status_code == 404
        page = words(boss.get("/overview/value?as_of=2026-11-23&rates=OWN-1"))
        assert "那一天没有“OWN-1”这套成功率" in page
        assert "本院" not in words(boss.get("/overview/rates?as_of=2026-11-23"))


def test_the_trail_tells_it_in_words(client):
    boss = client("executive")
    typed(boss, NEW, **OWN)
    page = words(client("auditor").get("/audit"))
    assert "新建自己的成功率" in page and "OWN-1" in page
