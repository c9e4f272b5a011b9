"""The processor's events come in here: checked, stored, answered; the work is done by a job."""

import logging

from flask import abort, current_app, request
from flask.typing import ResponseReturnValue

from marketplace import payments
from marketplace.extensions import csrf
from marketplace.gateway import BadSignature, PaymentGateway
from marketplace.web.policy import allow
from marketplace.web.webhooks import bp

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024


@bp.post("/<gateway>")
@allow("anyone")
@csrf.exempt  # type: ignore[untyped-decorator]  # the signature over the raw body says who sent it
def receive(gateway: str) -> ResponseReturnValue:
    """Take an event in: 200 when it is stored, 400 when it is not signed, 503 when the database is away."""
    door: PaymentGateway = current_app.extensions["gateway"]
    if gateway != door.name:
        abort(404)
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    try:
        payments.receive_event(door, body, dict(request.headers))
    except BadSignature as refusal:
        log.warning("an event was refused: %s", refusal)
        return "", 400, {"Content-Type": "text/plain"}
    return "", 200, {"Content-Type": "text/plain"}
