"""Putting goods into the window, pricing their packs, taking them out again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import select

from marketplace import trail
from marketplace.catalog import rules, search, tariffs
from marketplace.catalog.models import Listing, Pack
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import db, lock
from marketplace.produce import Grade, Season


@dataclass(frozen=True, kw_only=True)
class PackInput:
    """A pack to be: whole grams, price in minor units, tax included."""

    grams: int
    label: str
    price_minor: int
    label_en: str | None = None


class ListingFacts(TypedDict):
    """What the window says of goods; a window's end that is not given is open."""

    title: str
    village: str
    picture: str
    title_en: NotRequired[str | None]
    village_en: NotRequired[str | None]
    story: NotRequired[str]
    story_en: NotRequired[str | None]
    from_on: NotRequired[date | None]
    until_on: NotRequired[date | None]


def publish_listing(
    season: Season, grade: Grade, *, token: str, by: int, packs: Sequence[PackInput], **facts: Unpack[ListingFacts]
) -> Listing:
    """Offer a grade of a season in packs; the same token gives the first listing again.

    Raises FieldError `product_archived`, `of_other_product`, `reject_not_sold`, `no_packs`, `pack_taken`,
    `not_positive`, `unknown_picture`, `ends_before_start`, `tariff_missing`.
    """
    product = season.product
    first = db.session.scalars(
        select(Listing).where(Listing.cooperative_id == product.cooperative_id, Listing.form_token == token)
    ).one_or_none()
    if first is not None:
        return first
    if product.archived_at is not None:
        raise FieldError("product_archived", "grade")
    if grade.product_id != product.id:
        raise FieldError("of_other_product", "grade")
    if grade.is_reject:
        raise FieldError("reject_not_sold", "grade")
    if not packs:
        raise FieldError("no_packs", "packs")
    if not tariffs.has_tariff(product.cooperative_id):
        raise FieldError("tariff_missing")
    _check_facts(facts)
    listing = Listing(
        cooperative_id=product.cooperative_id,
        product_id=product.id,
        season_id=season.id,
        grade_id=grade.id,
        created_at=clock.now(),
        form_token=token,
        **facts,
    )
    db.session.add(listing)
    db.session.flush()
    for pack in packs:
        _add(listing, pack)
    search.reindex(listing)
    _record("listing.published", listing, by, {"season": season.id, "grade": grade.id})
    return listing


def edit_listing(listing: Listing, *, by: int, **facts: Unpack[ListingFacts]) -> None:
    """Change what the window says; goods and packs stay. Raises FieldError `unknown_picture`, `ends_before_start`."""
    _check_facts(facts)
    values: dict[str, Any] = dict(facts)
    changed = sorted(name for name, value in values.items() if getattr(listing, name) != value)
    for name in changed:
        setattr(listing, name, values[name])
    db.session.flush()
    search.reindex(listing)
    if changed:
        _record("listing.edited", listing, by, {"changed": changed})


def archive_listing(listing: Listing, *, by: int) -> None:
    """Take a listing out of the window; orders that name it stay whole. Doing it twice changes nothing."""
    if listing.archived_at is None:
        listing.archived_at = clock.now()
        db.session.flush()
        _record("listing.archived", listing, by, {})


def add_pack(listing: Listing, pack: PackInput, *, by: int) -> Pack:
    """Offer a listing in one more pack; the same pack at the same price is added once.

    Raises FieldError `pack_taken`, `not_positive`.
    """
    lock(listing)
    for row in listing.packs:
        if row.archived_at is None and (row.grams, row.price_minor) == (pack.grams, pack.price_minor):
            return row
    made = _add(listing, pack)
    _record("pack.added", listing, by, {"pack": made.id, "grams": made.grams, "price_minor": made.price_minor})
    return made


def set_pack_price(pack: Pack, price_minor: int, *, by: int) -> None:
    """Change a pack's price from now on; orders keep theirs. Raises FieldError `not_positive`, `pack_archived`."""
    if price_minor <= 0:
        raise FieldError("not_positive", "price")
    lock(pack)
    if pack.archived_at is not None:
        raise FieldError("pack_archived", "price")
    before = pack.price_minor
    if before != price_minor:
        pack.price_minor = price_minor
        db.session.flush()
        after = {"pack": pack.id, "price_minor": price_minor}
        _record("pack.priced", pack.listing, by, after, {"price_minor": before})


def archive_pack(pack: Pack, *, by: int) -> None:
    """Offer a pack no more; orders that name it stay whole. Doing it twice changes nothing."""
    lock(pack)
    if pack.archived_at is None:
        pack.archived_at = clock.now()
        db.session.flush()
        _record("pack.archived", pack.listing, by, {"pack": pack.id})


def _add(listing: Listing, pack: PackInput) -> Pack:
    if pack.grams <= 0:
        raise FieldError("not_positive", "grams")
    if pack.price_minor <= 0:
        raise FieldError("not_positive", "price")
    if any(row.archived_at is None and row.grams == pack.grams for row in listing.packs):
        raise FieldError("pack_taken", "grams", grams=pack.grams)
    made = Pack(**asdict(pack))
    listing.packs.append(made)
    db.session.flush()
    return made


def _check_facts(facts: ListingFacts) -> None:
    if facts["picture"] not in rules.DRAWINGS:
        raise FieldError("unknown_picture", "picture")
    from_on, until_on = facts.get("from_on"), facts.get("until_on")
    if from_on is not None and until_on is not None and until_on < from_on:
        raise FieldError("ends_before_start", "until_on")


def _record(
    verb: str, listing: Listing, by: int, after: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> None:
    trail.record(
        verb,
        f"listing:{listing.id}",
        by=by,
        cooperative_id=listing.cooperative_id,
        before=before,
        after=after or None,
    )
