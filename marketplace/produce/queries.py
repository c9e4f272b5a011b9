"""Named reads of products and seasons."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, selectinload

from marketplace.extensions import db
from marketplace.produce.models import Product, Season


def list_products(cooperative_id: int, *, archived: bool = False) -> Sequence[Product]:
    """List a cooperative's products with their grades, the living ones unless `archived` are asked for too."""
    query = select(Product).where(Product.cooperative_id == cooperative_id).options(selectinload(Product.grades))
    if not archived:
        query = query.where(Product.archived_at.is_(None))
    return db.session.scalars(query.order_by(Product.archived_at.is_not(None), Product.id)).all()


def list_seasons(product_ids: Sequence[int]) -> dict[int, list[Season]]:
    """List the seasons of some products, newest first, by product."""
    query = select(Season).where(Season.product_id.in_(product_ids)).order_by(Season.starts_on.desc(), Season.id.desc())
    found: dict[int, list[Season]] = {product_id: [] for product_id in product_ids}
    for season in db.session.scalars(query):
        found[season.product_id].append(season)
    return found


def open_seasons(cooperative_id: int) -> Sequence[Season]:
    """List the seasons that still take in goods, of living products, with product and grades, newest first."""
    return db.session.scalars(
        select(Season)
        .join(Season.product)
        .where(Product.cooperative_id == cooperative_id, Product.archived_at.is_(None), Season.closed_at.is_(None))
        .options(contains_eager(Season.product).selectinload(Product.grades))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    ).all()


def current_season(product_id: int, on: date) -> Season | None:
    """Find the season of a product whose harvest a day falls in and that is not closed; of several the newest."""
    return db.session.scalars(
        select(Season)
        .where(Season.product_id == product_id, Season.starts_on <= on, Season.ends_on >= on)
        .where(Season.closed_at.is_(None))
        .order_by(Season.starts_on.desc(), Season.id.desc())
        .limit(1)
    ).first()


def season_ordinal(season: Season, cooperative_id: int) -> int:
    """Return which season of the cooperative this is, counted from 1; it never changes."""
    earlier = (
        select(func.count(Season.id))
        .join(Season.product)
        .where(Product.cooperative_id == cooperative_id, Season.id <= season.id)
    )
    return db.session.scalar(earlier) or 1
