"""What people type about projects and milestones, and the sentences for what is refused."""

from kangjiansheng.projects.forms import hand_offs, results
from kangjiansheng.projects.forms.asks import REFUSALS as _ASKS
from kangjiansheng.projects.forms.refusals import REFUSALS as _REFUSALS
from kangjiansheng.projects.forms.sheets import SHEET_REFUSALS

REFUSALS = {**_REFUSALS, **hand_offs.REFUSALS, **results.REFUSALS, **_ASKS, **SHEET_REFUSALS}

__all__ = ["REFUSALS"]
