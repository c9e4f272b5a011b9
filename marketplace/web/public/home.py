"""The first page: who gets the money, what is on sale, what has come of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from marketplace import catalog, reporting
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.ordering import OrderState
from marketplace.web.locale import moment, money
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.public.shop import ZONE, Card, cards_of
from marketplace.web.strips import shown

CARDS = 8
LOOK_AT = 40  # so many of the newest listings the cards are chosen from


@bp.get("/")
@allow("anyone")
def home() -> str:
    """Show a buyer what waits, and everybody who gets the money, what is on sale, and what has come of it."""
    listings = db.session.scalars(catalog.browse(on=clock.today(ZONE)).limit(LOOK_AT)).all()
    box, strip = reporting.find_settled_box() or (None, None)
    buyer_id = current_user.buyer_id
    return render_template(
        "public/home.html",
        cards=_mixed(cards_of(listings)),
        box=box,
        strip=shown(strip),
        figures=reporting.season_figures(),
        waiting=[_waiting(purchase) for purchase in reporting.list_waiting(buyer_id)] if buyer_id else [],
    )


def _waiting(purchase: reporting.Purchase) -> dict[str, Any]:
    """Put what waits for a buyer into words."""
    order, zone = purchase.order, purchase.order.cooperative.zone
    to_pay = order.state is OrderState.PLACED
    until = moment(purchase.until, zone)
    return {
        "figure": money(order.total_minor, order.currency),
        "title": _("Order %(n)s waits for your payment", n=order.number)
        if to_pay
        else _("Order %(n)s is on its way to you", n=order.number),
        "why": _("Its goods are held until %(when)s.", when=until)
        if to_pay
        else _("Look at the goods; without a word from you they count as accepted on %(when)s.", when=until),
        "href": url_for("buyer.order", number=order.number),
        "act": _("Pay now") if to_pay else _("Look at the order"),
    }


def _mixed(cards: Sequence[Card]) -> list[Card]:
    """Choose cards: what can be bought first, the cooperatives taking turns, of each the newest first."""
    turns: Counter[int] = Counter()
    placed = []
    for card in sorted(cards, key=lambda card: card.is_sold_out):
        turns[card.listing.cooperative_id] += 1
        placed.append((card.is_sold_out, turns[card.listing.cooperative_id], card))
    return [card for _gone, _turn, card in sorted(placed, key=lambda place: place[:2])][:CARDS]


@bp.get("/favicon.ico")
@allow("anyone")
def favicon() -> ResponseReturnValue:
    """Lead browsers that ask by habit to the mark."""
    asset: Callable[[str], str] = current_app.jinja_env.globals["asset"]  # type: ignore[assignment]
    return redirect(asset("svg/mark.svg"), 302)
