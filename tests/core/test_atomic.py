"""One transaction, one retry loop, no write outside."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace import queue
from marketplace.extensions import Conflict, atomic, db, retrying
from marketplace.queue import Job


def test_commits_at_the_end_and_rolls_back_on_error(real_app):
    with real_app.app_context():
        with atomic():
            queue.enqueue("a", {})
        with pytest.raises(ZeroDivisionError), atomic():
            queue.enqueue("b", {})
            _ = 1 // 0
        db.session.remove()
        assert db.session.scalars(select(Job.kind)).all() == ["a"]


def test_nested_use_is_a_savepoint(real_app):
    with real_app.app_context():
        with atomic():
            queue.enqueue("outer", {})
            with pytest.raises(ZeroDivisionError), atomic():
                queue.enqueue("inner", {})
                _ = 1 // 0
        assert db.session.scalars(select(Job.kind)).all() == ["outer"]


def test_no_write_outside(real_app):
    with real_app.app_context():
        with pytest.raises(RuntimeError, match="outside"):
            queue.enqueue("a", {})
        db.session.rollback()
        with pytest.raises(RuntimeError, match="outside"):
            db.session.execute(update(Job).values(kind="b"))
        db.session.rollback()
        with pytest.raises(DBAPIError, match="readonly|read-only"):
            db.session.execute(text("delete from job"))
        db.session.rollback()


def test_changes_made_before_are_refused(real_app):
    with real_app.app_context():
        with atomic():
            queue.enqueue("a", {})
        db.session.scalars(select(Job)).one().kind = "b"
        with pytest.raises(RuntimeError, match="before atomic"), atomic():
            pass


def test_a_lost_race_for_a_token_is_a_conflict(real_app):
    with real_app.app_context():
        with atomic():
            first = queue.enqueue("a", {}, key="once").id
            second = queue.enqueue("a", {}, key="once").id
        assert first == second
        with pytest.raises(Conflict), atomic():
            row = db.session.get_one(Job, first)
            db.session.add(
                Job(
                    kind="a",
                    payload={},
                    once_token="once",
                    state="due",
                    due_at=row.due_at,
                    attempts=0,
                    created_at=row.created_at,
                )
            )


def test_another_violation_is_not(real_app):
    with real_app.app_context(), pytest.raises(IntegrityError), atomic():
        db.session.execute(text("insert into job (id) values (1)"))


def test_retrying_calls_again_until_something_was_committed(real_app):
    with real_app.app_context():
        tries = []

        def work(commits: bool) -> int:
            tries.append(1)
            if commits:
                with atomic():
                    queue.enqueue("a", {})
            if len(tries) < 3:
                raise Conflict
            return len(tries)

        assert retrying(work)(False) == 3
        tries.clear()
        with pytest.raises(Conflict):
            retrying(work)(True)
        assert len(tries) == 1

        def never() -> None:
            tries.append(1)
            raise Conflict

        tries.clear()
        with pytest.raises(Conflict):
            retrying(never)()
        assert len(tries) == 4


def run_in_threads(app: Flask, count: int, work) -> list:
    """Run work in many threads at once, each in its own context; return results and errors."""
    barrier, results = threading.Barrier(count), []

    def call(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results.append(retrying(work)(number))
            except Exception as error:
                results.append(error)

    threads = [threading.Thread(target=call, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_double_submit_finds_the_first(real_app):
    def submit(_number: int) -> int:
        db.session.scalar(select(Job.id).limit(1))  # as the user_loader does
        with atomic():
            return queue.enqueue("a", {}, key="form").id

    assert len(set(run_in_threads(real_app, 24, submit))) == 1


def test_no_update_is_lost(real_app):
    with real_app.app_context(), atomic():
        queue.enqueue("count", {"n": 0})

    def add(_number: int) -> None:
        for _ in range(10):
            with atomic():
                job = db.session.scalars(select(Job).with_for_update()).one()
                job.payload = {"n": job.payload["n"] + 1}

    assert run_in_threads(real_app, 8, add) == [None] * 8
    with real_app.app_context():
        assert db.session.scalars(select(Job)).one().payload == {"n": 80}
