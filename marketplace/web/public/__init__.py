"""Pages for everybody: the shop window and what happened to the money."""

from flask import Blueprint

bp = Blueprint("public", __name__)

from marketplace.web.public import box, cooperatives, home, notice, shop  # noqa: E402, F401
