"""The simulated processor: the contract, and what only it does: time, payouts, events on their way."""

import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.extensions import Conflict, atomic
from marketplace.gateway import (
    SIGNATURE_HEADER,
    BadSignature,
    GatewayMisconfigured,
    GatewayRefused,
    GatewayUnknown,
    PaymentStatus,
    PayoutStatus,
    RefundStatus,
    SimulatedGateway,
    make_gateway,
    simulated,
)
from tests.gateway.contract import APPLES, TEA, GatewayContract, back, refused, request

SECRETS = ("new secret", "old secret")


def token_of(url: str) -> str:
    return url.removeprefix("/sim-pay/")


class SimulatedDesk:
    def __init__(self, gateway: SimulatedGateway) -> None:
        self.gateway = gateway

    def pay(self, url: str) -> None:
        self.gateway.pay(token_of(url))

    def decline(self, url: str) -> None:
        self.gateway.decline(token_of(url), "insufficient_funds")

    def leave(self, url: str) -> None:
        self.gateway.leave(token_of(url))


class Inbox:
    """A webhook that keeps what it verified."""

    def __init__(self, gateway: SimulatedGateway, *answers: int) -> None:
        self.gateway, self.answers, self.events, self.bodies = gateway, list(answers), [], []

    def __call__(self, body, headers):
        self.bodies.append(body)
        self.events.append(self.gateway.verify_event(body, headers))
        return self.answers.pop(0) if self.answers else 200

    @property
    def types(self):
        return [event.type for event in self.events]


@pytest.fixture
def gateway(session):
    return SimulatedGateway(secrets=SECRETS, production=False)


@pytest.fixture
def inbox(gateway):
    return Inbox(gateway)


@pytest.fixture
def token(gateway):
    return token_of(gateway.start_checkout(request(), "started").url)


@pytest.mark.usefixtures("session")
class TestContract(GatewayContract):
    @pytest.fixture
    def gateway(self):
        return SimulatedGateway(secrets=SECRETS, production=False)

    @pytest.fixture
    def desk(self, gateway):
        return SimulatedDesk(gateway)


def pay(gateway, key="k1", **changes):
    start = gateway.start_checkout(request(**changes), key)
    gateway.pay(token_of(start.url))
    return start.provider_id


def test_production_refuses_it():
    with pytest.raises(GatewayMisconfigured):
        make_gateway("simulated", secrets=SECRETS, production=True)


@pytest.mark.parametrize("secrets", [(), ("",), ("one", "")])
def test_events_are_never_unsigned(secrets):
    with pytest.raises(GatewayMisconfigured):
        make_gateway("simulated", secrets=secrets, production=False)


def test_an_unknown_processor_is_a_fault_of_the_settings():
    with pytest.raises(GatewayMisconfigured):
        make_gateway("simulatde", secrets=SECRETS, production=False)
    assert make_gateway("simulated", secrets=SECRETS, production=False).name == "simulated"


def test_it_is_not_called_inside_a_transaction(gateway):
    with pytest.raises(RuntimeError, match="outside a transaction"), atomic():
        gateway.start_checkout(request(), "k1")


def test_a_lost_race_leaves_the_outcome_unknown(gateway, monkeypatch):
    def lose(*_arguments):
        raise Conflict

    monkeypatch.setattr(simulated.rows, "find_done", lose)
    with pytest.raises(GatewayUnknown):
        gateway.start_checkout(request(), "k1")


def test_the_fee_is_three_percent_half_up(gateway):
    for amount_minor, fee_minor in ((10_000, 300), (1_050, 32), (1_049, 31), (550, 17)):
        seen = gateway.fetch_payment(APPLES, pay(gateway, f"k{amount_minor}", amount_minor=amount_minor))
        assert seen.processor_fee_minor == fee_minor


def test_the_minimum_is_a_setting(session):
    free = SimulatedGateway(secrets=SECRETS, production=False, minimums={})
    assert free.start_checkout(request(1), "k1").provider_id


def test_the_page_shows_what_is_to_be_paid(gateway, token):
    page = gateway.page(token)
    assert (page.description, page.amount_minor, page.currency) == ("订单 A7：苹果 5 千克", 10_000, "CNY")
    assert (page.account, page.locale, page.status) == ("acct_apples", "zh_Hans", PaymentStatus.OPEN)
    assert gateway.leave(token).cancel_url == "http://localhost/left"
    assert gateway.pay(token).success_url == "http://localhost/back"
    assert gateway.page(token).status is PaymentStatus.SUCCEEDED


def test_an_unknown_page(gateway):
    for call in (gateway.page, gateway.pay, gateway.leave, lambda token: gateway.decline(token, "expired_card")):
        with refused("not_found"):
            call("nobody")


def test_buttons_are_idempotent(gateway, inbox, token):
    for _ in range(2):
        gateway.decline(token, "expired_card")
    for _ in range(2):
        gateway.pay(token)
    with refused("already_paid"):
        gateway.decline(token, "expired_card")
    gateway.deliver(inbox)
    assert inbox.types == ["payment_intent.payment_failed", "checkout.session.completed"]


def test_only_known_declines(gateway, token):
    with refused("decline_code"):
        gateway.decline(token, "<script>")


@pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=25)])
def test_a_page_ends_before_a_day_is_over(gateway, after):
    with refused("expires_at"):
        gateway.start_checkout(request(expires_at=clock.now() + after), "k1")


def test_an_expired_page_cannot_be_paid(gateway, inbox):
    asked = request()
    start = gateway.start_checkout(asked, "k1")
    with clock.travel(asked.expires_at):
        assert gateway.page(token_of(start.url)).status is PaymentStatus.CANCELLED
        for call in (gateway.pay, lambda token: gateway.decline(token, "expired_card")):
            with refused("session_closed"):
                call(token_of(start.url))
        assert gateway.fetch_payment(APPLES, start.provider_id).status is PaymentStatus.CANCELLED
        assert gateway.start_checkout(asked, "k1") == start
        gateway.deliver(inbox)
    assert inbox.types == ["checkout.session.expired"]


def test_a_page_can_be_paid_until_the_last_second(gateway):
    asked = request()
    start = gateway.start_checkout(asked, "k1")
    with clock.travel(asked.expires_at - timedelta(seconds=1)):
        assert gateway.pay(token_of(start.url)).status is PaymentStatus.SUCCEEDED


def test_the_sweep_tells_of_pages_that_nobody_opened_again(gateway, inbox):
    asked = request()
    gateway.start_checkout(asked, "k1")
    assert gateway.due_events() == []
    with clock.travel(asked.expires_at + timedelta(minutes=1)):
        assert gateway.deliver(inbox) == 1
        assert gateway.expire_sessions() == 0


def test_a_payout_is_what_is_left_and_takes_back_what_is_too_much(gateway, inbox):
    paid = pay(gateway)
    first = gateway.pay_out(APPLES)
    assert (first.amount_minor, first.currency, first.status) == (9_500, "CNY", PayoutStatus.PAID)
    assert gateway.pay_out(APPLES) is None
    gateway.refund(back(paid, 2_000, 40), "r1")
    second = gateway.pay_out(APPLES)
    assert second.amount_minor == -1_960
    assert gateway.fetch_payout(APPLES, second.provider_id) == second
    with refused("not_found"):
        gateway.fetch_payout(TEA, second.provider_id)
    gateway.deliver(inbox)
    assert [event.object_id for event in inbox.events if event.type == "payout.paid"] == [
        first.provider_id,
        second.provider_id,
    ]


def test_balances_are_kept_apart_by_merchant_and_currency(gateway):
    pay(gateway, "k1")
    pay(gateway, "k2", merchant=TEA, amount_minor=20_000)
    pay(gateway, "k3", amount_minor=1_000, currency="JPY")
    gateway.start_checkout(request(), "not paid")
    assert gateway.pay_out(APPLES).amount_minor == 9_500
    assert gateway.pay_out(TEA).amount_minor == 19_000
    assert gateway.pay_out(APPLES, "JPY").amount_minor == 950
    assert gateway.pay_out(TEA, "JPY") is None


def test_a_refund_that_fails_later_is_the_merchants_money_again(gateway, inbox):
    paid = pay(gateway)
    refund = gateway.refund(back(paid, 10_000, 200), "r1")
    assert gateway.pay_out(APPLES).amount_minor == -300
    for _ in range(2):
        assert gateway.fail_refund(APPLES, refund.provider_id).status is RefundStatus.FAILED
    assert gateway.fetch_payment(APPLES, paid).refunds[0].status is RefundStatus.FAILED
    assert gateway.pay_out(APPLES).amount_minor == 9_800
    assert gateway.refund(back(paid, 10_000, 200), "r2").status is RefundStatus.SUCCEEDED
    gateway.deliver(inbox)
    assert [json.loads(b)["data"]["object"]["status"] for b in inbox.bodies if b"refund.updated" in b] == [
        "succeeded",
        "failed",
        "succeeded",
    ]


def test_an_event_says_what_happened_to_which_object(gateway, inbox):
    start = clock.now() - timedelta(seconds=1)
    paid = pay(gateway)
    assert gateway.deliver(inbox) == 1
    event = inbox.events[0]
    assert (event.provider, event.account, event.type) == ("simulated", "acct_apples", "checkout.session.completed")
    assert (event.object_id, event.livemode, event.payload.encode()) == (paid, False, inbox.bodies[0])
    assert start <= event.created_at <= clock.now()
    content = json.loads(event.payload)["data"]["object"]
    assert (content["metadata"], content["payment_status"]) == ({"attempt_id": "7"}, "paid")
    assert list(gateway.events_since(APPLES, start)) == inbox.events
    assert list(gateway.events_since(APPLES, clock.now() + timedelta(seconds=1))) == []


def test_a_delivered_event_is_not_sent_again(gateway, inbox):
    pay(gateway)
    assert (gateway.deliver(inbox), gateway.deliver(inbox)) == (1, 0)
    assert len(inbox.events) == 1


@pytest.mark.parametrize("answer", [500, 503, 400, 302])
def test_a_refused_event_comes_again_with_the_same_bytes(gateway, answer):
    inbox = Inbox(gateway, answer)
    pay(gateway)
    assert gateway.deliver(inbox) == 0
    assert gateway.deliver(inbox) == 0
    with clock.travel(clock.now() + timedelta(seconds=3)):
        assert gateway.deliver(inbox) == 1
    assert inbox.bodies[0] == inbox.bodies[1]
    assert inbox.events[0] == inbox.events[1]


def test_an_unreachable_shop_is_tried_again(gateway, inbox):
    def unreachable(_body, _headers):
        raise ConnectionRefusedError

    pay(gateway)
    assert gateway.deliver(unreachable) == 0
    with clock.travel(clock.now() + timedelta(seconds=3)):
        assert gateway.deliver(inbox) == 1


def test_it_gives_up_at_last(gateway):
    inbox = Inbox(gateway, *[500] * 100)
    pay(gateway)
    for hour in range(30):
        with clock.travel(clock.now() + timedelta(hours=2 * hour)):
            gateway.deliver(inbox)
    assert len(inbox.events) == 16


def test_copies_reordering_and_loss(gateway, inbox):
    paid = pay(gateway)
    gateway.refund(back(paid, 100), "r1")
    gateway.pay_out(APPLES)
    assert gateway.deliver(inbox, copies=3, reorder=True, drop={"payout.paid"}) == 2
    assert inbox.types == ["refund.updated"] * 3 + ["checkout.session.completed"] * 3
    assert len({event.event_id for event in inbox.events}) == 2
    assert gateway.deliver(inbox) == 0
    told = [event.type for event in gateway.events_since(APPLES, clock.now() - timedelta(minutes=1))]
    assert told == ["checkout.session.completed", "refund.updated", "payout.paid"]


def test_a_new_secret_signs_while_the_old_one_still_counts(gateway):
    pay(gateway)
    before = SimulatedGateway(secrets=("old secret",), production=False)
    after = SimulatedGateway(secrets=("new secret",), production=False)
    sent = {}
    gateway.deliver(lambda body, headers: sent.update(body=body, **headers) or 200)
    body = sent.pop("body")
    assert after.verify_event(body, sent).type == "checkout.session.completed"
    with pytest.raises(BadSignature):
        before.verify_event(body, sent)
    lower = {SIGNATURE_HEADER.lower(): sent[SIGNATURE_HEADER]}
    assert gateway.verify_event(body, lower).type == "checkout.session.completed"


def run_together(app, *works):
    """Run each work in a thread of its own, all at once; return what they gave or raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        with app.app_context():
            barrier.wait()
            try:
                results[index] = work()
            except GatewayRefused as error:
                results[index] = error.code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_ten_at_once_with_one_key_make_one_payment(real_app):
    gateway, asked = SimulatedGateway(secrets=SECRETS, production=False), request()
    started = run_together(real_app, *[lambda: gateway.start_checkout(asked, "k1").provider_id] * 10)
    assert len(set(started)) == 1


def test_refunds_and_payouts_at_once_never_exceed_the_money(real_app):
    gateway = SimulatedGateway(secrets=SECRETS, production=False)
    with real_app.app_context():
        paid = pay(gateway)
    refunds = run_together(
        real_app, *[lambda n=n: gateway.refund(back(paid, 4_000), f"r{n}").amount_minor for n in range(6)]
    )
    assert sorted(refunds, key=str) == [4_000, 4_000, *["more_than_captured"] * 4]
    payouts = run_together(real_app, *[lambda: gateway.pay_out(APPLES)] * 6)
    assert [payout.amount_minor for payout in payouts if payout] == [1_500]


def test_paying_at_once_is_told_once(real_app):
    gateway = SimulatedGateway(secrets=SECRETS, production=False)
    with real_app.app_context():
        token = token_of(gateway.start_checkout(request(), "k1").url)
    pages = run_together(real_app, *[lambda: gateway.pay(token)] * 8)
    assert {page.status for page in pages} == {PaymentStatus.SUCCEEDED}
    with real_app.app_context():
        assert [parcel.type for parcel in gateway.due_events()] == ["checkout.session.completed"]


def test_a_request_is_compared_by_all_its_parameters(gateway):
    asked = request()
    gateway.start_checkout(asked, "k1")
    for change in (
        {"attempt_id": "8"},
        {"currency": "HKD"},
        {"application_fee_minor": 0},
        {"success_url": "http://localhost/elsewhere"},
        {"expires_at": asked.expires_at + timedelta(seconds=1)},
    ):
        with refused("idempotency"):
            gateway.start_checkout(replace(asked, **change), "k1")
