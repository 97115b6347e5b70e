"""Illustrative obligations of the illustrative agreements, and dealings with government bodies, in every state."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import operations
from kangjiansheng.labs.models import Agreement, Institution
from kangjiansheng.projects.operations import obligations as links

KNOWN_FOR = 120  # days since they were registered, so that past days show them


@dataclass(frozen=True)
class Owed:
    """One obligation; days count from today. `steps` are acts with their day, and the reason of a dispute."""

    agreement: str
    clause: str
    debtor: str
    creditor: str
    name: str
    name_en: str
    due: int
    steps: tuple[tuple[str, int], ...] = ()
    matters_to: str = ""  # a project, one of its milestones, or a laboratory


OWED = (
    Owed(
        "AGR-901",
        "3.1",
        "RJ",
        "SPH",
        "第三季度临床研究进展报告",
        "Clinical progress report, third quarter",
        -38,
        (("deliver", -41), ("accept", -36)),
        matters_to="KJS-003",
    ),
    Owed("AGR-901", "3.2", "SPH", "RJ", "慢病毒载体三批", "Three lots of lentiviral vector", 24),
    Owed(
        "AGR-901",
        "4.1",
        "RJ",
        "KJS",
        "年度随访数据（去标识化）",
        "Follow-up data of the year, de-identified",
        38,
    ),
    Owed(
        "AGR-901",
        "3.1",
        "KJS",
        "RJ",
        "申报资料整合稿",
        "Consolidated draft of the submission",
        -6,
        matters_to="KJS-003 A140",
    ),
    Owed(
        "AGR-902",
        "3.1",
        "SCMC",
        "SPH",
        "儿童队列入组进展",
        "Enrolment progress of the paediatric cohort",
        4,
        (("deliver", -3),),
        matters_to="KJS-014",
    ),
    Owed(
        "AGR-902",
        "5.2",
        "SPH",
        "SCMC",
        "十二月洁净间时段",
        "Clean-room slots in December",
        -9,
        (("deliver", -12), ("dispute", -8)),
    ),
    Owed("AGR-903", "3.2", "CSCG", "RJ", "脐血样本二十份", "Twenty cord-blood samples", 60),
    Owed("AGR-904", "3.1", "CEMCS", "SPH", "脱靶评估数据", "Off-target assessment data", 12),
    Owed("", "", "KJS", "ZJADMIN", "园区研发平台年度材料", "Annual material on the park's R&D platform", -2),
    Owed(
        "", "", "PUDONG", "KJS", "产业支持申请的书面意见", "Written opinion on the support application", -15
    ),
)
_REASON = "提供的时段少于约定的两周（示例）"


def load(*, actor: Actor) -> None:
    """Register them; one whose agreement or party is not here is left out."""
    agreements = set(db.session.scalars(select(Agreement.code)))
    institutions = set(db.session.scalars(select(Institution.code)))
    for number, owed in enumerate(OWED, 1):
        if (not owed.agreement or owed.agreement in agreements) and {
            owed.debtor,
            owed.creditor,
        } <= institutions:
            _register(f"OB-{number:04d}", owed, actor)


def _register(code: str, owed: Owed, actor: Actor) -> None:
    today = clock.today()
    made = operations.create_obligation(
        actor=actor,
        code=code,
        illustrative=True,
        recording=_on(-KNOWN_FOR),
        name_hans=owed.name,
        name_hant=text.to_hant(owed.name),
        name_en=owed.name_en,
        debtor_code=owed.debtor,
        creditor_code=owed.creditor,
        agreement_code=owed.agreement,
        clause_number=owed.clause,
        due_on=today + timedelta(owed.due),
    )
    for act, day in owed.steps:
        operations.step_obligation(
            made,
            act,
            actor=actor,
            version=None,
            on=today + timedelta(day),
            remark=_REASON if act == "dispute" else "",
            recording=_on(day),
        )
    if owed.matters_to:
        with suppress(RuleBroken):  # the portfolio may lack it
            links.link(made, owed.matters_to, actor=actor)


def _on(days: int) -> dict[str, Any]:
    """As if it had been kept since that day, so that past days show it."""
    return {"source": "import", "effective_at": clock.start_of(clock.today() + timedelta(days))}
