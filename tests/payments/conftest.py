"""The processor that the tests of payments talk to."""

import pytest

from marketplace.gateway import SimulatedGateway
from tests.factories.payments import make_gateway


@pytest.fixture
def gateway() -> SimulatedGateway:
    return make_gateway()
