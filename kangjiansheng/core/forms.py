"""Forms: every text passes the gate, refusals come back beside the field, a stale form shows both sides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import abort, g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import (
    DateField,
    Field,
    FileField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, StopValidation

from kangjiansheng.core import identity_numbers, text, trail
from kangjiansheng.core.calendar import YEARS
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.i18n import explain, locale

_NO_CHOICE = "Not a valid choice."  # as WTForms' own catalogues have it
WTFORMS_LOCALES = {"zh-Hans": ["zh"], "zh-Hant": ["zh_TW"], "en": ["en"]}


@dataclass
class Difference:
    """One field of a conflict: what was typed here and what now stands there; who and when where these
    differ from the conflict's own."""

    label: str
    mine: str
    theirs: str
    field_id: str = ""
    who: str = ""
    when: str = ""


@dataclass
class Conflict:
    """Somebody else saved in the meantime: who, when, and what differs. `is_own`: it was the same person, in another
    window."""

    who: str
    when: Any
    differences: list[Difference] = field(default_factory=list)
    is_own: bool = False


def is_mine(person_id: int | None) -> bool:
    """True when this is the person who asks."""
    return person_id is not None and person_id == getattr(g.get("actor"), "id", None)


class Form(FlaskForm):
    """The base of all forms.

    `status` is what the answer must carry: 200 before sending, 422 when something is wrong, 409 on a
    conflict. `attempt` runs an operation and turns what it refuses into words beside the fields.
    """

    conflict: Conflict | None = None
    refusal: str | None = None

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Every text field cleans what comes in."""
            filters = list(unbound_field.kwargs.get("filters", []))
            if issubclass(unbound_field.field_class, PastedField):
                filters.insert(0, _clean_rows)
            elif issubclass(unbound_field.field_class, TextAreaField):
                filters.insert(0, _clean_text)
            elif issubclass(unbound_field.field_class, StringField) and not issubclass(
                unbound_field.field_class,
                PasswordField,  # a password is taken as it is
            ):
                filters.insert(0, _clean_line)
            choices = unbound_field.kwargs.get("choices")
            if isinstance(choices, list):  # pairs are what we write; WTForms wants them named
                options = {**options, "choices": [_named(choice) for choice in choices]}
            if issubclass(unbound_field.field_class, SelectMultipleField):
                options = {**options, "invalid_choice_message": _no_choice}
            return unbound_field.bind(form=form, filters=filters, **options)

        def get_translations(self, form: Any) -> Any:
            """WTForms' own messages ("Not a valid choice") in the reader's language."""
            return _own_words(locale())

    def validate(self, extra_validators: Any = None) -> bool:
        """Days that no calendar of ours holds are refused beside their field: hours before or after them cannot be
        computed with."""
        fine = bool(super().validate(extra_validators))
        for item in self:
            if isinstance(item, DateField) and item.data and not YEARS[0] <= item.data.year <= YEARS[1]:
                item.errors = [
                    *item.errors,
                    _l("请填 %(first)s 到 %(last)s 年之间的日期。", first=YEARS[0], last=YEARS[1]),
                ]
                fine = False
        return fine and not self._warns()

    def _warns(self) -> bool:
        """Whether it comes back once because a text or a file holds the number of an identity card. Who has read the
        warning sends it again; a program is told in its answer, and refused nothing."""
        warned = False
        for item in self:
            found, in_file = _numbers_in(item)
            if not found:
                continue
            sentence = identity_numbers.words(found, in_file=in_file)
            if program := g.get("program"):
                program.warnings.append((item.name, sentence))
            elif identity_numbers.is_new(found):
                item.errors = [*item.errors, sentence]
                warned = True
        return warned

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell the program for which a page is opened of its form."""
        super().__init__(*args, **kwargs)
        if program := g.get("program"):
            program.forms.append(self)

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        if self.conflict:
            return 409
        return 422 if self.is_submitted() else 200

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Validate, then act. Returns what the act returns (True for None), or None when refused."""
        if not self.validate_on_submit():
            self._tell()
            return None
        try:
            result = act()
            db.session.flush()
            return True if result is None else result
        except RuleBroken as problem:
            self._refuse(problem)
        except Stale as problem:
            self._show_conflict(problem)
        self._tell()
        return None

    def _tell(self) -> None:
        """A program is told which form was refused; a page shows it."""
        if program := g.get("program"):
            program.refused = self

    def _refuse(self, problem: RuleBroken) -> None:
        sentence = explain(problem)
        db.session.rollback()
        target = self._fields.get(problem.field) if problem.field else None
        if target is None:
            self.refusal = sentence
        else:
            target.errors = [*target.errors, sentence]

    def stored(self, thing: Any) -> "Form":
        """The form as it would open on the thing as it now stands: what a conflict shows beside what was typed."""
        return type(self)(formdata=None, obj=thing)

    def _show_conflict(self, problem: Stale) -> None:
        thing_id, kind = problem.thing.id, type(problem.thing)
        db.session.rollback()
        thing = db.session.get(kind, thing_id)
        if thing is None:  # it would have been made by the same act: there is no other side to show
            abort(409)
        who, when, by = trail.last_change(thing)
        now = self.stored(thing)
        differences = [
            Difference(str(mine.label.text), shown(mine), shown(theirs), mine.id)
            for name, mine in self._fields.items()
            if not isinstance(mine, HiddenField | PasswordField)  # a secret is not shown, here neither
            and (theirs := now._fields.get(name)) is not None
            and shown(mine) != shown(theirs)
        ]
        self.conflict = Conflict(who, when, differences, is_mine(by))
        if "version" in self._fields:
            self._fields["version"].data = thing.version
            self._fields["version"].raw_data = None


class FormToken(CSRFProtect):
    """Every unsafe request carries the token of its session. A program that came with a token of its own sends no
    cookie, and nobody can make it send one."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request without the session's token."""
        if g.get("allows"):
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions=apply_exemptions)


class VersionField(HiddenField):
    """The version of the thing that the form was opened on. What is missing or unreadable counts as 0,
    which no thing has: such a form is stale, and never overwrites."""

    data: Any

    def process_formdata(self, valuelist: Any) -> None:
        """Read the number that the form sent."""
        text_ = valuelist[0] if valuelist else ""
        self.data = int(text_) if text_.isascii() and text_.isdigit() and len(text_) < 10 else 0


class PastedField(TextAreaField):
    """Rows that were copied from a spreadsheet. A tab at the beginning is an empty cell, and stays."""


class WholeNumberField(IntegerField):
    """A whole number, read as everywhere."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read the number that the form sent; what is none is refused in the library's words."""
        try:
            super().process_formdata([text.whole(one) for one in valuelist[:1]])
        except ValueError:
            super().process_formdata([""])


def _numbers_in(item: Field) -> tuple[set[tuple[str, str]], bool]:
    """The numbers of identity cards in what a field brings, and whether that is a file."""
    if isinstance(item, FileField | MultipleFileField):
        brought = item.data if isinstance(item.data, list) else [item.data]
        files = [one for one in brought if getattr(one, "filename", "")]
        numbers: set[tuple[str, str]] = set()
        for one in files:
            numbers |= identity_numbers.found_in_file(one.filename, one.read())
            one.seek(0)
        return numbers, True
    if isinstance(item, StringField) and not isinstance(item, HiddenField | PasswordField):
        return identity_numbers.found_in(item.data if isinstance(item.data, str) else ""), False
    return set(), False


@cache
def _own_words(spoken: str) -> Any:
    return get_translations(WTFORMS_LOCALES[spoken])


def _no_choice(_many: int) -> str:
    """WTForms says it of several values in English alone."""
    return str(_own_words(locale()).gettext(_NO_CHOICE))


def _named(choice: Any) -> Any:
    return SelectChoice(value=choice[0], label=choice[1]) if isinstance(choice, tuple) else choice


def shown(item: Field) -> str:
    """A field's value as a person reads it."""
    if isinstance(item, SelectField):
        chosen = item.data if isinstance(item.data, list) else [item.data]
        words = [str(label) for value, label, *_ in item.iter_choices() if value in chosen]
        return "、".join(words)
    return "" if item.data is None else str(item.data)


def _clean_line(value: Any) -> Any:
    return text.line(value) if isinstance(value, str) else value


def _clean_text(value: Any) -> Any:
    return text.clean(value).strip() if isinstance(value, str) else value


def _clean_rows(value: Any) -> Any:
    return text.clean(value).strip("\n") if isinstance(value, str) else value


class Required(InputRequired):
    """Filled, and with more than blanks and characters that the gate drops."""

    def __call__(self, form: Any, field: Any) -> None:
        """Stop the validation when nothing is left of what was typed."""
        super().__call__(form, field)
        if isinstance(field.data, str) and not field.data.strip():
            raise StopValidation(str(self.message))


def required(words: Any = None) -> InputRequired:
    """The field must be filled; `words` say what to do where it is chosen rather than written."""
    return Required(words or _l("请填写此项。"))


def at_most(length: int) -> Length:
    """The text has at most so many characters. The page does not say so to the browser, which would cut what is pasted
    without a word: the form comes back with all of it, and with how much is too much."""
    found = Length(max=length, message=_l("最多 %(max)d 个字符，现在有 %(length)d 个。"))
    found.field_flags = {}
    return found


def wants_fragment() -> bool:
    """True when htmx asks for a piece of a page rather than the whole."""
    return request.headers.get("HX-Request") == "true"
