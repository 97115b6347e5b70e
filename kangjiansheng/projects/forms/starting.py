"""What people say when a plan begins: the pathway, its optional steps, and from when its days are reckoned."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField

from kangjiansheng.core import clock
from kangjiansheng.core.forms import Form, VersionField, at_most, required
from kangjiansheng.labs.models import JointLab
from kangjiansheng.projects.forms.fields import DayField, choices, word
from kangjiansheng.projects.rules import plans
from kangjiansheng.projects.rules.plans import Preview
from kangjiansheng.projects.rules.vocabulary import Template


class StartingForm(Form):
    """How a plan begins; for a laboratory it is all that is asked."""

    pathway = SelectField(_l("路径"))
    optional = SelectMultipleField(_l("可选步骤"), validate_choice=False)
    start = DayField(_l("计划起点"))
    typical = BooleanField(_l("按路径的典型时长推算计划日期"))
    past_ok = BooleanField(_l("仍按这个起点建立"))
    version = VersionField()

    def __init__(
        self, *args: Any, templates: Mapping[str, Template] = MappingProxyType({}), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.templates = templates
        self.pathway.choices = choices(templates)

    def optional_groups(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """The optional steps by pathway (code and name): value, label, whether it is ticked."""
        ticked = self.optional.data or ()
        found = [
            (
                template.code,
                word(template.name),
                [
                    (value, f"{item.code} {word(item.name)}", value in ticked)
                    for item in template.milestones
                    if item.optional and (value := f"{template.code}:{item.code}")
                ],
            )
            for template in self.templates.values()
        ]
        return [group for group in found if group[2]]

    def taken_in(self) -> list[str]:
        """The codes of the optional steps that were ticked for the chosen pathway."""
        start = f"{self.pathway.data}:"
        return [value.removeprefix(start) for value in self.optional.data or () if value.startswith(start)]

    def preview(self) -> tuple[list[Preview], int] | None:
        """The plan that it would make, and how many of its days have passed; None while that cannot be said."""
        if not (self.start.validate(self) and self.pathway.validate(self)):
            return None
        start = self.start.data if self.typical.data else None
        found = plans.preview(self.templates[self.pathway.data], self.taken_in(), start)
        return found, plans.already_past({one.item.code: one.day for one in found if one.day}, clock.today())


class LabStartingForm(StartingForm):
    """The same for a laboratory; one that works already is asked whether it is meant."""

    built_ok = BooleanField(
        _l("仍要从头建立建设计划"), [required(_l("实验室已经建成，确实要建立时请勾选这一项。"))]
    )

    def ask_of(self, lab: JointLab) -> "LabStartingForm":
        """Ask only where there is something to ask."""
        if not (lab.accepted_on or lab.life in plans.BUILT):
            del self.built_ok
        return self


class TakingBackForm(Form):
    """That the plan of a laboratory is taken back whole, and why; it has to be meant."""

    note = StringField(_l("理由"), [at_most(300)])
    sure = BooleanField(_l("确实要收回整份计划"), [required(_l("确实要收回时，请勾选这一项。"))])
    version = VersionField()
