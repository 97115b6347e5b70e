"""Illustrative evidence with verdicts, the dossier of a gate that waits, and a conditional go with its conditions.

What people type has one language, as here; conditions become milestones, which have names in three scripts.
"""

from datetime import date, timedelta

from sqlalchemy import select

from kangjiansheng.accounts import queries as people
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Evidence, Milestone, Plan, Project
from kangjiansheng.projects.operations import evidence as bringing
from kangjiansheng.projects.operations import gates
from kangjiansheng.projects.rules.gates import Condition

WAITING = ("KJS-020", "D090")  # the gate on the next agenda
DECIDED = ("KJS-009", "A190")
# Project, milestone, kind, file, verdict, why. Brought by the lead, judged by an executive.
PIECES: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("KJS-020", "D080", "E1", "示例_首例知情同意记录.pdf", "accepted", ""),
    ("KJS-020", "D090", "E1", "示例_SRC会议纪要.pdf", "accepted", ""),
    ("KJS-020", "D090", "other", "示例_安全性汇总表.pdf", "refused", "缺第28天随访数据，补齐后重新上传。"),
    ("KJS-020", "D090", "other", "示例_安全性汇总表_补充.pdf", "", ""),
    ("KJS-009", "A190", "E1", "示例_沟通会会议纪要.pdf", "accepted", ""),
    ("KJS-007", "B080", "E1", "示例_备案号公布页.pdf", "accepted", ""),
)
# Of the gate that waits: number of the criterion, verdict, why.
VERDICTS = ((1, "met", "纪要写明建议继续入组。"), (2, "unmet", "还缺一份随访报告，会前补齐。"))
# Until when at the earliest, and how many days ahead at least; the words in three scripts.
CONDITIONS: tuple[tuple[date, int, tuple[str, str, str]], ...] = (
    (
        date(2026, 12, 18),
        21,
        (
            "期中安全性评估写入方案",
            "期中安全性評估寫入方案",
            "Interim safety review written into the protocol",
        ),
    ),
    (
        date(2027, 1, 15),
        45,
        (
            "统计分析计划在锁库前定稿",
            "統計分析計劃在鎖庫前定稿",
            "Statistical analysis plan final before database lock",
        ),
    ),
)


def load(*, actor: Actor) -> None:
    """Through the operations that people use."""
    lead, executive = _cast("lead2"), _cast("executive")
    for project, milestone, kind, name, verdict, why in PIECES:
        piece = _bring(_milestone(project, milestone), kind, name, actor=lead)
        if verdict:
            bringing.judge(piece, verdict, actor=executive, version=piece.version, note=why)
    waiting = _milestone(*WAITING)
    for number, verdict, why in VERDICTS:
        gates.judge_criterion(waiting, number, verdict, actor=executive, version=1, note=why)
    _conditional(_milestone(*DECIDED), actor=executive)


def _cast(short: str) -> Actor:
    found = people.actor_by_email(f"{short}@kjs.example")
    if found is None:
        raise LookupError(f"{short} is not of the cast")
    return found


def _milestone(project: str, code: str) -> Milestone:
    query = select(Milestone).join(Plan, Plan.id == Milestone.plan_id)
    query = query.join(Project, Project.id == Plan.project_id)
    return db.session.scalars(query.where(Project.code == project, Milestone.code == code)).one()


def _bring(milestone: Milestone, kind: str, name: str, *, actor: Actor) -> Evidence:
    paper = _paper(f"{milestone.plan_id}-{milestone.code}-{name.encode().hex()[-12:]}")
    (piece,) = bringing.add(milestone, [(name, paper)], actor=actor, kind=kind, note="示例文件")
    return piece


def _conditional(gate: Milestone, *, actor: Actor) -> None:
    today = clock.today()
    conditions = [
        Condition(names[0], max(first, today + timedelta(days))) for first, days, names in CONDITIONS
    ]
    decision = gates.decide(
        gate,
        "conditional",
        actor=actor,
        decided_on=date(2024, 9, 6),
        body="公司研发决策会",
        reasons="示例：补录2024年的决策。同意开展关键试验，两项条件须在主要终点分析之前完成。",
        conditions=conditions,
    )
    names = {hans: (hant, en) for _first, _days, (hans, hant, en) in CONDITIONS}
    for asked in db.session.scalars(select(Milestone).where(Milestone.plan_id == decision.milestone.plan_id)):
        if asked.name_hans in names:
            asked.name_hant, asked.name_en = names[asked.name_hans]
    db.session.flush()


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
