"""One's own account, and the messages to it."""

from flask import render_template
from flask_login import current_user

from marketplace import notifications
from marketplace.extensions import db
from marketplace.identity import User
from marketplace.web.auth import bp
from marketplace.web.forms import Form
from marketplace.web.notices import notices_of
from marketplace.web.policy import ROLES, allow

SHOWN = 20
USERS = tuple(role for role in ROLES if role != "household")


@bp.get("/account")
@allow(*USERS)
def account() -> str:
    """Show who is logged in, and the newest messages."""
    user = db.session.get_one(User, current_user.by)
    messages = notices_of(notifications.list_for(user.id, limit=SHOWN))
    return render_template("auth/account.html", user=user, messages=messages, form=Form(formdata=None))
