"""Pages of institutions, agreements and laboratories."""

from kangjiansheng.labs.api import bp as api
from kangjiansheng.labs.views import (
    agreements,
    bookings,
    companion,
    documents,
    institutions,
    labs,
    obligations,
    papers,
    residents,
    resources,
    space,
)
from kangjiansheng.labs.views.blueprint import bp

blueprints = (bp, api)

__all__ = [
    "agreements",
    "blueprints",
    "bookings",
    "companion",
    "documents",
    "institutions",
    "labs",
    "obligations",
    "papers",
    "residents",
    "resources",
    "space",
]
