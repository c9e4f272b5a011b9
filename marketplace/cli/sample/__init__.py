"""The sample data of `flask demo`: a believable year of three cooperatives, made through the front doors.

The same seed gives the same people, loads, orders and amounts, counted back from today; only what must not be guessed,
such as order numbers and box codes, is drawn anew.
"""

import logging
import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from marketplace.cli.sample.days import at, hear, leave_open, plan_days, trade, weigh
from marketplace.cli.sample.people import DOMAIN, LEAD, PASSWORD, PIN, populate
from marketplace.cli.sample.sharing import bill, share
from marketplace.cooperatives import Cooperative, HouseholdKey
from marketplace.core import clock
from marketplace.extensions import db

__all__ = ["PASSWORD", "is_loaded", "load", "logins"]

SEED = 7
TOLD = 30  # days between two lines of progress


def is_loaded() -> bool:
    """Say whether the sample, or anything else, is there."""
    found = db.session.scalar(select(Cooperative.id).limit(1)) is not None
    db.session.rollback()
    return found


def load(app: Flask, say: Callable[[str], None]) -> None:
    """Make the sample, day after day; `say` is told how far it is."""
    # a refund's event is fetched by the very sweep that made it: no reason to warn here
    log = logging.getLogger("marketplace.payments.events")
    level = log.level
    log.setLevel(logging.ERROR)
    chance = random.Random(SEED)  # noqa: S311 - nothing here is a secret
    today = clock.now()
    with clock.travel(today - timedelta(days=LEAD)):
        world = populate(chance)
    say(f"{len(world.homes)} cooperatives, {sum(len(home.member_ids) for home in world.homes)} households, 8 buyers.")
    plan = plan_days(world, chance)
    weighings = orders = 0
    for back in range(LEAD - 1, -1, -1):
        weighings += weigh(plan, today, back, chance)
        if back in plan.orders or back <= max(plan.orders):
            orders += trade(app, world, plan, today, back, chance)
            if back % 7 == 0:
                bill(world, today, back)
        share(world, today, back)
        db.session.remove()
        if back % TOLD == 0:
            say(f"{today - timedelta(days=back):%Y-%m-%d}: {weighings} weighings, {orders} orders.")
    with clock.travel(at(today, 0, 22)):
        hear(app)
    with clock.travel(today - timedelta(minutes=4)):
        leave_open(world, chance)
    db.session.remove()
    log.setLevel(level)


def logins() -> Iterator[tuple[str, str]]:
    """Yield who can log in with which address; a household with its printed code and PIN."""
    yield "buyer", f"chenyu@{DOMAIN}"
    yield "buyer, institution", f"canteen@{DOMAIN}"
    for role in ("clerk", "manager", "cashier", "supervisor"):
        yield f"{role}, Luochuan", f"{role}.luochuan@{DOMAIN}"
    yield "coordinator, county", f"county@{DOMAIN}"
    yield "coordinator, township", f"township@{DOMAIN}"
    yield "administrator", f"admin@{DOMAIN}"
    codes = select(HouseholdKey.code).where(HouseholdKey.ended_at.is_(None)).order_by(HouseholdKey.id).limit(2)
    for code in db.session.scalars(codes):
        yield "household, at /household/login", f"code {code}, PIN {PIN}"
    db.session.rollback()
