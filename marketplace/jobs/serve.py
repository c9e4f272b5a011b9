"""The processes: web and jobs in one, or jobs alone."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from huey import Huey, MemoryHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from waitress.server import create_server

from marketplace.config import Settings
from marketplace.extensions import Conflict, db
from marketplace.jobs.runner import sweep

log = logging.getLogger(__name__)


class EmbeddedConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """A consumer that leaves signals to the web server."""

    def _set_signal_handlers(self) -> None:
        pass


def make_huey(app: Flask, stopping: threading.Event) -> tuple[Huey, Callable[[], Any]]:
    """Make the engine; return it and the call that wakes it.

    huey is clock and thread only: nothing of ours is stored in it, so losing it loses nothing.
    """
    huey: Huey = MemoryHuey("jobs", results=False)

    def run_due() -> None:
        with app.app_context():
            sweep(stopping=stopping.is_set)

    wake = huey.task(name="wake")(run_due)
    huey.periodic_task(crontab(minute="*"), name="sweep")(run_due)
    return huey, wake


def wake_after_commit(wake: Callable[[], Any]) -> Callable[[Session], None]:
    """Wake the engine after each commit that wrote a job; return the listener."""

    @event.listens_for(Session, "after_commit")
    def _wake(session: Session) -> None:
        if session.in_nested_transaction():  # a savepoint: the rows are not there for others yet
            return
        if session.info.pop("jobs_written", False):
            try:
                wake()
            except Exception:  # the periodic sweep finds the row
                log.warning("could not wake the jobs", exc_info=True)

    return _wake


def serve(app: Flask, host: str, port: int, ready: Callable[[], None] = lambda: None) -> None:
    """Serve web and jobs in one process until SIGTERM or SIGINT; `ready` is called when the port is open."""
    settings: Settings = app.extensions["settings"]
    stopping = threading.Event()
    huey, wake = make_huey(app, stopping)
    listener = wake_after_commit(wake)
    consumer = EmbeddedConsumer(huey, workers=1, periodic=True, initial_delay=0.05, max_delay=0.5)
    server = create_server(
        app, host=host, port=port, threads=settings.threads, connection_limit=500, backlog=512, ident="fenming"
    )
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    consumer.start()
    wake()
    ready()
    try:
        server.run()
    finally:
        stopping.set()
        consumer.stop(graceful=True)
        server.close()
        event.remove(Session, "after_commit", listener)
        with app.app_context():
            db.engine.dispose()


def work(app: Flask, every: float = 1.0) -> None:
    """Run jobs alone, beside web processes, until SIGTERM or SIGINT; look for due ones so often, in seconds."""
    stopping = threading.Event()

    def stop(_signum: int, _frame: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set():
        with app.app_context():
            try:
                sweep(stopping=stopping.is_set)
            except (Conflict, DBAPIError):  # the database is busy or away; the rows wait
                log.exception("could not look for jobs")
        stopping.wait(every)
    with app.app_context():
        db.engine.dispose()


def _stop(_signum: int, _frame: object) -> None:
    raise SystemExit(0)
