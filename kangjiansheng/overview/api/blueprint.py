"""The blueprint of what programs read of the overview."""

from flask import Blueprint

bp = Blueprint("overview_api", __name__, url_prefix="/api/v1")
