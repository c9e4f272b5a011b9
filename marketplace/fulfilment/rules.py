"""Until when goods can be looked over, and which lot each line is picked from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.core.errors import FieldError

TRAVEL = timedelta(days=3)  # nobody tells us when a parcel arrives, so it is given this long
INSPECTION = timedelta(days=3)
RETURN_PERIOD = timedelta(days=7)
LONGEST_CARRIER = 60
LONGEST_TRACKING = 40

Key = tuple[int, int]  # season and grade


class Want(NamedTuple):
    """So many grams of a season's grade for one order line."""

    line_id: int
    key: Key
    grams: int


class Pick(NamedTuple):
    """Grams of a lot for one order line; without a lot where the lots fall short."""

    line_id: int
    lot_id: int | None
    grams: int


def accept_by(shipped_at: datetime, *, may_return: bool, is_person: bool) -> datetime:
    """Return the instant until which silence is not yet acceptance.

    Goods are looked over within three days of their arrival, after which a trade buyer's silence is acceptance [Civil
    Code 621]. A person who may return goods within seven days of receiving them [Consumer Law 25], which holds for
    packed goods and not for fresh ones, is never taken at their silence before that.
    """
    days = RETURN_PERIOD if may_return and is_person else INSPECTION
    return shipped_at + TRAVEL + days


def clean_carrier(text: str) -> str:
    """Return a carrier's name; raises FieldError `carrier_missing`, `too_long`."""
    return _clean(text, "carrier", LONGEST_CARRIER)


def clean_tracking(text: str) -> str:
    """Return a tracking number; raises FieldError `tracking_number_missing`, `too_long`."""
    return _clean(text, "tracking_number", LONGEST_TRACKING)


def _clean(text: str, field: str, longest: int) -> str:
    clean = " ".join(text.split())
    if not clean:
        raise FieldError(f"{field}_missing", field)
    if len(clean) > longest:
        raise FieldError("too_long", field, longest=longest)
    return clean


def plan(wants: Iterable[Want], left_g: Mapping[Key, Sequence[tuple[int, int]]]) -> list[Pick]:
    """Say which lots some lines would be picked from, first in, first out.

    `left_g` holds, by season and grade, pairs of a lot's id and its grams that are still there, oldest lot first.
    """
    rest = {key: [list(pair) for pair in lots] for key, lots in left_g.items()}
    picks = []
    for want in wants:
        open_g = want.grams
        for pair in rest.get(want.key, []):
            part = min(open_g, pair[1])
            if part > 0:
                picks.append(Pick(want.line_id, pair[0], part))
                pair[1] -= part
                open_g -= part
        if open_g:
            picks.append(Pick(want.line_id, None, open_g))
    return picks
