"""Registry numbers in words: where each can be looked up, and what is odd about it."""

from typing import Any

from flask_babel import gettext as _

from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import ProjectRow
from kangjiansheng.projects.rules import registry


def problem(register: str, number: str) -> str:
    """What is odd about a registry number, in words; empty when nothing is."""
    found = registry.check(register, number)
    if found.problem == "check_digit":
        return _("校验位不对，请核对一遍。")
    if found.problem is None:
        return ""
    known = registry.registries()[register]
    return _("与 %(register)s 的格式不符，例如 %(example)s。", register=register, example=known.examples[0])


def shown(project: Project, then: ProjectRow | None = None) -> list[dict[str, Any]]:
    """A project's registry numbers: where each can be looked up, and what is odd about it. `then`: the project as
    it was read of a past day, whose numbers nobody takes away."""
    rows = [(row.id, row.register, row.number) for row in project.registrations]
    if then is not None:
        rows = [(0, register, number) for register, number in then.registrations]
    return [
        {
            "id": key,
            "register": register,
            "number": number,
            "address": registry.address(register, number),
            "problem": problem(register, number),
        }
        for key, register, number in rows
    ]
