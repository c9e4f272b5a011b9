"""Events count only when their raw bytes are signed, now, by a secret that we know."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.core import clock
from marketplace.gateway import SIGNATURE_HEADER, BadSignature, SimulatedGateway
from marketplace.gateway.signature import sign

EVENT = {
    "id": "evt_1",
    "type": "checkout.session.completed",
    "account": "acct_apples",
    "created": 1_790_000_000,
    "livemode": False,
    "data": {"object": {"id": "cs_1", "description": "洛川苹果 “红富士”"}},
}
BODY = json.dumps(EVENT).encode()
GATEWAY = SimulatedGateway(secrets=("new secret", "old secret"), production=False)


def verify(body=BODY, *, signed=None, secret="new secret", late=timedelta(0), header=None):
    value = sign(secret, body if signed is None else signed, clock.now() - late) if header is None else header
    return GATEWAY.verify_event(body, {SIGNATURE_HEADER: value})


def refused(reason):
    return pytest.raises(BadSignature, match=reason)


def test_the_value_that_openssl_computes():
    expected = "795ede03fadcf1d87188245deba32f64211363301792c43142581c84cbca9aa2"
    at = datetime.fromtimestamp(1_790_000_000, UTC)
    assert sign("secret", '{"a": "苹果"}'.encode(), at) == f"t=1790000000,v1={expected}"


def test_either_secret_counts():
    assert verify().object_id == "cs_1"
    assert verify(secret="old secret").account == "acct_apples"
    with refused("no secret fits"):
        verify(secret="lost secret")


def test_b26_raw_bytes_are_signed_whatever_they_look_like():
    odd = b'{ "id":"evt_1" ,\r\n\t"type" : "checkout.session.completed","account":"acct_apples", "created":1790000000,'
    odd += '"livemode":false,"data":{"object":{"id":"cs_1","description":"洛川  苹果 \\u82f9"}}}\n\n'.encode()
    assert json.dumps(json.loads(odd)).encode() != odd
    assert verify(odd).payload.encode() == odd
    with refused("no secret fits"):
        verify(json.dumps(json.loads(odd)).encode(), signed=odd)


@pytest.mark.parametrize("altered", [BODY + b" ", BODY.replace(b"cs_1", b"cs_2"), BODY[:-1], b""])
def test_an_altered_body_is_refused(altered):
    with refused("no secret fits"):
        verify(altered, signed=BODY)


@pytest.mark.parametrize("late_s", [-298, 0, 298])
def test_clocks_may_differ_a_little(late_s):
    assert verify(late=timedelta(seconds=late_s)).event_id == "evt_1"


def test_old_and_future_signatures_are_refused():
    with refused("too old"):
        verify(late=timedelta(seconds=302))
    with refused("dated ahead"):
        verify(late=timedelta(seconds=-302))


def test_the_time_is_signed_too():
    header = sign("new secret", BODY, clock.now() - timedelta(hours=1))
    _, _, mac = header.partition(",")
    with refused("no secret fits"):
        verify(header=f"t={int(clock.now().timestamp())},{mac}")


def test_one_of_several_signatures_is_enough():
    header = sign("new secret", BODY, clock.now())
    time, _, mac = header.partition(",")
    assert verify(header=f"{time},v1={'0' * 64},{mac},v0=abc").event_id == "evt_1"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=00",
        "t=1",
        "t=,v1=00",
        "t=x,v1=00",
        "t=-5,v1=00",
        "t=1,t=2,v1=00",
        "t=" + "9" * 40 + ",v1=00",
        "t=١,v1=0",
    ],
)
def test_a_malformed_header_is_refused(header):
    with refused("malformed header"):
        verify(header=header)


def test_a_signature_that_is_not_ascii_is_refused():
    with refused("no secret fits"):
        verify(header=f"t={int(clock.now().timestamp())},v1=签名")


def test_no_header_is_refused():
    with refused("no header"):
        GATEWAY.verify_event(BODY, {"Stripe-Signature": sign("new secret", BODY, clock.now())})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        json.dumps({**EVENT, "id": 7}).encode(),
        json.dumps({**EVENT, "account": ""}).encode(),
        json.dumps({**EVENT, "created": "yesterday"}).encode(),
        json.dumps({**EVENT, "created": 1e300}).encode(),
        json.dumps({**EVENT, "data": {"object": {}}}).encode(),
        b"[" * 100_000,
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(body):
    with refused("not an event"):
        verify(body)


@pytest.mark.parametrize("livemode", [True, "false", None, 0])
def test_an_event_of_another_mode_is_refused(livemode):
    with refused("wrong mode"):
        verify(json.dumps({**EVENT, "livemode": livemode}).encode())
