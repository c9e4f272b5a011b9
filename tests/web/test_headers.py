"""Headers that no answer may lose, and compression."""

import gzip

import pytest

from marketplace.web.policy import allow


def directives(answer):
    return dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))


@pytest.mark.parametrize("path", ["/nothing-here", "/language/en"])
def test_every_answer_has_a_strict_policy(house, path):
    answer = house.test_client().get(path)
    found = directives(answer)
    assert found["default-src"] == "'none'"
    assert found["style-src"] == found["script-src"] == found["form-action"] == "'self'"
    assert found["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in answer.headers


def test_https_is_remembered_over_https_only(house):
    answer = house.test_client().get("/nothing-here", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_pages_are_private_and_vary(house):
    answer = house.test_client().get("/nothing-here")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= set(answer.vary)


@pytest.mark.parametrize(("accepted", "packed"), [("gzip", True), ("", False), ("gzip;q=0", False)])
def test_long_pages_are_compressed_for_those_who_ask(house, accepted, packed):
    house.add_url_rule("/long", "long", allow("anyone")(lambda: "果" * 2000))
    answer = house.test_client().get("/long", headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    body = gzip.decompress(answer.data) if packed else answer.data
    assert body.decode() == "果" * 2000
    if packed:
        assert "Accept-Encoding" in answer.vary


def test_short_pages_are_not_compressed(house):
    house.add_url_rule("/short", "short", allow("anyone")(lambda: "短"))
    answer = house.test_client().get("/short", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
