"""Pages of institutions, agreements and laboratories."""

from kangjiansheng.labs.api import bp as api
from kangjiansheng.labs.views import agreements, documents, institutions, labs, obligations
from kangjiansheng.labs.views.blueprint import bp

blueprints = (bp, api)

__all__ = ["agreements", "blueprints", "documents", "institutions", "labs", "obligations"]
