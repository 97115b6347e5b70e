"""What a party owes and is owed at a day of account, and how it delivered in the months before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.queries.obligations import ObligationRow, obligation_rows


@dataclass(frozen=True)
class PartyReport:
    """The obligations of one party by where they stand at the end of `until`, and what moved since `since` (inclusive).

    Dealings with government stand in `dealings` alone: they count neither as owed nor as late.
    """

    since: date
    until: date
    owes: Sequence[ObligationRow]  # not yet delivered, or disputed
    owed: Sequence[ObligationRow]  # not yet delivered to it, or disputed
    delivered: Sequence[ObligationRow]  # by it, in the period
    received: Sequence[ObligationRow]  # by it, in the period
    dealings: Sequence[ObligationRow]

    @property
    def overdue(self) -> int:
        """How many of what it owes are over their day."""
        return sum(row.late(self.until) > 0 for row in self.owes)

    @property
    def late(self) -> int:
        """How many of its deliveries of the period came after their day."""
        return sum(row.delivered_late > 0 for row in self.delivered)

    @property
    def sections(self) -> dict[str, Sequence[ObligationRow]]:
        """All parts by name, in the order of the page."""
        return {
            "owes": self.owes,
            "owed": self.owed,
            "delivered": self.delivered,
            "received": self.received,
            "dealings": self.dealings,
        }


def party_report(institution: Institution, *, actor: Actor, since: date, until: date) -> PartyReport:
    """The report of a party, of what the reader may see; what was archived by then is left out."""
    as_of = until if until < clock.today() else None
    rows = [
        row
        for row in obligation_rows(actor=actor, as_of=as_of)
        if institution.id in (row.debtor.id, row.creditor.id) and not row.archived
    ]
    dealings, bound = [row for row in rows if row.dealing], [row for row in rows if not row.dealing]
    waiting = [row for row in bound if row.state in ("open", "disputed")]
    moved = [row for row in bound if row.delivered_on and since <= row.delivered_on <= until]
    return PartyReport(
        since,
        until,
        [row for row in waiting if row.debtor.id == institution.id],
        [row for row in waiting if row.creditor.id == institution.id],
        [row for row in moved if row.debtor.id == institution.id],
        [row for row in moved if row.creditor.id == institution.id],
        dealings,
    )
