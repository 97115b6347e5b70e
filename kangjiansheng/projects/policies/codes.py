"""In which series of codes somebody registers projects."""

from kangjiansheng.core.changes import Actor
from kangjiansheng.projects.policies import labs_led


def series(actor: Actor, lab: str = "") -> str:
    """The laboratory whose series it is, `lab` where the actor may register for it; "" for who may give any code."""
    led = labs_led(actor)
    if led is None:
        return ""
    return lab if lab in led else min(led, default="")
