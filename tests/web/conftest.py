"""Fixtures of the page tests: logging in, and a real browser against a live house."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session
from waitress.server import create_server

from marketplace import access
from marketplace.app import create_app
from marketplace.cooperatives import HouseholdKey
from marketplace.extensions import db
from marketplace.identity import User
from tests.conftest import ROOT, SETTINGS, prepare


def session_of(person: User | HouseholdKey) -> str:
    """Return the session's id of a user or of a household's printed code."""
    return access.session_id_of_user(person) if isinstance(person, User) else access.session_id_of_household(person)


@pytest.fixture
def log_in() -> Callable[[FlaskClient, User | HouseholdKey], None]:
    """Log a test client in without its page."""

    def go(client: FlaskClient, person: User | HouseholdKey) -> None:
        session_id = session_of(person)  # before the client's context closes the test's session
        with client.session_transaction() as stored:
            stored["_user_id"], stored["_fresh"] = session_id, True

    return go


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Flask]:
    """A house of its own with an empty file for a database: a test may add views, and needs no rows."""
    app = create_app(replace(SETTINGS, database_url=f"sqlite:///{tmp_path / 'house.db'}"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stays(session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    """End a request by rolling back only, so that the test's own rows are read anew and not cut off."""
    monkeypatch.setattr(session, "remove", session.rollback)


# --- a real browser


@dataclass
class Live:
    """A house that listens on loopback, with a database of its own."""

    url: str
    app: Flask

    def cookie(self, person: User | HouseholdKey) -> dict[str, str]:
        """Return the session cookie of somebody who is logged in."""
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        return {
            "name": "session",
            "value": signer.dumps({"_user_id": session_of(person), "_fresh": True}),
            "url": self.url,
        }


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The house on a free port, empty; a module fills it in a fixture of its own."""
    path = tmp_path_factory.mktemp("live") / "live.db"
    prepare(f"sqlite:///{path}")
    app = create_app(replace(SETTINGS, database_url=f"sqlite:///{path}", csrf=True))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.effective_port}", app)
    server.close()
    thread.join(5)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    create_engine(f"sqlite:///{path}").dispose()


@pytest.fixture
def watched(page):
    """A page that fails the test on a console error, a policy violation or a failed request."""
    found: list[str] = []
    page.on("console", lambda m: found.append(f"{m.type}: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: found.append(f"pageerror: {e}"))
    page.on("response", lambda r: found.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("requestfailed", lambda r: found.append(f"failed {r.url}"))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"
    )
    yield page
    assert not found, found


@pytest.fixture
def picture(page) -> Callable[[str], None]:
    """Save the page at 360 and 1280 px, for the eye; fail when it is wider than the screen."""
    folder = Path(os.environ.get("PICTURES", ROOT / "instance" / "pictures"))

    def take(name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width} px"
            page.screenshot(path=folder / f"{name}.{width}.png", full_page=True)

    return take


@pytest.fixture
def accessible(page) -> Callable[[], None]:
    """Fail with axe's findings for WCAG 2.2 AA."""

    def check() -> None:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        result = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
        assert not result.response["violations"], result.generate_report()

    return check
