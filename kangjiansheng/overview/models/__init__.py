"""What belongs to looking: scenarios, rates and economic figures of the pipeline's value, who gets packs by mail,
what parties take along; how long records are kept, what holds them, and what was disposed of. Filters are in the address."""

from kangjiansheng.overview.models.archives import PartyArchive
from kangjiansheng.overview.models.deliveries import PackDelivery
from kangjiansheng.overview.models.retention import Disposal, DisposalFile, LegalHold, RetentionPeriod
from kangjiansheng.overview.models.scenario import Scenario
from kangjiansheng.overview.models.value import OwnRates, ProjectValue, UsualRates

__all__ = [
    "Disposal",
    "DisposalFile",
    "LegalHold",
    "OwnRates",
    "PackDelivery",
    "PartyArchive",
    "ProjectValue",
    "RetentionPeriod",
    "Scenario",
    "UsualRates",
]
