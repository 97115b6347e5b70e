"""What reviewers type: comments, suggestions, objections; and what the secretary answers."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, StringField, TextAreaField

from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.core.forms import Form, at_most, required

REFUSALS: dict[str, Any] = {
    "committee:deadline-earlier": _l("新的截止须晚于 %(day)s。"),
    "committee:deadline-passed": _l("截止不能早于今天（%(day)s）。"),
    "committee:deadline-far": _l("截止最多可延到 %(most)s 天之后。"),
    "committee:quote-missing": _l("这一段里没有所引的词句，请照原文引用，或留空。"),
    "committee:comment-settled": _l("这条批注已有人回复，或已过 15 分钟，不能再改；请另写一条。"),
    "committee:suggestion-same": _l("建议的文字与原文相同。"),
    "committee:suggestion-answered": _l("这条建议已经处理。"),
    "committee:suggestion-outdated": _l("原文在同一处已经改动，请对照两份文字，写明最后的文字再采纳。"),
    "committee:objection-words": _l("请写明异议：哪里不对，应当怎样。"),
    "committee:objection-settled": _l("这条异议已经答复，或已被收回。"),
    "committee:objections-unseen": _l("在您打开本页之后又有新的异议，请看过再签署。"),
    "committee:not-in-review-now": _l("纪要不在审阅中。"),
    "committee:reminded-lately": _l("不久前已提醒过，%(when)s之后才能再次提醒。"),
    "committee:nobody-pending": _l("没有人需要提醒：都已答复。"),
}


def whole(field: Any) -> int | None:
    """A whole number that a hidden field carries; None for what is none."""
    text = str(field.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class CommentForm(Form):
    """A comment on a paragraph, or on words in it; where these begin a script knows."""

    text = TextAreaField(_l("批注"), [required(), at_most(4000)])
    quote = TextAreaField(_l("引用的词句"), [at_most(2000)])
    quote_at = HiddenField()
    revision = HiddenField()
    parent = HiddenField()

    def about(self) -> dict[str, Any]:
        """The words that it is about, for the operation."""
        return {
            "quote": self.quote.data or "",
            "quote_at": whole(self.quote_at),
            "seen": whole(self.revision),
        }


class CommentTextForm(Form):
    """The words of a comment that is there."""

    text = TextAreaField(_l("批注"), [required(), at_most(4000)])


class SuggestionForm(Form):
    """Another wording for a paragraph, and why."""

    text = TextAreaField(_l("建议的文字"), [required(), at_most(20000)])
    note = TextAreaField(_l("理由"), [at_most(1000)])
    revision = HiddenField()


class ObjectionForm(Form):
    """What somebody objects to."""

    note = TextAreaField(_l("异议"), [required(), at_most(2000)])
    draft = HiddenField()


class SettleForm(Form):
    """What was done about an objection."""

    note = TextAreaField(_l("答复"), [required(), at_most(2000)])


class TakeForm(Form):
    """The wording in which a suggestion is taken; empty: as it was proposed."""

    text = TextAreaField(_l("采纳后的文字"), [at_most(20000)])


class RefuseForm(Form):
    """Why a suggestion is not taken."""

    reason = TextAreaField(_l("不采纳的原因"), [required(), at_most(1000)])


class RecallForm(Form):
    """Why a draft is taken back from review."""

    note = TextAreaField(_l("收回的原因"), [required(), at_most(1000)])


class DeadlineForm(VersionedForm):
    """Until when a review is put off, and why."""

    due_on = DateField(_l("新的审阅截止"), [required()])
    note = StringField(_l("原因"), [at_most(300)])
