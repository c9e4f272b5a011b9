"""Pages of coordinators: every fen from the payout back to the scale."""

from flask import Blueprint

bp = Blueprint("coordinator", __name__, url_prefix="/coordinator")

from marketplace.web.coordinator import desk, payouts, runs  # noqa: E402, F401
