"""Where the payment processor reports."""

from flask import Blueprint

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")
