"""Illustrative evidence with verdicts, the dossier of a gate that waits, and a conditional go with its conditions.

What people type has one language, as here; conditions become milestones, which have names in three scripts.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kangjiansheng.accounts import queries as people
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Evidence, Milestone, Plan, Project
from kangjiansheng.projects.operations import evidence as bringing
from kangjiansheng.projects.operations import gates, plans
from kangjiansheng.projects.rules.gates import Condition

Names = dict[str, str]  # by script

WAITING = ("KJS-020", "D090")  # the gate on the next agenda
DECIDED = ("KJS-009", "A190")
LEADS = {"KJS-020": "lead2"}  # what nobody of the cast leads comes in with the demonstration itself


@dataclass(frozen=True)
class Piece:
    """A file at a milestone, and what the executive said of it."""

    project: str
    milestone: str
    kind: str
    name: str
    verdict: str = ""
    why: str = ""


PIECES = (
    Piece("KJS-020", "D080", "E1", "示例_首例知情同意_已隐去个人信息.pdf", "accepted"),
    Piece("KJS-020", "D090", "E1", "示例_SRC会议纪要.pdf", "accepted"),
    Piece(
        "KJS-020",
        "D090",
        "other",
        "示例_安全性汇总表.pdf",
        "refused",
        "示例：还没有第28天的随访数据，补齐后重新上传。",
    ),
    Piece("KJS-020", "D090", "other", "示例_安全性汇总表_补充.pdf"),
    Piece("KJS-009", "A190", "E1", "示例_沟通会会议纪要.pdf", "accepted"),
    Piece("KJS-007", "B080", "E1", "示例_备案号公布页.pdf", "accepted"),
)
# What the project asks for beside its template; the verdict that it is not met is about a paper, not about a trial.
OWN: Names = {
    "hans": "安全性汇总表写到每位受试者的第28天",
    "hant": "安全性匯總表寫到每位受試者的第28天",
    "en": "The safety summary reaches day 28 of every participant",
}
# Gate, number of the criterion, verdict, why.
VERDICTS = (
    (WAITING, 1, "met", "示例：纪要写明建议继续入组。"),
    (WAITING, 4, "unmet", "示例：补充的汇总表还在审核，会前给出结论。"),
    (DECIDED, 1, "met", "示例：意见已写入方案。"),
    (DECIDED, 2, "met", "示例：纪要中列有讨论结果。"),
)
# Until when at the earliest, and how many days ahead at least; the words.
CONDITIONS: tuple[tuple[date, int, Names], ...] = (
    (
        date(2026, 12, 18),
        21,
        {
            "hans": "末例受试者180天随访数据核对完毕",
            "hant": "末例受試者180天隨訪數據核對完畢",
            "en": "Day-180 data of the last participant checked",
        },
    ),
    (
        date(2027, 1, 15),
        45,
        {
            "hans": "统计分析计划在锁库前定稿",
            "hant": "統計分析計劃在鎖庫前定稿",
            "en": "Statistical analysis plan final before database lock",
        },
    ),
)


def load(*, actor: Actor) -> None:
    """Through the operations that people use, each by somebody who may do it."""
    executive = _cast("executive")
    for number, piece in enumerate(PIECES, 1):
        short = LEADS.get(piece.project)
        made = _bring(piece, number, actor=_cast(short) if short else actor)
        if piece.verdict:
            bringing.judge(made, piece.verdict, actor=executive, version=made.version, note=piece.why)
    gates.add_criterion(_milestone(*WAITING), OWN, actor=_cast(LEADS[WAITING[0]]))
    for at, number, verdict, why in VERDICTS:
        gates.judge_criterion(_milestone(*at), number, verdict, actor=executive, version=None, note=why)
    _conditional(_milestone(*DECIDED), executive=executive, actor=actor)


def _cast(short: str) -> Actor:
    found = people.actor_by_email(f"{short}@kjs.example")
    if found is None:
        raise LookupError(f"{short} is not of the cast")
    return found


def _milestone(project: str, code: str) -> Milestone:
    query = select(Milestone).join(Plan, Plan.id == Milestone.plan_id)
    query = query.join(Project, Project.id == Plan.project_id)
    return db.session.scalars(query.where(Project.code == project, Milestone.code == code)).one()


def _bring(piece: Piece, number: int, *, actor: Actor) -> Evidence:
    paper = _paper(f"{piece.project} {piece.milestone}, file {number}")
    at = _milestone(piece.project, piece.milestone)
    (made,) = bringing.add(at, [(piece.name, paper)], actor=actor, kind=piece.kind, note="示例文件")
    return made


def _conditional(gate: Milestone, *, executive: Actor, actor: Actor) -> None:
    today = clock.today()
    decision = gates.decide(
        gate,
        "conditional",
        actor=executive,
        decided_on=date(2024, 11, 8),
        body="公司研发决策会",
        reasons="示例：补录2024年的决策。同意开展关键试验，两项条件须在主要终点分析之前完成。",
        conditions=[
            Condition(names["hans"], max(first, today + timedelta(days))) for first, days, names in CONDITIONS
        ],
    )
    for condition, (_first, _days, names) in zip(decision.conditions, CONDITIONS, strict=True):
        asked = db.session.get_one(Milestone, condition.milestone_id)
        plans.set_schedule(
            asked,
            actor=actor,
            version=asked.version,
            names=names,
            duration=asked.duration,
            unit=asked.unit,
            waits=plans.waits_of(asked),
        )


def _paper(mark: str) -> bytes:
    """A PDF of one page that says what it is; `mark` lets it differ from the others."""
    text = f"BT /F1 16 Tf 72 760 Td (Illustrative file, not a real record.) Tj 0 -24 Td ({mark}) Tj ET"
    parts = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
    )
    made, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF\n"
    return (made + end).encode("ascii")
