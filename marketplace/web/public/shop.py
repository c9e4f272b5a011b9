"""The shop window: the first page, the list, and one product."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace import catalog, reporting
from marketplace.catalog import Listing, Pack
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.fulfilment import Shipment
from marketplace.ordering import Order
from marketplace.produce import Category, Season
from marketplace.web.forms import Form
from marketplace.web.locale import days, is_chinese
from marketplace.web.paging import page_of
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.strips import ShownStrip, shown

ZONE = "Asia/Shanghai"
ON_HOME = 8
LOOK_AT = 40  # so many boxes at most are looked at for one whose pool is settled
RANKS = (1, 2, 3)
MONTHS = range(1, 13)


@dataclass(frozen=True)
class Card:
    """A listing on a list."""

    listing: Listing
    pack: Pack  # the smallest
    per_kg_minor: int
    left_g: int
    strip: ShownStrip | None


def cards_of(listings: Sequence[Listing]) -> list[Card]:
    """Return what a list shows of listings, in a constant number of queries."""
    left = catalog.available_g(listings)
    packs = [next(pack for pack in row.packs if pack.archived_at is None) for row in listings]
    wanted = [(row.season_id, pack.price_minor) for row, pack in zip(listings, packs, strict=True)]
    strips = reporting.strips_of_prices(wanted)
    return [
        Card(row, pack, catalog.per_kg(pack.price_minor, pack.grams), left.get(row.id, 0), shown(strip))
        for row, pack, strip in zip(listings, packs, strips, strict=True)
    ]


@bp.get("/")
@allow("anyone")
def home() -> str:
    """Show who gets the money, what is on sale, and what the season brought."""
    today = clock.today(ZONE)
    query = catalog.browse(on=today)
    listings = db.session.scalars(query.limit(ON_HOME)).unique().all()
    box, strip = _settled_box()
    return render_template(
        "public/home.html",
        cards=cards_of(listings),
        box=box,
        strip=strip,
        figures=reporting.season_figures(),
    )


def _settled_box() -> tuple[Shipment | None, ShownStrip | None]:
    """Find a box whose money has come all the way, the newest first."""
    boxes = db.session.scalars(
        select(Shipment)
        .where(Shipment.accepted_at.is_not(None))
        .options(joinedload(Shipment.order).joinedload(Order.cooperative))
        .join(Shipment.order)
        .where(Order.cooperative_id.in_(reporting.settled_cooperatives()))
        .order_by(Shipment.accepted_at)
        .limit(LOOK_AT)
    )
    for box in boxes:
        strip = reporting.strip_of_order(box.order)
        if strip is not None and strip.is_settled:
            return box, shown(strip)
    return None, None


@bp.get("/favicon.ico")
@allow("anyone")
def favicon() -> ResponseReturnValue:
    """Lead browsers that ask by habit to the mark."""

    return redirect(cast(Callable[[str], str], current_app.jinja_env.globals["asset"])("svg/mark.svg"), 302)


@bp.get("/produce")
@allow("anyone")
def browse() -> str:
    """Search and narrow down what is on sale; nothing that can be typed is an error."""
    today = clock.today(ZONE)
    text = request.args.get("q", "")[:200]
    category = next((c for c in Category if c.value == request.args.get("category")), None)
    counties = catalog.counties_on_sale(today)
    county = next((name for name, _english in counties if name == request.args.get("county")), None)
    rank = next((rank for rank in RANKS if str(rank) == request.args.get("grade")), None)
    in_season = request.args.get("season") == "now"
    query = catalog.browse(text, on=today, category=category, county=county, grade_rank=rank, in_season=in_season)
    page = page_of(query)
    chosen = {"q": text, "category": category, "county": county, "grade": rank, "season": "now" if in_season else None}
    return render_template(
        "public/browse.html",
        page=page,
        cards=cards_of(page.items),
        chosen=chosen,
        here=_here(chosen),
        categories=list(Category),
        counties=counties,
        ranks=RANKS,
    )


def _here(chosen: Mapping[str, object]) -> Callable[..., str]:
    """Return a function that gives this list's address with one filter changed or, by none, taken off."""
    plain = {k: v.value if isinstance(v, Category) else v for k, v in chosen.items() if v}

    def url(**changes: object) -> str:
        values = {k: v for k, v in (plain | changes).items() if v}
        return url_for(".browse", **values)  # type: ignore[arg-type]

    return url


@bp.get("/produce/<int:listing_id>")
@allow("anyone")
def product(listing_id: int) -> str:
    """Show goods with their packs, season, story and where the money goes; old links keep working."""
    if listing_id >= 2**62:
        abort(404)
    listing = (
        db.session.scalars(
            select(Listing)
            .where(Listing.id == listing_id)
            .options(
                joinedload(Listing.cooperative),
                joinedload(Listing.product),
                joinedload(Listing.season),
                joinedload(Listing.grade),
                joinedload(Listing.packs),
            )
        )
        .unique()
        .one_or_none()
    )
    if listing is None or listing.cooperative.suspended_at is not None:
        abort(404)
    today = clock.today(listing.cooperative.zone)
    packs = [pack for pack in listing.packs if pack.archived_at is None]
    strip = None
    if packs:
        (strip,) = reporting.strips_of_prices([(listing.season_id, packs[0].price_minor)])
    return render_template(
        "public/product.html",
        listing=listing,
        packs=packs,
        on_sale=catalog.on_sale(listing, today),
        left_g=catalog.available_g([listing]).get(listing.id, 0),
        delivery={pack.id: catalog.delivery_fee(listing.cooperative_id, pack.grams, today) for pack in packs},
        per_kg={pack.id: catalog.per_kg(pack.price_minor, pack.grams) for pack in packs},
        strip=shown(strip),
        months=months_of(listing.season, today),
        season_words=season_words(listing.season, today),
        form=Form(formdata=None),
    )


def months_of(season: Season, today: date) -> list[tuple[str, str, bool]]:
    """Return the twelve months with what they are for this season: harvest, store, or nothing."""
    harvest = _months(season.starts_on, season.ends_on)
    store = _months(season.ends_on, season.store_until_on) if season.store_until_on else set()
    rows = []
    for month in MONTHS:
        letter = str(month) if is_chinese() else format_date(date(2026, month, 1), "LLLLL")
        kind = "harvest" if month in harvest else "store" if month in store else ""
        rows.append((letter, kind, month == today.month))
    return rows


def season_words(season: Season, today: date) -> str:
    """Say the season in words, for those who cannot see the bar."""
    said = _("Harvest: %(days)s.", days=days(season.starts_on, season.ends_on))
    if season.store_until_on:
        said += " " if not is_chinese() else ""
        said += _("From store until %(month)s.", month=_month(season.store_until_on))
    return str(said + (" " if not is_chinese() else "") + _("Now: %(month)s.", month=_month(today)))


def _month(day: date) -> str:
    return str(format_date(day, "LLLL" if str(get_locale()) == "en" else "M 月"))


def _months(first: date, last: date) -> set[int]:
    count = (last.year - first.year) * len(MONTHS) + last.month - first.month
    return {(first.month - 1 + turn) % len(MONTHS) + 1 for turn in range(min(count + 1, len(MONTHS)))}
