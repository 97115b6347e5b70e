"""Who may do what with institutions, agreements and laboratories. Auditors read and change nothing."""

from typing import Any

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs import queries
from kangjiansheng.labs.models import Agreement, Institution, JointLab, Obligation
from kangjiansheng.labs.rules import obligations


def see(_actor: Actor, _thing: object = None) -> bool:
    """Whatever the loader gave may be seen: visibility is decided in queries."""
    return True


def create(actor: Actor) -> bool:
    """Institutions, agreements and laboratories are registered by executives."""
    return actor.has("executive")


def manage(actor: Actor, _thing: Institution | Agreement | JointLab | Obligation) -> bool:
    """Executives edit, archive and restore."""
    return actor.has("executive")


def make_reader_link(actor: Actor, thing: Agreement | JointLab) -> bool:
    """Whoever edits an agreement or a laboratory lets somebody outside read its sheet."""
    return edit_lab(actor, thing) if isinstance(thing, JointLab) else manage(actor, thing)


def revoke_reader_link(actor: Actor, pair: tuple[Agreement | JointLab, int]) -> bool:
    """The same people take a link back."""
    return make_reader_link(actor, pair[0])


def list_accesses(actor: Actor, thing: Agreement | JointLab) -> bool:
    """Who opened it, by name, is for those who edit it, and for auditors."""
    return actor.has("auditor") or make_reader_link(actor, thing)


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


def read_versions(actor: Actor, agreement: Agreement) -> bool:
    """The versions of an agreement are its history: for those who see its inside."""
    return queries.sees_inside(actor, agreement)


def report(actor: Actor, institution: Institution) -> bool:
    """How a party fulfils what it owes is drawn up for its own members, for executives and auditors."""
    return queries.sees_inside(actor, institution)


def report_as(actor: Actor, pair: tuple[Institution, str]) -> bool:
    """The same as a file."""
    return report(actor, pair[0])


def bring(actor: Actor, thing: Agreement | Obligation) -> bool:
    """Files are put to an agreement by executives, to an obligation by its two parties, too, and by who delivers."""
    if actor.has("executive"):
        return True
    return isinstance(thing, Obligation) and bool(
        queries.sides(actor, thing) or queries.delivers_for(actor, thing)
    )


def bring_to(actor: Actor, part: Any) -> bool:
    """The same for what hangs on an obligation, on a higher floor too."""
    return bring(actor, part.obligation)


def withdraw(actor: Actor, found: queries.Document) -> bool:
    """A file is taken back by who brought it, while she may bring some, and by executives."""
    return bring(actor, found.thing) and bool(withdrawable(actor, [found.file]))


def set_level(actor: Actor, found: queries.Document) -> bool:
    """Who may take a file back says for whom it is."""
    return withdraw(actor, found)


def withdrawable(actor: Actor, files: list[FileRef]) -> set[int]:
    """The numbers of those files that the actor may take back, when she may bring some."""
    return {file.version_no for file in files if file.by_id == actor.id or actor.has("executive")}


def step(actor: Actor, pair: tuple[Obligation, str]) -> bool:
    """The debtor's members deliver, and who does it in their name; the creditor's accept, dispute and waive.

    Executives do both.
    """
    obligation, act = pair
    if actor.has("executive"):
        return True
    side = obligations.side(act, queries.direction_of(obligation))
    if side in queries.sides(actor, obligation):
        return True
    return (act, side) == ("deliver", "debtor") and queries.delivers_for(actor, obligation)


def undo(actor: Actor, obligation: Obligation) -> bool:
    """A step is taken back by those who may take it."""
    last = queries.last_step(obligation)
    return last is not None and step(actor, (obligation, last.act.rpartition(":")[2]))
