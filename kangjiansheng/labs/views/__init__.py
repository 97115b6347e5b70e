"""Pages of institutions, agreements and laboratories."""

from kangjiansheng.labs.api import bp as api
from kangjiansheng.labs.views import (
    agreements,
    companion,
    documents,
    institutions,
    labs,
    obligations,
    residents,
    space,
)
from kangjiansheng.labs.views.blueprint import bp

blueprints = (bp, api)

__all__ = [
    "agreements",
    "blueprints",
    "companion",
    "documents",
    "institutions",
    "labs",
    "obligations",
    "residents",
    "space",
]
