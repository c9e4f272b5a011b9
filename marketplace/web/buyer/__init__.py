"""Pages of buyers: basket, checkout, orders, payment."""

from flask import Blueprint

bp = Blueprint("buyer", __name__, url_prefix="/my")

from marketplace.web.buyer import basket, checkout, orders, payments  # noqa: E402, F401
