"""Results of research on their way: result → project → company. What has a destination, and what has none yet."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.errors import RuleBroken

THINGS: dict[str, Any] = {"result": _l("科研成果")}
ACTS: dict[str, Any] = {
    "projects:result:create": _l("登记成果"),
    "projects:result:edit": _l("修改成果"),
    "projects:result:undo": _l("撤销对成果的修改"),
    "projects:result:archive": _l("归档成果"),
    "projects:result:restore": _l("恢复成果"),
}
KINDS = ("patent", "know_how", "data", "cell_line")
LEVELS = ("open", "parties", "team")


def check(facts: dict[str, Any], today: date) -> None:
    """Refuse what cannot be: a word outside the lists, no name, a disclosure that lies ahead."""
    for key, known in (("kind", KINDS), ("confidentiality", LEVELS)):
        if facts[key] not in known:
            raise RuleBroken("projects:result-word", key)
    if not facts["name_hans"]:
        raise RuleBroken("projects:result-name", "name_hans")
    disclosed = facts["disclosed_on"]
    if disclosed is None or disclosed > today:
        raise RuleBroken("projects:result-disclosed", "disclosed_on", today=today.isoformat())
