"""What stands around the text of minutes for one reader: what was said to it, and what silence means."""

from typing import Any, Protocol

from flask import g

from kangjiansheng.committee.models import Comment, DraftVersion, Meeting
from kangjiansheng.committee.queries import opinions, silence
from kangjiansheng.committee.queries.reading import Reading
from kangjiansheng.committee.rules import acts, mentions, told
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor
from kangjiansheng.core.markdown import highlighted


class Offered(Protocol):
    """What of the minutes is open to the reader."""

    reader: bool
    keeps: bool
    versions: list[DraftVersion]
    draft: DraftVersion | None


def still_own(remark: Comment) -> bool:
    """True while a comment may be changed by who wrote it."""
    return clock.now() - remark.created_at <= acts.CHANGE_WITHIN


# What the macros of templates/committee/_review.html ask for.
TOOLS: dict[str, Any] = {
    "highlighted": highlighted,
    "split": mentions.split,
    "still_own": still_own,
    "fact_label": told.label,
    "fact_words": told.words,
}


def around(meeting: Meeting, offer: Offered, text: Reading) -> dict[str, Any]:
    """For the page of the minutes. On a past day, and around a text that nobody froze, nothing stands."""
    minutes, draft, who = meeting.minutes, offer.draft, actor()
    found: dict[str, Any] = {
        "said": {},
        "said_keeps": False,
        "open_objections": 0,
        "open_suggestions": 0,
        "objection_keys": "",
        "silent_after": None,
        "unheard": 0,
        "unheard_me": False,
        "me_id": who.id,
        **TOOLS,
    }
    if minutes is None or draft is None or g.get("as_of"):
        return found
    if offer.reader:
        opinions.place_comments(text)
        said = opinions.said_to(text, minutes, draft)
        found["said"], found["said_keeps"] = said, offer.keeps and minutes.life in ("draft", "review")
        waiting = sorted(o.said.id for one in said.values() for o in one.open_objections)
        found["open_objections"], found["objection_keys"] = len(waiting), " ".join(map(str, waiting))
        days = silence.days_of_silence(draft)
        found["silent_after"] = silence.last_day(draft, days) if days is not None else None
        late = silence.unheard(draft) if days is not None and minutes.life == "review" else []
        found["unheard"], found["unheard_me"] = len(late), who.id in {one.person.id for one in late}
        found["open_suggestions"] = sum(len(one.open_suggestions) for one in said.values())
    return found
