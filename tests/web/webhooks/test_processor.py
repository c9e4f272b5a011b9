"""The webhook: raw bytes signed, stored once, answered fast; three at once have one effect."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import jobs
from marketplace.app import create_app
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.gateway.models import SimulatedEvent
from marketplace.ordering import OrderState
from marketplace.payments import EventState, ProcessorEvent
from tests.conftest import SETTINGS
from tests.factories.payments import make_order, pay
from tests.factories.webhooks import SECRET, URL, headers, parcels


@pytest.fixture
def gateway(shared_app):
    return shared_app.extensions["gateway"]


def stored():
    return db.session.scalars(select(ProcessorEvent)).all()


@pytest.fixture
def paid(rows_stay, gateway):
    order = make_order()
    pay(order, gateway)
    ((body, signed),) = parcels(gateway)
    return order, body, signed


def test_a_signed_event_is_stored_and_worked_off_by_a_job(client, shared_app, paid):
    order, body, signed = paid
    answer = client.post(URL, data=body, headers=signed)
    assert (answer.status_code, answer.data) == (200, b"")
    assert order.state is OrderState.PLACED
    with shared_app.app_context():
        jobs.sweep()
    assert order.state is OrderState.PAID
    assert [event.state for event in stored()] == [EventState.DONE]


def test_the_raw_bytes_are_what_was_signed(client, gateway, session):
    """B26: Chinese text and odd spacing; the body is not parsed and written again before it is checked."""
    pay(make_order(), gateway)
    with atomic():
        event = db.session.scalars(select(SimulatedEvent)).one()
        assert "塬上苹果合作社".encode() in event.body
        event.body = event.body.replace(b'", "', b'" ,\n\t  "').replace("塬".encode(), b"\\u586c")
    ((body, signed),) = parcels(gateway)
    assert client.post(URL, data=body, headers=signed).status_code == 200
    assert [event.payload for event in stored()] == [body.decode()]


def forged(body):
    return {
        "no signature": (body, {}),
        "another secret": (body, headers(body, secret="another")),
        "changed after signing": (body.replace(b"10000", b"10001"), headers(body)),
        "yesterday's": (body, headers(body, clock.now() - timedelta(seconds=301))),
        "dated ahead": (body, headers(body, clock.now() + timedelta(seconds=301))),
        "live mode": (
            live := body.replace(b'"livemode": false', b'"livemode": true'),
            headers(live),
        ),
        "not JSON": (b"\xff\x00", headers(b"\xff\x00")),
        "empty": (b"", headers(b"")),
        "another thing": (b"[]", headers(b"[]")),
    }


@pytest.mark.parametrize("how", forged(b"{}"))
def test_what_the_processor_did_not_sign_is_400_and_leaves_nothing(client, paid, how, caplog):
    order, body, _signed = paid
    caplog.set_level(logging.WARNING)
    bad, with_headers = forged(body)[how]
    answer = client.post(URL, data=bad, headers=with_headers)
    assert (answer.status_code, answer.data) == (400, b"")
    assert stored() == []
    assert order.state is OrderState.PLACED
    assert SECRET not in caplog.text
    assert "v1=" not in caplog.text


def test_the_old_secret_counts_while_it_is_changed(session, paid, databases):
    _order, body, _signed = paid
    app = create_app(replace(SETTINGS, database_url=databases.clone(), webhook_secrets=("new", SECRET)))
    answer = app.test_client().post(URL, data=body, headers=headers(body))
    assert answer.status_code == 200
    with app.app_context():
        db.engine.dispose()


def test_a_body_of_more_than_a_megabyte_is_not_read(client, session):
    answer = client.post(URL, data=b"x" * (1024 * 1024 + 1), headers=headers(b""))
    assert answer.status_code == 413
    assert stored() == []


def test_another_processors_address_is_not_here(client, session):
    assert client.post("/webhooks/stripe", data=b"{}").status_code == 404
    assert client.get(URL).status_code == 405


@pytest.mark.parametrize("away", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_without_the_database_the_processor_is_asked_to_come_again(away):
    app = create_app(replace(SETTINGS, database_url=away))
    body = (
        b'{"id": "evt_1", "type": "payout.paid", "account": "acct_1", "created": 1, "livemode": false,'
        b' "data": {"object": {"id": "po_1"}}}'
    )
    answer = app.test_client().post(URL, data=body, headers=headers(body))
    assert answer.status_code == 503
    with app.app_context():
        db.engine.dispose()
