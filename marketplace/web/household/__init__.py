"""Pages of a household: its own statement."""

from flask import Blueprint

bp = Blueprint("household", __name__, url_prefix="/household")

from marketplace.web.household import entry, statement  # noqa: E402, F401
