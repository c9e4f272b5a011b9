"""Pages of a cooperative's staff."""

from flask import Blueprint

bp = Blueprint("cooperative", __name__, url_prefix="/cooperative")
