"""Registering, logging in and out."""

from flask import Blueprint

bp = Blueprint("auth", __name__)

from marketplace.web.auth import account, entry  # noqa: E402, F401
