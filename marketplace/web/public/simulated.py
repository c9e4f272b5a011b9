"""The simulated processor's own page, where a demonstration is paid; not registered in production."""

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from marketplace import queue
from marketplace.config import Settings
from marketplace.extensions import atomic
from marketplace.gateway import DECLINE_CODES, GatewayRefused, HostedPage, SimulatedGateway
from marketplace.web.forms import Form
from marketplace.web.policy import allow

bp = Blueprint("simulated", __name__, url_prefix="/sim-pay")

DECLINES = {
    "generic_decline": _l("The bank gives no reason"),
    "insufficient_funds": _l("Not enough money on the card"),
    "expired_card": _l("The card has expired"),
    "lost_card": _l("The card was reported lost"),
}


@bp.get("/<token>")
@allow("anyone")
def page(token: str) -> ResponseReturnValue:
    """Show what is to be paid, and the three ways on: pay, decline, leave."""
    return _show(_find(token))


@bp.post("/<token>/pay")
@allow("anyone")
def pay(token: str) -> ResponseReturnValue:
    """Pay, and go back to the shop."""
    _find(token)
    try:
        paid = _gateway().pay(token)
    except GatewayRefused:
        return _show(_find(token)), 422
    _deliver()
    return redirect(_to_shop(paid.success_url), 303)


@bp.post("/<token>/decline")
@allow("anyone")
def decline(token: str) -> ResponseReturnValue:
    """Let the bank decline the card; the page stays open for another try."""
    _find(token)
    code = request.form.get("code", DECLINE_CODES[0])
    try:
        declined = _gateway().decline(token, code)
    except GatewayRefused:
        return _show(_find(token)), 422
    _deliver()
    return _show(declined)


@bp.post("/<token>/leave")
@allow("anyone")
def leave(token: str) -> ResponseReturnValue:
    """Go back to the shop without paying."""
    _find(token)
    return redirect(_to_shop(_gateway().leave(token).cancel_url), 303)


def _gateway() -> SimulatedGateway:
    gateway = current_app.extensions["gateway"]
    if not isinstance(gateway, SimulatedGateway):
        abort(404)
    return gateway


def _find(token: str) -> HostedPage:
    try:
        return _gateway().page(token)
    except GatewayRefused:
        abort(404)


def _show(page: HostedPage) -> str:
    return render_template("simulated/page.html", page=page, declines=DECLINES, form=Form())


def _deliver() -> None:
    """Have the events sent at once; without this the next minute's round does it."""
    with atomic():
        queue.enqueue("simulated.deliver", {})


def _to_shop(url: str) -> str:
    """Return the path of an address of this shop, so that it holds under every name that the browser knows it by."""
    settings: Settings = current_app.extensions["settings"]
    return url.removeprefix(settings.public_url)
