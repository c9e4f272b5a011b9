"""Registering, logging in and out."""

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user, logout_user
from wtforms import EmailField, PasswordField, RadioField, StringField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from marketplace import access, identity, ordering
from marketplace.access import Role
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic
from marketplace.identity import BuyerKind, User
from marketplace.web.auth import bp
from marketplace.web.errors import page
from marketplace.web.forms import Form, gives_back
from marketplace.web.locale import local_path, remember
from marketplace.web.policy import allow
from marketplace.web.words import word

BASKET = "basket"  # the cookie of web.buyer.basket
LANDING = {
    Role.BUYER: "public.home",
    Role.HOUSEHOLD: "household.statement",
    Role.COORDINATOR: "coordinator.today",
    Role.ADMINISTRATOR: "admin.today",
}


class LoginForm(Form):
    """An e-mail address and a password."""

    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_l("Enter your e-mail address."))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )


class RegisterForm(Form):
    """What a buyer says of itself."""

    kind = RadioField(_l("Who buys?"), default=BuyerKind.PERSON.value, choices=[])
    name = StringField(
        _l("Your name"),
        validators=[InputRequired(_l("Enter a name."))],
        render_kw={"autocomplete": "name", "maxlength": 60},
    )
    buyer_name = StringField(
        _l("Name of the institution"),
        description=_l("Only for canteens, schools, unions and shops."),
        render_kw={"autocomplete": "organization", "maxlength": 60},
    )
    credit_code = StringField(
        _l("Unified social credit code"),
        description=_l("For invoices; it can follow later."),
        render_kw={"maxlength": 40},
    )
    email = EmailField(
        _l("E-mail address"),
        validators=[InputRequired(_l("Enter your e-mail address."))],
        render_kw={"autocomplete": "username"},
    )
    phone = TelField(_l("Mobile number"), render_kw={"autocomplete": "tel"})
    password = PasswordField(
        _l("Password"),
        description=_l("At least 10 characters; a short sentence is good."),
        validators=[InputRequired(_l("Choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )


def landing() -> str:
    """Return where somebody who is logged in begins the day."""
    return url_for(LANDING.get(current_user.role, "cooperative.today"))


@bp.route("/login", methods=["GET", "POST"])
@allow("anyone")
@gives_back
def login() -> ResponseReturnValue:
    """Let somebody in, unless too many tries failed; what is wrong is never said."""
    target = request.args.get("next")
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(landing(), 303)
    form = LoginForm()
    if form.validate_on_submit():
        subject = identity.subject_of("email", form.email.data.strip())
        address = identity.subject_of("address", request.remote_addr or "")
        if identity.is_throttled(subject, address):
            return page(429)
        user = identity.find_user(form.email.data)
        hashed = user.password_hash if user else None
        good = identity.matches(form.password.data, hashed)  # slow, so before the transaction
        actor = access.load_actor(access.session_id_of_user(user)) if user and good else None
        if actor is not None and user is not None:
            with atomic():
                identity.clear_failures(subject)
            return _let_in(user, target)
        with atomic():
            identity.record_failure(subject, address)
        form.password.errors = [_("The address or the password is wrong.")]
    return render_template("auth/login.html", form=form, target=target), 422 if form.is_submitted() else 200


@bp.route("/register", methods=["GET", "POST"])
@allow("anyone")
@gives_back
def register() -> ResponseReturnValue:
    """Register a buyer and let it in."""
    target = request.args.get("next")
    form = RegisterForm()
    form.kind.choices = [SelectChoice(kind.value, word(kind)) for kind in BuyerKind]
    if form.validate_on_submit():
        try:
            identity.check_password(form.password.data, form.email.data)
            hashed = identity.hash_password(form.password.data)
            with atomic():
                user = identity.register_buyer(
                    password_hash=hashed,
                    locale=str(get_locale()),
                    email=form.email.data,
                    name=form.name.data,
                    kind=BuyerKind(form.kind.data),
                    buyer_name=form.buyer_name.data,
                    credit_code=form.credit_code.data.strip(),
                    phone=form.phone.data.strip(),
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("You are registered. Good shopping."), "success")
            return _let_in(user, target)
    return render_template("auth/register.html", form=form, target=target), 422 if form.is_submitted() else 200


@bp.post("/logout")
@allow("anyone")
def logout() -> ResponseReturnValue:
    """End the session on this device."""
    form = Form()
    if form.validate_on_submit():
        logout_user()
        session.clear()
    return redirect(url_for("public.home"), 303)


def _let_in(user: User, target: str | None) -> ResponseReturnValue:
    """Begin a fresh session, adopt the basket, and go where the person wanted to go."""
    key, language = request.cookies.get(BASKET), user.locale
    buyer_id = user.buyer_id
    if buyer_id is not None and key:
        with atomic():
            ordering.adopt(key, buyer_id)
    actor = access.load_actor(access.session_id_of_user(user))
    session.clear()  # nothing of a stranger's session lives on
    login_user(actor)
    answer = make_response(redirect(local_path(target) if target else landing(), 303))
    if buyer_id is not None and key:
        answer.delete_cookie(BASKET)
    return remember(answer, language)
