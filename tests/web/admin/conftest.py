"""Rows that a test made stay usable after a request."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, scoped_session


@pytest.fixture
def stays(session: scoped_session[Session]) -> Iterator[None]:
    """End a request by rolling back only, so that the test's own rows are read anew and not cut off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "remove", session.rollback)
        yield
