"""Who keeps the papers of a laboratory."""

from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import JointLab, LabPaper
from kangjiansheng.labs.policies import edit_lab


def edit(actor: Actor, paper: LabPaper) -> bool:
    """Whoever may edit the laboratory."""
    return edit_lab(actor, paper.lab)


def take_along(_actor: Actor, _pair: tuple[JointLab, str]) -> bool:
    """Whatever the loader gave may be taken along as a file."""
    return True
