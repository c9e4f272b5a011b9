"""The sample's bills, runs and payouts: one run paid, one published, one waiting for the coordinator, one in draft."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from marketplace import audit, costs, distribution, payouts
from marketplace.cli.sample.days import at
from marketplace.cli.sample.facts import Crop
from marketplace.cli.sample.people import Home, World
from marketplace.core import clock
from marketplace.distribution import Run
from marketplace.extensions import atomic, db
from marketplace.fulfilment import Shipment
from marketplace.ordering import OrderLine
from marketplace.payouts import Payout, PayoutBatch
from marketplace.produce import Season

BOXES = 12  # so many at least before a carrier sends a bill


@dataclass(frozen=True)
class Step:
    """A deed in the life of a run: so many days before today."""

    back: int
    crop: str
    deed: str


STEPS = (
    Step(45, "green", "publish"),
    Step(37, "green", "approve"),
    Step(36, "green", "check"),
    Step(35, "green", "pay"),
    Step(33, "green", "settle"),
    Step(17, "shoots", "publish"),
    Step(9, "shoots", "approve"),
    Step(8, "fuji", "publish"),
    Step(1, "chili", "draft"),
)


def bill(world: World, today: datetime, back: int) -> None:
    """Enter, approve and pay the bills for the boxes that left since the last ones; some wait for approval."""
    for home in world.homes:
        for crop in home.place.crops:
            boxes = _boxes(home, crop) - home.billed.get(crop.key, 0)
            if boxes >= BOXES or (back == 0 and boxes):
                home.billed[crop.key] = home.billed.get(crop.key, 0) + boxes
                _bills(home, crop, boxes, today, back)


def _boxes(home: Home, crop: Crop) -> int:
    query = (
        select(func.coalesce(func.sum(OrderLine.quantity), 0))
        .join(Shipment, Shipment.order_id == OrderLine.order_id)
        .where(OrderLine.season_id == home.seasons[crop.key], Shipment.shipped_at.is_not(None))
    )
    return int(db.session.scalar(query) or 0)


def _bills(home: Home, crop: Crop, boxes: int, today: datetime, back: int) -> None:
    county = home.place.county
    suppliers = {
        "freight": home.place.freight,
        "packing": f"{county}纸箱厂",
        "storage": f"{county}冷库",
        "wages": f"{county}装箱班",
    }
    for kind, each in crop.costs:
        with clock.travel(at(today, back, 17)), atomic():
            season = db.session.get_one(Season, home.seasons[crop.key])
            row = costs.enter_bill(
                season,
                token=f"sample {crop.key} {kind.value} {back}",
                by=home.staff["clerk"],
                supplier_name=f"{home.place.county}{suppliers[kind.value]}"
                if kind.value != "freight"
                else suppliers[kind.value],
                kind=kind,
                voucher_number=f"{crop.key.upper()}-{kind.value[:2].upper()}{back:03d}",
                billed_on=clock.today("Asia/Shanghai"),
                amount_minor=each * boxes,
                note=f"{boxes} 件",
            )
            if back == 0:
                continue
            costs.approve_bill(row, by=home.staff["manager"])
            if back > 10:  # noqa: PLR2004 - the newest are not paid yet
                costs.pay_bill(row, clock.today("Asia/Shanghai"), by=home.staff["cashier"])


def share(world: World, today: datetime, back: int) -> None:
    """Do what the runs have to do on a day."""
    for step in STEPS:
        if step.back == back:
            home = next(home for home in world.homes if step.crop in home.seasons)
            with clock.travel(at(today, back, 18)):
                DEEDS[step.deed](world, home, step.crop)


def _draft(_world: World, home: Home, crop: str) -> None:
    with atomic():
        distribution.draft_run(
            db.session.get_one(Season, home.seasons[crop]), token=f"sample {crop}", by=home.staff["clerk"]
        )


def _publish(world: World, home: Home, crop: str) -> None:
    _draft(world, home, crop)
    with atomic():
        distribution.publish(_run(home, crop), by=home.staff["clerk"])


def _approve(_world: World, home: Home, crop: str) -> None:
    with atomic():
        distribution.approve(_run(home, crop), by=home.staff["manager"])


def _check(world: World, home: Home, crop: str) -> None:
    with atomic():
        audit.check(_run(home, crop), by=world.coordinators[home.place.slug])


def _pay(_world: World, home: Home, crop: str) -> None:
    cashier = home.staff["cashier"]
    with atomic():
        batch = payouts.make_batch(_run(home, crop), token=f"sample {crop}", by=cashier)
    with atomic():
        payouts.send(db.session.get_one(PayoutBatch, batch.id), by=cashier)


def _settle(_world: World, home: Home, crop: str) -> None:
    """The bank answers: all arrived but for one; two households say so themselves."""
    cashier, today = home.staff["cashier"], clock.today("Asia/Shanghai")
    with atomic():
        rows = db.session.scalars(
            select(Payout).join(Payout.batch).where(PayoutBatch.run_id == _run(home, crop).id).order_by(Payout.id)
        ).all()
        for row in rows[:-1]:
            payouts.settle(row, today, by=cashier)
        payouts.mark_returned(rows[-1], today, "户名与账号不符", by=cashier)
        for row in rows[:2]:
            payouts.confirm(row, member_id=row.member_id)


def _run(home: Home, crop: str) -> Run:
    return db.session.scalars(
        select(Run).where(Run.season_id == home.seasons[crop]).order_by(Run.id.desc()).limit(1)
    ).one()


DEEDS = {
    "draft": _draft,
    "publish": _publish,
    "approve": _approve,
    "check": _check,
    "pay": _pay,
    "settle": _settle,
}
