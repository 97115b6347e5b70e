"""Forms: the gate, refusals beside the field, both sides of a conflict."""

import inspect
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from kangjiansheng.accounts import forms, operations, queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.forms import Form, VersionField, WholeNumberField, at_most, required
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic


class Probe(Form):
    """A form with one field of each kind."""

    line = StringField("一行", [required(), at_most(10)])
    text = TextAreaField("几行")
    kind = SelectField("种类", choices=[("a", "甲"), ("b", "乙")])
    count = WholeNumberField("几个", [Optional()])
    version = VersionField()


@pytest.fixture
def filled(empty_app: Flask) -> Iterator[Callable[..., Probe]]:
    def fill(**values: str) -> Probe:
        context = empty_app.test_request_context("/", method="POST", data={"kind": "a", **values})
        context.push()
        contexts.append(context)
        return Probe()

    contexts: list = []  # type: ignore[type-arg]
    yield fill
    for context in reversed(contexts):
        context.pop()


def test_what_is_typed_passes_the_gate(filled: Callable[..., Probe]) -> None:
    form = filled(line="  a\u202e  b\0 ", text="one\r\ntwo  \n\n")
    assert form.validate()
    assert (form.line.data, form.text.data) == ("a b", "one\ntwo")


@pytest.mark.parametrize(
    ("values", "field"), [({}, "line"), ({"line": "x" * 11}, "line"), ({"line": "x", "kind": "z"}, "kind")]
)
def test_a_wrong_field_is_named_and_nothing_is_done(
    filled: Callable[..., Probe], values: dict[str, str], field: str
) -> None:
    form = filled(**values)
    done: list[int] = []
    assert form.attempt(lambda: done.append(1)) is None
    assert done == [] and field in form.errors and form.status == 422


@pytest.mark.parametrize(
    ("typed", "read"), [("12", 12), ("-3", -3), ("", None), ("1_0", False), ("x", False)]
)
def test_a_whole_number_is_digits(filled: Callable[..., Probe], typed: str, read: int | bool | None) -> None:
    form = filled(line="x", count=typed)
    assert (form.count.data if form.validate() else not form.count.errors) == read


def test_a_refusal_stands_beside_its_field_or_above(filled: Callable[..., Probe]) -> None:
    def refuse(field: str | None) -> Callable[[], None]:
        def act() -> None:
            raise RuleBroken("accounts:code-taken", field, code="P-1")

        return act

    beside, above = filled(line="x"), filled(line="x")
    assert beside.attempt(refuse("line")) is None and above.attempt(refuse(None)) is None
    assert beside.line.errors == ["编号 P-1 已被使用，请换一个。"] and beside.refusal is None
    assert above.refusal == "编号 P-1 已被使用，请换一个。" and above.status == 422


def test_what_the_act_returns_comes_back(filled: Callable[..., Probe]) -> None:
    assert filled(line="x").attempt(lambda: 7) == 7
    assert filled(line="x").attempt(lambda: None) is True


@pytest.mark.parametrize(("typed", "seen"), [("3", 3), ("", 0), ("x", 0), ("-1", 0), ("9" * 30, 0), ("٣", 0)])
def test_a_version_that_cannot_be_read_is_never_the_current_one(
    filled: Callable[..., Probe], typed: str, seen: int
) -> None:
    assert filled(line="x", version=typed).version.data == seen


def test_a_stale_form_shows_both_sides_and_can_be_sent_again(
    app: Flask, client: Callable[..., Critic]
) -> None:
    path = "/admin/people/CAST-LEAD/edit"
    visitor = client("admin")
    mine = {"name_hans": "我的<i>称呼", "email": "lead@kjs.example", "locale": "zh-Hans", "version": "1"}
    with app.app_context(), writing():
        person = queries.person(actor=queries.system_actor(), code="CAST-LEAD")
        assert person is not None
        operations.edit_person(
            person, actor=queries.system_actor(), version=None, title="先<script>保存的职务"
        )
        seen = person.version
    answer = visitor.post(path, data=mine)
    assert answer.status_code == 409
    for part in ("我的&lt;i&gt;称呼", "先&lt;script&gt;保存的职务", "系统", f'value="{seen}"'):
        assert part in answer.text, part
    assert "<i>称呼" not in answer.text and "<script>保存" not in answer.text
    with app.app_context():
        assert queries.person(actor=queries.system_actor(), code="CAST-LEAD").name_hans != "我的<i>称呼"  # type: ignore[union-attr]
    assert visitor.post(path, data={**mine, "version": str(seen), "resolve": "mine"}).status_code == 303
    with app.app_context():
        assert queries.person(actor=queries.system_actor(), code="CAST-LEAD").name_hans == "我的<i>称呼"  # type: ignore[union-attr]


def test_a_conflict_with_oneself_says_so(client: Callable[..., Critic]) -> None:
    path, visitor = "/admin/people/CAST-LEAD/edit", client("admin")
    typed = {"name_hans": "先写的", "email": "lead@kjs.example", "locale": "zh-Hans", "version": "1"}
    assert visitor.post(path, data=typed).status_code == 303
    again = visitor.post(path, data=typed | {"name_hans": "后写的"})
    assert again.status_code == 409
    assert "已在另一个窗口或设备上改过这里" in again.text
    assert "用已保存的" in again.text
    assert "对方" not in again.text


def test_a_form_without_a_version_never_overwrites(client: Callable[..., Critic]) -> None:
    data = {"name_hans": "x", "email": "lead@kjs.example", "locale": "en"}
    assert client("admin").post("/admin/people/CAST-LEAD/edit", data=data).status_code == 409


def test_a_password_is_not_cleaned(empty_app: Flask) -> None:
    with empty_app.test_request_context("/", method="POST", data={"password": "  two  spaces  "}):
        assert forms.NewPasswordForm().password.data == "  two  spaces  "
        db.session.rollback()


def _kinds(kind: type[Form]) -> Iterator[type[Form]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def test_every_form_can_show_what_is_stored_beside_what_was_typed(app: Flask) -> None:
    """A conflict opens the form anew on the thing alone: one that needs more says what is stored by itself."""
    ours = [
        one for one in _kinds(Form) if one.__module__.startswith("kangjiansheng.") and hasattr(one, "version")
    ]
    lost = []
    for one in ours:
        asked = inspect.signature(one.__init__).parameters.values()
        needs = [p.name for p in asked if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
        if needs and one.stored is Form.stored:
            lost.append(f"{one.__name__} needs {needs}")
    assert len(ours) > 60 and lost == []


@pytest.mark.parametrize("problem", [RuleBroken("core:file-empty", name="x"), None])
def test_who_is_refused_half_way_is_shown_what_is_stored(
    filled: Callable[..., Probe], problem: RuleBroken | None
) -> None:
    form = filled(line="x", version="0")
    person = db.session.scalars(select(Person)).first()
    assert person is not None
    number, before = person.id, person.name_hans

    def act() -> None:
        person.name_hans = "半路"
        db.session.flush()
        raise problem or Stale(person, 0)

    assert form.attempt(act) is None
    assert (form.conflict is None) is bool(problem)
    assert db.session.get_one(Person, number).name_hans == before
