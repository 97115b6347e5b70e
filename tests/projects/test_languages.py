"""Every page of projects in three languages: nothing untranslated, the reader's script."""

import re

import pytest

from kangjiansheng.core.transactions import writing
from tests.support.typed import words

PATHS = [
    "/projects",
    "/milestones",
    "/my/milestones",
    "/projects/KJS-003",
    "/projects/KJS-017",
    "/projects/KJS-003/milestones/A140",
    "/projects/KJS-003/milestones/A140/edit",
    "/projects/KJS-003/history",
    "/projects/KJS-003/edit",
    "/projects/KJS-003/people",
    "/projects/new",
]
HAN = re.compile("[\u3400-\u9fff]+")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_each_page_opens(client, path, language):
    who = "executive" if "017" in path else "lead"
    answer = client(who, language).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.get_data(as_text=True)


@pytest.mark.long
@pytest.mark.parametrize("path", ["/milestones", "/my/milestones", "/projects/KJS-003/milestones/A140/edit"])
def test_english_pages_hold_no_chinese_words_of_ours(client, path):
    left = HAN.findall(words(client("lead", "en").get(path)))
    # What is left is content that has no English: indications and a risk of the imported file.
    assert all(word in CONTENT for word in left), left


CONTENT = set(
    [
        "晚期胰腺癌",
        "阳性晚期胃癌",
        "复发",
        "难治性大",
        "细胞淋巴瘤",
        "难治性多发性骨髓瘤",
        "难治性",
        "细胞急性淋巴",
        "淋巴母细胞白血病",
        "帕金森病",
        "细胞急性淋巴细胞白血病",
        "淋巴母细胞淋巴瘤",
        "一批临床样品运输超温",
    ]
)


@pytest.mark.long
def test_hong_kong_words(client):
    text = words(client("lead", "zh-Hant").get("/my/milestones"))
    assert "如期" in text and "將延後" in text and "按計劃" not in text


def test_traditional_is_traditional(client):
    text = words(client("lead", "zh-Hant").get("/projects/KJS-003"))
    for simplified in ("项目", "里程碑趋势", "实验室", "预测", "负责"):
        assert simplified not in text


def test_reasons_and_refusals_are_in_the_readers_language(client):
    lead = client("lead", "en")
    path = "/projects/KJS-003/milestones/A140"
    version = lead.get(f"{path}/edit").get_data(as_text=True).split('name="version" value="')[1].split('"')[0]
    answer = lead.post(
        f"{path}/update", data={"choice": "will_slip", "date": "2020-01-01", "version": version}
    )
    assert "has passed. Enter today" in answer.get_data(as_text=True)
    assert "Process validation" in answer.get_data(as_text=True)


def test_notices_are_made_in_the_language_of_who_reads(app):
    from kangjiansheng.core.i18n import speaking
    from kangjiansheng.projects.notices import WORDS

    facts = {
        "who": "实验室负责人",
        "project": "KJS-003",
        "code": "A140",
        "names": {"hans": "临床试验默示许可", "hant": "臨床試驗默示許可", "en": "Implied permission"},
        "before": "2026-12-17",
        "to": "2027-01-20",
        "reason": "REGULATOR",
        "files": ["放行报告.pdf"],
        "note": "缺第 3 批",
        "number": "NCT00000001",
        "changes": 2,
        "verdict": "go",
        "body": "公司立项委员会",
        "named": ["KJS-003 A140"],
        "count": 1,
        "act": "move",
        "title": "供货延迟",
        "day": "2026-12-17",
        "step": "agree",
    }
    one = {key: facts[key] for key in ("project", "code", "names")}
    facts["things"] = [one | {"id": 1, "kind": "due", "day": "2026-12-17", "illustrative": True}]
    with app.app_context(), writing():
        for language, word in (("zh-Hans", "改到"), ("zh-Hant", "監管審評"), ("en", "Regulatory review")):
            with speaking(language):
                for template, make in WORDS.items():
                    subject, text = make(facts)
                    assert subject and text, template
                assert word in "".join(WORDS["projects:moved"](facts))
