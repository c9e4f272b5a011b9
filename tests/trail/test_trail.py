"""The record of deeds: written with its deed, never changed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from marketplace import trail
from marketplace.extensions import atomic, db


def test_records_and_lists(session):
    with atomic():
        trail.record("place", "order:9", by=5, cooperative_id=1, after={"total_minor": 6800})
        trail.record("accept", "order:9", by=None, cooperative_id=1, before={"state": "shipped"})
        trail.record("confirm", "payout:3", by="member:7", cooperative_id=2)
    deeds = trail.list_of("order:9")
    assert [(d.actor, d.verb, d.before, d.after) for d in deeds] == [
        ("user:5", "place", None, {"total_minor": 6800}),
        ("system", "accept", {"state": "shipped"}, None),
    ]
    assert [d.verb for d in trail.list_in([1, 2], limit=2)] == ["confirm", "accept"]
    assert [d.verb for d in trail.list_in([1, 2], limit=2, before_id=deeds[1].id)] == ["place"]
    assert [d.actor for d in trail.list_of("order:9", "payout:3")] == ["user:5", "system", "member:7"]


@pytest.mark.parametrize(
    "statement",
    [
        "update trail_entry set actor = 'user:1'",
        "delete from trail_entry",
        "truncate trail_entry",
        "insert or replace into trail_entry (id, at, actor, verb, subject) values (1, '2026-09-01', 'x', 'x', 'x')",
    ],
)
def test_what_was_done_stays(real_app, statement):
    with real_app.app_context():
        with atomic():
            trail.record("place", "order:9", by=5)
        with pytest.raises(Exception, match="append only|syntax error"), atomic():
            db.session.execute(text(statement))
        assert [d.actor for d in trail.list_of("order:9")] == ["user:5"]


def test_the_refusal_is_an_integrity_error(real_app):
    with real_app.app_context():
        with atomic():
            trail.record("place", "order:9", by=5)
        with pytest.raises(IntegrityError), atomic():
            db.session.execute(text("delete from trail_entry"))


def test_no_deed_no_record(session):
    with pytest.raises(ZeroDivisionError), atomic():
        trail.record("place", "order:9", by=5)
        _ = 1 // 0
    assert trail.list_of("order:9") == []
    assert trail.missing_guards() == []
