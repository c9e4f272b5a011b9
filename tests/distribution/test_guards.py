"""The database itself keeps a published run as it was published, whoever writes past the application."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace import distribution
from marketplace.extensions import atomic, db
from tests.factories.distribution import make_approved, make_checked, make_draft, make_pool, make_published

FIGURES = [
    "net_minor = net_minor + 1",
    "paid_minor = paid_minor + 1",
    "kept_minor = kept_minor + 1",
    "snapshot = 'another'",
    "snapshot_hash = 'another'",
    "tokens_hash = 'another'",
    "plan_id = plan_id + 1",
    "prepared_by_id = prepared_by_id + 1",
    "published_by_id = prepared_by_id + 1",
    "notice_token = 'another'",
    "notice_until = prepared_at",
    "state = 'draft'",
]
LINES = [
    "update allocation set amount_minor = amount_minor + 1, entitled_minor = entitled_minor + 1",
    "update allocation set masked_name = 'another'",
    "delete from allocation",
    "insert into allocation (run_id, member_id, token, village_group, masked_name, accepted_g, weight, entitled_minor,"
    " earlier_minor, amount_minor, claim_minor) select run_id, member_id + 1000, 'another', village_group, masked_name,"
    " 1, 1, 1, 0, 1, 0 from allocation",
]


def refused(statement):
    with pytest.raises(DBAPIError, match="distribution: "), atomic():
        db.session.connection().execute(text(statement))


@pytest.mark.parametrize("change", FIGURES)
def test_a_published_runs_figures_never_change(session, change):
    make_published(make_pool()[0])
    refused(f"update run set {change}")


@pytest.mark.parametrize("change", [*FIGURES, "approved_by_id = approved_by_id + 1000", "approved_at = prepared_at"])
def test_an_approved_run_keeps_its_approver_too(session, change):
    make_approved(make_pool()[0])
    refused(f"update run set {change}")


@pytest.mark.parametrize("change", ["state = 'approved'", "state = 'draft'", "reason = 'x'", "paid_minor = 0"])
def test_a_checked_run_never_changes_at_all(session, change):
    make_checked(make_pool()[0])
    refused(f"update run set {change}")


@pytest.mark.parametrize("change", ["state = 'draft'", "reason = 'another'"])
def test_a_withdrawn_run_never_changes_at_all(session, change):
    run = make_published(make_pool()[0])
    with atomic():
        distribution.withdraw(run, "重量错了", by=run.prepared_by_id)
    refused(f"update run set {change}")


@pytest.mark.parametrize("make", [make_draft, make_published, make_checked])
def test_no_run_is_deleted(session, make):
    make(make_pool()[0])
    refused("delete from run where state <> 'x'")


@pytest.mark.parametrize("statement", LINES)
def test_the_lines_of_a_published_run_never_change(session, statement):
    make_published(make_pool()[0])
    refused(statement)


def test_nothing_is_emptied_or_replaced(session, databases):
    """PostgreSQL empties tables at once, SQLite deletes a row in passing when another one takes its key."""
    run = make_published(make_pool()[0])
    if databases.kind == "postgresql":
        refused("truncate allocation cascade")
        refused("truncate run cascade")
    else:
        draft = make_draft(make_pool()[0])
        columns = [column.name for column in distribution.Run.__table__.columns]
        refused(f"insert or replace into run ({', '.join(columns)}) select {', '.join(columns)} from run")
        lines = [column.name for column in distribution.Allocation.__table__.columns]
        values = [str(draft.id) if name == "run_id" else name for name in lines]
        refused(f"insert or replace into allocation ({', '.join(lines)}) select {', '.join(values)} from allocation")
    assert len(distribution.list_allocations(run)) == 3


def test_a_guard_that_was_dropped_is_missed(session):
    assert distribution.guards.missing(session.connection()) == []
    with atomic():
        distribution.guards.drop(session.connection())
        expected = distribution.guards.missing(session.connection())
    assert "allocation_frozen" in expected
