"""Forms of programs: what some views read out of the request themselves, because their page shows it in its own way."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, HiddenField, StringField

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.committee.forms.effects import BaselineEffectForm, GateEffectForm, PlanEffectForm
from kangjiansheng.committee.forms.floor import TimeForm, TogetherForm
from kangjiansheng.committee.forms.interests import RecusalForm
from kangjiansheng.committee.forms.series import TemplateEditForm
from kangjiansheng.committee.models import AgendaTemplate, MinutesImport
from kangjiansheng.committee.queries import imports as reading
from kangjiansheng.core.access import actor
from kangjiansheng.core.forms import Form
from kangjiansheng.core.rest import KeyedField, RowsField, SeveralField

_TEXTS = ("day", "starts", "ends", "title", "place", "running_no", "minutes_no")
_BY_NAME = (("who", "people"), ("mode", "modes"))


class ArrangingForm(VersionedForm):
    """The places and lengths of items by their numbers."""

    at = KeyedField()
    minutes = KeyedField()


class ModesForm(VersionedForm):
    """How each member was there, by the key of the person."""

    mode = KeyedField()


class ArrivalForm(TimeForm):
    """Who comes in, when, and how."""

    person_id = HiddenField()
    mode = HiddenField()


class LeavingForm(TimeForm):
    """Who leaves, and when."""

    person_id = HiddenField()


class PartingForm(TogetherForm):
    """Who leave together, and when; with `mode` all, everybody who is there."""

    who = SeveralField()
    mode = HiddenField()


class ArrivingForm(PartingForm):
    """Who come together, when, and how; with `mode` answered, all who have not come yet, as they answered."""


class RecusingForm(RecusalForm):
    """What is decided about whom."""

    person_id = HiddenField()


class TakingForm(Form):
    """Which of what waits, or was proposed, is put on the agenda."""

    take = SeveralField()


class AsideForm(TakingForm):
    """Or which proposal is set aside; or that all are shown again."""

    dismiss = HiddenField()
    restore = BooleanField()


class CarryForm(Form):
    """Which resolution carries an effect."""

    decision = HiddenField()


class _EffectForm(Form):
    kind = HiddenField()


class GateForm(GateEffectForm, _EffectForm):
    """A verdict at a gate."""


class PlanForm(PlanEffectForm, _EffectForm):
    """A new planned day."""


class BaselineForm(BaselineEffectForm, _EffectForm):
    """A new baseline."""


class TemplateRowsForm(TemplateEditForm):
    """A template with its items; those that are sent are all that it has then."""

    items_of = RowsField()


def rows_of(template: AgendaTemplate) -> dict[str, Any]:
    """A template as its form has it."""
    parts = ("name_hans", "name_hant", "name_en", "kind")
    rows = [
        {**{part: item[part] for part in parts}, "minutes": item["minutes_planned"], "place": number}
        for number, item in enumerate(template.items, 1)
    ]
    return {part: getattr(template, part) for part in parts[:3]} | {"items_of": rows}


class MergeForm(VersionedForm):
    """An own wording, the number of the wording from which it began, and for each place that both changed whose counts:
    mine, theirs, both."""

    text = StringField()
    base = StringField()
    clash = KeyedField()
    merge = HiddenField()


class CorrectionForm(VersionedForm):
    """What was read wrongly in minutes from elsewhere. Names are told apart by their place, pieces by their number."""

    day = StringField()
    starts = StringField()
    ends = StringField()
    title = StringField()
    place = StringField()
    running_no = StringField()
    minutes_no = StringField()
    kind = KeyedField()
    who = KeyedField()
    mode = KeyedField()
    other = KeyedField()
    aside = KeyedField()
    asides = HiddenField()
    illustrative = BooleanField()
    act = HiddenField()


class ApplicationForm(CorrectionForm):
    """The last corrections, and whether it becomes a draft or a record."""

    life = HiddenField()


def corrected(row: MinutesImport) -> dict[str, Any]:
    """The corrections that stand, as their form has them."""
    chosen = row.chosen
    found: dict[str, Any] = {key: chosen[key] for key in _TEXTS if key in chosen}
    seen = reading.look_again(row, actor=actor())
    names = reading.names_in(seen.found)
    for field, kept in _BY_NAME:
        found[field] = {
            str(n): chosen[kept][name] for n, name in enumerate(names) if name in chosen.get(kept, {})
        }
    found |= {"asides": "1", "aside": {str(n): "y" for n, taken in enumerate(seen.plan.asides) if taken}}
    found |= {"kind": chosen.get("kinds", {}), "other": chosen.get("others", {})}
    return found | {"illustrative": seen.plan.illustrative, "act": "look"}


def applied(row: MinutesImport) -> dict[str, Any]:
    """The same, to be written."""
    return corrected(row) | {"act": "import", "life": "draft"}


def wrong_lines(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands against an import, by the field that it is about."""
    return [{"field": one["where"], "detail": one["text"]} for one in facts.get("problems", ())]
