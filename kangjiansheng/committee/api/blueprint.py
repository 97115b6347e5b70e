"""The blueprint of what programs read of committees."""

from flask import Blueprint

bp = Blueprint("committee_api", __name__, url_prefix="/api/v1")
