"""Bills, made through the front door."""

from itertools import count
from typing import Any

from marketplace import costs
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.costs import Bill, CostKind
from marketplace.extensions import atomic
from marketplace.identity import User
from marketplace.produce import Season
from tests.factories.cooperatives import make_staff
from tests.factories.produce import make_season

_numbers = count(1)


def make_bill(season: Season | None = None, amount_minor: int = 10_00, *, by: User | None = None, **facts: Any) -> Bill:
    """Enter a bill for freight."""
    where = season or make_season()
    clerk = by or make_staff(where.product.cooperative)
    number = next(_numbers)
    values = {
        "supplier_name": "顺丰速运",
        "kind": CostKind.FREIGHT,
        "voucher_number": f"V{number}",
        "billed_on": clock.today(where.product.cooperative.zone),
    } | facts
    with atomic():
        return costs.enter_bill(where, token=f"bill {number}", by=clerk.id, amount_minor=amount_minor, **values)


def make_approved_bill(season: Season | None = None, amount_minor: int = 10_00, **facts: Any) -> Bill:
    """Enter a bill and let a manager approve it."""
    bill = make_bill(season, amount_minor, **facts)
    manager = make_staff(bill.cooperative, StaffRole.MANAGER)
    with atomic():
        costs.approve_bill(bill, by=manager.id)
    return bill
