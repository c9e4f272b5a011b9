"""What the public finds: the rule of what is on sale, filters, and words in both languages."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from marketplace.catalog import rules, search_index
from marketplace.catalog.models import Listing, Pack, SearchDocument
from marketplace.cooperatives import Cooperative
from marketplace.extensions import db
from marketplace.produce import Category, Grade, Product, Season


def on_sale(listing: Listing, on: date) -> bool:
    """Say whether a listing can be bought on a day: offered, in its window, in packs, by a cooperative that may sell.

    Whether any is left in store is asked of `available_g`.
    """
    return (
        listing.archived_at is None
        and listing.product.archived_at is None
        and listing.cooperative.suspended_at is None
        and rules.in_window(on, listing.from_on, listing.until_on)
        and any(pack.archived_at is None for pack in listing.packs)
    )


def _on_sale(on: date) -> ColumnElement[bool]:
    """Return `on_sale` as a condition on Listing, Product and Cooperative."""
    return and_(
        Listing.archived_at.is_(None),
        Product.archived_at.is_(None),
        Cooperative.suspended_at.is_(None),
        or_(Listing.from_on.is_(None), Listing.from_on <= on),
        or_(Listing.until_on.is_(None), Listing.until_on >= on),
        Listing.packs.any(Pack.archived_at.is_(None)),
    )


def browse(
    text: str = "",
    *,
    on: date,
    category: Category | None = None,
    county: str | None = None,
    grade_rank: int | None = None,
    in_season: bool = False,
    cooperative_id: int | None = None,
) -> Select[Listing]:
    """Return a select of what is on sale on a day, newest first, with cooperative, product, season, grade and packs.

    `text` is what somebody typed, in either language; nothing that can be typed is an error. `in_season` asks for
    goods that are being harvested on that day.
    """
    query = (
        select(Listing)
        .join(Listing.cooperative)
        .join(Listing.product)
        .join(Listing.season)
        .join(Listing.grade)
        .where(_on_sale(on))
        .options(
            contains_eager(Listing.cooperative),
            contains_eager(Listing.product),
            contains_eager(Listing.season),
            contains_eager(Listing.grade),
            selectinload(Listing.packs),
        )
        .order_by(Listing.id.desc())
    )
    if category is not None:
        query = query.where(Product.category == category)
    if county:
        query = query.where(Cooperative.county == county)
    if grade_rank is not None:
        query = query.where(Grade.rank == grade_rank)
    if in_season:
        query = query.where(Season.starts_on <= on, Season.ends_on >= on)
    if cooperative_id is not None:
        query = query.where(Listing.cooperative_id == cooperative_id)
    if text.strip():
        words = rules.query_words(text)
        dialect = db.session.get_bind().dialect.name
        query = query.where(search_index.matches(words, dialect) if words else false())
    return query


def counties_on_sale(on: date) -> list[tuple[str, str | None]]:
    """List the counties from which something is on sale on a day, as (name, English name)."""
    rows = db.session.execute(
        select(Cooperative.county, Cooperative.county_en)
        .where(
            Cooperative.id.in_(
                select(Listing.cooperative_id).join(Listing.product).join(Listing.cooperative).where(_on_sale(on))
            )
        )
        .order_by(Cooperative.id)
    )
    found: dict[str, str | None] = {}
    for name, english in rows:
        found[name] = found.get(name) or english
    return list(found.items())


def reindex(listing: Listing) -> None:
    """Write a listing's search document afresh; call it when any of its words changed."""
    product, cooperative, grade = listing.product, listing.cooperative, listing.grade
    texts = [
        *(listing.title, listing.title_en, listing.village, listing.village_en),
        *(product.name, product.name_en, product.variety, product.variety_en, grade.name, grade.name_en),
        *(cooperative.name, cooperative.name_en, cooperative.county, cooperative.county_en),
        *(cooperative.village, cooperative.village_en),
    ]
    body = " ".join(rules.document_words("\n".join(text for text in texts if text)))
    document = db.session.get(SearchDocument, listing.id)
    if document is None:
        db.session.add(SearchDocument(listing_id=listing.id, body=body))
    elif document.body != body:
        document.body = body
    db.session.flush()


def reindex_cooperative(cooperative_id: int) -> None:
    """Write the search documents of all a cooperative's listings afresh, for its name or place changed."""
    listings: Iterable[Listing] = db.session.scalars(select(Listing).where(Listing.cooperative_id == cooperative_id))
    for listing in list(listings):
        reindex(listing)
