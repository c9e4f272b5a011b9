"""Pages of a cooperative's staff."""

from flask import Blueprint

bp = Blueprint("cooperative", __name__, url_prefix="/cooperative")

from marketplace.web.cooperative import (  # noqa: E402
    listings,  # noqa: F401
    orders,  # noqa: F401
    produce,  # noqa: F401
    weighings,  # noqa: F401
)
