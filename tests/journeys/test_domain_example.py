"""The example of `domain.md` 3 that was computed by hand, as far as this scope's recipes exist.

An order of 100.00 by card; the processor takes 3.00 and the platform 2.00; the processor pays out; the goods are
accepted; 70.00 go to three households as 35/21/14; the third one's payout comes back after it was settled; 20.00 are
refunded and with them 0.40 of the platform's fee; the processor takes back 19.60.

A plan of this scope pays a percentage, the example a fixed sum: 73.68 % of the net of 95.00 is 69.996, which is rounded
once, half up, to 70.00. Three steps of the example wait for later recipes: setting 5.00 aside for returns, setting the
shortfall off against the third household's unpaid line (here it stays a memo claim of the next run, and the line stays
owed in full), and closing the year. So the bank ends at 19.40 as in the example, and what it is made of is still spread
over the result accounts.
"""

import pytest

from marketplace import catalog, distribution, fulfilment, ledger, payments, payouts
from marketplace.catalog import PackInput
from marketplace.core import clock
from marketplace.extensions import atomic
from marketplace.fulfilment import AcceptedBy
from marketplace.gateway import MerchantRef
from marketplace.ledger import PLATFORM
from marketplace.payments import RefundReason
from tests.factories.catalog import make_listing, make_tariff
from tests.factories.distribution import make_checked, make_draft, make_plan, make_pool
from tests.factories.fulfilment import make_shipped
from tests.factories.ordering import make_order
from tests.factories.payments import balances, hear, make_gateway, make_paid, refund_all
from tests.factories.payouts import make_sent, payouts_of

BOX = PackInput(grams=10_000, label="10 公斤箱", price_minor=100_00)
PAID_BP = 7_368


EARNED = {"bank": 95_00, "sales": -100_00, "processor_fees": 3_00, "platform_fee": 2_00}
END = {
    "bank": 19_40,
    "owed_to_members": -14_00,
    "sales": -100_00,
    "sales_returns": 20_00,
    "processor_fees": 3_00,
    "platform_fee": 1_60,
    "member_settlement": 70_00,
}


def sell(season, gateway):
    """Sell one box by card; the processor pays out, the buyer accepts. Return the payment."""
    cooperative = season.product.cooperative
    make_tariff(cooperative, first_minor=0, step_minor=0)
    with atomic():
        catalog.set_fee_rate(clock.today(cooperative.zone), 200, by=None)
    order = make_order(make_listing(season, packs=[BOX]).packs[0])
    payment = make_paid(order, gateway)
    assert balances(ledger.book_of(cooperative.id)) == {
        "clearing": 95_00,
        "buyer_advances": -100_00,
        "processor_fees": 3_00,
        "platform_fee_prepaid": 2_00,
    }
    pay_out(cooperative, gateway)
    shipment = make_shipped(order)
    with atomic():
        fulfilment.accept(shipment, AcceptedBy.WORD)
    return payment


def pay_out(cooperative, gateway):
    """Let the processor transfer what it holds, or take back what is missing."""
    gateway.pay_out(MerchantRef(cooperative.merchant_account))
    hear(gateway)


def refund(payment, gateway):
    """Send 20.00 back to the buyer."""
    with atomic():
        made = payments.request_refund(payment, 20_00, RefundReason.GOODWILL, by=None)
    assert made.fee_back_minor == 40
    refund_all(gateway)
    hear(gateway)


def settle_all(run):
    """Send what a run owes to the bank, which pays it today."""
    batch = make_sent(run)
    today = clock.today(run.cooperative.zone)
    with atomic():
        payouts.settle_all(batch, today, by=batch.made_by_id)
    return payouts_of(batch), today


def test_every_account_stands_where_it_was_computed_by_hand(session):
    gateway = make_gateway()
    season, members = make_pool((35_000, 21_000, 14_000), sales_minor=0, paid_bp=PAID_BP)
    cooperative = season.product.cooperative
    book = ledger.book_of(cooperative.id)
    payment = sell(season, gateway)
    assert balances(book) == EARNED

    run = make_checked(season)
    assert (run.net_minor, run.paid_minor, run.kept_minor) == (95_00, 70_00, 25_00)
    lines = {line.member_id: line.amount_minor for line in distribution.list_allocations(run)}
    assert [lines[member.id] for member in members] == [35_00, 21_00, 14_00]
    assert balances(book) == EARNED | {"member_settlement": 70_00, "owed_to_members": -70_00}

    paid, today = settle_all(run)
    assert balances(book) == EARNED | {"member_settlement": 70_00, "bank": 25_00}
    with atomic():
        payouts.mark_returned(paid[2], today, "账户已销", by=paid[2].batch.made_by_id)
    owed = {row.party: row.amount_minor for row in ledger.balances(book, by=("party",), account="owed_to_members")}
    assert owed == {members[2].party: -14_00}

    refund(payment, gateway)
    assert balances(book)["clearing"] == -19_60
    pay_out(cooperative, gateway)
    assert balances(book) == END
    assert balances(PLATFORM) == {"clearing": 1_60, "fee_income": -1_60}
    assert sum(END.values()) == 0
    assert ledger.verify().is_clean

    # of the net of 75.40 the plan's part is 55.55; 70.00 were paid, so 14.45 are a claim, 2.89 of them on the third
    after = distribution.preview(make_draft(season))
    assert (after.settlement.net_minor, after.settlement.part_minor) == (75_40, 55_55)
    assert (after.settlement.paid_minor, after.settlement.claim_minor) == (0, 14_45)
    claims = {after.members[line.token].id: line.claim_minor for line in after.settlement.lines}
    assert claims[members[2].id] == 2_89
    assert balances(book) == END  # a claim is a memo


@pytest.mark.parametrize("paid_bp", [PAID_BP - 1, PAID_BP, PAID_BP + 1])
def test_no_neighbouring_percentage_would_pay_the_example(session, paid_bp):
    season, _members = make_pool((35_000, 21_000, 14_000), sales_minor=95_00)
    make_plan(season, paid_bp)
    part = distribution.preview(make_draft(season)).settlement.part_minor
    assert (part == 70_00) is (paid_bp == PAID_BP)
