"""What is recognised in minutes of many hands; and that no line of any source is lost."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangjiansheng.committee.rules.sources import Found, action_of, decision_of, lost, recognise
from kangjiansheng.committee.rules.sources.facts import day_in, hours_in, minutes_no_in, running_in, votes_in
from kangjiansheng.committee.rules.sources.names import people_at_end
from kangjiansheng.committee.rules.sources.outcomes import kind_of

FOLDER = Path(__file__).parent.parent / "sources"
SOURCES = sorted(one.name for one in FOLDER.iterdir())


def read(name: str) -> Found:
    return recognise((FOLDER / name).read_text("utf-8"), name)


def kinds(found: Found, kind: str) -> list[str]:
    return [p.text for p in found.pieces if p.kind == kind]


@pytest.mark.parametrize("name", SOURCES)
def test_no_line_of_a_source_is_lost(name: str) -> None:
    assert lost(read(name)) == []


PARTS = [
    "# 会议纪要", "## 出席", "## Agenda", "### 1. Item", "- a", "  - b", "- [x] @x will do", "1、议题 -- 甲", "2. two", "",
    "---", "<!-- a", "b -->", "```", "| a | b |", "|---|---|", "| 1 | 2 |", "> quote", "决议：同意", "Action: x to y",
    "与会人：甲、乙", "**Bold:**", "一、标题", "plain", "<table><tr><td>x</td></tr></table>", "    deep", "===", "**1.1**",
    "1.1  text", "Attendees:", "\t- tab", "日期：2025-01-01", "结论：", "  结论：", "遗留问题：", "  - 遗留问题：", "1，逗号 - 张三", "议题：", "3、还有",
    "  缩进", "**Decision**:", "## Decisions", "## Action Items", "| Decision | Owner |", "| 事项 | 负责人 | 截止日期 |", "- - x",
    '<a href="https://x"', 'rel="y">z</a>', "### 时间：2025-01-02", "| 时间 | 2025-01-02 | 地点 | x |",
    "<table><tr><th>Action</th><th>Owner</th></tr><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
]  # fmt: skip


@pytest.mark.long
@settings(max_examples=300)
@given(st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=12)), max_size=25))
def test_no_line_of_anything_is_lost(parts: list[str]) -> None:
    found = recognise("\n".join(parts))
    assert lost(found) == []
    assert all(piece.lines for piece in found.pieces)


def test_the_founding_article() -> None:
    found = read("first_meeting_from_article_zh.md")
    assert (found.day, found.year_inferred, found.place, found.running_no) == (date(2024, 9, 10), True, "", 1)
    assert [item.title for item in found.items] == [
        "科学委员会成立",
        "围绕细胞治疗领域的科技创新等方面开展讨论交流",
    ]
    assert found.attendees == [], "the article names nobody"
    assert len(kinds(found, "decision")) == 1
    assert kinds(found, "action") == [], "the article says that it states none"
    assert not found.illustrative


def test_the_sample_in_chinese() -> None:
    found = read("sab_minutes_zh_illustrative.md")
    assert (found.day, found.minutes_no, found.running_no) == (date(2026, 4, 10), "康科委纪〔2026〕3号", 6)
    assert (found.starts, found.ends) == (
        datetime(2026, 4, 10, 1, 30, tzinfo=UTC), datetime(2026, 4, 10, 3, 50, tzinfo=UTC),
    )  # fmt: skip
    assert found.illustrative, "what is invented keeps its label"
    modes = {a.name: a.mode for a in found.attendees}
    assert (len(modes), modes["席位08"], modes["注册负责人"], modes["席位07"]) == (
        13,
        "excused",
        "observer",
        "present",
    )
    assert [i.presenter for i in found.items] == ["KJS-017项目负责人", "注册负责人", ""]
    assert [(r.name, r.item, r.kind) for r in found.recused] == [("席位07", 0, "facts")]
    assert [p.kind for p in found.pieces if p.kind in ("decision", "recommendation")] == [
        "decision",
        "recommendation",
        "decision",
    ]
    at = next(n for n, p in enumerate(found.pieces) if p.kind == "decision")
    one = decision_of(found.pieces[at].text, "decision", found.pieces[at - 1].text)
    assert (one.number, one.votes) == ("D-2026-06-01", {"votes_for": 6, "votes_against": 0, "abstentions": 1})
    acts = [p.outcome for p in found.pieces if p.kind == "action"]
    assert [(a.number, a.owner, a.due, a.done) for a in acts if a] == [
        ("A-2026-06-01", "研发负责人", date(2026, 4, 15), True),
        ("A-2026-06-02", "非临床负责人", date(2026, 5, 31), False),
        ("A-2026-06-03", "质量负责人", date(2026, 6, 30), False),
    ]
    assert acts[1] is not None
    assert "KJS-003/A050" in acts[1].text, "a column without a place of its own is kept"


def test_the_sample_in_english() -> None:
    found = read("sab_minutes_en_illustrative.md")
    assert (found.day, found.running_no, found.language) == (date(2026, 4, 10), 6, "en")
    assert [i.title for i in found.items] == [
        "Minutes of meeting 5", "KJS-017 polyclonal Treg - continue?", "KJS-003 IND strategy",
    ]  # fmt: skip
    assert kinds(found, "recommendation") != []
    assert [p.outcome.owner for p in found.pieces if p.outcome] == [
        "Non-clinical lead",
        "Head of R&D",
        "Head of Quality",
    ]
    assert sum(a.mode == "observer" for a in found.attendees) == 4


def test_a_community_in_chinese() -> None:
    found = read("community_zh_2024.md")
    assert [(i.title, i.presenter) for i in found.items] == [
        ("工艺验证方案评审", "工艺负责人"), ("申请成立数据小组", "数据负责人"), ("参考品来源讨论", "质量负责人"),
    ]  # fmt: skip
    assert {a.name: a.mode for a in found.attendees} == {
        "委员甲": "present", "委员乙": "present", "委员丙": "present", "委员丁": "present", "委员戊": "online",
        "观察员一": "observer", "委员己": "excused",
    }  # fmt: skip
    assert kinds(found, "decision") == ["结论：同意成立数据小组，试行一个季度", "决策：使用方案一"]
    assert [a.text for a in found.asides] == ["由谁保存参考品，下次会议前明确"]
    assert found.facts["chair"][0] == "委员甲"
    assert found.remarks == ["zone-assumed"]


def test_the_same_in_plain_text() -> None:
    found = read("community_zh_2022.txt")
    assert [i.title for i in found.items] == ["效价方法转移进展", "冻存液更换的评估"]
    assert (found.day, found.starts) == (date(2025, 7, 2), datetime(2025, 7, 2, 2, tzinfo=UTC))
    owners = [p.outcome.owner for p in found.pieces if p.kind == "action" and p.outcome]
    assert owners == ["质量负责人", "检测负责人"]


def test_a_council_of_bullets() -> None:
    found = read("council_bullets.md")
    assert [i.title for i in found.items] == [
        "Assign roles",
        "Announcements",
        "Member B: Purpose of the meeting",
    ]
    assert kinds(found, "decision") == ["Decision: keep the meeting and fix the agenda a day before."]
    assert [a.mode for a in found.attendees] == ["present"] * 3 + ["observer"]


def test_an_agenda_that_the_minutes_take_up_again() -> None:
    found = read("council_agenda_and_minutes.md")
    assert [(i.title, i.presenter, i.minutes) for i in found.items][2:4] == [
        ("Approval of the charter", "Member A", 10), ("Budget for visits", "Member B", 15),
    ]  # fmt: skip
    assert sum(p.item == 3 for p in found.pieces) == 2, "once in the agenda, once in the minutes"
    one = action_of(found.asides[0].text)
    assert (one.owner, one.due, one.text) == ("Member C", date(2025, 8, 1), "ask the office for figures")
    assert (found.facts["chair"][0], found.facts["taker"][0]) == ("Member A", "Member C")


def test_a_council_by_issues() -> None:
    found = read("council_issues.md")
    assert [i.title for i in found.items] == [
        '"Update on the programme" council#161',
        '"Travel budget" council#182',
    ]
    assert {a.mode for a in found.attendees} == {"present", "observer", "excused"}
    assert kinds(found, "decision") == ["*We do have consensus*"]
    assert any(text.startswith("```") for text in kinds(found, "text"))
    assert any(text.startswith("> ") for text in kinds(found, "text"))


def test_boxes_say_who_was_there() -> None:
    found = read("tac_boxes.md")
    assert [(a.name, a.mode) for a in found.attendees] == [
        ("Member A", "absent"), ("Member B", "present"), ("Member C", "present"), ("Member D", "present"),
        ("Guest E", "observer"), ("Guest F", "observer"),
    ]  # fmt: skip
    acts = [p.outcome for p in found.pieces if p.kind == "action" and p.outcome]
    assert [(a.owner, a.done, a.due) for a in acts] == [
        ("member-b", False, None),
        ("Member C", True, date(2024, 3, 20)),
    ]
    assert kinds(found, "decision") == ["The TAC voted to accept the working group."]


def test_boxes_that_nobody_ticked_say_nothing() -> None:
    assert [a.mode for a in read("tac_early.md").attendees] == ["", "", "excused"]


def test_a_table_in_html_becomes_one_in_markdown() -> None:
    found = read("tac_html_table.md")
    assert [(a.name, a.mode) for a in found.attendees] == [("Member A", "present"), ("Member B", "absent")]
    table = next(text for text in kinds(found, "text") if text.startswith("|"))
    assert "Member A (Firm One, TAC)" in table
    assert "<td>" not in table


def test_motions_votes_and_a_table_of_actions() -> None:
    found = read("club_reports.md")
    assert (found.day, found.starts) == (date(2024, 9, 23), datetime(2024, 9, 23, 15, tzinfo=UTC))
    assert kinds(found, "decision") == ["Unanimously passed", "Resolved: buy the freezer."]
    acts = [p.outcome for p in found.pieces if p.kind == "action" and p.outcome]
    assert [(a.owner, a.due, a.done) for a in acts] == [
        ("Member B", date(2024, 10, 1), False),
        ("Member A", None, True),
    ]


def test_a_hospital_in_traditional_characters() -> None:
    found = read("hospital_hant.md")
    assert (found.language, found.running_no, found.place) == ("zh-Hant", 4, "第二會議室")
    assert [(a.name, a.mode) for a in found.attendees] == [
        ("委員甲", "present"),
        ("委員乙", "online"),
        ("委員丙", "excused"),
    ]
    one = decision_of(kinds(found, "decision")[0], "decision")
    assert one.votes == {"votes_for": 5, "votes_against": 0, "abstentions": 1}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年4月10日（星期五）", date(2026, 4, 10)), ("2022/07/06 10:00~12:00", date(2022, 7, 6)),
        ("April 10th, 2026", date(2026, 4, 10)), ("10 April 2026", date(2026, 4, 10)), ("Feb. 4, 2019", date(2019, 2, 4)),
        ("20231025_minutes.md", date(2023, 10, 25)), ("23/09/2024", date(2024, 9, 23)), ("3/4/2026", None),
        ("2026-13-40", None), ("版本 1.2.3", None), ("二〇二六年三月十二日", date(2026, 3, 12)), ("13-Mar-2026", date(2026, 3, 13)), ("2026 03 13", date(2026, 3, 13)),
    ],
)  # fmt: skip
def test_days(text: str, day: date | None) -> None:
    assert day_in(text) == day


@pytest.mark.parametrize(
    ("text", "begin", "named"),
    [
        ("15:00-16:00 UTC", (15, 0), True), ("9:30—11:50", (1, 30), False), ("北京时间 10:00", (2, 0), True),
        ("1:05 PM EST", (18, 5), True), ("14:00 至 15:00 (UTC+2)", (12, 0), True),
        ("下午2点半", (6, 30), False), ("上午9时30分至11时", (1, 30), False), ("3pm - 4pm ET", (20, 0), True), ("12 pm UTC", (12, 0), True),
    ],
)  # fmt: skip
def test_hours(text: str, begin: tuple[int, int], named: bool) -> None:
    starts, _ends, is_named = hours_in(text, date(2026, 3, 2))
    assert starts is not None
    assert ((starts.hour, starts.minute), is_named) == (begin, named)


def test_numbers_and_votes() -> None:
    assert (
        running_in("第十二次会议"),
        running_in("Minutes of meeting 6"),
        running_in("Meeting 2024-03-06"),
    ) == (12, 6, None)
    assert minutes_no_in("纪要 康科委纪〔2026〕3号（第6次）") == "康科委纪〔2026〕3号"
    assert votes_in("+1: 4, -1: 1, 0: 1") == {"votes_for": 4, "votes_against": 1, "abstentions": 1}
    assert votes_in("the room for 30 people") == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Consensus: keep it", "decision"), ("Resolved that the plan stands", "decision"), ("**Decision**: go", "decision"),
        ("建议：再考虑一下", "text"), ("建议 R-2026-06-02：补充", "recommendation"), ("ACTION ITEM: Member A to write", "action"),
        ("- [ ] @member-a will write", "action"), ("遗留问题： 补充数据", "action"), ("We have to decide: when?", "text"),
        ("Decision making is hard", "text"), ("委员会原则同意立项", "decision"), ("同意 5 票，反对 0 票", "text"), ("表决结果：一致通过", "decision"),
        ("委员丙：同意更换", "text"), ("Vote: accepted", "decision"),
    ],
)  # fmt: skip
def test_what_words_say_that_they_are(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_a_community_that_writes_as_it_speaks() -> None:
    """Commas after numbers, hours and names at the end of titles, conclusions under a word alone on its line."""
    found = read("community_zh_2025.md")
    assert (found.title, found.place) == ("平台委员会2025年度现场例会", "甲楼乙会议室")
    assert (found.starts, found.ends) == (
        datetime(2025, 6, 12, 1, 30, tzinfo=UTC), datetime(2025, 6, 12, 3, tzinfo=UTC),
    )  # fmt: skip
    assert [(i.title, i.presenter, i.minutes) for i in found.items] == [
        ("致辞", "张甲", 10), ("2026 年批次计划", "王丙、李乙", 25), ("试剂国产化评估", "李乙", 0),
        ("Kit升级讨论", "何丁戊", 20), ("数据平台双语说明", "王丙", 0), ("其他", "", 0),
    ]  # fmt: skip
    assert [(p.text, p.item) for p in found.pieces if p.kind == "decision"] == [
        ("结论:\n\n全年六批按计划进行\n第三批另议", 1),
        ("委员会投票结果：通过，采用方案二。0反对，0弃权。", 2),
        ("结论：\n\n1、先做两批比较\n2、结果下次汇报", 3),
        ("委员会同意双语发布", 4),
        ("结论：按下面两步进行：\n\n1、先发中文\n2、英文一月后发", 4),
        ("分析延误的原因？委员会决策：补两名检测员。", 5),
    ]
    assert [(a.text, a.item) for a in found.asides] == [("供应协议", 2), ("备选供应商", 2)]
    acts = [p.outcome for p in found.pieces if p.kind == "action" and p.outcome]
    assert [(a.owner, "1.2、补充边界" in a.text) for a in acts] == [("李乙/王丙", True)]


def test_lines_that_a_program_wrapped() -> None:
    found = read("consortium_wrapped.md")
    assert (found.day, found.starts) == (date(2025, 6, 16), datetime(2025, 6, 16, 14, tzinfo=UTC))
    assert [(a.name, a.mode) for a in found.attendees] == [
        ("Ada B. Member", "present"),
        ("Ben Member", "absent"),
    ]
    assert [(i.title, i.presenter) for i in found.items] == [
        ("Action Item review", ""),
        ("Cold chain: proposal to take over the logger of the hospital and to keep it", "Cleo Guest"),
    ]
    assert [(p.text, p.item) for p in found.pieces if p.kind == "decision"] == [
        ("VOTE:  Approved unanimously.  (Ben had left by then)", 1)
    ]
    assert [a.text for a in found.asides] == [], "the list of actions has it again"
    acts = [p.outcome for p in found.pieces if p.kind == "action" and p.outcome]
    assert [(a.owner, a.text) for a in acts] == [
        ("Ben", "write another version of the release criteria and to send it round.")
    ]
    assert not any("<a" in p.text for p in found.pieces)


def test_a_table_of_facts_and_when_it_ended() -> None:
    found = read("sponsor_table.md")
    assert (found.day, found.place, found.facts["taker"][0]) == (date(2025, 3, 17), "Room 2", "Ben Member")
    assert (found.starts, found.ends) == (
        datetime(2025, 3, 17, 5, tzinfo=UTC), datetime(2025, 3, 17, 5, 32, tzinfo=UTC),
    )  # fmt: skip
    assert [a.name for a in found.attendees] == ["Ada Member", "Ben Member"]
    assert [i.title for i in found.items] == ["Overview", "Sensors"]


def test_labels_under_the_heading_of_an_item() -> None:
    found = read("board_labels.md")
    assert (found.day, found.starts) == (date(2025, 3, 4), datetime(2025, 3, 4, 13, tzinfo=UTC))
    assert [(i.title, i.presenter) for i in found.items] == [("Opening", "Ada Member"), ("Risk register", "")]
    assert [(p.text, p.item) for p in found.pieces if p.kind == "decision"] == [
        ("**Decision**: The register is accepted.", 1),
        ("ID 1；Item Risk register；Decision Accepted as shown", None),
    ]
    acts = [
        (p.outcome.owner, p.outcome.due, p.item) for p in found.pieces if p.kind == "action" and p.outcome
    ]
    assert acts == [("Ben Member", date(2025, 4, 1), 1)]
    assert found.facts["taker"][0] == "Ben Member"


def test_facts_that_are_marked_as_headings() -> None:
    found = read("group_headings_hans.md")
    assert (found.day, found.place, found.running_no) == (date(2025, 5, 24), "活动中心", 3)
    assert (found.starts, found.ends) == (
        datetime(2025, 5, 24, 6, 30, tzinfo=UTC), datetime(2025, 5, 24, 7, 40, tzinfo=UTC),
    )  # fmt: skip
    assert [a.name for a in found.attendees] == ["张甲", "李乙", "王丙"]
    assert [(i.title, i.presenter) for i in found.items] == [("登记流程", "member-a"), ("参考品来源讨论", "")]
    acts = [p.outcome for p in found.pieces if p.kind == "action" and p.outcome]
    assert [(a.text, a.owner, a.due) for a in acts] == [("写说明", "李乙", date(2025, 6, 1))]


def test_an_agenda_that_is_a_table() -> None:
    found = read("agenda_table.md")
    assert found.day == date(2025, 7, 22)
    assert [i.title for i in found.items] == ["Quorum", "Talking points"]
    assert [(a.text, a.item) for a in found.asides] == [("Ben will send a new version.", 1)]


def test_initials_and_votes_without_a_label() -> None:
    found = read("steering_initials.md")
    assert [(a.name, a.mode) for a in found.attendees] == [
        ("Ada Member", "present"),
        ("Steven R. Member", "observer"),
    ]
    assert [(p.text, p.item) for p in found.pieces if p.kind == "decision"] == [
        ("Discussed, consensus was to take it in.", 0),
        ("Quick vote on taking the change as it is, no objections.", 1),
    ]
    assert [i.title for i in found.items] == ["example/core", "example/build"]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("批次计划 - 张三", "张三"), ("批次计划-张三/李四", "张三、李四"), ("批次计划 质量负责人", "质量负责人"),
        ("稳定性-方案", ""), ("成本、张三", ""), ("张三", ""), ("年度汇报 - 周期", ""),
    ],
)  # fmt: skip
def test_people_at_the_end_of_a_title(text: str, who: str) -> None:
    assert people_at_end(text)[1] == who


def test_a_table_of_actions_on_one_line_stays_whole() -> None:
    found = recognise(
        "# M 2025-01-02\n\n## Action Items\n\n<table><tr><th>Action</th><th>Owner</th><th>Due</th></tr><tr><td>Write</td><td>Ada</td>"
        "<td>2025-02-01</td></tr><tr><td>Read</td><td>Ben</td><td></td></tr></table>"
    )
    assert [p.kind for p in found.pieces] == ["title", "heading", "text"]
    noted = [action_of(one.text) for one in found.asides]
    assert [(a.owner, a.text, a.due) for a in noted] == [
        ("Ada", "Write", date(2025, 2, 1)), ("Ben", "Read", None),
    ]  # fmt: skip
