"""Pages of a cooperative's staff."""

from flask import Blueprint

bp = Blueprint("cooperative", __name__, url_prefix="/cooperative")

from marketplace.web.cooperative import (  # noqa: E402
    bills,  # noqa: F401
    house,  # noqa: F401
    listings,  # noqa: F401
    members,  # noqa: F401
    more,  # noqa: F401
    orders,  # noqa: F401
    payouts,  # noqa: F401
    produce,  # noqa: F401
    runs,  # noqa: F401
    today,  # noqa: F401
    weighings,  # noqa: F401
)
