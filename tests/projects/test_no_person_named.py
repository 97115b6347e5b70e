"""What names no person is called so, and is not mistaken for what nobody leads."""

import pytest
from lxml import html


def row_of(reader):  # type: ignore[no-untyped-def]
    """A milestone as its row names it: id and version."""
    page = html.document_fromstring(reader.get("/milestones").text)
    return page.xpath("//input[@name='row']/@value")[0]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-Hans", "没有指定到人"), ("zh-Hant", "沒有指定到人"), ("en", "No person named")]
)
def test_the_filter_and_the_choice_say_that_no_person_is_named(client, lang, words):
    reader = client("lead", lang)
    page = html.document_fromstring(reader.get("/milestones?owner=none").text)
    (option,) = page.xpath("//select[@name='owner']/option[@value='none']")
    assert option.text_content().strip() == words and option.get("selected") is not None
    asked = {"rows": row_of(reader), "act": "give"}
    tree = html.document_fromstring(reader.post("/milestones/bulk", data=asked).text)
    (nobody,) = tree.xpath("//select[@name='owner_id']/option[@value='0']")
    assert nobody.text_content().strip() == words
