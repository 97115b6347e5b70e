"""Pages of institutions, agreements and laboratories."""

from kangjiansheng.labs.views import (
    accesses,
    agreements,
    bookings,
    companion,
    documents,
    institutions,
    labs,
    obligations,
    papers,
    provisioning,
    reports,
    residents,
    resources,
    space,
    versions,
)
from kangjiansheng.labs.views.blueprint import bp

blueprints = (bp,)

__all__ = [
    "accesses",
    "agreements",
    "blueprints",
    "bookings",
    "companion",
    "documents",
    "institutions",
    "labs",
    "obligations",
    "papers",
    "provisioning",
    "reports",
    "residents",
    "resources",
    "space",
    "versions",
]
