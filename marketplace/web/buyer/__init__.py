"""Pages of buyers: basket, checkout, orders, payment."""

from flask import Blueprint

bp = Blueprint("buyer", __name__, url_prefix="/my")
