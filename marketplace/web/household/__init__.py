"""Pages of a household: its own statement."""

from flask import Blueprint

bp = Blueprint("household", __name__, url_prefix="/household")
