"""A vote in the words of minutes, which are kept in the language in which they are written."""

from datetime import datetime

from kangjiansheng.committee.models import Meeting, Motion
from kangjiansheng.committee.operations import in_english
from kangjiansheng.committee.queries import taken
from kangjiansheng.core import clock
from kangjiansheng.core.text import in_script

CHOICES = {"for": "同意", "against": "反对", "abstain": "弃权"}


def lines(motion: Motion, language: str) -> list[tuple[str, str]]:
    """(kind, text) of the paragraphs that tell of a motion: the decision if it was carried, and how it was voted. What was
    moved stays as it was typed."""
    told = in_english.vote(motion) if language == "en" else spelled(words(motion), motion.meeting, language)
    if motion.result == "passed":
        return [("decision", motion.text), ("text", told)]
    return [
        (
            "text",
            f"{'Motion: ' if language == 'en' else in_script('动议：', language)}{motion.text}\n\n{told}",
        )
    ]


def spelled(told: str, meeting: Meeting, language: str) -> str:
    """A sentence of our own in the script of the minutes; seats that have a Traditional name of their own keep it, since a
    surname may be written otherwise than its characters are converted."""
    found = in_script(told, language)
    for seat in meeting.seats().values() if language == "zh-Hant" else ():
        named = seat if seat.name_hans else seat.person
        if named.name_hant:
            found = found.replace(in_script(named.name_hans, language), named.name_hant)
    return found


def words(motion: Motion) -> str:
    """When, how, by how many, and what came of it."""
    parts = [_taken(motion), _quorum(motion)]
    if motion.result != "no_quorum" or motion.method == "name":
        parts.append(
            f"同意 {motion.votes_for} 票，反对 {motion.votes_against} 票，弃权 {motion.abstentions} 票"
        )
    if motion.method == "name":
        parts += _by_name(motion)
    parts.append(_result(motion))
    return "。".join(parts) + "。"


def _taken(motion: Motion) -> str:
    start, end = motion.opened_at, motion.closed_at
    assert end is not None
    if motion.way == "circulation":
        return f"通讯表决，{_moment(start)} 发出，{_moment(end)} 截止"
    return f"{'记名表决' if motion.method == 'name' else '举手表决'}，{_hour(start)} 开始，{_hour(end)} 结束"


def _quorum(motion: Motion) -> str:
    recused = f"，回避 {motion.recused} 人" if motion.recused else ""
    if motion.way == "circulation":
        return f"须有 {motion.members} 人中的 {motion.quorum_needed} 人作答，{motion.present} 人作答{recused}"
    deputies = sum(1 for ballot in taken.counted_ballots(motion) if ballot.deputy_id)
    acted = f"（其中 {deputies} 人由代理人表决）" if deputies else ""
    least = f"参加表决的委员须有 {motion.members} 人中的 {motion.quorum_needed} 人"
    return f"{least}，表决结束时 {motion.present} 人参加{acted}{recused}"


def _by_name(motion: Motion) -> list[str]:
    names = taken.seat_names(motion.meeting)
    found = []
    cast = taken.counted_ballots(motion)
    for choice, word in CHOICES.items():
        told = [
            names.get(b.person_id, "")
            + (f"（由{names.get(b.deputy_id, '')}代为表决）" if b.deputy_id else "")
            for b in cast
            if b.choice == choice
        ]
        found += [f"{word}：{'、'.join(told)}"] if told else []
    silent = set(motion.counted or []) - {b.person_id for b in cast}
    told = [name for person, name in names.items() if person in silent]
    return found + ([f"未表决：{'、'.join(told)}"] if told else [])


def _result(motion: Motion) -> str:
    if motion.result == "no_quorum":
        return f"{_why(motion)}，表决不成立，不作决定"
    verdict = "获得通过" if motion.result == "passed" else "未获通过"
    return f"以 {motion.base} 人为基数，须 {motion.needed} 票同意，{verdict}"


def _why(motion: Motion) -> str:
    if motion.lost_at is None:
        return f"作答的不足 {motion.quorum_needed} 人"
    there = next((c["present"] for c in motion.course or [] if c["present"] < c["needed"]), motion.present)
    return f"{_hour(motion.lost_at)} 起参加表决的只有 {there} 人，未达到法定人数"


def _hour(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%H:%M")


def _moment(at: datetime) -> str:
    here = at.astimezone(clock.SHANGHAI)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"
