"""Stock in step with the scale, and what it says against what the rows say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from sqlalchemy import Select, func, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from marketplace import intake
from marketplace.catalog.models import Commitment, CommitmentState, Listing, Stock
from marketplace.cooperatives import Member
from marketplace.core.errors import FieldError
from marketplace.extensions import changed_rows, db
from marketplace.intake import Corrected, Lot, Reading, Weighing
from marketplace.produce import Grade, Season

Key = tuple[int, int]  # season and grade


@dataclass(frozen=True)
class StockDifference:
    """A counter that differs from the rows that it counts."""

    season_id: int
    grade_id: int
    counter: str
    stored_g: int
    counted_g: int


def take_in(
    member: Member, season: Season, grade: Grade, *, token: str, by: int, **reading: Unpack[Reading]
) -> Weighing:
    """Weigh a load in and put what was accepted in store, once per form token.

    Raises the FieldErrors of `intake.weigh_in`.
    """
    intake.lock_station(member.cooperative_id)
    first = intake.find_weighing(member.cooperative_id, token)
    weighing = intake.weigh_in(member, season, grade, token=token, by=by, **reading)
    if first is None and weighing.accepted_g:
        _shift(_stock_of(season.id, grade.id), weighing.accepted_g)
    return weighing


def correct_intake(weighing: Weighing, *, token: str, by: int, reason: str, **corrected: Unpack[Corrected]) -> Weighing:
    """Correct a slip and the stock with it, once per form token.

    Raises FieldError `already_promised` (left_g=) when the store or a lot would hold less than what was promised or
    left it, and the FieldErrors of `intake.correct`.
    """
    intake.lock_station(weighing.cooperative_id)
    first = intake.find_weighing(weighing.cooperative_id, token)
    new = intake.correct(weighing, token=token, by=by, reason=reason, **corrected)
    if first is None:
        changes: dict[int, int] = {}
        for slip, sign in ((weighing, -1), (new, 1)):
            if slip.accepted_g:
                stock_id = _stock_of(slip.season_id, slip.grade_id)
                changes[stock_id] = changes.get(stock_id, 0) + sign * slip.accepted_g
        for stock_id in sorted(changes):
            _shift(stock_id, changes[stock_id])
    return new


def _stock_of(season_id: int, grade_id: int) -> int:
    """Find or make the stock of a season's grade; call under the station's lock."""
    key = {"season_id": season_id, "grade_id": grade_id}
    found = db.session.scalar(select(Stock.id).filter_by(**key))
    if found is not None:
        return found
    stock = Stock(accepted_g=0, committed_g=0, shipped_g=0, **key)
    db.session.add(stock)
    db.session.flush()
    return stock.id


def _shift(stock_id: int, grams: int) -> None:
    if not change(stock_id, {"accepted_g": grams}, at_least_g=-grams):
        left = db.session.scalar(
            select(Stock.accepted_g - Stock.committed_g - Stock.shipped_g).where(Stock.id == stock_id)
        )
        raise FieldError("already_promised", "gross_g", left_g=left)


def change(stock_id: int, counters: Mapping[str, int], *, at_least_g: int) -> bool:
    """Add grams to counters of a stock if at least so many are available; say whether it was done."""
    columns: dict[str, InstrumentedAttribute[int]] = {
        "accepted_g": Stock.accepted_g,
        "committed_g": Stock.committed_g,
        "shipped_g": Stock.shipped_g,
    }
    done = changed_rows(
        db.session.execute(
            update(Stock)
            .where(Stock.id == stock_id, Stock.accepted_g - Stock.committed_g - Stock.shipped_g >= at_least_g)
            .values({name: columns[name] + grams for name, grams in counters.items()})
            .execution_options(synchronize_session=False)
        )
    )
    seen = db.session.identity_map.get(db.session.identity_key(Stock, stock_id))
    if seen is not None:
        db.session.expire(seen)
    return done == 1


def list_stock(keys: Iterable[Key]) -> dict[Key, Stock]:
    """Return the stocks of some seasons' grades in one query; what never came in is absent."""
    wanted = list(keys)
    rows = db.session.scalars(
        select(Stock)
        .where(tuple_(Stock.season_id, Stock.grade_id).in_(wanted))
        .execution_options(populate_existing=True)
    )
    return {(row.season_id, row.grade_id): row for row in rows}


def available_g(listings: Sequence[Listing]) -> dict[int, int]:
    """Return, by listing, the grams that nobody was promised, in one query."""
    stocks = list_stock({(listing.season_id, listing.grade_id) for listing in listings}) if listings else {}
    found: dict[int, int] = {}
    for listing in listings:
        stock = stocks.get((listing.season_id, listing.grade_id))
        found[listing.id] = stock.available_g if stock else 0
    return found


def check_stock() -> list[StockDifference]:
    """Compare every counter of every stock with the weighings, lots and commitments that it counts."""
    counted: dict[str, dict[Key, int]] = {
        "accepted_g": _accepted(),
        "lots_g": _sums(
            select(Lot.season_id, Lot.grade_id, func.sum(Lot.accepted_g)).group_by(Lot.season_id, Lot.grade_id)
        ),
        "committed_g": _promised(CommitmentState.HELD, CommitmentState.FIRM),
        "shipped_g": _promised(CommitmentState.SHIPPED),
    }
    stocks = {
        (row.season_id, row.grade_id): row
        for row in db.session.scalars(select(Stock).execution_options(populate_existing=True))
    }
    differences = []
    for key in sorted(set(stocks).union(*counted.values())):
        for counter, sums in counted.items():
            stock, rows_say = stocks.get(key), sums.get(key, 0)
            stored = getattr(stock, "accepted_g" if counter == "lots_g" else counter) if stock else 0
            if stored != rows_say:
                differences.append(StockDifference(*key, counter, stored, rows_say))
    return differences


def _accepted() -> dict[Key, int]:
    return _sums(
        select(Weighing.season_id, Weighing.grade_id, func.sum(Weighing.accepted_g))
        .where(intake.is_effective())
        .group_by(Weighing.season_id, Weighing.grade_id)
    )


def _in_lots() -> dict[Key, int]:
    return _sums(select(Lot.season_id, Lot.grade_id, func.sum(Lot.accepted_g)).group_by(Lot.season_id, Lot.grade_id))


def _promised(*states: CommitmentState) -> dict[Key, int]:
    return _sums(
        select(Stock.season_id, Stock.grade_id, func.sum(Commitment.grams))
        .join(Commitment.stock)
        .where(Commitment.state.in_(states))
        .group_by(Stock.season_id, Stock.grade_id)
    )


def _sums(query: Select[int, int, int]) -> dict[Key, int]:
    return {(row[0], row[1]): int(row[2]) for row in db.session.execute(query)}
