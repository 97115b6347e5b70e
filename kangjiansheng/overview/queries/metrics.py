"""The figures that `kangjiansheng metrics` prints, and the interface gives."""

from datetime import date
from typing import Any

from kangjiansheng.core.changes import Actor
from kangjiansheng.overview.queries import forecast
from kangjiansheng.overview.rules.forecast import whole
from kangjiansheng.projects import queries as projects


def metrics(*, actor: Actor, as_of: date) -> dict[str, Any]:
    """All figures as of the end of a day, over what the actor sees."""
    ledger = forecast.read(actor=actor, as_of=as_of).ledger
    return projects.metrics(actor=actor, as_of=as_of) | {
        "forecast": whole.figures(whole.foresee(ledger), whole.recorded(ledger))
    }
