"""What every payment processor keeps to: a class of tests that runs over each implementation.

A subclass gives `gateway` and `desk`, which does at the processor what a buyer and a bank do there.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import pytest

from marketplace.core import clock
from marketplace.gateway import (
    CheckoutRequest,
    GatewayRefused,
    MerchantRef,
    PaymentGateway,
    PaymentStatus,
    RefundRequest,
    RefundStatus,
)

APPLES = MerchantRef("acct_apples")
TEA = MerchantRef("acct_tea")


class Desk(Protocol):
    """The buyer's hands and the bank, at the processor."""

    def pay(self, url: str) -> None: ...
    def decline(self, url: str) -> None: ...
    def leave(self, url: str) -> None: ...


def request(amount_minor: int = 10_000, currency: str = "CNY", **changes) -> CheckoutRequest:
    made = CheckoutRequest(
        merchant=APPLES,
        attempt_id="7",
        amount_minor=amount_minor,
        currency=currency,
        application_fee_minor=amount_minor // 50,
        description="订单 A7：苹果 5 千克",
        locale="zh_Hans",
        success_url="http://localhost/back",
        cancel_url="http://localhost/left",
        expires_at=clock.now() + timedelta(minutes=45),
    )
    return replace(made, **changes)


def back(payment: str, amount_minor: int, fee_back_minor: int = 0, **changes) -> RefundRequest:
    made = RefundRequest(
        merchant=APPLES,
        payment_provider_id=payment,
        amount_minor=amount_minor,
        currency="CNY",
        fee_back_minor=fee_back_minor,
        reason="goodwill",
    )
    return replace(made, **changes)


def refused(code: str):
    return pytest.raises(GatewayRefused, check=lambda error: error.code == code)


class GatewayContract:
    """Start, pay, decline, leave, cancel, refund, ask."""

    @pytest.fixture
    def gateway(self) -> PaymentGateway:
        raise NotImplementedError

    @pytest.fixture
    def desk(self) -> Desk:
        raise NotImplementedError

    @pytest.fixture
    def paid(self, gateway: PaymentGateway, desk: Desk) -> str:
        start = gateway.start_checkout(request(), "paid")
        desk.pay(start.url)
        return start.provider_id

    def test_a_started_payment_is_open(self, gateway):
        asked = request()
        start = gateway.start_checkout(asked, "k1")
        seen = gateway.fetch_payment(APPLES, start.provider_id)
        assert (start.url != "", start.expires_at) == (True, asked.expires_at)
        assert (seen.provider_id, seen.account, seen.attempt_id) == (start.provider_id, APPLES.account, "7")
        assert (seen.amount_minor, seen.currency, seen.status) == (10_000, "CNY", PaymentStatus.OPEN)
        assert (seen.application_fee_minor, seen.processor_fee_minor) == (200, 0)
        assert (seen.decline_code, seen.refunds) == (None, ())

    def test_paying_takes_the_amount_and_the_fee_once(self, gateway, desk):
        start = gateway.start_checkout(request(), "k1")
        desk.pay(start.url)
        first = gateway.fetch_payment(APPLES, start.provider_id)
        desk.pay(start.url)
        assert first.status is PaymentStatus.SUCCEEDED
        assert first.amount_minor == 10_000
        assert first.processor_fee_minor > 0
        assert gateway.fetch_payment(APPLES, start.provider_id) == first

    def test_a_declined_card_leaves_the_payment_open_for_another(self, gateway, desk):
        start = gateway.start_checkout(request(), "k1")
        desk.decline(start.url)
        seen = gateway.fetch_payment(APPLES, start.provider_id)
        assert (seen.status, seen.decline_code) == (PaymentStatus.OPEN, "insufficient_funds")
        desk.pay(start.url)
        seen = gateway.fetch_payment(APPLES, start.provider_id)
        assert (seen.status, seen.decline_code) == (PaymentStatus.SUCCEEDED, None)

    def test_leaving_changes_nothing(self, gateway, desk):
        start = gateway.start_checkout(request(), "k1")
        before = gateway.fetch_payment(APPLES, start.provider_id)
        desk.leave(start.url)
        assert gateway.fetch_payment(APPLES, start.provider_id) == before

    def test_one_key_makes_one_payment(self, gateway):
        asked = request()
        start = gateway.start_checkout(asked, "k1")
        assert gateway.start_checkout(asked, "k1") == start
        assert gateway.start_checkout(asked, "k2").provider_id != start.provider_id

    def test_one_key_with_other_parameters_is_refused(self, gateway):
        asked = request()
        gateway.start_checkout(asked, "k1")
        with refused("idempotency"):
            gateway.start_checkout(replace(asked, amount_minor=10_001), "k1")

    def test_a_refused_request_does_not_use_its_key_up(self, gateway):
        with refused("amount"):
            gateway.start_checkout(request(0), "k1")
        assert gateway.start_checkout(request(), "k1").provider_id

    @pytest.mark.parametrize(
        ("amount_minor", "currency", "code"),
        [
            (0, "CNY", "amount"),
            (-500, "CNY", "amount"),
            (499, "CNY", "amount_too_small"),
            (100_000_000, "CNY", "amount_too_large"),
            (10_000, "ZZZ", "currency"),
        ],
    )
    def test_amounts_are_checked(self, gateway, amount_minor, currency, code):
        with refused(code):
            gateway.start_checkout(request(amount_minor, currency, application_fee_minor=0), "k1")

    def test_the_application_fee_is_part_of_the_amount(self, gateway):
        for fee in (-1, 10_001):
            with refused("application_fee"):
                gateway.start_checkout(request(application_fee_minor=fee), "k1")

    @pytest.mark.parametrize(("amount_minor", "currency"), [(80, "JPY"), (1000, "KRW"), (1234, "KWD"), (8000, "CNY")])
    def test_b64_minor_units_go_through_unscaled(self, gateway, desk, amount_minor, currency):
        started = clock.now() - timedelta(seconds=1)
        start = gateway.start_checkout(request(amount_minor, currency), "k1")
        desk.pay(start.url)
        seen = gateway.fetch_payment(APPLES, start.provider_id)
        assert (seen.amount_minor, seen.currency) == (amount_minor, currency)
        whole = back(start.provider_id, amount_minor, currency=currency)
        assert gateway.refund(whole, "r1").amount_minor == amount_minor
        told = [event for event in gateway.events_since(APPLES, started) if event.object_id == start.provider_id]
        assert f'"amount_total": {amount_minor},' in told[0].payload

    def test_cancelling_closes_the_page_once(self, gateway, desk):
        start = gateway.start_checkout(request(), "k1")
        assert gateway.cancel_payment(APPLES, start.provider_id, "c1").status is PaymentStatus.CANCELLED
        assert gateway.cancel_payment(APPLES, start.provider_id, "c1").status is PaymentStatus.CANCELLED
        assert gateway.cancel_payment(APPLES, start.provider_id, "c2").status is PaymentStatus.CANCELLED
        with refused("session_closed"):
            desk.pay(start.url)
        assert gateway.fetch_payment(APPLES, start.provider_id).status is PaymentStatus.CANCELLED

    def test_what_is_paid_is_not_cancelled(self, gateway, paid):
        with refused("already_paid"):
            gateway.cancel_payment(APPLES, paid, "c1")
        assert gateway.fetch_payment(APPLES, paid).status is PaymentStatus.SUCCEEDED

    def test_refunds_in_parts_up_to_what_was_captured(self, gateway, paid):
        first = gateway.refund(back(paid, 2_000, 40), "r1")
        assert (first.status, first.amount_minor, first.fee_back_minor) == (RefundStatus.SUCCEEDED, 2_000, 40)
        with refused("more_than_captured"):
            gateway.refund(back(paid, 8_001), "r2")
        gateway.refund(back(paid, 8_000, 160), "r2")
        with refused("more_than_captured"):
            gateway.refund(back(paid, 1), "r3")
        seen = gateway.fetch_payment(APPLES, paid)
        assert [refund.amount_minor for refund in seen.refunds] == [2_000, 8_000]
        assert seen.status is PaymentStatus.SUCCEEDED
        assert gateway.fetch_refund(APPLES, first.provider_id) == first

    def test_one_key_makes_one_refund(self, gateway, paid):
        first = gateway.refund(back(paid, 2_000), "r1")
        assert gateway.refund(back(paid, 2_000), "r1") == first
        with refused("idempotency"):
            gateway.refund(back(paid, 2_001), "r1")
        assert len(gateway.fetch_payment(APPLES, paid).refunds) == 1

    def test_no_more_of_the_fee_goes_back_than_was_taken(self, gateway, paid):
        gateway.refund(back(paid, 5_000, 150), "r1")
        with refused("more_than_fee"):
            gateway.refund(back(paid, 1_000, 51), "r2")

    def test_what_is_not_paid_is_not_refunded(self, gateway):
        start = gateway.start_checkout(request(), "k1")
        with refused("not_paid"):
            gateway.refund(back(start.provider_id, 100), "r1")

    def test_a_refund_is_of_the_payments_currency(self, gateway, paid):
        with refused("currency"):
            gateway.refund(back(paid, 100, currency="JPY"), "r1")

    def test_two_merchants_see_nothing_of_each_other(self, gateway, paid):
        refund = gateway.refund(back(paid, 100), "r1")
        for call in (
            lambda: gateway.fetch_payment(TEA, paid),
            lambda: gateway.cancel_payment(TEA, paid, "c1"),
            lambda: gateway.refund(back(paid, 100, merchant=TEA), "r2"),
            lambda: gateway.fetch_refund(TEA, refund.provider_id),
            lambda: gateway.fetch_payout(TEA, "po_none"),
        ):
            with refused("not_found"):
                call()
        assert list(gateway.events_since(TEA, clock.now() - timedelta(days=1))) == []

    def test_one_key_at_two_merchants_makes_two_payments(self, gateway):
        asked = request()
        ours, theirs = gateway.start_checkout(asked, "k1"), gateway.start_checkout(replace(asked, merchant=TEA), "k1")
        assert ours.provider_id != theirs.provider_id
