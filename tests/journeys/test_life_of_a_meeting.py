"""The whole life of a meeting, played by six of the cast in three languages with a real mail server: a draft, an
invitation, a recusal, a vote that loses its quorum midway, a suggestion that is taken, signatures, a consent by
default, an amendment."""

import re
from collections.abc import Callable
from io import BytesIO

import docx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from kangjiansheng.committee.documents import opening
from kangjiansheng.core import clock
from tests.journeys.cast import Cast, press
from tests.support.mails import Caught
from tests.support.server import Server

pytestmark = pytest.mark.browser
PASSWORD = "kangjiansheng"
LANGUAGES = {"chair": "en", "member": "zh-Hant", "executive": "en", "auditor": "zh-Hant"}
NAME = "第10次会议"
TITLE = "载体供应商的更换"  # of the item that one member is recused from
SECRET = "更换供应商，自第三批起。"
SEATS = 6  # who come beside the member who is recused: as many as the quorum of the item asks for


class Play:
    """One meeting and the pages on which it is played."""

    def __init__(self, cast: Cast, code: str = "") -> None:
        self.cast, self.code = cast, code

    @property
    def meeting(self) -> str:
        """The address of the meeting."""
        return f"/meetings/{self.code}"

    @property
    def minutes(self) -> str:
        """The address of its minutes."""
        return f"{self.meeting}/minutes"

    def page(self, who: str, path: str) -> Page:
        """A page of one of the cast."""
        return self.cast.page(who, path)


@pytest.mark.soak
def test_the_life_of_a_meeting(
    browser: Browser, serve: Callable[..., Server], mail_server: tuple[Caught, str]
) -> None:
    caught, address = mail_server
    server = serve(smtp=address)
    play = Play(Cast(browser, server, 1440, languages=LANGUAGES))
    _prepare(play)
    assert not any(NAME in caught.words_to(who) for who in ("chair", "member", "member2"))
    _publish(play)
    _wait_for(play, lambda: all(NAME in caught.words_to(who) for who in ("chair", "member", "member2")))
    _recuse(play)
    _vote(play)
    _write(play)
    _review(play)
    _sign(play)
    _stay_silent(play, server, caught)
    _read(play)
    _amend(play)
    _wait_for(play, lambda: caught.words_to("member2").count(f"请审阅并签署：{NAME}纪要") == 2)
    assert SECRET not in caught.words_to("member2")
    assert TITLE not in caught.words_to("member2")
    play.cast.close()
    assert server.command("audit", "verify").returncode == 0


def _wait_for(play: Play, told: Callable[[], bool]) -> None:
    page = play.page("secretary", "/")
    for _ in range(150):
        if told():
            break
        page.wait_for_timeout(200)
    assert told(), "the mail did not come"
    page.close()


def _prepare(play: Play) -> None:
    """The charter takes silence for consent. A draft with two items is prepared; who does not keep it sees none."""
    page = play.page("secretary", "/committees/SAC/edit")
    page.check("[name=default_consent]")
    _submit(page, "保存")
    page.goto("/committees/SAC/meetings/new")
    page.fill("[name=held_on]", clock.today().isoformat())
    page.fill("[name=place]", "视频会议")
    page.check("[name=draft]")
    _submit(page, "保存")
    play.code = page.url.rsplit("/", 1)[1]
    for title, kind in (("听取随访进展", "hear"), (TITLE, "decide")):
        page.goto(f"{play.meeting}/agenda")
        page.fill("[name=name_hans]", title)
        page.select_option("[name=kind]", kind)
        _submit(page, "增加")
        expect(page.locator("main")).to_contain_text(title)
    page.close()
    for who in ("member", "chair"):
        other = play.page(who, "/meetings")
        assert other.request.get(play.meeting).status == (200 if who == "chair" else 404)
        other.close()


def _publish(play: Play) -> None:
    page = play.page("secretary", f"{play.meeting}/publication")
    _submit(page, "发布会议")
    play.code = page.url.split("?")[0].rsplit("/", 1)[1]
    expect(page.locator("h1")).to_be_visible()
    page.close()


def _recuse(play: Play) -> None:
    page = play.page("secretary", f"{play.meeting}/recusals")
    item = page.locator("section", has_text=TITLE)
    item.locator("summary", has_text="登记其他委员回避").click()
    form = item.locator("details[open] form")
    form.locator("[name=person_id]").select_option(label=_seat(form, "细胞工艺"))
    form.locator("[name=reason]").fill("与现供应商有合作")
    press(page, form.get_by_role("button", name="确认决定"))
    expect(page.locator("section", has_text=TITLE)).to_contain_text("与现供应商有合作")
    page.close()
    other = play.page("member2", play.meeting)
    assert TITLE not in other.content()
    other.close()


def _seat(form: Locator, word: str) -> str:
    options = form.locator("[name=person_id] option").all_inner_texts()
    return next(option for option in options if word in option)


def _vote(play: Play) -> None:
    """Six who may vote are there; one leaves while the vote runs, and it decides nothing; the second one does."""
    page = play.page("secretary", f"{play.meeting}/floor")
    for word in ("主任委员", "免疫学", "细胞工艺", "基因组学", "临床试验方法学", "血液学", "神经病学"):
        _at_seat(page, word).locator("[name=time]").fill("11:30")
        press(page, _at_seat(page, word).get_by_role("button", name=re.compile("^到场")))
    press(page, page.locator("li.wr-p", has_text=TITLE).get_by_role("button", name=re.compile("^开始")))
    first = _put(play, page)
    _ballot(play, "member", first)
    page.goto(f"{play.meeting}/floor")
    press(page, _at_seat(page, "神经病学").get_by_role("button", name=re.compile("^离开")))
    page.goto(first)  # who left took the quorum along, and that ended the vote
    expect(page.locator("main")).to_contain_text("表决不成立")
    page.goto(f"{play.meeting}/floor")
    press(page, _at_seat(page, "神经病学").get_by_role("button", name=re.compile("^到场")))
    second = _put(play, page)
    assert play.page("member2", "/").request.get(second).status == 404
    _ballot(play, "member", second)
    _ballot(play, "chair", second)
    page.goto(second)
    for word, choice in (("免疫学", "for"), ("基因组学", "for"), ("神经病学", "against")):
        row = _at_seat(page, word)
        row.locator("summary").click()
        press(page, row.locator(f"button[value={choice}]"))
    _submit(page, "结束表决")
    expect(page.locator("main")).to_contain_text("获得通过")
    page.goto(f"{play.meeting}/attendance")
    for word in ("副主任委员", "伦理"):
        page.locator("fieldset", has_text=word).locator(".chip", has_text="缺席").click()
    _submit(page, "保存出席")
    page.close()


def _at_seat(page: Page, word: str) -> Locator:
    seat = page.locator("b.md").filter(has_text=re.compile(f"^(委员（)?{word}"))
    return page.locator("li.wide3").filter(has=seat)


def _put(play: Play, page: Page) -> str:
    page.goto(play.meeting)
    page.locator("#votes summary").first.click()
    page.locator("#votes a.menu-i", has_text=TITLE).click()
    page.fill("[name=text]", SECRET)
    _submit(page, "交付表决")
    return str(page.url)


def _ballot(play: Play, who: str, motion: str) -> None:
    page = play.page(who, motion.removeprefix(play.cast.server.base))
    page.locator("form.bal.big button[value=for]").click()
    expect(page.locator("form.bal.big [aria-current=true]")).to_have_attribute("value", "for")
    page.close()


def _write(play: Play) -> None:
    page = play.page("secretary", play.meeting)
    _submit(page, "起草纪要")
    expect(page.locator("main")).to_contain_text(SECRET)
    expect(page.locator("main")).to_contain_text("未达到法定人数")
    form = page.locator("#new form")
    form.locator("textarea").fill("会议听取随访进展，随访率有所提升。")
    form.locator("[name=after]").select_option(index=1)
    _submit(page, "增加")
    expect(page.locator("main")).to_contain_text("随访率有所提升")
    _open_review(play, page)
    page.close()


def _open_review(play: Play, page: Page) -> None:
    page.goto(f"{play.minutes}/review")
    _submit(page, "提交审阅")
    page.wait_for_url(f"**{play.minutes}*")


def _paragraph(page: Page, words: str) -> str:
    return str(page.locator(".pg", has_text=words).get_attribute("id"))


def _review(play: Play) -> None:
    """A member suggests a wording and sends the draft back; it is taken into the next one."""
    page = play.page("member", play.minutes)
    at = _paragraph(page, "随访率有所提升")
    page.goto(f"{play.minutes}/paragraphs/{at}/suggestion")
    page.locator("[name=text]").fill("会议听取随访进展，随访率由六成升至七成。")
    press(page, page.locator("main form.form button[type=submit]"))
    expect(page.locator(".cm-sg")).to_contain_text("七成")
    page.close()
    _give_opinion(play, "member", "request_changes", note="请写明随访率。")
    page = play.page("secretary", f"{play.minutes}/opinions")
    press(page, page.get_by_role("button", name="采纳"))
    page.goto(f"{play.minutes}/edit")
    expect(page.locator("main")).to_contain_text("随访率由六成升至七成")
    _open_review(play, page)
    page.close()
    page = play.page("member", f"{play.minutes}?compare=1")
    expect(page.locator("ins").first).to_be_visible()
    page.close()


def _sign(play: Play) -> None:
    _give_opinion(play, "chair", "approve", password="not this one", refused=True)
    for who in ("chair", "member2"):
        _give_opinion(play, who, "approve")
    page = play.page("secretary", play.minutes)
    expect(page.locator("main")).to_contain_text("签署不含第三部分")
    expect(page.locator("main")).not_to_contain_text("已生效")
    page.close()


def _stay_silent(play: Play, server: Server, caught: Caught) -> None:
    """The third one says nothing, though reminded: that is consent by the charter, and recorded as what it is."""
    play.cast.leave()
    server.travel(days=5)
    _wait_for(play, lambda: "视为同意" in caught.words_to("member"))
    play.cast.leave()
    server.travel(days=3)
    page = play.page("auditor", play.minutes)
    for _ in range(60):
        if "已生效" in page.inner_text("main"):
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("main")).to_contain_text("已生效")
    expect(page.locator("main")).to_contain_text("默示同意")
    page.close()


def _give_opinion(
    play: Play, who: str, meaning: str, *, note: str = "", password: str = PASSWORD, refused: bool = False
) -> None:
    page = play.page(who, play.minutes)
    _sign_here(page, meaning, note, password, refused=refused)
    page.close()


def _sign_here(page: Page, meaning: str, note: str, password: str, *, refused: bool) -> None:
    form = page.locator("form[action$='/signature']")
    form.locator(f"input[value={meaning}]").check()
    if note:
        form.locator("textarea").fill(note)
    form.locator("input[type=password]").fill(password)
    press(page, form.locator("div.reauth button.btn-primary"))
    if refused:
        expect(page.locator("form[action$='/signature'] [aria-invalid=true]")).to_have_count(1)
    else:
        expect(page.locator("form[action$='/signature']")).to_have_count(0)


def _read(play: Play) -> None:
    """Who may read the whole takes the whole along; who was recused finds the item nowhere."""
    page = play.page("executive", play.minutes)
    expect(page.locator("main")).to_contain_text(SECRET)
    assert SECRET in _words(page.request.get(f"{play.minutes}.docx").body())
    pdf = _pdf(page.request.get(f"{play.minutes}.pdf").body())
    assert "随访率由六成升至七成" in pdf and "更换供应商" in pdf
    page.close()
    page = play.page("member2", play.minutes)
    for path in ("", ".docx", ".pdf", ".md", ".json"):
        body = page.request.get(play.minutes + path).body()
        told = _words(body) if path == ".docx" else _pdf(body) if path == ".pdf" else body.decode()
        assert "更换供应商" not in told and TITLE not in told, path
    page.close()


def _words(body: bytes) -> str:
    made = docx.Document(BytesIO(body))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in made.paragraphs] + cells)


def _pdf(body: bytes) -> str:
    """The text that a PDF carries along to be verified."""
    return opening.attachments(body)[0].decode()


def _amend(play: Play) -> None:
    """A numbered correction has signatures of its own; the original stays, and so does what it says."""
    page = play.page("secretary", play.minutes)
    at = _paragraph(page, "随访率由六成升至七成")
    page.goto(f"{play.minutes}/paragraphs/{at}/amendment")
    page.fill("[name=text]", "会议听取随访进展，随访率由六成升至七成二。")
    page.fill("[name=reason]", "数字抄录有误。")
    _submit(page, "提出勘误")
    address = page.url.removeprefix(play.cast.server.base)
    page.close()
    for who in ("member", "member2", "chair"):
        page = play.page(who, address)
        _sign_here(page, "approve", "", PASSWORD, refused=False)
        page.close()
    page = play.page("auditor", play.minutes)
    expect(page.locator(".amend")).to_contain_text("七成二")
    expect(page.locator(".pg", has_text="由六成升至七成。").first).to_be_visible()
    page.close()


def _submit(page: Page, name: str) -> None:
    press(page, page.locator("main").get_by_role("button", name=name, exact=True).first)
