"""Who may come to a page at all: declared on the view, checked before it runs."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, url_for
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])
ROLES = ("buyer", "clerk", "manager", "cashier", "supervisor", "household", "coordinator", "administrator")
STAFF = ("clerk", "manager", "cashier", "supervisor")
KNOWN = {"anyone", *ROLES}
LIBRARY: dict[str, frozenset[str]] = {}


def allow(*roles: str) -> Callable[[View], View]:
    """Declare the roles of a view. It goes *under* the route's decorator."""
    if not set(roles) <= KNOWN:
        raise ValueError(f"unknown role in {roles}")

    def mark(view: View) -> View:
        view.policy = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def policy_of(app: Flask, endpoint: str) -> frozenset[str]:
    """Return the roles that an endpoint lets in; raises LookupError when it declares none."""
    view = app.view_functions[endpoint]
    policy = getattr(view, "policy", None) or LIBRARY.get(endpoint)
    if policy is None:
        raise LookupError(f"{endpoint} declares no policy: add @allow(...) to {view.__module__}.{view.__qualname__}")
    return policy


def _to_login() -> Any:
    """Send an anonymous person to log in, and back if the page can be read again; households have their own door."""
    if request.blueprint == "household":
        return redirect(url_for("household.login"), 303)
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.login", next=target), 303)


def init_app(app: Flask) -> None:
    """Check the policy of every view before it runs."""

    @app.before_request
    def guard() -> Any:
        if request.endpoint is None:
            return None  # 404, 405
        policy = policy_of(app, request.endpoint)
        if "anyone" in policy:
            return None
        if not current_user.is_authenticated:
            return _to_login()
        if str(current_user.role) not in policy:
            abort(404)
        return None


def check(app: Flask) -> None:
    """Refuse to start with a route that declares nothing; the last line of create_app."""
    for rule in app.url_map.iter_rules():
        policy_of(app, rule.endpoint)
