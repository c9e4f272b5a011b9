"""Named reads of shipments: what is to be picked, and where the goods in a box came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from marketplace import intake
from marketplace.extensions import db
from marketplace.fulfilment import rules
from marketplace.fulfilment.models import LotAllocation, Shipment
from marketplace.intake import Lot, Weighing
from marketplace.ordering import Order, OrderLine, OrderState


@dataclass(frozen=True)
class PickLine:
    """Grams of one lot for one line of an order."""

    line: OrderLine
    grams: int


@dataclass(frozen=True)
class PickLot:
    """What is to be taken out of one lot; without a lot what the lots fall short of."""

    lot: Lot | None
    lines: tuple[PickLine, ...]

    @property
    def grams(self) -> int:
        """All that is taken out of it."""
        return sum(line.grams for line in self.lines)


@dataclass(frozen=True)
class Traced:
    """Where the goods of one line came from: a lot, and the weighings that filled it, with their members."""

    line: OrderLine
    lot: Lot
    allocated_g: int
    weighings: tuple[Weighing, ...]


@dataclass(frozen=True)
class Origin:
    """What the public may know of a lot in a box: no household, no number, no weight of one of them."""

    line: OrderLine
    lot_code: str
    taken_in_on: date
    allocated_g: int
    groups: tuple[str, ...]  # of the village


def find_shipment(order_id: int) -> Shipment | None:
    """Find the shipment of an order."""
    return db.session.scalars(select(Shipment).where(Shipment.order_id == order_id)).one_or_none()


def find_box(box_code: str) -> Shipment | None:
    """Find a shipment by the code on its boxes, once it has left."""
    return db.session.scalars(
        select(Shipment).where(Shipment.box_code == box_code, Shipment.shipped_at.is_not(None))
    ).one_or_none()


def pick_list(cooperative_id: int) -> list[PickLot]:
    """Say which lots the paid orders of a cooperative will be packed from, oldest lot and longest paid order first."""
    lines = db.session.scalars(
        select(OrderLine)
        .join(OrderLine.order)
        .where(Order.cooperative_id == cooperative_id, Order.state == OrderState.PAID)
        .order_by(Order.paid_at, Order.id, OrderLine.season_id, OrderLine.grade_id, OrderLine.id)
        .options(joinedload(OrderLine.order))
    ).all()
    lots = _open_lots({(line.season_id, line.grade_id) for line in lines})
    left: dict[rules.Key, list[tuple[int, int]]] = {}
    for lot in lots:
        left.setdefault((lot.season_id, lot.grade_id), []).append((lot.id, lot.accepted_g - lot.allocated_g))
    by_line = {line.id: line for line in lines}
    found: dict[int | None, list[PickLine]] = {}
    for pick in rules.plan([rules.Want(line.id, (line.season_id, line.grade_id), line.grams) for line in lines], left):
        found.setdefault(pick.lot_id, []).append(PickLine(by_line[pick.line_id], pick.grams))
    picks = [PickLot(lot, tuple(found[lot.id])) for lot in lots if lot.id in found]
    return [*picks, PickLot(None, tuple(found[None]))] if None in found else picks


def _open_lots(keys: set[rules.Key]) -> Sequence[Lot]:
    if not keys:
        return []
    return db.session.scalars(
        select(Lot)
        .where(tuple_(Lot.season_id, Lot.grade_id).in_(sorted(keys)), Lot.accepted_g > Lot.allocated_g)
        .order_by(Lot.taken_in_on, Lot.id)
        .options(joinedload(Lot.grade))
    ).all()


def trace(order_id: int) -> list[Traced]:
    """Follow an order back to lots, weighings and members, for those who audit it."""
    rows = _allocations(order_id)
    filled = _weighings(rows)
    return [Traced(row.order_line, row.lot, row.allocated_g, tuple(filled.get(row.lot_id, ()))) for row in rows]


def origins(order_id: int) -> list[Origin]:
    """Follow an order back to lots and groups of the village, for the public."""
    rows = _allocations(order_id)
    filled = _weighings(rows)
    return [
        Origin(
            row.order_line,
            row.lot.code,
            row.lot.taken_in_on,
            row.allocated_g,
            tuple(sorted({weighing.member.village_group for weighing in filled.get(row.lot_id, ())})),
        )
        for row in rows
    ]


def _allocations(order_id: int) -> Sequence[LotAllocation]:
    return db.session.scalars(
        select(LotAllocation)
        .join(LotAllocation.shipment)
        .where(Shipment.order_id == order_id)
        .order_by(LotAllocation.id)
        .options(joinedload(LotAllocation.lot), selectinload(LotAllocation.order_line))
    ).all()


def _weighings(rows: Sequence[LotAllocation]) -> dict[int, list[Weighing]]:
    filled: dict[int, list[Weighing]] = {}
    for weighing in intake.weighings_of_lots({row.lot_id for row in rows}):
        if weighing.lot_id is not None:
            filled.setdefault(weighing.lot_id, []).append(weighing)
    return filled
