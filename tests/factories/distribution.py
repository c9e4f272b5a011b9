"""Pools with money in them, and runs at every point of their life."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

import time_machine
from sqlalchemy import text

from marketplace import audit, distribution, ledger
from marketplace.cooperatives import Member, StaffRole
from marketplace.core import clock
from marketplace.distribution import Plan, Run
from marketplace.extensions import atomic, db
from marketplace.ledger import Account, Draft, credit, debit
from marketplace.produce import Season
from tests.factories.cooperatives import make_coordinator, make_member, make_staff
from tests.factories.intake import make_weighing
from tests.factories.produce import make_season

_numbers = count(1)


def sell(season: Season, amount_minor: int, *, fees_minor: int = 0, currency: str | None = None) -> None:
    """Post a sale on a pool, as an acceptance and its fees do, without an order."""
    cooperative, number = season.product.cooperative, next(_numbers)
    unit, today = currency or cooperative.currency, clock.today(cooperative.zone)
    with atomic():
        ledger.post(
            ledger.book_of(cooperative.id),
            Draft(
                f"acceptance:test-{number}",
                today,
                [
                    debit(Account.BUYER_ADVANCES, amount_minor, unit),
                    credit(Account.SALES, amount_minor, unit, pool=season.pool),
                ],
            ),
        )
        if fees_minor:
            ledger.post(
                ledger.book_of(cooperative.id),
                Draft(
                    f"acceptance:test-{number}:fee",
                    today,
                    [
                        debit(Account.PLATFORM_FEE, fees_minor, unit, pool=season.pool),
                        credit(Account.PLATFORM_FEE_PREPAID, fees_minor, unit),
                    ],
                ),
            )


def make_plan(season: Season, paid_bp: int = 8_000) -> Plan:
    """Set a pool's plan: so many basis points are paid to the members."""
    manager = make_staff(season.product.cooperative, StaffRole.MANAGER)
    with atomic():
        return distribution.set_plan(
            season,
            paid_bp=paid_bp,
            kept_for="冷库贷款" if paid_bp < 10_000 else "",
            decided_on=clock.today(season.product.cooperative.zone),
            by=manager.id,
        )


def make_pool(
    grams: Sequence[int] = (50_000, 30_000, 20_000), *, sales_minor: int = 100_00, paid_bp: int = 10_000
) -> tuple[Season, list[Member]]:
    """Make a pool: one member for each weight, a sale, and a plan."""
    season = make_season()
    members = []
    for weight in grams:
        member = make_member(season.product.cooperative)
        make_weighing(member, season, net_g=weight)
        members.append(member)
    if sales_minor:
        sell(season, sales_minor)
    make_plan(season, paid_bp)
    return season, members


def make_draft(season: Season) -> Run:
    """Let a clerk begin a run."""
    clerk = make_staff(season.product.cooperative)
    with atomic():
        return distribution.draft_run(season, token=f"run {next(_numbers)}", by=clerk.id)


def make_published(season: Season) -> Run:
    """Begin a run and hang its notice out, by the same clerk."""
    run = make_draft(season)
    with atomic():
        distribution.publish(run, by=run.prepared_by_id)
    return run


def make_approved(season: Season) -> Run:
    """Publish a run and let a manager approve it when the notice has hung long enough."""
    run = make_published(season)
    manager = make_staff(run.cooperative, StaffRole.MANAGER)
    assert run.notice_until is not None
    with time_machine.travel(run.notice_until + timedelta(minutes=1)), atomic():
        distribution.approve(run, by=manager.id)
    return run


def make_checked(season: Season) -> Run:
    """Bring a run to the coordinator's check."""
    run = make_approved(season)
    coordinator = make_coordinator(run.cooperative)
    with atomic():
        audit.check(run, by=coordinator.id)
    return run


def without_guards(statement: str, **values: object) -> None:
    """Change what the database's triggers keep, as its owner could."""
    with atomic():
        distribution.guards.drop(db.session.connection())
        db.session.execute(text(statement), values)
        distribution.guards.install(db.session.connection())
    db.session.expire_all()
