"""Where the pages of this floor are registered."""

from flask import Blueprint

bp = Blueprint("overview", "kangjiansheng.overview", template_folder="templates")
