"""What belongs to looking: rates and economic figures of the pipeline's value. Filters are in the address."""

from kangjiansheng.overview.models.value import OwnRates, ProjectValue, UsualRates

__all__ = ["OwnRates", "ProjectValue", "UsualRates"]
