"""What the illustrative meetings are about. Invented, by role only; no institution is named in the texts."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from kangjiansheng.core import clock

Title = tuple[str, str, str]
Outcome = tuple[str, str, tuple[int, int, int, int] | None]  # kind, text, votes


@dataclass
class Item:
    """An item of an agenda, and what the minutes say of it."""

    title: Title
    kind: str
    minutes: int
    project: str | None = None
    presenter: str = ""
    about: str = ""
    lines: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    gate: str = ""  # the milestone of the project on whose gate it votes


@dataclass
class Task:
    """An action: what, which role, until when, about which project, done when."""

    text: str
    role: str
    due: date
    project: str | None = None
    done: date | None = None


@dataclass
class Story:
    """A meeting: when, what, who was online or away, what is to be done."""

    day: date
    items: list[Item]
    online: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    late: dict[int, time] = field(default_factory=dict)  # seats that came after the beginning
    early: dict[int, time] = field(default_factory=dict)  # seats that left before the end
    ran: tuple[tuple[time, time], ...] = ()  # from when to when each item was discussed, where that is known
    actions: list[Task] = field(default_factory=list)


def _last_minutes(number: int) -> Item:
    return Item(
        ("通过上次会议纪要", "通過上次會議紀要", "Approve the last minutes"),
        "confirm",
        10,
        lines=[f"审议并通过第{number}次会议纪要。"],
    )


def planned_day() -> date:
    """A Friday some weeks ahead of whenever the demonstration is loaded."""
    day = max(date(2026, 12, 11), clock.today() + timedelta(days=14))
    return day + timedelta(days=(4 - day.weekday()) % 7)


def stories() -> list[Story]:
    """The meetings in their order: five approved, one under review, one draft, one planned."""
    return [_second(), _third(), _fourth(), _fifth(), _sixth(), _seventh(), _eighth(), _ninth()]


def _second() -> Story:
    return Story(
        date(2025, 4, 11),
        [
            Item(
                ("议事规则", "議事規則", "Rules of procedure"),
                "decide",
                40,
                lines=["秘书说明议事规则草案：法定人数为在任委员的三分之二；纪要由主任委员和两名委员签署。"],
                outcomes=[("D", "通过议事规则，自下次会议起施行。", (9, 0, 0, 0))],
            ),
            Item(
                ("年度工作安排", "年度工作安排", "Work plan of the year"),
                "discuss",
                30,
                lines=["委员建议每年召开三至四次会议，材料提前五个工作日送达。"],
            ),
        ],
        actions=[
            Task("整理议事规则定稿并分发", "科学委员会秘书", date(2025, 4, 25), None, date(2025, 4, 22))
        ],
    )


def _third() -> Story:
    return Story(
        date(2025, 10, 17),
        [
            _last_minutes(2),
            Item(
                ("效价方法的共用标准", "效價方法的共用標準", "Common standard for potency methods"),
                "discuss",
                45,
                presenter="质量负责人",
                lines=[
                    "质量负责人介绍各项目效价方法的现状。委员认为，同类产品宜采用同一参考品，以便批间比较。"
                ],
                outcomes=[("R", "建议同类产品共用一套效价参考品，由质量部门提出方案。", None)],
            ),
        ],
        online=(5,),
        absent=(8,),
        actions=[Task("提出效价参考品方案", "质量负责人", date(2025, 12, 19), None, date(2025, 12, 12))],
    )


def _fourth() -> Story:
    return Story(
        date(2026, 1, 16),
        [
            _last_minutes(3),
            Item(
                ("KJS-011 细胞系检定计划", "KJS-011 細胞系檢定計劃", "KJS-011 cell bank testing plan"),
                "hear",
                40,
                "KJS-011",
                "CMC负责人",
                lines=["CMC负责人报告：主细胞库的检定分两批进行，检定由两家实验室承担，互为复核。"],
                outcomes=[("R", "建议致瘤性研究的动物数与观察期在方案定稿前再次说明依据。", None)],
            ),
        ],
        online=(5, 6),
        absent=(9,),
        actions=[
            Task("补充致瘤性研究方案的依据", "非临床负责人", date(2026, 3, 13), "KJS-011", date(2026, 3, 10))
        ],
    )


def _fifth() -> Story:
    return Story(
        date(2026, 3, 6),
        [
            _last_minutes(4),
            Item(
                ("KJS-014 长期随访方案", "KJS-014 長期隨訪方案", "KJS-014 long-term follow-up protocol"),
                "decide",
                50,
                "KJS-014",
                "临床负责人",
                lines=[
                    "临床负责人说明十五年随访的安排。委员询问失访的处理，临床负责人答复将与登记研究衔接。"
                ],
                outcomes=[("D", "同意长期随访方案的设计，建议在知情同意书中写明随访年限。", (7, 0, 1, 0))],
            ),
        ],
        absent=(8,),
        actions=[
            Task("修订知情同意书中的随访条款", "临床负责人", date(2026, 4, 3), "KJS-014", date(2026, 4, 1))
        ],
    )


def _sixth() -> Story:
    return Story(
        date(2026, 4, 10),
        [
            Item(
                (
                    "KJS-017 肝移植耐受Treg是否继续",
                    "KJS-017 肝移植耐受Treg是否繼續",
                    "KJS-017 polyclonal Treg: continue?",
                ),
                "decide",
                60,
                "KJS-017",
                "KJS-017项目负责人",
                lines=[
                    "汇报要点：FOXP3+纯度3批均值78%，目标≥90%；冻存复苏后活率62%。",
                    "讨论：细胞工艺委员认为分选工艺为主因；免疫学委员认为脱甲基稳定性数据不足；"
                    "神经病学委员书面意见：同意终止。",
                ],
                outcomes=[
                    (
                        "D",
                        "建议终止KJS-017，保留效价方法学成果并转JL-05。**性质：**咨询意见，由公司研发决策会决定。",
                        (6, 0, 1, 1),
                    )
                ],
            ),
            Item(
                ("KJS-003 IND申报策略", "KJS-003 IND申報策略", "KJS-003 IND strategy"),
                "discuss",
                45,
                "KJS-003",
                "注册负责人",
                lines=["注册负责人介绍申报策略与沟通交流计划。委员关注CD22抗原低表达人群的数据。"],
                outcomes=[("R", "补充CD22抗原低表达亚组的非临床药效后再提交沟通交流申请。", None)],
            ),
            Item(
                ("其他", "其他", "Any other business"),
                "confirm",
                15,
                lines=["审议并通过第5次会议纪要。"],
            ),
        ],
        absent=(8,),
        actions=[
            Task(
                "提交终止决策材料至公司研发决策会",
                "研发负责人",
                date(2026, 4, 15),
                "KJS-017",
                date(2026, 4, 14),
            ),
            Task("CD22低表达亚组药效方案", "非临床负责人", date(2026, 5, 31), "KJS-003", date(2026, 5, 29)),
            Task("效价方法资料移交JL-05", "质量负责人", date(2026, 6, 30), "KJS-017"),
        ],
    )


def _seventh() -> Story:
    return Story(
        date(2026, 10, 16),
        [
            _last_minutes(6),
            Item(
                ("KJS-003 IND审评进展", "KJS-003 IND審評進展", "KJS-003 IND review: progress"),
                "hear",
                40,
                "KJS-003",
                "注册负责人",
                lines=["注册负责人报告：补充资料已完成，按计划提交。委员没有新的问题。"],
                outcomes=[("R", "建议在沟通交流记录中列明低表达亚组的结论。", None)],
            ),
            Item(
                (
                    "KJS-009 关键试验的统计设计",
                    "KJS-009 關鍵試驗的統計設計",
                    "KJS-009 statistics of the pivotal trial",
                ),
                "decide",
                50,
                "KJS-009",
                "临床负责人",
                lines=["临床负责人说明样本量的假设。临床试验方法学委员建议增加一次期中安全性评估。"],
                outcomes=[("D", "同意统计设计，增加一次期中安全性评估。", (7, 0, 1, 0))],
            ),
        ],
        online=(5,),
        absent=(9,),
        actions=[
            Task("在方案中写入期中安全性评估", "临床负责人", date(2026, 12, 4), "KJS-009"),
            Task("整理沟通交流记录", "注册负责人", date(2026, 11, 13), "KJS-003"),
        ],
    )


def _eighth() -> Story:
    return Story(
        date(2026, 11, 13),
        [
            Item(
                ("第7次会议纪要的签署情况", "第7次會議紀要的簽署情況", "Minutes of Meeting 7: signatures"),
                "hear",
                10,
                lines=["秘书说明：第7次会议纪要第2稿正在审阅签署，生效后在下次会议上通过。"],
            ),
            Item(
                (
                    "KJS-015 慢病毒载体的放行标准",
                    "KJS-015 慢病毒載體的放行標準",
                    "KJS-015 release criteria of the vector",
                ),
                "discuss",
                45,
                "KJS-015",
                "CMC负责人",
                lines=["CMC负责人介绍载体放行标准的草案，会议要求补充可比性数据。"],
            ),
        ],
        online=(6,),
        absent=(8,),
        late={3: time(9, 52)},
        early={5: time(10, 40)},
        ran=((time(9, 30), time(9, 41)), (time(9, 41), time(10, 55))),
        actions=[Task("补充载体可比性数据", "CMC负责人", date(2026, 12, 31), "KJS-015")],
    )


def _ninth() -> Story:
    return Story(
        planned_day(),
        [
            Item(
                (
                    "通过第7次和第8次会议纪要",
                    "通過第7次和第8次會議紀要",
                    "Approve the minutes of Meetings 7 and 8",
                ),
                "confirm",
                10,
            ),
            Item(
                (
                    "KJS-003 IND许可后的首例准备",
                    "KJS-003 IND許可後的首例準備",
                    "KJS-003: first patient after the IND",
                ),
                "decide",
                45,
                "KJS-003",
                "注册负责人",
                "需判断：中心启动与伦理批件的先后是否影响首例入组。",
            ),
            Item(
                (
                    "KJS-009 期中安全性评估的安排",
                    "KJS-009 期中安全性評估的安排",
                    "KJS-009: interim safety review",
                ),
                "hear",
                25,
                "KJS-009",
                "临床负责人",
            ),
            Item(
                (
                    "KJS-020 安全性评估（SRC/DSMB）与入选标准",
                    "KJS-020 安全性評估（SRC/DSMB）與入選標準",
                    "KJS-020: safety review and eligibility",
                ),
                "decide",
                40,
                "KJS-020",
                "项目负责人",
                "需判断：安全性评估能否通过；入选标准是否限定既往治疗线数。",
                gate="D090",
            ),
            Item(("2027年议题征集", "2027年議題徵集", "Topics for 2027"), "discuss", 20),
        ],
    )
