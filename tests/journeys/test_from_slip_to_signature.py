"""The whole path: a slip is told, seen and signed for, and nothing of it can be altered unseen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from kangjiansheng.core import clock
from tests.journeys.cast import Cast, press
from tests.support.server import Server

pytestmark = pytest.mark.browser
MINUTES = "/meetings/SAC-2026-05/minutes"
PASSWORD = "kangjiansheng"


@pytest.mark.long
@pytest.mark.parametrize("width", [390, pytest.param(1440, marks=pytest.mark.soak)])
def test_from_slip_to_signature(width: int, browser: Browser, serve: Callable[..., Server]) -> None:
    server = serve()
    cast = Cast(browser, server, width)
    yesterday = clock.today() - timedelta(days=1)
    before = _answer(cast.page("executive", "/overview"))
    before_yesterday = _answer(cast.page("executive", f"/overview?as_of={yesterday}"))

    _move_a_milestone(cast)
    after = _answer(cast.page("executive", "/overview"))
    assert after != before, "the executive's sentence did not change"
    assert _answer(cast.page("executive", f"/overview?as_of={yesterday}")) == before_yesterday

    _draft(cast)
    _comment(cast, "member", "请写明依据。")
    _comment(cast, "member2", "同意，另请补充批次编号。")
    _give_opinion(cast, "member", "request_changes", "第 2.1 段请写明依据。")
    _revise(cast)
    for who in ("member", "member2", "chair"):
        _give_opinion(cast, who, "approve", "")
    _is_frozen(cast)
    cast.close()
    verdict = server.command("audit", "verify")
    assert verdict.returncode == 0, verdict.stdout
    _tampering_is_named(server)


def _answer(page: Page) -> str:
    text = page.locator(".answer").first.inner_text()
    page.close()
    assert text.strip()
    return text


def _move_a_milestone(cast: Cast) -> None:
    page = cast.page("lead", "/my/milestones")
    card = page.locator(".qc", has_text="KJS-019").first
    card.locator("label", has_text="要推迟").click()
    card.locator("label", has_text="+1 个月").click()
    card.locator("label", has_text="样本或物料").click()
    card.get_by_role("button", name="保存更新").click()
    expect(page.locator(".toast-k")).to_be_visible()
    page.close()


def _draft(cast: Cast) -> None:
    page = cast.page("secretary", f"{MINUTES}/edit")
    page.locator(f"form[action='{MINUTES}/paragraphs'] textarea").fill("会议听取了载体可比性的补充说明。")
    page.get_by_role("button", name="增加").click()
    expect(page.locator("main")).to_contain_text("会议听取了载体可比性的补充说明。")
    _open_review(page)
    page.close()


def _open_review(page: Page) -> None:
    page.goto(f"{MINUTES}/review")
    page.get_by_role("button", name="提交审阅").click()
    page.wait_for_url(f"**{MINUTES}*")


def _comment(cast: Cast, who: str, text: str) -> None:
    page = cast.page(who, MINUTES)
    form = page.locator("form[action$='/comments']").first
    words = form.locator("textarea[name=text]")
    if not words.is_visible():
        page.locator("summary", has_text="意见").first.click()
    words.fill(text)
    form.get_by_role("button", name="发出").click()
    expect(page.locator(".cm", has_text=text).first).to_be_visible()
    page.close()


def _give_opinion(cast: Cast, who: str, meaning: str, note: str) -> None:
    page = cast.page(who, MINUTES)
    form = page.locator("form[action$='/signature']")
    form.locator(f"input[value={meaning}]").check()
    if note:
        form.locator("textarea").fill(note)
    form.locator("input[type=password]").fill(PASSWORD)
    form.locator("button[type=submit]").click()
    expect(page.locator("form[action$='/signature']")).to_have_count(0)
    page.close()


def _revise(cast: Cast) -> None:
    page = cast.page("secretary", f"{MINUTES}/edit")
    edit = page.locator(f"a[href^='{MINUTES}/paragraphs/']").nth(3)
    press(page, edit)
    field = page.locator("textarea").first
    field.fill(field.input_value() + "依据见第 3 批检测报告。")
    page.get_by_role("button", name="保存").first.click()
    expect(page.locator("main")).to_contain_text("依据见第 3 批检测报告。")
    _open_review(page)
    page.close()


def _is_frozen(cast: Cast) -> None:
    page = cast.page("secretary", MINUTES)
    expect(page.locator("main")).to_contain_text("已生效")
    assert f'action="{MINUTES}/paragraphs"' not in page.request.get(f"{MINUTES}/edit").text()
    paragraph = page.locator("[id^=p-]").first.get_attribute("id")
    token = page.locator("input[name=csrf_token]").first.input_value()
    refused = page.request.post(
        f"{MINUTES}/paragraphs/{paragraph}", form={"csrf_token": token, "text": "改写", "revision": "1"}
    )
    assert refused.status in (403, 409, 422)
    assert "改写" not in page.request.get(MINUTES).text()
    page.close()


def _tampering_is_named(server: Server) -> None:
    engine = sa.create_engine(server.url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for name in (
                connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
                .scalars()
                .all()
            ):
                connection.execute(sa.text(f'DROP TRIGGER "{name}"'))
        else:
            connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(
            sa.text("UPDATE audit_entry SET actor_label = 'X' || substr(actor_label, 2) WHERE seq = 7")
        )
        entry = connection.execute(sa.text("SELECT max(id) FROM milestone_entry")).scalar_one()
        connection.execute(sa.text("UPDATE milestone_entry SET note = 'x' WHERE id = :id"), {"id": entry})
        wording = connection.execute(
            sa.text(
                "SELECT max(d.paragraph_revision_id) FROM draft_paragraph d JOIN draft_version v ON v.id = d.draft_version_id "
                "JOIN minutes n ON n.id = v.minutes_id WHERE n.life = 'approved'"
            )
        ).scalar_one()
        connection.execute(
            sa.text("UPDATE paragraph_revision SET text = substr(text, 2) WHERE id = :id"), {"id": wording}
        )
        signature = connection.execute(sa.text("SELECT max(id) FROM signature")).scalar_one()
        connection.execute(
            sa.text("UPDATE signature SET printed_name = 'Y' || substr(printed_name, 2) WHERE id = :id"),
            {"id": signature},
        )
    engine.dispose()
    verdict = server.command("audit", "verify")
    assert verdict.returncode == 1
    for name in (
        "audit_entry seq 7",
        f"milestone_entry id {entry}: was changed",
        f"paragraph_revision id {wording}: was changed",
        f"signature id {signature}: was changed",
    ):
        assert name in verdict.stdout, verdict.stdout
