"""What programs may do in committees: the acts of the pages that one person does for herself.

Meetings, agendas and minutes are written on pages, where texts are merged and conflicts settled; votes are cast and
minutes signed by people alone.
"""

from kangjiansheng.committee.forms import ProposalForm
from kangjiansheng.committee.forms.agenda import BacklogForm
from kangjiansheng.committee.forms.answers import AnswerForm
from kangjiansheng.committee.forms.evidence import DoneForm
from kangjiansheng.committee.forms.reviewing import CommentForm, CommentTextForm, SuggestionForm
from kangjiansheng.core.rest import Act

_PARAGRAPH = "/meetings/<code>/minutes/paragraphs/<public_id>"
_COMMENT = "/meetings/<code>/minutes/comments/<int:number>"
_SUGGESTION = "/meetings/<code>/minutes/suggestions/<int:number>"

ACTS = (
    Act("POST", "/actions/<number>/completion", "committee.action", DoneForm),
    Act("POST", "/actions/<number>/reopening", "committee.reopen_action"),
    Act("POST", "/projects/<code>/agenda-item", "committee.propose_item", ProposalForm, creates=True),
    Act(
        "POST",
        "/committees/<code>/backlog",
        "committee.propose_to_backlog",
        BacklogForm,
        opens="committee.backlog",
        creates=True,
    ),
    Act("POST", "/committees/<code>/backlog/<int:number>/removal", "committee.drop_from_backlog"),
    Act("POST", f"{_PARAGRAPH}/comments", "committee.comment", CommentForm, creates=True),
    Act("PATCH", _COMMENT, "committee.edit_comment", CommentTextForm),
    Act("POST", f"{_COMMENT}/resolution", "committee.resolve"),
    Act("POST", f"{_COMMENT}/reopening", "committee.reopen"),
    Act("POST", f"{_COMMENT}/withdrawal", "committee.withdraw_comment"),
    Act("POST", f"{_PARAGRAPH}/suggestion", "committee.suggest", SuggestionForm, creates=True),
    Act("POST", f"{_SUGGESTION}/withdrawal", "committee.withdraw_suggestion"),
    Act(
        "POST",
        "/decisions/<number>/answers",
        "committee.answer_advice",
        AnswerForm,
        opens="committee.decision",
    ),
)
