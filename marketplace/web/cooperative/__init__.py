"""Pages of a cooperative's staff."""

from flask import Blueprint

bp = Blueprint("cooperative", __name__, url_prefix="/cooperative")

from marketplace.web.cooperative import weighings  # noqa: E402, F401
from marketplace.web.cooperative import orders  # noqa: E402, F401
