"""Which gate an item of an agenda decides.

Until now the item's title named it: the items of planned meetings take their gates. Those of meetings that were held
stay as they are, for what signed minutes say is frozen.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_NAMES = ("name_hans", "name_hant", "name_en")


def upgrade() -> None:
    # The table is not made anew: on SQLite that would let go what points at its rows.
    op.execute(
        "ALTER TABLE agenda_item ADD COLUMN gate_id INTEGER "
        "CONSTRAINT fk_agenda_item_gate_id REFERENCES milestone (id)"
    )
    op.create_index(op.f("ix_agenda_item_gate_id"), "agenda_item", ["gate_id"])
    bind = op.get_bind()
    names = ", ".join(f"m.{key} AS gate_{key[5:]}, i.{key} AS title_{key[5:]}" for key in _NAMES)
    found: dict[int, set[int]] = {}
    for row in bind.execute(
        sa.text(
            f"SELECT i.id AS item, m.id AS gate, m.code AS code, {names} FROM agenda_item i "
            "JOIN meeting k ON k.id = i.meeting_id AND k.life = 'planned' "
            "JOIN plan p ON p.project_id = i.project_id JOIN milestone m ON m.plan_id = p.id "
            "WHERE i.kind = 'decide' AND m.gate"
        )
    ).mappings():
        if _names(row):
            found.setdefault(row["item"], set()).add(row["gate"])
    for item, gates in found.items():
        if len(gates) == 1:
            bind.execute(
                sa.text("UPDATE agenda_item SET gate_id = :gate WHERE id = :item"),
                {"gate": gates.pop(), "item": item},
            )


def _names(row: sa.RowMapping) -> bool:
    """True when a title holds the gate's code, or its name in the same script."""
    titles = {script: _fold(row[f"title_{script}"] or "") for script in ("hans", "hant", "en")}
    code = re.compile(rf"(?<![0-9a-z-]){re.escape(_fold(row['code']))}(?![0-9a-z-])")
    called = {script: _fold(row[f"gate_{script}"] or "") for script in titles}
    return any(
        code.search(title) or any(name and name in title for name in called.values())
        for title in titles.values()
    )


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def downgrade() -> None:
    op.drop_index(op.f("ix_agenda_item_gate_id"), "agenda_item")
    op.drop_column("agenda_item", "gate_id")
