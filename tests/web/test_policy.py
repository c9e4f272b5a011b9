"""Who may come in: a matrix of every route and every role, which grows by itself."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, url_for
from werkzeug.routing import IntegerConverter, Rule

from marketplace.access import Actor, Role
from marketplace.app import create_app
from marketplace.extensions import db
from marketplace.web.policy import ROLES, STAFF, allow, check, policy_of
from tests.conftest import SETTINGS, prepare, rolled_back
from tests.factories.people import make_everyone
from tests.web.conftest import session_of
from tests.web.values import NUMBER, VALUES

TO_LOGIN = {302, 303}
BROKEN = {401, 403, 500, 503}
OUTSIDERS = ["anonymous", *ROLES]


def rules() -> list[Rule]:
    return list(create_app(replace(SETTINGS, database_url="sqlite:///never-opened.db")).url_map.iter_rules())


def value(rule: Rule, name: str) -> object:
    if isinstance(rule._converters[name], IntegerConverter):
        return NUMBER
    return VALUES.get(f"{rule.endpoint}.{name}", VALUES.get(name)) or pytest.fail(f"no value for {name} in values.py")


@pytest.fixture(scope="module")
def populated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, str]]]:
    """A house with one person of every role, who is known by the session's id."""
    url = f"sqlite:///{tmp_path_factory.mktemp('policy') / 'policy.db'}"
    prepare(url)
    app = create_app(replace(SETTINGS, database_url=url))
    with app.app_context():
        sessions = {role.value: session_of(person) for role, person in make_everyone().items()}
    yield app, sessions
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("role", OUTSIDERS)
@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.endpoint)
def test_every_route_lets_in_only_whom_it_declares(populated, rule, role):
    """Each request is rolled back: a duty that one of them ends is there again for the next."""
    app, sessions = populated
    with rolled_back(app):
        knock(app, sessions, rule, role)


def knock(app: Flask, sessions: dict[str, str], rule: Rule, role: str) -> None:
    client = app.test_client()
    if role in sessions:
        with client.session_transaction() as stored:
            stored["_user_id"], stored["_fresh"] = sessions[role], True
    policy = policy_of(app, rule.endpoint)
    with app.test_request_context():
        url = url_for(rule.endpoint, **{name: value(rule, name) for name in rule.arguments - set(rule.defaults or ())})
    read = "GET" in (rule.methods or set())
    with client.open(url, method="GET" if read else "POST") as answer:
        assert "Content-Security-Policy" in answer.headers
        to_login = answer.status_code in TO_LOGIN and "/login" in (answer.location or "")
        if "anyone" in policy or role in policy:
            assert answer.status_code not in BROKEN
            assert not to_login or rule.endpoint in {"auth.logout", "household.leave"}
            if read and role in policy and not rule.arguments:
                assert answer.status_code in {200, *TO_LOGIN}
        elif role == "anonymous":
            assert to_login
            if rule.endpoint.startswith("household."):
                assert answer.location == "/household/login"
            else:
                assert ("next=" in answer.location) is read
        else:
            assert answer.status_code == 404


@pytest.fixture
def guarded(house: Flask) -> tuple[Flask, list[str]]:
    """A house with a page for the manager alone."""
    came: list[str] = []

    def books() -> str:
        came.append("in")
        return "books"

    if "auth.login" not in house.view_functions:
        house.add_url_rule("/login", "auth.login", allow("anyone")(lambda: "login"))
    house.add_url_rule("/books", "books", allow("manager")(books), methods=["GET", "POST"])
    return house, came


def enter(client, monkeypatch, role: str) -> None:
    app = client.application
    monkeypatch.setattr(
        app.login_manager, "_user_callback", lambda key: Actor(key, Role(role), "王芳", None, user_id=1)
    )
    with client.session_transaction() as stored:
        stored["_user_id"], stored["_fresh"] = "user:1:salt", True


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_wrong_role_finds_nothing(guarded, monkeypatch, role, method):
    house, came = guarded
    house.config["WTF_CSRF_ENABLED"] = True
    client = house.test_client()
    enter(client, monkeypatch, role)
    wanted = {("manager", "GET"): 200, ("manager", "POST"): 400}.get((role, method), 404)  # 400: without a token
    assert client.open("/books", method=method).status_code == wanted
    assert came == (["in"] if wanted == 200 else [])


@pytest.mark.parametrize(("method", "back"), [("GET", "?next=/books?page%3D2"), ("POST", "")])
def test_nobody_is_sent_to_log_in_and_back_only_to_what_can_be_read(guarded, method, back):
    house, came = guarded
    house.config["WTF_CSRF_ENABLED"] = True
    answer = house.test_client().open("/books?page=2", method=method)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/login{back}")
    assert came == []


def test_a_route_without_a_policy_stops_the_start(house):
    house.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(LookupError, match="forgotten declares no policy"):
        check(house)


def test_a_misspelt_role_is_refused():
    with pytest.raises(ValueError, match="casheer"):
        allow("casheer")


def test_the_roles_are_those_of_the_actors():
    assert set(ROLES) == {role.value for role in Role}
    assert set(STAFF) < set(ROLES)
