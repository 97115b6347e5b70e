"""Who may register what is shared, book it, and change bookings. Auditors read and change nothing."""

from kangjiansheng.core.changes import Actor
from kangjiansheng.labs.models import Booking, SharedResource, Wait
from kangjiansheng.labs.queries.resources import is_shared_with, keeps


def keep_resource(actor: Actor, resource: SharedResource) -> bool:
    """Executives, the contacts of the owner and the directors of its laboratory edit it and plan its maintenance."""
    return actor.has("executive") or keeps(actor, resource)


def book_resource(actor: Actor, resource: SharedResource) -> bool:
    """Those with whom it is shared book it; executives book for anybody's benefit."""
    return actor.has("executive") or is_shared_with(actor, resource)


def change_booking(actor: Actor, booking: Booking) -> bool:
    """Whoever has booked moves and cancels, and so does whoever keeps the resource."""
    return booking.person_id == actor.id or keep_resource(actor, booking.resource)


def leave_queue(actor: Actor, wait: Wait) -> bool:
    """Whoever waits may cease to."""
    return wait.person_id == actor.id


def clear_queue(actor: Actor, wait: Wait) -> bool:
    """Whoever keeps the resource may take somebody else off the list, with a reason."""
    return wait.person_id != actor.id and keep_resource(actor, wait.resource)


def return_to_queue(actor: Actor, wait: Wait) -> bool:
    """Leaving is taken back by whoever left; being taken off by those who may take off."""
    left, taken_off = wait.life != "removed", wait.life != "withdrawn"
    return (left and leave_queue(actor, wait)) or (taken_off and clear_queue(actor, wait))
