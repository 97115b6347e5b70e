"""Review and signature: the text is locked by the last signature that is needed, and by nothing less."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from kangjiansheng.accounts.models import Account
from kangjiansheng.committee.models import Committee, DraftVersion, Minutes
from kangjiansheng.committee.operations import comments, reviews, signatures
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core import clock, standing
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox

Sign = Callable[..., Any]


@pytest.fixture
def draft(draft_minutes: Minutes, actor: Callable[[str], Actor]) -> DraftVersion:
    """The first draft of the eighth minutes, under review."""
    return reviews.open_review(draft_minutes, actor=actor("secretary"))


def test_the_last_signature_that_is_needed_locks(draft: DraftVersion, sign: Sign) -> None:
    sign(draft, "chair")
    sign(draft, "member")
    assert draft.minutes.life == "review"
    last = sign(draft, "member2")
    assert draft.minutes.life == "approved"
    assert draft.minutes.approved_at is not None
    assert (last.text_sha256, last.printed_name, last.method) == (
        draft.sha256,
        "委员（细胞工艺）",
        "password",
    )


def test_without_the_chair_nothing_stands(draft: DraftVersion, sign: Sign) -> None:
    sign(draft, "member")
    sign(draft, "member2")
    assert draft.minutes.life == "review"


def test_signers_are_asked_by_bell_and_mail(draft: DraftVersion, actor: Callable[[str], Actor]) -> None:
    told = set(
        db.session.scalars(
            select(Notification.person_id).where(
                Notification.template == "committee:review-opened",
                Notification.address == "/meetings/SAC-2026-05/minutes",
            )
        )
    )
    assert {actor(short).id for short in ("chair", "member", "member2")} <= told
    mails = db.session.scalars(select(Outbox.to).where(Outbox.template == "committee:review-opened"))
    assert "chair@kjs.example" in set(mails)


def test_a_replaced_draft_cannot_be_signed(
    draft: DraftVersion, sign: Sign, actor: Callable[[str], Actor], first_text: Any
) -> None:
    shown = draft.sha256
    sign(draft, "member", meaning="request_changes", note="第 1.1 段有误")
    assert draft.minutes.life == "draft"
    writing.edit_paragraph(first_text, actor=actor("secretary"), seen=None, text="改过的文字。")
    second = reviews.open_review(draft.minutes, actor=actor("secretary"))
    assert (second.number, second.sha256 != shown) == (2, True)
    with pytest.raises(RuleBroken, match="draft-replaced"):
        sign(draft, "chair")
    with pytest.raises(RuleBroken, match="draft-replaced"):
        sign(second, "chair", shown_sha256=shown)
    sign(second, "chair")


def test_a_request_voids_consents_and_says_so(
    draft: DraftVersion, sign: Sign, actor: Callable[[str], Actor]
) -> None:
    sign(draft, "member")
    sign(draft, "member2", meaning="request_changes", note="第 1.1 段有误")
    assert draft.minutes.life == "draft"
    assert len(draft.signatures) == 2, "they stay in the record"
    told = db.session.scalars(
        select(Notification.person_id).where(Notification.template == "committee:changes-requested")
    )
    assert {actor("member").id, actor("secretary").id} <= set(told)
    second = reviews.open_review(draft.minutes, actor=actor("secretary"))
    assert signatures.consents(second) == set()


def test_a_request_needs_words(draft: DraftVersion, sign: Sign) -> None:
    with pytest.raises(RuleBroken, match="note-missing"):
        sign(draft, "member", meaning="request_changes", note="  ")
    assert draft.minutes.life == "review"


def test_nobody_signs_twice(draft: DraftVersion, sign: Sign) -> None:
    sign(draft, "member")
    with pytest.raises(RuleBroken, match="already-signed"):
        sign(draft, "member")


def test_only_signers_sign(draft: DraftVersion, sign: Sign) -> None:
    for short in ("executive", "outsider", "lead", "admin", "auditor", "partner"):
        with pytest.raises(RuleBroken, match="not-a-signer"):
            sign(draft, short)


def test_a_wrong_password_signs_nothing(draft: DraftVersion, sign: Sign) -> None:
    with pytest.raises(RuleBroken, match="password-wrong"):
        sign(draft, "chair", password="not the password")
    assert draft.signatures == []


def test_the_fingerprint_is_computed_anew(draft: DraftVersion) -> None:
    assert reviews.recomputed(draft) == draft.sha256


def test_the_drafter_alone_cannot_be_the_approver(
    draft_minutes: Minutes, actor: Callable[[str], Actor], sign: Sign
) -> None:
    committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    committee.approval_rule, draft_minutes.drafter_id = "chair", actor("chair").id
    draft = reviews.open_review(draft_minutes, actor=actor("chair"))
    sign(draft, "chair")
    assert draft_minutes.life == "review"
    sign(draft, "member")
    assert draft_minutes.life == "approved"


def test_a_review_that_could_never_end_is_not_opened(
    draft_minutes: Minutes, actor: Callable[[str], Actor]
) -> None:
    committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    committee.approval_rule = "all_present"  # seats without an account were there
    with pytest.raises(RuleBroken, match="too-few-signers"):
        reviews.open_review(draft_minutes, actor=actor("secretary"))
    committee.approval_rule = "chair_and_n"
    of_chair = update(Account).where(Account.person_id == actor("chair").id)
    db.session.execute(of_chair.values(disabled_at=clock.now()), execution_options=standing.TOLD)
    with pytest.raises(RuleBroken, match="too-few-signers"):
        reviews.open_review(draft_minutes, actor=actor("secretary"))


def test_under_review_nothing_is_written(
    draft: DraftVersion, actor: Callable[[str], Actor], first_text: Any
) -> None:
    with pytest.raises(RuleBroken, match="in-review"):
        writing.edit_paragraph(first_text, actor=actor("secretary"), seen=None, text="偷改。")
    with pytest.raises(RuleBroken, match="in-review"):
        reviews.open_review(draft.minutes, actor=actor("secretary"))


def test_approved_minutes_are_frozen(approved: Minutes, actor: Callable[[str], Actor]) -> None:
    secretary = actor("secretary")
    paragraph = writing.standing_paragraphs(approved)[1]
    for act in (
        lambda: writing.edit_paragraph(paragraph, actor=secretary, seen=None, text="偷改。"),
        lambda: writing.add_paragraph(approved, actor=secretary, kind="text", text="加。"),
        lambda: writing.move_paragraph(paragraph, 1, actor=secretary),
        lambda: writing.remove_paragraph(paragraph, actor=secretary),
        lambda: reviews.open_review(approved, actor=secretary),
    ):
        with pytest.raises(RuleBroken, match="frozen"):
            act()


def test_comments_only_under_review(
    draft_minutes: Minutes, actor: Callable[[str], Actor], first_text: Any
) -> None:
    with pytest.raises(RuleBroken, match="not-in-review"):
        comments.comment(first_text, actor=actor("member"), text="早了。")
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    first = comments.comment(first_text, actor=actor("member"), text="请补充。")
    answer = comments.comment(first_text, actor=actor("secretary"), text="已补充。", parent=first)
    deeper = comments.comment(first_text, actor=actor("member2"), text="谢谢。", parent=answer)
    assert (answer.parent_id, deeper.parent_id) == (first.id, first.id)
    comments.resolve(first, actor=actor("secretary"))
    assert first.resolved_by_id == actor("secretary").id
