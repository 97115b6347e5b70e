"""Illustrative hand-offs: promised, agreed, late, delivered, received, disputed. No institution named here has done so.

Each step is kept as of its day, by the member of the cast who sits for that institution.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts.operations.proving import Given
from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.demonstration.cast import PASSWORD
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models import HandOff, Project
from kangjiansheng.projects.operations import hand_offs as operations

MEMBERS = {"RJ": "member", "SCMC": "partner", "CSCG": "member2"}


@dataclass(frozen=True)
class Story:
    """A hand-off, and how far it has come: named on, agreed two days later, delivered, received or disputed on."""

    project: str
    milestone: str
    giver: str
    receiver: str
    kind: str
    name: tuple[str, str, str]
    items: tuple[str, ...]
    named_on: date
    day: date | None = None
    agreed: bool = True
    delivered_on: date | None = None
    received_on: date | None = None
    disputed: tuple[date, str] | None = None


STORIES = (
    Story(
        "KJS-010", "B110", "CSCG", "SCMC", "cells",
        ("脐带 MSC 工作细胞库二十支", "臍帶 MSC 工作細胞庫二十支", "Twenty vials of the umbilical-cord MSC working cell bank"),
        ("工作细胞库冻存管二十支", "检验报告书（COA）", "冷链温度记录", "复苏与放行操作说明"),
        date(2026, 11, 12), date(2026, 12, 18),
    ),
    Story(
        "KJS-010", "B090", "SCMC", "CSCG", "data",
        ("首例受试者制剂回输记录", "首例受試者製劑回輸記錄", "Infusion records of the first participant"),
        ("回输记录（已去标识）", "不良事件清单"),
        date(2026, 10, 26), date(2026, 11, 16),
        delivered_on=date(2026, 11, 13), received_on=date(2026, 11, 17),
    ),
    Story(
        "KJS-020", "D090", "RJ", "SCMC", "data",
        ("安全性评估用的实验室检查数据", "安全性評估用的實驗室檢查數據", "Laboratory data for the safety review"),
        ("细胞因子检测结果", "血常规与生化结果", "数据字典"),
        date(2026, 10, 19), date(2026, 11, 9),
    ),
    Story(
        "KJS-004", "D110", "SCMC", "RJ", "data",
        ("儿童队列随访数据（去标识）", "兒童隊列隨訪數據（去標識）", "Follow-up data of the paediatric cohort, de-identified"),
        ("随访数据集", "数据核查记录"),
        date(2026, 10, 28), date(2026, 11, 20), delivered_on=date(2026, 11, 19),
    ),
    Story(
        "KJS-004", "D120", "RJ", "SCMC", "documents",
        ("结项报告所需的中心文件", "結項報告所需的中心文件", "Site documents for the close-out report"),
        ("研究者文件夹清单", "伦理年度审查意见"),
        date(2026, 11, 18), date(2027, 1, 29), agreed=False,
    ),
    Story(
        "KJS-007", "B110", "CSCG", "RJ", "cells",
        ("脐血 CAR-NK 第三批制剂", "臍血 CAR-NK 第三批製劑", "Third batch of the cord-blood CAR-NK product"),
        ("制剂十二袋", "批放行证书", "运输温度记录"),
        date(2026, 10, 20), date(2026, 11, 18), delivered_on=date(2026, 11, 17),
        disputed=(date(2026, 11, 19), "运输记录中有一段超温，请补交偏差调查后重新交付"),
    ),
    Story(
        "KJS-018", "F080", "CEMCS", "SPH", "technology",
        ("GPC3 CAR-T 工艺与分析方法技术包", "GPC3 CAR-T 工藝與分析方法技術包", "Process and method package of the GPC3 CAR-T"),
        ("工艺描述与批记录", "分析方法与验证报告", "关键物料清单与供应商", "质量标准与稳定性数据", "专利与授权文件"),
        date(2026, 11, 20),
    ),
)  # fmt: skip


def load(*, actor: Actor) -> None:
    """Write them down, step by step."""
    for number, story in enumerate(STORIES, 1):
        project = db.session.scalars(select(Project).where(Project.code == story.project)).one()
        _play(f"HO-{number:04d}", story, project, actor)


def _play(code: str, story: Story, project: Project, actor: Actor) -> None:
    giver, receiver = (_for(code, actor) for code in (story.giver, story.receiver))
    hans, hant, en = story.name
    one = operations.create(
        project,
        actor=giver,
        code=code,
        kind=story.kind,
        name_hans=hans,
        name_hant=hant,
        name_en=en,
        detail="",
        giver_id=_key(story.giver),
        receiver_id=_key(story.receiver),
        milestone_code=story.milestone,
        items=story.items,
        day=story.day,
        recording=_on(story.named_on),
    )
    if story.day and story.agreed:
        known: dict[str, Any] = {"version": None, "recording": _on(story.named_on + timedelta(days=2))}
        operations.agree(one, "receiver", actor=receiver, **known)
    _over(story, one, giver, receiver)


def _over(story: Story, one: HandOff, giver: Actor, receiver: Actor) -> None:
    everything = {row.position for row in one.items}
    if story.delivered_on:
        operations.deliver(
            one, actor=giver, version=None, ticked=everything, given=Given(PASSWORD), recording=_on(story.delivered_on)
        )  # fmt: skip
    if story.received_on:
        operations.receive(
            one, actor=receiver, version=None, ticked=everything, given=Given(PASSWORD), recording=_on(story.received_on)
        )  # fmt: skip
    if story.disputed:
        day, reason = story.disputed
        operations.dispute(one, reason, actor=receiver, version=None, recording=_on(day))


def _for(code: str, otherwise: Actor) -> Actor:
    found = actor_by_email(f"{MEMBERS[code]}@kjs.example") if code in MEMBERS else None
    return found or otherwise


def _key(code: str) -> int:
    return db.session.scalars(select(Institution.id).where(Institution.code == code)).one()


def _on(day: date) -> dict[str, Any]:
    return {"source": "import", "effective_at": clock.start_of(day) + timedelta(hours=10)}
