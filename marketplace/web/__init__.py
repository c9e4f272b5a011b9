"""HTML by audience, and what all pages share: assets, headers, languages, forms, policy, errors.

Owns: views and templates. Guarantees: every route declares whom it lets in; a view that changes something commits once.
May import: everything below it.
"""

from pathlib import Path

from flask import Flask, current_app
from flask_login import AnonymousUserMixin, current_user
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace import access
from marketplace.extensions import csrf, login_manager
from marketplace.web import (
    admin,
    assets,
    auth,
    buyer,
    cooperative,
    coordinator,
    errors,
    forms,
    headers,
    household,
    locale,
    plain,
    policy,
    public,
    webhooks,
    words,
)
from marketplace.web.public import simulated

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_BYTES = 8 * 1024 * 1024  # of a request
ROOMS = (public, auth, buyer, cooperative, household, coordinator, admin, webhooks)


class Anonymous(AnonymousUserMixin):  # type: ignore[misc]  # flask_login has no types
    """Nobody in particular."""

    role = "anonymous"
    name = room_name = ""
    room_name_en = locale = user_id = buyer_id = member_id = cooperative_id = None


def may_open(endpoint: str) -> bool:
    """Say whether a link to an endpoint leads somewhere for who is asking: nobody is shown a door that stays shut."""
    roles = policy.policy_of(current_app, endpoint)
    if "anyone" in roles:
        return True
    return str(current_user.role) in roles if current_user.is_authenticated else "buyer" in roles


def init_app(app: Flask) -> None:
    """Build the pages into the application; the policy comes before CSRF, so that a stranger's POST is 404."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    login_manager.init_app(app, add_context_processor=False)  # else every template, error pages too, loads the user
    login_manager.anonymous_user = Anonymous
    login_manager.user_loader(access.load_actor)
    app.jinja_env.globals.update(
        current_user=current_user,
        may_open=may_open,
        basket_count=buyer.basket.basket_count,
    )
    plain.init_app(app)
    policy.init_app(app)
    csrf.init_app(app)
    for part in (headers, locale, words, forms, errors):
        part.init_app(app)
    assets.init_app(app, ROOT / "static")
    for room in ROOMS:
        app.register_blueprint(room.bp)
    app.register_blueprint(locale.bp)
    if not app.extensions["settings"].production:
        app.register_blueprint(simulated.bp)
    proxies = app.extensions["settings"].proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    policy.check(app)
