"""Illustrative agreements, and the inside of the illustrative laboratories that the portfolio names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock, text
from kangjiansheng.core.changes import Actor, Revision
from kangjiansheng.core.db import db
from kangjiansheng.labs import operations, queries
from kangjiansheng.labs.models import Agreement, Institution, JointLab, LabPartner

BEGAN_ON = date(2024, 9, 10)  # nothing of the demonstration is older than the founding
_CLAUSES = """3.1 每季度向合作各方提交研究进展（示例）
3.2 按年度计划提供载体、样本与制备物料（示例）
4.1 每年提供去标识化的随访数据（示例）
5.2 安排临床制备所需的洁净间时段（示例）"""
_NOT_STATED = "期限以外的商务条款\n违约责任"


@dataclass(frozen=True)
class Lab:
    """What the demonstration adds to a laboratory of the portfolio."""

    code: str
    name_en: str
    mission: str
    site: str
    agreement: str
    partners: tuple[tuple[str, str], ...]  # institution, what it brings in; the first one leads
    people: tuple[tuple[str, str], ...] = ()  # short name of the cast, role
    signed_on: date = date(2024, 11, 18)
    expires_on: date = date(2027, 11, 17)


LABS = (
    Lab(
        "JL-01",
        "Joint Laboratory for Cell Therapy of Blood Cancers",
        "让复发的血液肿瘤患者，在本市就能用上可负担的细胞治疗。",
        "瑞金医院转化楼 5 层（示例地点）",
        "AGR-901",
        (("RJ", "牵头临床"), ("SPH", "工艺、载体与资金"), ("KJS", "申报与项目管理"), ("NCTM", "组学平台")),
        (("lead", "director"),),
        expires_on=date(2027, 9, 9),
    ),
    Lab(
        "JL-02",
        "Joint Laboratory for Paediatric Cell Therapy",
        "让患病的孩子，更早等到适合他们的细胞治疗。",
        "上海儿童医学中心科研楼（示例地点）",
        "AGR-902",
        (("SCMC", "牵头临床与随访"), ("SPH", "工艺与生产"), ("KJS", "申报与项目管理")),
        (("lead2", "director"),),
    ),
    Lab(
        "JL-03",
        "Joint Laboratory for Stem Cells and Cord Blood",
        "把脐血与干细胞资源，变成可及的治疗。",
        "中国干细胞集团（示例地点）",
        "AGR-903",
        (("CSCG", "细胞资源与制备"), ("RJ", "临床研究"), ("KJS", "项目管理")),
    ),
    Lab(
        "JL-04",
        "Joint Laboratory for Off-the-shelf and In-vivo Cell Engineering",
        "不必等待个体制备，患者来了就能治疗。",
        "上海前沿园区（示例地点）",
        "AGR-904",
        (("SPH", "平台与资金"), ("CEMCS", "基因编辑与机制研究"), ("KJS", "项目管理")),
    ),
    Lab(
        "JL-05",
        "Joint Laboratory for Quality and Analysis of Cell Products",
        "让每一批细胞，都说得清质量。",
        "上海前沿园区（示例地点）",
        "AGR-905",
        (("SPH", "质量体系"), ("FRONTIER", "检测平台"), ("KJS", "方法学与申报")),
    ),
)
MEMBERS = (("partner", "SCMC"), ("member", "RJ"), ("member2", "CSCG"))


def load(*, actor: Actor) -> None:
    """Fill in what the portfolio leaves open; a laboratory that it does not name is left out."""
    for short, code in MEMBERS:
        institution = db.session.scalar(select(Institution).where(Institution.code == code))
        if institution is not None:
            _join(institution, short, "member", actor)
    for plan in LABS:
        lab = db.session.scalar(select(JointLab).where(JointLab.code == plan.code))
        if lab is not None:
            _agreement(plan, actor)
            _lab(lab, plan, actor)


def _agreement(plan: Lab, actor: Actor) -> Agreement:
    signatories = [code for code, _part in plan.partners if code != "KJS"]
    return operations.create_agreement(
        actor=actor,
        code=plan.agreement,
        kind="joint_lab",
        name_hans=f"{plan.code} 共建协议（示例）",
        name_hant=f"{plan.code} 共建協議（示例）",
        name_en=f"{plan.code} laboratory agreement (illustrative)",
        parent_code="AGR-001",
        signatory_codes=signatories,
        implementing_codes=["KJS"],
        signed_on=plan.signed_on,
        effective_on=plan.signed_on,
        expires_on=plan.expires_on,
        stated_lines="共建联合实验室\n知识产权共有，按贡献比例；背景技术各自保留",
        not_stated_lines=_NOT_STATED,
        clause_lines=_CLAUSES,
        source="示例数据",
        illustrative=True,
        recording=_on(None, plan.signed_on),
    )


def _lab(lab: JointLab, plan: Lab, actor: Actor) -> None:
    codes = [code for code, _part in plan.partners]
    name = lab.name_hans.removesuffix("（示例）")  # pages, lists and notices label it as illustrative
    operations.edit_lab(
        lab,
        actor=actor,
        version=None,
        name_hans=name,
        name_hant=text.to_hant(name),
        name_en=plan.name_en,
        mission=plan.mission,
        site=plan.site,
        lead_code=codes[0],
        partner_codes=codes[1:],
        agreement_code=plan.agreement,
        recording=_on(lab, plan.signed_on),
    )
    for row in list(lab.partners):
        _contribute(lab, row, dict(plan.partners)[row.institution.code], actor, plan.signed_on)
    for short, role in plan.people:
        _join(lab, short, role, actor, plan.signed_on)
    accepted = date(2025, 6, 30)
    for life, day in (("set_up", plan.signed_on), ("operating", accepted)):
        operations.step_lab(
            lab, life, actor=actor, version=None, accepted_on=accepted, recording=_on(lab, day)
        )


def _contribute(lab: JointLab, row: LabPartner, part: str, actor: Actor, day: date) -> None:
    operations.describe_contribution(
        lab, row.institution, part, actor=actor, version=None, recording=_on(lab, day)
    )


def _join(group: Institution | JointLab, short: str, role: str, actor: Actor, day: date = BEGAN_ON) -> None:
    address = f"{short}@kjs.example"
    if queries.person_by_email(address) is None:
        return
    operations.join(
        group, actor=actor, version=None, email=address, role=role, valid_from=day, recording=_on(group, day)
    )


def _on(thing: Institution | JointLab | None, day: date) -> dict[str, Any]:
    """The demonstration is loaded as if it had been kept since that day, so that past days show it;
    never before the thing itself was there."""
    instant = clock.start_of(day)
    if thing is not None:
        there = select(func.min(Revision.effective_at)).where(
            Revision.thing == thing.__tablename__, Revision.thing_id == thing.id
        )
        instant = max(instant, db.session.scalar(there) or instant)
    return {"source": "import", "effective_at": instant}
