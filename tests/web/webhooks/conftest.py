"""Rows that a test has made stay its own across requests."""

import pytest
from sqlalchemy.orm import Session, scoped_session


@pytest.fixture
def rows_stay(session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the end of a request expire the test's rows instead of detaching them."""
    monkeypatch.setattr(session, "remove", session.rollback)
