"""Pages of the administrator."""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from marketplace.web.admin import desk  # noqa: E402, F401
