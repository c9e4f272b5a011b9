"""The first page: who gets the money, what is on sale, what has come of it."""

from collections import Counter
from collections.abc import Callable, Sequence

from flask import current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from marketplace import catalog, reporting
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.public.shop import ZONE, Card, cards_of
from marketplace.web.strips import shown

CARDS = 8
LOOK_AT = 40  # so many of the newest listings the cards are chosen from


@bp.get("/")
@allow("anyone")
def home() -> str:
    """Show who gets the money, what is on sale, and what has come of it."""
    listings = db.session.scalars(catalog.browse(on=clock.today(ZONE)).limit(LOOK_AT)).all()
    box, strip = reporting.find_settled_box() or (None, None)
    return render_template(
        "public/home.html",
        cards=_mixed(cards_of(listings)),
        box=box,
        strip=shown(strip),
        figures=reporting.season_figures(),
    )


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
