"""The days of the sample: weighing, ordering, paying, packing, shipping, accepting; all through front doors."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from marketplace import catalog, fulfilment, jobs, ordering, payments
from marketplace.catalog import NotEnough, Pack
from marketplace.cli.sample.facts import CUSTOMERS, Crop, Customer
from marketplace.cli.sample.people import Home, World
from marketplace.cooperatives import Member
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.fulfilment import AcceptedBy
from marketplace.gateway import SimulatedGateway
from marketplace.identity import BuyerKind
from marketplace.intake import WeightUnit
from marketplace.ordering import Address, CancelReason, NotSold, Order, OrderState
from marketplace.payments import ReturnUrls
from marketplace.produce import Season

ORDERS = 160
WAITING = 3  # orders that wait for their payment when the sample is loaded
FIRST_ORDER = 105  # days before today
BIG_LOAD_G = 30_000
BASKETS, CRATES = (500, 1_000, 2_500), (4_500, 6_500, 9_000)  # empty, in grams
FATES = (("accept", 62), ("silence", 18), ("cancel", 6), ("leave", 8), ("decline", 6))


@dataclass
class Plan:
    """What happens on which day, counted back from today."""

    weighings: dict[int, list[tuple[Home, Crop]]] = field(default_factory=dict)
    orders: dict[int, int] = field(default_factory=dict)
    fates: dict[int, str] = field(default_factory=dict)  # order -> fate


def plan_days(world: World, chance: random.Random) -> Plan:
    """Spread weighings and orders over the days."""
    plan = Plan()
    for home in world.homes:
        for crop in home.place.crops:
            for _load in range(crop.loads):
                day = chance.randint(max(crop.window.last, 1), crop.window.first)
                plan.weighings.setdefault(day, []).append((home, crop))
    for _order in range(ORDERS):
        day = min(int(chance.expovariate(1 / 32)), FIRST_ORDER)
        plan.orders[day] = plan.orders.get(day, 0) + 1
    return plan


def at(today: datetime, back: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant so many days before today, at an hour of Shanghai; never one that has not come yet."""
    then = (today - timedelta(days=back)).replace(hour=(hour - 8) % 24, minute=minute, second=0, microsecond=0)
    return min(then, today - timedelta(minutes=max(1, 12 - hour // 2)))


def weigh(plan: Plan, today: datetime, back: int, chance: random.Random) -> int:
    """Weigh in the loads of a day, in the morning."""
    loads = plan.weighings.get(back, [])
    for turn, (home, crop) in enumerate(loads):
        with clock.travel(at(today, back, 8, min(59, 4 * turn))), atomic():
            season = db.session.get_one(Season, home.seasons[crop.key])
            member = db.session.get_one(Member, chance.choice(home.member_ids))
            place = chance.choices(range(len(crop.grades)), weights=[5, 8, 3, 1][-len(crop.grades) :])[0]
            tare = chance.choice(BASKETS if crop.load_g[1] < BIG_LOAD_G else CRATES)
            net = chance.randint(*crop.load_g) // 500 * 500
            catalog.take_in(
                member,
                season,
                season.product.grades[place],
                token=f"sample {home.place.slug} {crop.key} {back} {turn}",
                by=home.staff["clerk"],
                gross_g=net + tare,
                tare_g=tare,
                cut_g=chance.choice((0, 0, 0, net // 100 // 50 * 50)),
                unit=chance.choice((WeightUnit.KG, WeightUnit.JIN)),
            )
    return len(loads)


def trade(app: Flask, world: World, plan: Plan, today: datetime, back: int, chance: random.Random) -> int:
    """Let buyers order and pay at noon, pack and ship in the afternoon, accept in the evening."""
    made = 0
    for turn in range(plan.orders.get(back, 0)):
        with clock.travel(at(today, back, 12, 3 * turn % 60)):
            made += _order(app, world, plan, f"{back} {turn}", chance)
    with clock.travel(at(today, back, 15)):
        _cancel(plan)
        _pack_and_ship(world, back, chance)
        hear(app)
        jobs.sweep()
    with clock.travel(at(today, back, 20)):
        _accept(plan)
        hear(app)
        jobs.sweep()
    db.session.remove()
    return made


def _order(app: Flask | None, world: World, plan: Plan, token: str, chance: random.Random) -> int:
    customer = chance.choice(CUSTOMERS)
    user_id, buyer_id = world.buyers[customer.login]
    home = chance.choice(world.homes)
    crop = chance.choice(home.place.crops)
    pack_id, grams = chance.choice(home.packs[crop.key])
    many = chance.randint(4, 18) if customer.kind is BuyerKind.INSTITUTION else chance.randint(1, 3)
    try:
        with atomic():
            basket = ordering.open_basket(buyer_id=buyer_id)
            for line in list(basket.lines):
                ordering.remove(basket, line.pack_id)
            ordering.put(basket, db.session.get_one(Pack, pack_id), min(many, max(1, 300_000 // grams)))
            orders = ordering.place(basket, address_of(customer), token=f"sample {token}", by=user_id, seen={})
    except (NotEnough, NotSold):
        return 0
    for order_id in [order.id for order in orders]:
        fate = chance.choices([f for f, _w in FATES], weights=[w for _f, w in FATES])[0]
        plan.fates[order_id] = fate
        if app is not None:
            _pay(app, order_id, fate)
    return len(orders)


def _pay(app: Flask, order_id: int, fate: str) -> None:
    if fate == "leave":
        return
    gateway: SimulatedGateway = app.extensions["gateway"]
    urls = ReturnUrls("http://localhost/", "http://localhost/")
    url = payments.start_payment(order_id, gateway=gateway, urls=urls, locale="zh_Hans")
    token = url.rpartition("/")[2]
    if fate == "decline":
        gateway.decline(token, "insufficient_funds")
    else:
        gateway.pay(token)
    hear(app)


def leave_open(world: World, chance: random.Random) -> int:
    """Let some buyers order a moment ago and not have paid yet."""
    made = 0
    for turn in range(WAITING):
        made += _order(None, world, Plan(), f"waiting {turn}", chance)
    return made


def hear(app: Flask) -> None:
    """Let the processor's signed events come in through the real webhook, and work them off."""
    gateway: SimulatedGateway = app.extensions["gateway"]
    client = app.test_client()

    def post(body: bytes, headers: Mapping[str, str]) -> int:
        with client.post(f"/webhooks/{gateway.name}", data=body, headers=dict(headers)) as answer:
            return answer.status_code

    gateway.deliver(post)
    payments.process_due_events(gateway)


def address_of(customer: Customer) -> Address:
    """Return a buyer's address."""
    return Address(
        recipient=customer.person,
        phone=customer.phone,
        province=customer.province,
        city=customer.city,
        district=customer.district,
        street=customer.street,
    )


def _in_state(state: OrderState) -> list[int]:
    return list(db.session.scalars(select(Order.id).where(Order.state == state).order_by(Order.id)))


def _cancel(plan: Plan) -> None:
    for order_id in _in_state(OrderState.PAID):
        if plan.fates.get(order_id) == "cancel":
            with atomic():
                order = db.session.get_one(Order, order_id)
                fulfilment.cancel(order, CancelReason.BUYER, by=order.user_id)


def _pack_and_ship(world: World, back: int, chance: random.Random) -> None:
    clerks = {home.cooperative_id: (home.staff["clerk"], home.place.freight) for home in world.homes}
    for order_id in _in_state(OrderState.PACKED):
        if back == 0 and chance.random() < 0.5:  # noqa: PLR2004 - some stay packed today
            continue
        with atomic():
            order = db.session.get_one(Order, order_id)
            clerk, carrier = clerks[order.cooperative_id]
            number = f"SF{14_000_000 + order_id * 7919}"
            fulfilment.ship(order, carrier=carrier, tracking_number=number, by=clerk)
    for order_id in _in_state(OrderState.PAID):
        if back == 0 and chance.random() < 0.6:  # noqa: PLR2004 - some wait until tomorrow
            continue
        with atomic():
            order = db.session.get_one(Order, order_id)
            fulfilment.pack(order, by=clerks[order.cooperative_id][0])


def _accept(plan: Plan) -> None:
    for order_id in _in_state(OrderState.SHIPPED):
        shipment = fulfilment.find_shipment(order_id)
        if shipment is None or shipment.shipped_at is None or plan.fates.get(order_id) != "accept":
            continue
        if clock.now() - shipment.shipped_at > timedelta(days=2):
            with atomic():
                fulfilment.accept(shipment, AcceptedBy.WORD, by=db.session.get_one(Order, order_id).user_id)
