"""Error pages: in the reader's language, as problem documents below /api, and without the database."""

import pytest
from flask import abort, request
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from marketplace.core.errors import DomainError, NotFound
from marketplace.extensions import Conflict, db
from marketplace.web.policy import allow

TITLES = {
    400: ("This request could not be read", "这次请求没有读懂"),
    403: ("This is not open to you", "这里不对您开放"),
    404: ("Nothing is here", "这里什么也没有"),
    413: ("The file is too large", "文件太大"),
    429: ("Too many tries", "试的次数太多"),
    500: ("Something broke on our side", "我们这边出了故障"),
    503: ("The house is closed for a moment", "暂时关门"),
}


def raising(house, path, error):
    def view():
        raise error

    house.add_url_rule(path, f"raising{path}", allow("anyone")(view))


@pytest.mark.parametrize("status", TITLES)
@pytest.mark.parametrize(("tag", "which"), [("en", 0), ("zh-Hans", 1)])
def test_each_error_has_a_page_in_both_languages(house, status, tag, which):
    house.add_url_rule("/fail", "fail", allow("anyone")(lambda: abort(status)))
    client = house.test_client()
    client.set_cookie("language", tag)
    answer = client.get("/fail")
    assert answer.status_code == status
    assert f"<h1>{TITLES[status][which]}</h1>" in answer.text
    assert f'<html lang="{tag}">' in answer.text


@pytest.mark.parametrize("status", TITLES)
def test_below_api_an_error_is_a_problem_document(house, status):
    house.add_url_rule("/api/fail", "fail", allow("anyone")(lambda: abort(status)))
    answer = house.test_client().get("/api/fail")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json(force=True)["status"] == status


def test_a_wrong_method_is_405_and_says_which_are_allowed(house):
    answer = house.test_client().post("/language/en")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "This page is only for reading" in answer.text


def test_too_large_a_body_is_413(house):
    house.add_url_rule("/drop", "drop", allow("anyone")(lambda: request.form["file"]), methods=["POST"])
    answer = house.test_client().post("/drop", data={"file": "x" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "Choose one under 8 MB." in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(), 404),
        (DomainError(), 400),
        (Conflict(), 503),
        (OperationalError("select", {}, Exception("away")), 503),
        (ZeroDivisionError(), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_exceptions_become_pages(house, error, status):
    house.config["RAISE_ERRORS"] = False
    raising(house, "/raise", error)
    answer = house.test_client().get("/raise")
    assert answer.status_code == status
    assert (answer.headers.get("Retry-After") == "120") is (status == 503)
    assert type(error).__name__ not in answer.text


def test_unexpected_errors_fail_a_test_unless_it_wants_the_page(house):
    raising(house, "/raise", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        house.test_client().get("/raise")


def test_with_the_database_away_the_page_still_speaks_chinese(house, tmp_path):
    """Somebody is logged in, so that loading them would need the database too."""
    house.add_url_rule("/ask", "ask", allow("anyone")(lambda: str(db.session.scalar(text("select 1 from nothing")))))
    client = house.test_client()
    client.set_cookie("language", "zh-Hans")
    with client.session_transaction() as stored:
        stored["_user_id"] = "user:1:salt"
    answer = client.get("/ask")
    assert answer.status_code == 503
    assert "<h1>暂时关门</h1>" in answer.text
    assert answer.headers["Retry-After"] == "120"
