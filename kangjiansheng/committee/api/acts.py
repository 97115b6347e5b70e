"""What programs may do in committees: the acts of the pages, but for what somebody says of themselves alone.

Ballots, declarations of interest, consents and objections stay with people: nothing but the person behind them makes
them true. A signature asks a program for the same proof as a page asks for.
"""

from kangjiansheng.committee import forms
from kangjiansheng.committee.api import asked
from kangjiansheng.committee.api.shapes import MERGED
from kangjiansheng.committee.forms import ProposalForm, agenda, floor, interests, motions, reviewing, series
from kangjiansheng.committee.forms.answers import AnswerForm
from kangjiansheng.committee.forms.evidence import DoneForm, EvidenceForm
from kangjiansheng.committee.forms.imports import SourceForm
from kangjiansheng.committee.forms.paragraphs import ImageForm, PartsForm, StartForm
from kangjiansheng.committee.forms.replies import ReplyForm
from kangjiansheng.committee.forms.reviewing import CommentForm, CommentTextForm, SuggestionForm
from kangjiansheng.committee.forms.scans import ScanForm, WithdrawScanForm
from kangjiansheng.committee.forms.translations import TranslationForm
from kangjiansheng.core.file_levels import LevelForm
from kangjiansheng.core.rest import Act

_COMMITTEE, _MEETING = "/committees/<code>", "/meetings/<code>"
_MINUTES = f"{_MEETING}/minutes"
_ITEM, _PAPER = f"{_MEETING}/items/<int:number>", f"{_MEETING}/papers/<int:number>"
_PARAGRAPH, _COMMENT = f"{_MINUTES}/paragraphs/<public_id>", f"{_MINUTES}/comments/<int:number>"
_SUGGESTION, _DRAFT = f"{_MINUTES}/suggestions/<int:number>", f"{_MINUTES}/drafts/<int:number>"
_IMPORT, _EVIDENCE = f"{_COMMITTEE}/imports/<int:number>", "/actions/<number>/evidence"
_SERIES, _TEMPLATE = f"{_COMMITTEE}/series/<int:number>", f"{_COMMITTEE}/templates/<int:number>"
_FLOOR = f"{_MEETING}/floor"
_MOTION = f"{_MEETING}/motions/<int:number>"


def _post(
    path: str, page: str, *form: type, opens: str = "", shows: str = "", makes: str = "", **more: object
) -> Act:
    """An act on this floor; `opens` is the page on it that shows the form."""
    opened = f"committee.{opens}" if opens else ""
    shown = {"shows": _filled(shows), "makes": _filled(makes)}
    return Act("POST", path, f"committee.{page}", *form, opens=opened, **shown, **more)  # type: ignore[arg-type]


def _patch(path: str, page: str, *form: type, shows: str = "", **more: object) -> Act:
    return Act("PATCH", path, f"committee.{page}", *form, shows=_filled(shows or path), **more)  # type: ignore[arg-type]


def _filled(path: str) -> str:
    """An address with the places of its arguments as `format` fills them."""
    return path.replace("<int:", "{").replace("<", "{").replace(">", "}")


_COMMITTEES = (
    _post("/committees", "new_committee", forms.CommitteeForm, creates=True),
    _patch(_COMMITTEE, "edit_committee", forms.CommitteeForm),
    _post(f"{_COMMITTEE}/members", "add_member", forms.MemberForm, opens="edit_committee", shows=_COMMITTEE),
    _post(f"{_COMMITTEE}/members/<int:number>/end", "end_member", forms.EndForm, shows=_COMMITTEE),
    _post(
        f"{_COMMITTEE}/backlog",
        "propose_to_backlog",
        agenda.BacklogForm,
        opens="backlog",
        creates=True,
        makes=f"{_COMMITTEE}/backlog/{{made.id}}",
    ),
    _post(f"{_COMMITTEE}/backlog/<int:number>/removal", "drop_from_backlog"),
    _post(f"{_COMMITTEE}/series", "plan_series", series.SeriesForm, opens="all_series", creates=True),
    _post(f"{_SERIES}/rest", "change_rest", series.RestForm, opens="series"),
    _post(f"{_SERIES}/end", "end_series", series.EndForm, opens="series"),
    _patch(_TEMPLATE, "edit_template", asked.TemplateRowsForm, apart=True, stands=asked.rows_of),
    _post(f"{_TEMPLATE}/removal", "remove_template"),
    _post(f"{_COMMITTEE}/imports", "imports", SourceForm, creates=True),
    _patch(_IMPORT, "import_", asked.CorrectionForm, apart=True, stands=asked.corrected),
    _post(
        f"{_IMPORT}/application",
        "import_",
        asked.ApplicationForm,
        apart=True,
        stands=asked.applied,
        wrong=asked.wrong_lines,
    ),
    _post(f"{_IMPORT}/discard", "discard_import"),
    _post(f"{_IMPORT}/undo", "undo_import"),
)
_MEETINGS = (
    _post(f"{_COMMITTEE}/meetings", "new_meeting", forms.NewMeetingForm, creates=True),
    _patch(_MEETING, "edit_meeting", forms.MeetingForm),
    *(
        _post(f"{_MEETING}/{act}", page)
        for act, page in (
            ("publication", "publish_meeting"),
            ("discard", "discard_meeting"),
            ("cancellation", "cancel_meeting"),
            ("reinstatement", "reinstate_meeting"),
            ("packs", "freeze_pack"),
        )
    ),
    _post(f"{_MEETING}/replies", "replies", ReplyForm),
    _post(f"{_MEETING}/attendance", "attendance", asked.ModesForm, apart=True),
    _post(
        f"{_MEETING}/items",
        "agenda",
        forms.ItemForm,
        creates=True,
        shows=f"{_MEETING}/items",
        makes=f"{_MEETING}/items/{{made.id}}",
    ),
    _patch(_ITEM, "edit_item", forms.ItemForm),
    _post(f"{_ITEM}/removal", "remove_item", shows=f"{_MEETING}/items"),
    _post(f"{_MEETING}/agenda/order", "arrange", asked.ArrangingForm, apart=True, shows=f"{_MEETING}/items"),
    _post(f"{_MEETING}/agenda/backlog", "take_from_backlog", asked.TakingForm, shows=f"{_MEETING}/items"),
    _post(f"{_MEETING}/agenda/carrying", "carry_over", agenda.CarryOverForm, shows=f"{_MEETING}/items"),
    _post(f"{_MEETING}/agenda/proposals", "answer_suggestions", asked.AsideForm, shows=f"{_MEETING}/items"),
    _post(f"{_MEETING}/agenda/template", "make_template", series.TemplateForm),
    _post(f"{_ITEM}/backlog", "put_back", shows=f"{_MEETING}/items"),
    Act("POST", "/projects/<code>/agenda-item", "committee.propose_item", ProposalForm, creates=True),
    _post(f"{_FLOOR}/arrivals", "arrive", asked.ArrivalForm, shows=_FLOOR),
    _post(f"{_FLOOR}/departures", "leave", asked.LeavingForm, shows=_FLOOR),
    _post(f"{_FLOOR}/arrivals/together", "arrive_together", asked.ArrivingForm, shows=_FLOOR),
    _post(f"{_FLOOR}/departures/together", "leave_together", asked.PartingForm, shows=_FLOOR),
    _patch(f"{_FLOOR}/stays/<int:number>", "edit_stay", floor.StayForm, shows=_FLOOR),
    _post(f"{_FLOOR}/stays/<int:number>/removal", "remove_stay", shows=_FLOOR),
    _post(f"{_ITEM}/opening", "open_item", floor.TimeForm, shows=_ITEM),
    _post(f"{_ITEM}/closing", "close_item", floor.TimeForm, shows=_ITEM),
    _post(f"{_ITEM}/recusals", "decide_recusal", asked.RecusingForm, shows=f"{_MEETING}/recusals"),
    _post(
        f"{_MEETING}/recusals/<int:number>/times",
        "step_out",
        interests.StepOutForm,
        shows=f"{_MEETING}/recusals",
    ),
    _post(f"{_MEETING}/recusals/<int:number>/removal", "withdraw_recusal", shows=f"{_MEETING}/recusals"),
    *(
        _post(
            f"{_ITEM}/effects/{kind}",
            "propose_effect",
            form,
            apart=True,
            stands=lambda _item, kind=kind: {"kind": kind},
        )
        for kind, form in (
            ("gate", asked.GateForm),
            ("rebaseline", asked.PlanForm),
            ("baseline", asked.BaselineForm),
        )
    ),
    _post(f"{_ITEM}/effects/<int:effect>/decision", "carry_effect", asked.CarryForm),
    _post(f"{_ITEM}/effects/<int:effect>/removal", "remove_effect"),
    _post(f"{_ITEM}/motion", "open_motion", motions.MotionForm, creates=True),
    _post(f"{_ITEM}/circulation", "circulate", motions.CirculationForm, creates=True),
    _post(f"{_MOTION}/closing", "close_motion", motions.HandsForm, opens="motion"),
    _post(f"{_MOTION}/annulment", "annul_motion", motions.AnnulForm),
)
_FILES = (
    _post(
        f"{_ITEM}/papers",
        "add_paper",
        agenda.PaperForm,
        opens="papers",
        creates=True,
        shows=f"{_ITEM}/papers",
        makes=f"{_MEETING}/papers/{{made.id}}",
    ),
    _post(f"{_PAPER}/replacement", "replace_paper", agenda.NewVersionForm, shows=_PAPER),
    _post(f"{_PAPER}/level", "level_paper", LevelForm, shows=_PAPER),
    _post(f"{_PAPER}/withdrawal", "withdraw_paper"),
    _post(_EVIDENCE, "add_evidence", EvidenceForm, opens="action", creates=True, shows=_EVIDENCE),
    _post(f"{_EVIDENCE}/<int:file>/level", "level_evidence", LevelForm, shows=_EVIDENCE),
    _post(f"{_EVIDENCE}/<int:file>/withdrawal", "withdraw_evidence", shows=_EVIDENCE),
    _post(
        f"{_MINUTES}/scans",
        "add_scan",
        ScanForm,
        opens="scans",
        creates=True,
        makes=f"{_MINUTES}/scans/{{made[number]}}",
    ),
    _post(f"{_MINUTES}/scans/<int:number>/withdrawal", "withdraw_scan", WithdrawScanForm, opens="scans"),
    _post(f"{_PARAGRAPH}/images", "add_image", ImageForm, shows=_PARAGRAPH),
)
_WRITING = (
    _post(_MINUTES, "start_minutes", StartForm, shows=f"{_MINUTES}/paragraphs"),
    _post(
        f"{_MINUTES}/paragraphs",
        "add_paragraph",
        forms.NewParagraphForm,
        opens="write",
        creates=True,
        shows=f"{_MINUTES}/paragraphs",
        makes=f"{_MINUTES}/paragraphs/{{made.public_id}}",
    ),
    _patch(_PARAGRAPH, "edit_paragraph", forms.ParagraphForm, forms.DecisionForm),
    _post(
        f"{_PARAGRAPH}/merging",
        "edit_paragraph",
        asked.MergeForm,
        apart=True,
        stands=lambda _paragraph: {"merge": "y"},
        tells=MERGED,
    ),
    *(
        _post(f"{_PARAGRAPH}/{act}", f"paragraph_{act}", shows=f"{_MINUTES}/paragraphs")
        for act in ("up", "down")
    ),
    *(
        _post(f"{_PARAGRAPH}/{act}", f"{page}_paragraph", PartsForm, shows=f"{_MINUTES}/paragraphs")
        for act, page in (("split", "split"), ("joining", "join"), ("place", "put"))
    ),
    _post(f"{_PARAGRAPH}/removal", "remove_paragraph", shows=f"{_MINUTES}/paragraphs"),
    _post(f"{_PARAGRAPH}/restoration", "restore_paragraph", shows=f"{_MINUTES}/paragraphs"),
    _post(f"{_PARAGRAPH}/translation", "translate", TranslationForm, asks=("to",)),
    _post(f"{_PARAGRAPH}/dissent", "enter_dissent", motions.EnteredDissentForm, shows=_PARAGRAPH),
    _post(
        f"{_MINUTES}/decisions",
        "add_decision",
        forms.DecisionForm,
        opens="write",
        creates=True,
        shows=f"{_MINUTES}/paragraphs",
    ),
    _post(
        f"{_MINUTES}/actions",
        "add_action",
        forms.ActionForm,
        opens="write",
        creates=True,
        shows=f"{_MINUTES}/paragraphs",
    ),
    _post(f"{_MINUTES}/actions/<number>/removal", "remove_action", shows=f"{_MINUTES}/paragraphs"),
    _post(f"{_MINUTES}/actions/<number>/restoration", "restore_action", shows=f"{_MINUTES}/paragraphs"),
    _post(f"{_MINUTES}/review", "open_review", forms.ReviewForm),
    _post(f"{_MINUTES}/deadline", "put_off", reviewing.DeadlineForm),
    _post(f"{_MINUTES}/recall", "recall", reviewing.RecallForm, shows=_MINUTES),
    _post(f"{_MINUTES}/reminders", "remind_all"),
    _post(f"{_MINUTES}/record", "record_minutes"),
    _post(f"{_DRAFT}/signature", "sign", forms.SignForm, shows=_MINUTES),
    _post(f"{_DRAFT}/code", "send_code", shows=_MINUTES),
    _post(f"{_PARAGRAPH}/amendment", "propose_amendment", forms.AmendmentForm, shows=_MINUTES),
)
_READING = (
    _post(
        f"{_PARAGRAPH}/comments",
        "comment",
        CommentForm,
        creates=True,
        makes=f"{_MINUTES}/comments/{{made.id}}",
    ),
    _patch(_COMMENT, "edit_comment", CommentTextForm, shows=f"{_MINUTES}/opinions"),
    _post(f"{_COMMENT}/resolution", "resolve"),
    _post(f"{_COMMENT}/reopening", "reopen"),
    _post(f"{_COMMENT}/withdrawal", "withdraw_comment"),
    _post(f"{_PARAGRAPH}/suggestion", "suggest", SuggestionForm, creates=True),
    _post(f"{_SUGGESTION}/withdrawal", "withdraw_suggestion"),
    _post(f"{_SUGGESTION}/taking", "take_suggestion", reviewing.TakeForm),
    _post(f"{_SUGGESTION}/refusal", "refuse_suggestion", reviewing.RefuseForm),
    _post(f"{_MINUTES}/objections/<int:number>/answer", "settle", reviewing.SettleForm),
)
ACTS = (
    Act("POST", "/actions/<number>/completion", "committee.action", DoneForm),
    Act("POST", "/actions/<number>/reopening", "committee.reopen_action"),
    Act(
        "POST",
        "/decisions/<number>/answers",
        "committee.answer_advice",
        AnswerForm,
        opens="committee.decision",
    ),
    *_COMMITTEES,
    *_MEETINGS,
    *_FILES,
    *_WRITING,
    *_READING,
)
