"""A household comes in with its printed code and PIN; no e-mail, no password."""

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_user, logout_user
from wtforms import StringField
from wtforms.validators import InputRequired

from marketplace import access, cooperatives, identity
from marketplace.extensions import atomic
from marketplace.web.errors import page
from marketplace.web.forms import Form, gives_back
from marketplace.web.household import bp
from marketplace.web.policy import allow


class EntryForm(Form):
    """The printed code and its PIN."""

    code = StringField(
        _l("Printed code"),
        validators=[InputRequired(_l("Enter the code from your card."))],
        render_kw={"autocomplete": "off", "maxlength": 20},
    )
    pin = StringField(
        _l("PIN, six digits"),
        validators=[InputRequired(_l("Enter the six digits of your PIN."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 12},
    )


@bp.route("/login", methods=["GET", "POST"], defaults={"code": ""})
@bp.route("/card/<code>", methods=["GET", "POST"], endpoint="card")
@allow("anyone")
@gives_back
def login(code: str) -> ResponseReturnValue:
    """Let a household in; an unknown code and a wrong PIN get the same answer."""
    form = EntryForm(code=code)
    if form.validate_on_submit():
        code = form.code.data.strip().upper()  # one form for the look-up and for counting, or the count could be dodged
        subject = identity.subject_of("household", code)
        address = identity.subject_of("address", request.remote_addr or "")
        if identity.is_throttled(subject, address):
            return page(429)
        key = cooperatives.find_household_key(code)
        good = identity.matches(form.pin.data.strip(), key.pin_hash if key else None)
        if key is not None and good:
            number = access.session_id_of_household(key)
            with atomic():
                identity.clear_failures(subject)
            actor = access.load_actor(number)
            session.clear()
            login_user(actor)
            return redirect(url_for(".statement"), 303)
        with atomic():
            identity.record_failure(subject, address)
        form.pin.errors = [_("The code or the PIN is wrong. Your cooperative can print a new card.")]
    return render_template("household/login.html", form=form, known=bool(code)), 422 if form.is_submitted() else 200


@bp.post("/leave")
@allow("anyone")
def leave() -> ResponseReturnValue:
    """End the session on this telephone."""
    form = Form()
    if form.validate_on_submit():
        logout_user()
        session.clear()
    return redirect(url_for(".login"), 303)
