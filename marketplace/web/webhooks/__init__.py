"""Where the payment processor reports."""

from flask import Blueprint

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")

from marketplace.web.webhooks import processor  # noqa: E402, F401
