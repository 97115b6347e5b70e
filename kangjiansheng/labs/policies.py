"""Who may do what with institutions, agreements and laboratories. Auditors read and change nothing."""

from kangjiansheng.core.changes import Actor
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Agreement, Institution, JointLab, Obligation


def see(_actor: Actor, _thing: object = None) -> bool:
    """Whatever the loader gave may be seen: visibility is decided in queries."""
    return True


def create(actor: Actor) -> bool:
    """Institutions, agreements and laboratories are registered by executives."""
    return actor.has("executive")


def manage(actor: Actor, _thing: Institution | Agreement | JointLab | Obligation) -> bool:
    """Executives edit, archive and restore."""
    return actor.has("executive")


def edit_lab(actor: Actor, lab: JointLab) -> bool:
    """A laboratory and its people are in the hands of its directors, too."""
    return actor.has("executive") or queries.directs(actor, lab)


def manage_member(actor: Actor, _member: queries.Membership) -> bool:
    """The people of an institution are kept by executives."""
    return actor.has("executive")


def edit_lab_member(actor: Actor, member: queries.Membership) -> bool:
    """The people of a laboratory are kept by whoever may edit it."""
    return isinstance(member.group, JointLab) and edit_lab(actor, member.group)


def edit_partner(actor: Actor, partnership: queries.Partnership) -> bool:
    """What partners bring in is kept by whoever may edit the laboratory."""
    return edit_lab(actor, partnership.lab)
