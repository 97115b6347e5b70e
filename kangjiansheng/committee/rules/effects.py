"""What a decision may change, and how the minutes say it. The words belong to the text that is signed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kangjiansheng.core.errors import RuleBroken

KINDS = ("gate", "rebaseline", "baseline")
VERDICTS = {"go": "准予通过", "conditional": "有条件通过", "stop": "终止"}
MOST_CONDITIONS = 3
# What projects read as the reason. The committee's own words stay in the minutes: not all of them may read these.
NOTE = "委员会会议决议"


def check_conditions(verdict: str, conditions: list[dict[str, Any]], today: date) -> None:
    """A conditional go says what is asked for and until when; no other verdict has conditions."""
    if verdict not in VERDICTS:
        raise RuleBroken("committee:effect-verdict", "verdict")
    if (verdict == "conditional") != bool(conditions):
        raise RuleBroken("committee:effect-conditions", "text_1")
    for number, one in enumerate(conditions, 1):
        if not one["text"]:
            raise RuleBroken("committee:effect-conditions", f"text_{number}")
        if not one["due"] or one["due"] < today.isoformat():
            raise RuleBroken("committee:effect-due", f"due_{number}", today=today.isoformat())


def sentence(facts: Mapping[str, Any]) -> str:
    """An effect as the minutes say it, in the language in which they are written."""
    where = f"{facts['project']} {facts.get('milestone', '')}".strip()
    if facts["kind"] == "rebaseline":
        before = f"由 {facts['before']} 改为" if facts["before"] else "定为"
        return f"里程碑 {where}“{facts['name']}”的现行计划{before} {facts['after']}。"
    if facts["kind"] == "baseline":
        moves = "；".join(f"{m['milestone']} {m['before'] or '未定'} → {m['after']}" for m in facts["moves"])
        return f"项目 {where} 重设基线“{facts['name']}”，现行计划改为：{moves}。"
    asked = "；".join(f"{one['due']} 前{one['text']}" for one in facts["conditions"])
    return f"阶段门 {where}“{facts['name']}”：{VERDICTS[facts['verdict']]}{f'，条件：{asked}' if asked else ''}。"
