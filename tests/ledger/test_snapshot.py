"""A snapshot "up to this id" never misses a posting."""

import threading
import time

from marketplace import ledger
from marketplace.extensions import atomic
from tests.ledger.test_posting import BOOK, payment


def test_last_id_waits_for_postings_under_way(real_app):
    posted, may_commit, seen = threading.Event(), threading.Event(), []

    def slow() -> None:
        with real_app.app_context(), atomic():
            ledger.post(BOOK, payment())
            posted.set()
            may_commit.wait(5)

    def snapshot() -> None:
        with real_app.app_context(), atomic():
            seen.append(ledger.last_id(BOOK))

    first = threading.Thread(target=slow)
    first.start()
    assert posted.wait(5)
    second = threading.Thread(target=snapshot)
    second.start()
    time.sleep(0.2)
    assert seen == []
    may_commit.set()
    first.join()
    second.join()
    assert seen == [1]


def test_postings_to_one_book_do_not_wait_for_each_other(real_app, databases):
    done = []

    def post(number: int) -> None:
        with real_app.app_context(), atomic():
            ledger.post(BOOK, payment(f"payment:{number}", order=number))
            done.append(number)

    with real_app.app_context(), atomic():
        ledger.post(BOOK, payment())
        other = threading.Thread(target=post, args=(2,))
        other.start()
        other.join(0.3 if databases.kind == "sqlite" else 5)
        assert done == ([] if databases.kind == "sqlite" else [2])  # SQLite has one writer
    other.join(5)
    assert done == [2]
