"""A coordinator at the desk."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.cooperatives import Cooperative
from marketplace.identity import User
from tests.factories.cooperatives import make_coordinator


@pytest.fixture
def follow(client: FlaskClient, log_in: Callable, stays: None) -> Callable[..., User]:
    """Log in a coordinator who follows the cooperatives named, and only those."""

    def go(*cooperatives: Cooperative) -> User:
        who = make_coordinator(*cooperatives)
        log_in(client, who)
        return who

    return go
