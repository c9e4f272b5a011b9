"""The shop window: the list of what is on sale, and one product."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from marketplace import catalog, reporting
from marketplace.catalog import Listing, Pack
from marketplace.core import clock
from marketplace.extensions import db
from marketplace.produce import Category, Season
from marketplace.web.forms import Form
from marketplace.web.locale import days, is_chinese
from marketplace.web.paging import page_of
from marketplace.web.policy import allow
from marketplace.web.public import bp
from marketplace.web.strips import ShownStrip, shown

ZONE = "Asia/Shanghai"
RANKS = (1, 2, 3)
LONGEST = 200  # of what is searched for
HIGHEST = 2**63 - 1  # an id that a database takes
MONTHS = range(1, 13)


@dataclass(frozen=True)
class Card:
    """A listing on a list."""

    listing: Listing
    pack: Pack  # the smallest
    has_more_packs: bool
    per_kg_minor: int
    left_g: int
    strip: ShownStrip | None

    @property
    def is_sold_out(self) -> bool:
        """Say whether not even the smallest pack can be filled."""
        return self.left_g < self.pack.grams


@dataclass(frozen=True)
class Offer:
    """A pack on a product's page."""

    pack: Pack
    per_kg_minor: int
    delivery_minor: int
    is_sold_out: bool


def live_packs(listing: Listing) -> list[Pack]:
    """Return the packs in which a listing is sold, the smallest first."""
    return [pack for pack in listing.packs if pack.archived_at is None]


def cards_of(listings: Sequence[Listing]) -> list[Card]:
    """Return what a list shows of listings that are on sale, in a constant number of queries."""
    left = catalog.available_g(listings)
    packs = [live_packs(row) for row in listings]
    strips = reporting.strips_of_prices(
        [(row.season_id, own[0].price_minor) for row, own in zip(listings, packs, strict=True)]
    )
    return [
        Card(row, own[0], len(own) > 1, catalog.per_kg(own[0].price_minor, own[0].grams), left[row.id], shown(strip))
        for row, own, strip in zip(listings, packs, strips, strict=True)
    ]


@bp.get("/produce")
@allow("anyone")
def browse() -> str:
    """Search and narrow down what is on sale; nothing that can be typed is an error."""
    today = clock.today(ZONE)
    asked = request.args
    text = asked.get("q", "").strip()[:LONGEST]
    category = next((known for known in Category if known.value == asked.get("category")), None)
    counties = catalog.counties_on_sale(today)
    county = next((name for name, _english in counties if name == asked.get("county")), None)
    rank = next((rank for rank in RANKS if str(rank) == asked.get("grade")), None)
    now = asked.get("season") == "now"
    page = page_of(catalog.browse(text, on=today, category=category, county=county, grade_rank=rank, in_season=now))
    chosen = {"q": text, "category": category, "county": county, "grade": rank, "season": "now" if now else None}
    return render_template(
        "public/browse.html",
        page=page,
        cards=cards_of(page.items),
        chosen=chosen,
        here=_here(chosen),
        categories=list(Category),
        counties=dict(counties),
        ranks=RANKS,
    )


def _here(chosen: Mapping[str, object]) -> Callable[..., str]:
    """Return a function that gives this list's address with one filter changed or, by none, taken off."""
    plain = {name: value.value if isinstance(value, Category) else value for name, value in chosen.items()}

    def url(**changes: object) -> str:
        values = {name: value for name, value in (plain | changes).items() if value}
        return url_for(".browse", **values)  # type: ignore[arg-type]

    return url


@bp.get("/produce/<int:listing_id>")
@allow("anyone")
def product(listing_id: int) -> str:
    """Show goods with their packs, season, story and where the money goes; old links keep working."""
    listing = _find(listing_id)
    today = clock.today(listing.cooperative.zone)
    left_g = catalog.available_g([listing])[listing.id]
    offers = _offers(listing, left_g, today) if catalog.on_sale(listing, today) else []
    prices = [(listing.season_id, offer.pack.price_minor) for offer in offers[:1]]
    return render_template(
        "public/product.html",
        listing=listing,
        offers=offers,
        left_g=left_g,
        first=next((offer for offer in offers if not offer.is_sold_out), None),
        comes_on=listing.from_on if _is_to_come(listing, today) else None,
        strip=next((shown(strip) for strip in reporting.strips_of_prices(prices)), None),
        months=months_of(listing.season, today),
        season_words=season_words(listing.season, today),
        form=Form(formdata=None),
    )


def _find(listing_id: int) -> Listing:
    """Find a listing, sold or not, of a cooperative that may sell; else there is no such page."""
    if listing_id > HIGHEST:
        abort(404)
    listing = db.session.scalars(
        select(Listing)
        .where(Listing.id == listing_id)
        .options(
            joinedload(Listing.cooperative),
            joinedload(Listing.product),
            joinedload(Listing.season),
            joinedload(Listing.grade),
            selectinload(Listing.packs),
        )
    ).one_or_none()
    if listing is None or listing.cooperative.suspended_at is not None:
        abort(404)
    return listing


def _offers(listing: Listing, left_g: int, today: date) -> list[Offer]:
    """Return the packs with what each costs to deliver; without a tariff of today nothing can be ordered."""
    if catalog.find_tariff(listing.cooperative_id, today) is None:
        return []
    return [
        Offer(
            pack,
            catalog.per_kg(pack.price_minor, pack.grams),
            catalog.delivery_fee(listing.cooperative_id, pack.grams, today),
            left_g < pack.grams,
        )
        for pack in live_packs(listing)
    ]


def _is_to_come(listing: Listing, today: date) -> bool:
    return listing.archived_at is None and listing.from_on is not None and today < listing.from_on


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
    return str(format_date(day, "M 月" if is_chinese() else "LLLL"))


def _months(first: date, last: date) -> set[int]:
    count = (last.year - first.year) * len(MONTHS) + last.month - first.month
    return {(first.month - 1 + turn) % len(MONTHS) + 1 for turn in range(min(count + 1, len(MONTHS)))}
