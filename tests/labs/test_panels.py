"""The slots through which higher floors put things on the pages of this floor."""

import jinja2
import pytest

from kangjiansheng.labs import panels
from kangjiansheng.labs.panels import Panel
from tests.support.typed import words

TEMPLATE = '<section class="sheet"><h2>{{ panel.context.word }}</h2></section>'


@pytest.fixture
def template(app):
    """A template that a higher floor might bring along."""
    own = jinja2.DictLoader({"made_here.html": TEMPLATE})
    app.jinja_env.loader = jinja2.ChoiceLoader([own, app.jinja_env.loader])


@pytest.mark.parametrize("place", ["strip", "wide", "narrow"])
def test_a_panel_shows_in_its_place_and_labels_the_page(client, template, monkeypatch, place):
    asked = []

    def make(thing, actor, day):
        asked.append((thing.code, actor.email, day))
        return Panel("made_here.html", {"word": "楼上的话"}, place=place, illustrative=True)

    monkeypatch.setattr(panels, "lab", [make])
    assert "楼上的话" in words(client("lead").get("/labs/JL-01"))
    assert asked == [("JL-01", "lead@kjs.example", None)]


def test_a_panel_with_nothing_to_show_is_not_there(client, monkeypatch):
    monkeypatch.setattr(panels, "lab", [lambda thing, actor, day: None])
    assert client("lead").get("/labs/JL-01").status_code == 200


def test_institutions_and_agreements_have_slots_too(client, template, monkeypatch):
    def make(thing, actor, day):
        return Panel("made_here.html", {"word": f"关于 {thing.code}"}, illustrative=True)

    monkeypatch.setattr(panels, "institution", [make])
    monkeypatch.setattr(panels, "agreement", [make])
    reader = client("outsider")
    assert "关于 DHLS" in words(reader.get("/partners/DHLS"))
    assert "关于 AGR-001" in words(reader.get("/agreements/AGR-001"))
    assert "示例数据" in reader.get("/partners/DHLS").get_data(as_text=True)
