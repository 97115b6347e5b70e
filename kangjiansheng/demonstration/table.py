"""Illustrative asks between the parties."""

from datetime import timedelta

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.operations import asks

# From whom, to whom (empty: the whole table), chain, project, days ago, what; what was answered.
ASKS: tuple[tuple[str, str, str, str, int, str, str], ...] = (
    ("RJ", "SPH", "industry", "KJS-001", 9, "12 月增加 4 个洁净间排期，以便补做批与 KJS-004 并行", ""),
    ("SCMC", "KJS", "innovation", "KJS-010", 11, "需要儿童版知情同意书模板", ""),
    ("CEMCS", "", "innovation", "", 8, "共享单细胞测序原始数据的办法", ""),
    ("CSCG", "SIIC", "capital", "KJS-014", 5, "脐血扩增平台二期款项的拨付时间", "正在走预算流程，月底前答复"),
    ("SPH", "SJTUSM", "talent", "", 3, "为联合实验室推荐两名细胞工艺工程师", ""),
)


def load(*, actor: Actor) -> None:
    """Raise them; one has been answered."""
    for number, (asker, asked, chain, project, days, title, answer) in enumerate(ASKS, 1):
        ask = asks.raise_ask(
            actor=actor,
            code=f"ASK-{number:04d}",
            from_code=asker,
            to_code=asked,
            chain=chain,
            project_code=project,
            title=title,
            detail="",
            illustrative=True,
            raised_on=clock.today() - timedelta(days),
        )
        if answer:
            asks.answer(ask, answer, actor=actor, version=None)
