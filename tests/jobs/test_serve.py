"""The one-process server: woken by commits, stopped by SIGTERM, killed without loss or repetition."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from marketplace import jobs, notifications, queue
from marketplace.extensions import atomic, db
from marketplace.jobs.serve import wake_after_commit
from marketplace.queue import JobState
from tests.conftest import ROOT
from tests.jobs.server import tell_slowly


@pytest.fixture
def start(real_app):
    """Return a function that starts the server over the test's database and waits for its port."""
    running = []

    def run() -> tuple[subprocess.Popen, int]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        url = real_app.config["SQLALCHEMY_DATABASE_URI"]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.server", url, str(port)], cwd=ROOT, env={**os.environ}
        )
        running.append(process)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process, port
            time.sleep(0.05)
        raise AssertionError("the server did not open its port")

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def put(count: int) -> None:
    with atomic():
        for number in range(count):
            queue.enqueue("tell", {"to": number})


def test_kills_lose_nothing_and_repeat_nothing(real_app, start, monkeypatch):
    with real_app.app_context():
        put(60)
        for _ in range(2):
            process, _port = start()
            time.sleep(0.3)
            process.send_signal(signal.SIGKILL)
            process.wait()
        time.sleep(1.1)  # the leases of the killed run out
        monkeypatch.setitem(jobs.HANDLERS, "tell", tell_slowly)
        jobs.sweep()
        db.session.rollback()
        told = db.session.scalars(select(notifications.Message.receiver)).all()
        assert sorted(told) == sorted(f"user:{n}" for n in range(60))
        counts = queue.count_by_state()
        assert (counts[JobState.DUE], counts[JobState.LEASED], counts[JobState.DEAD]) == (0, 0, 0)


def test_sigterm_lets_a_request_end(start):
    process, port = start()
    answers = []

    def ask() -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/slow", timeout=10) as answer:
            answers.append(answer.read())

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.4)
    process.send_signal(signal.SIGTERM)
    asking.join()
    assert answers == [b"whole"]
    assert process.wait(10) == 0


def test_a_commit_wakes_the_jobs_and_a_savepoint_does_not(real_app):
    woken = []
    listener = wake_after_commit(lambda: woken.append(1))
    try:
        with real_app.app_context():
            with atomic():
                with atomic():
                    put(1)
                assert woken == []
            assert woken == [1]
            with atomic():
                notifications.enqueue("told", 1, "en", {})
            assert woken == [1]
    finally:
        event.remove(Session, "after_commit", listener)


def test_commands(real_app, monkeypatch):
    monkeypatch.setitem(jobs.HANDLERS, "tell", lambda _p: None)
    with real_app.app_context():
        put(2)
    result = real_app.test_cli_runner().invoke(args=["jobs", "sweep"])
    assert result.exit_code == 0, result.output
    assert "due: 0" in result.output
    assert "dead: 0" in result.output
