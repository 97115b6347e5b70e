"""What people type here, and the sentences for what is refused."""

from typing import Any

from kangjiansheng.overview.forms.deliveries import REFUSALS as _DELIVERIES
from kangjiansheng.overview.forms.rates import REFUSALS as _RATES
from kangjiansheng.overview.forms.retention import REFUSALS as _RETENTION
from kangjiansheng.overview.forms.scenario import REFUSALS as _SCENARIO
from kangjiansheng.overview.forms.value import REFUSALS as _VALUE

REFUSALS: dict[str, Any] = {**_DELIVERIES, **_RATES, **_RETENTION, **_SCENARIO, **_VALUE}

__all__ = ["REFUSALS"]
