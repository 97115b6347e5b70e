"""Who signed the draft that a new one takes the place of, and what of it they read is different now."""

from dataclasses import dataclass

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import DraftVersion
from kangjiansheng.committee.queries import reading
from kangjiansheng.committee.queries.comparing import Compared, compared
from kangjiansheng.committee.queries.floor import out_of, recusals_of


@dataclass
class Replaced:
    """One signature that counts no more: of whom, on which draft, and what is different, as far as this person may read
    both."""

    person: Person
    number: int
    different: Compared


def replaced_by(draft: DraftVersion) -> list[Replaced]:
    """The signatures on the draft before this one, but for the requests that sent it back."""
    older = [d for d in draft.minutes.drafts if d.kind == "draft" and d.number < draft.number]
    last = max(older, key=lambda d: d.number, default=None)
    if last is None:
        return []
    meeting, rows = draft.minutes.meeting, reading.rows_of_all([last, draft])
    items, recused = {item.id for item in meeting.items}, recusals_of(meeting)
    found = []
    for signature in last.signatures:
        if signature.meaning == "request_changes":
            continue
        seen = items - {item for item, out in recused.items() if signature.person_id in out_of(out)}
        now, then = (reading.opened(d, seen, rows[d.id]) for d in (draft, last))
        found.append(Replaced(signature.person, last.number, compared(now, then)))
    return found
