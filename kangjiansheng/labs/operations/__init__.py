"""What changes here: check the rule, change, flush, audit, notice."""

from kangjiansheng.labs.operations.agreements import create_agreement, edit_agreement
from kangjiansheng.labs.operations.archiving import archive, restore
from kangjiansheng.labs.operations.documents import bring, set_level, withdraw
from kangjiansheng.labs.operations.founding import load_reference
from kangjiansheng.labs.operations.institutions import (
    create_institution,
    edit_institution,
    ensure_institution,
)
from kangjiansheng.labs.operations.labs import (
    accept_lab,
    create_lab,
    describe_contribution,
    edit_lab,
    ensure_lab,
    step_lab,
)
from kangjiansheng.labs.operations.obligations import (
    create_obligation,
    edit_obligation,
    step_obligation,
    undo_step,
)
from kangjiansheng.labs.operations.people import hand_role, join, leave

__all__ = [
    "accept_lab",
    "archive",
    "bring",
    "create_agreement",
    "create_institution",
    "create_lab",
    "create_obligation",
    "describe_contribution",
    "edit_agreement",
    "edit_institution",
    "edit_lab",
    "edit_obligation",
    "ensure_institution",
    "ensure_lab",
    "hand_role",
    "join",
    "leave",
    "load_reference",
    "restore",
    "set_level",
    "step_lab",
    "step_obligation",
    "undo_step",
    "withdraw",
]
