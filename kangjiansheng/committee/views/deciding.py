"""Which gate of its project, or of the laboratory that the committee steers, an item of an agenda decides: what a form offers, and what was chosen."""

from typing import Any

from wtforms import SelectField

from kangjiansheng.committee.forms import gate_address
from kangjiansheng.committee.models import AgendaItem, Committee
from kangjiansheng.core.access import actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects.queries.gates import to_decide


class GateChoice:
    """The gates that a form offers, by their address: KJS-003/A140. A committee that steers a laboratory decides the
    gates of its plan, too."""

    def __init__(
        self, *, code: str = "", item: AgendaItem | None = None, committee: Committee | None = None
    ) -> None:
        self.item = item
        committee = item.meeting.committee if item else committee
        found = to_decide(
            actor=actor(),
            code=code,
            kept=item.gate_id if item else None,
            lab_id=committee.lab_id if committee else None,
        )
        self.gates = {gate_address(gate): gate for gate in found}

    def offer(self, field: SelectField) -> None:
        """Put the gates under their projects. A gate that cannot be shown is not there: nobody finds it by trying."""
        if not field.raw_data and field.data not in self.gates:
            field.data = ""
        groups: dict[str, list[tuple[str, str]]] = {"": [("", "—")]}
        for key, gate in self.gates.items():
            owner = gate.plan.owner
            group = groups.setdefault(f"{owner.code} {name_of(owner)}", [])
            group.append((key, f"{gate.code} {name_of(gate)}"))
        field.choices = groups  # type: ignore[assignment]

    def take(self, chosen: str, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields of an item with the gate that was chosen; its project follows when none was named."""
        if not chosen:
            return fields | {"gate_id": self._kept(fields)}
        gate = self.gates.get(chosen)
        if gate is None:
            raise RuleBroken("committee:gate-unknown", "gate")
        project_id = fields.get("project_id") or gate.plan.project_id
        return fields | {"gate_id": gate.id, "project_id": project_id}

    def _kept(self, fields: dict[str, Any]) -> int | None:
        """A gate that this editor cannot be shown stays, as long as the item votes on the same project."""
        item = self.item
        if item is None or item.gate is None or gate_address(item.gate) in self.gates:
            return None
        same = fields["kind"] == "decide" and fields["project_id"] == item.project_id
        return item.gate_id if same else None
