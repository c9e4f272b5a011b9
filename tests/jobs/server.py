"""A process to be killed: web and jobs over the database of the first argument, on the port of the second."""

import sys
import time
from dataclasses import replace
from datetime import timedelta

from marketplace import jobs, notifications, queue
from marketplace.app import create_app
from tests.conftest import SETTINGS


def tell_slowly(payload):
    """Leave one message, and take long enough to be caught at it."""
    notifications.enqueue("told", payload["to"], "en", {})
    time.sleep(0.02)


def slow(inner):
    """Answer /slow after a second, before the application's own rules."""

    def answer(environ, start_response):
        if environ["PATH_INFO"] != "/slow":
            return inner(environ, start_response)
        time.sleep(1)
        start_response("200 OK", [("Content-Length", "5")])
        return [b"whole"]

    return answer


if __name__ == "__main__":
    app = create_app(replace(SETTINGS, database_url=sys.argv[1]))
    jobs.HANDLERS["tell"] = tell_slowly
    queue.claim.__defaults__ = (timedelta(seconds=1),)  # so that a dead worker's job is free soon
    app.wsgi_app = slow(app.wsgi_app)
    jobs.serve(app, "127.0.0.1", int(sys.argv[2]))
