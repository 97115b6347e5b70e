"""What may still be changed, by the state of meeting and minutes; the answers are codes of refusals."""

from kangjiansheng.committee.rules.meetings import DISCARDED


def text_lock(life: str) -> str | None:
    """Why the text of minutes may not be changed now; None for a draft."""
    if life == "draft":
        return None
    return "committee:in-review" if life == "review" else "committee:frozen"


def facts_lock(meeting: str, minutes: str | None, source: str) -> str | None:
    """Why date, place, attendance and agenda of a meeting stand: they are part of the text that is signed.

    `meeting` and `minutes` are the states of both (None without minutes), `source` the published source.
    """
    if source:
        return "committee:from-source"
    if meeting == "cancelled":
        return "committee:cancelled"
    if meeting == DISCARDED:
        return "committee:discarded"
    if minutes in (None, "draft"):
        return None
    return "committee:facts-in-review" if minutes == "review" else "committee:frozen"
