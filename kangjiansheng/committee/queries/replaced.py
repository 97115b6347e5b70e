"""Who signed the draft that a new one takes the place of, and what of it they read is different now."""

from dataclasses import dataclass

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import DraftVersion
from kangjiansheng.committee.queries.floor import out_of, recusals_of
from kangjiansheng.committee.queries.reading import rows_of


@dataclass
class Replaced:
    """One signature that counts no more: of whom, on which draft, and the numbers in the new draft (in the old one for
    what was taken out) of the paragraphs that differ, as far as this person may read them."""

    person: Person
    number: int
    changed: list[str]


def replaced_by(draft: DraftVersion) -> list[Replaced]:
    """The signatures on the draft before this one, but for the requests that sent it back."""
    older = [d for d in draft.minutes.drafts if d.kind == "draft" and d.number < draft.number]
    last = max(older, key=lambda d: d.number, default=None)
    if last is None:
        return []
    differing = _differing(last, draft)
    recused = recusals_of(draft.minutes.meeting)
    found = []
    for signature in last.signatures:
        if signature.meaning == "request_changes":
            continue
        hidden = {item for item, rows in recused.items() if signature.person_id in out_of(rows)}
        changed = [no for no, item in differing if item not in hidden]
        found.append(Replaced(signature.person, last.number, changed))
    return found


def _differing(last: DraftVersion, draft: DraftVersion) -> list[tuple[str, int | None]]:
    before = {row.public_id: row for row in rows_of(last)}
    now = {row.public_id: row for row in rows_of(draft)}
    told = [
        (row.printed_no, row.agenda_item_id)
        for key, row in now.items()
        if key not in before or before[key].text != row.text
    ]
    return told + [(row.printed_no, row.agenda_item_id) for key, row in before.items() if key not in now]
