"""The blueprint of what programs read of projects."""

from flask import Blueprint

bp = Blueprint("projects_api", __name__, url_prefix="/api/v1")
