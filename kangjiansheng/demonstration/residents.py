"""Illustrative companies of the park: invented by what they do, none of them real, on floors that are no real ones."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import Company
from kangjiansheng.labs.operations import companion, residents, space

KEEPER = "executive@kjs.example"

# code, building, level, square metres
FLOORS = (
    ("A-01", "示例 A 栋", 1, 5_200),
    ("A-02", "示例 A 栋", 2, 5_200),
    ("A-03", "示例 A 栋", 3, 4_800),
    ("B-01", "示例 B 栋", 1, 9_000),
    ("B-02", "示例 B 栋", 2, 8_600),
)


@dataclass(frozen=True)
class Example:
    """A company, the days on which its stages began, its leases, and how it is accompanied."""

    name: str
    name_en: str
    stages: tuple[tuple[str, date], ...]
    kind: str = "resident"
    level: str = "parties"
    roles: str = "总经理\n注册负责人"
    leases: tuple[tuple[str, int, date, date | None], ...] = ()
    # kind, what, asked, (answered, outcome, answer, satisfaction) or None
    requests: tuple[tuple[str, str, date, tuple[date, str, str, int] | None], ...] = ()
    # day, kind, channel, note
    contacts: tuple[tuple[date, str, str, str], ...] = ()


COMPANIES = (
    Example(
        "示例企业甲（CAR-T 工艺）",
        "Example company A (CAR-T process)",
        (
            ("lead", date(2025, 1, 13)),
            ("assessment", date(2025, 2, 24)),
            ("signed", date(2025, 4, 15)),
            ("moved_in", date(2025, 7, 1)),
            ("growing", date(2026, 3, 2)),
        ),
        level="open",
        leases=(("A-02", 1_800, date(2025, 7, 1), date(2028, 6, 30)),),
        requests=(
            (
                "registration",
                "临床试验申请的资料目录请帮忙核对。",
                date(2026, 9, 7),
                (date(2026, 9, 11), "solved", "已按药审中心要求逐项核对，缺两项已补。", 5),
            ),
            ("cmc", "病毒载体检测方法学需要找一家能做方法转移的实验室。", date(2026, 11, 9), None),
        ),
        contacts=(
            (date(2025, 9, 18), "space", "visit", "入驻后回访，水电容量够用。"),
            (date(2026, 10, 20), "registration", "visit", "资料目录核对完毕，约定月底复看。"),
            (date(2026, 11, 12), "cmc", "call", "电话里说明了方法转移的两种做法。"),
        ),
    ),
    Example(
        "示例企业乙（基因编辑工具）",
        "Example company B (gene-editing tools)",
        (
            ("lead", date(2025, 9, 8)),
            ("assessment", date(2025, 10, 20)),
            ("signed", date(2026, 1, 12)),
            ("moved_in", date(2026, 4, 1)),
        ),
        leases=(("A-03", 950, date(2026, 4, 1), date(2029, 3, 31)),),
        requests=(("space", "需要增加一间二级生物安全实验室。", date(2026, 11, 18), None),),
        contacts=((date(2026, 9, 24), "talent", "meeting", "商定一起参加秋季招聘。"),),
    ),
    Example(
        "示例企业丙（干细胞制剂）",
        "Example company C (stem cell products)",
        (("lead", date(2026, 3, 9)), ("assessment", date(2026, 5, 18)), ("signed", date(2026, 10, 15))),
        level="open",
        leases=(("B-01", 2_400, date(2027, 1, 1), None),),
        contacts=((date(2026, 11, 5), "general", "meeting", "对照装修进度，入驻日不变。"),),
    ),
    Example(
        "示例企业丁（体内递送载体）",
        "Example company D (in-vivo delivery)",
        (("lead", date(2026, 8, 17)), ("assessment", date(2026, 9, 28))),
    ),
    Example(
        "示例企业戊（细胞质检仪器）",
        "Example company E (cell QC instruments)",
        (("lead", date(2026, 10, 26)),),
    ),
    Example(
        "示例伙伴甲（临床试验服务）",
        "Example partner A (clinical trial services)",
        (("lead", date(2025, 3, 3)), ("assessment", date(2025, 3, 31)), ("signed", date(2025, 5, 20))),
        kind="partner",
        level="open",
        roles="商务负责人",
    ),
    Example(
        "示例伙伴乙（深冷物流）",
        "Example partner B (cryogenic logistics)",
        (("lead", date(2026, 6, 8)), ("assessment", date(2026, 7, 13))),
        kind="partner",
        level="open",
        roles="商务负责人",
    ),
)


def load(*, actor: Actor) -> None:
    """Floors, companies, their stages and leases, requests and contacts, as if they had been kept since."""
    keeper = actor_by_email(KEEPER) or actor
    for code, building, level, area in FLOORS:
        space.create_floor(
            actor=actor,
            code=code,
            building=building,
            level=level,
            area_m2=area,
            illustrative=True,
            recording=_on(date(2024, 12, 2)),
        )
    for number, example in enumerate(COMPANIES, 1):
        company = _company(f"CO-{number:03d}", example, actor)
        for floor, area, first, last in example.leases:
            space.create_lease(
                company,
                actor=actor,
                floor_code=floor,
                area_m2=area,
                starts_on=first,
                ends_on=last,
                recording=_on(example.stages[2][1]),
            )
        _accompany(company, example, keeper)


def _company(code: str, example: Example, actor: Actor) -> Company:
    first, *later = example.stages
    company = residents.create_company(
        actor=actor,
        code=code,
        kind=example.kind,
        stage=first[0],
        since=first[1],
        name_hans=example.name,
        name_hant=text.to_hant(example.name),
        name_en=example.name_en,
        contact_lines=example.roles,
        companion_email=KEEPER if len(example.stages) > 2 else "",
        confidentiality=example.level,
        illustrative=True,
        recording=_on(first[1]),
    )
    for stage, day in later:
        residents.step_company(company, stage, day, actor=actor, version=None, recording=_on(day))
    return company


def _accompany(company: Company, example: Example, keeper: Actor) -> None:
    for kind, what, asked, answer in example.requests:
        made = companion.create_request(
            company, actor=keeper, kind=kind, text=what, asked_on=asked, recording=_on(asked)
        )
        if answer:
            day, outcome, words, score = answer
            companion.answer_request(
                made,
                actor=keeper,
                version=None,
                answer=words,
                outcome=outcome,
                answered_on=day,
                recording=_on(day),
            )
            companion.rate_request(made, actor=keeper, version=None, satisfaction=score, recording=_on(day))
    for day, kind, channel, note in example.contacts:
        companion.log_contact(
            company,
            actor=keeper,
            kind=kind,
            channel=channel,
            happened_on=day,
            note=note,
            recording=_on(day),
        )


def _on(day: date) -> dict[str, Any]:
    return {"source": "import", "effective_at": clock.start_of(day)}
