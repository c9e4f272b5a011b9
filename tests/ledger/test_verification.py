"""Verification finds each kind of fault; the command says so and exits 1."""

import json
import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import make_url

from marketplace import ledger, trail
from marketplace.extensions import atomic, db
from tests.ledger.test_posting import BOOK, DAY, entry, header, payment, posting

ON_BOTH = {
    "unbalanced": ([header(900, "x"), entry(900, 5), entry(900, -4), posting(900)], "x"),
    "too_few_legs": ([header(900, "x"), posting(900)], "x"),
    "unknown_currency": ([header(900, "x"), entry(900, 5, "ZZZ"), entry(900, -5, "ZZZ"), posting(900)], "ZZZ"),
    "unknown_account": (
        [header(900, "x"), entry(900, 5).replace("bank", "petty"), entry(900, -5), posting(900)],
        "petty",
    ),
    "reversal_not_a_mirror": (
        [header(900, "x", reversal="1"), entry(900, 5), entry(900, -5), posting(900)],
        "x",
    ),
    "reversal_of_nothing": (
        [
            header(900, "x", reversal="1").replace("cooperative:1", "platform"),
            entry(900, 5).replace("cooperative:1", "platform"),
            entry(900, -5).replace("cooperative:1", "platform"),
            posting(900),
        ],
        "x",
    ),
    "unposted": ([header(900, "x"), entry(900, 5), entry(900, -5)], "x"),
}
ON_SQLITE = {
    "entry_without_transaction": ([entry(900, 5)], "entry 7"),
    "not_whole": ([header(900, "x"), entry(900, 1.5), entry(900, -1.5), posting(900)], "entry 7"),
}

pytestmark = pytest.mark.faulty_ledger


@pytest.fixture
def written(real_app):
    """An application with a payment, and another one reversed."""
    with real_app.app_context(), atomic():
        ledger.post(BOOK, payment())
        ledger.reverse(ledger.post(BOOK, payment("payment:2", 500, order=2)), DAY)
    return real_app


def intrude(app, statements):
    """Write past the application: guards down, on SQLite without foreign keys, then guards up."""
    with app.app_context():
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
        with atomic():
            ledger.guards.drop(db.session.connection())
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(sqlite3.connect(url.database) if url.drivername == "sqlite" else psycopg.connect(plain)) as raw:
            for statement in statements:
                raw.execute(statement)
            raw.commit()
        with atomic():
            ledger.guards.install(db.session.connection())
        return {(fault.code, fault.subject) for fault in ledger.verify().faults}


def test_a_clean_ledger_says_how_much_was_looked_at(written, databases):
    with written.app_context():
        report = ledger.verify()
    triggers = 9 if databases.kind == "sqlite" else 6
    assert report.is_clean
    assert report.counts == {"books": 1, "transactions": 3, "entries": 6, "reversals": 1, "triggers": triggers}
    assert report.turnover == {"CNY": 11_000}


@pytest.mark.parametrize("code", [*ON_BOTH, *ON_SQLITE])
def test_each_fault_is_found(written, databases, code):
    statements, subject = (ON_BOTH | ON_SQLITE)[code]
    if databases.kind == "sqlite" or code in ON_BOTH:
        assert (code, subject) in intrude(written, statements)
    elif code == "not_whole":  # there the column rounds, on both sides alike
        assert intrude(written, statements) == set()
    else:
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            intrude(written, statements)


def test_changed_legs_are_found(written):
    assert ("unbalanced", "payment:1") in intrude(
        written, ["update ledger_entry set amount_minor = amount_minor + 1 where id = 1"]
    )


def test_each_missing_trigger_is_found(written, databases):
    with written.app_context():
        expected = ledger.guards.sqlite if databases.kind == "sqlite" else ledger.guards.postgresql
        for name, body in expected.items():
            table = body.split(" on ", 1)[1].split()[0]
            with atomic():
                db.session.connection().exec_driver_sql(
                    f"drop trigger {name}" if databases.kind == "sqlite" else f"drop trigger {name} on {table}"
                )
            assert [(f.code, f.subject) for f in ledger.verify().faults] == [("trigger_missing", name)]
            with atomic():
                ledger.guards.install(db.session.connection())
        assert ledger.verify().is_clean


def test_a_disabled_trigger_counts_as_missing(written, databases):
    with written.app_context():
        if databases.kind == "postgresql":
            with atomic():
                db.session.connection().exec_driver_sql("alter table ledger_entry disable trigger ledger_entry_frozen")
            assert [f.subject for f in ledger.verify().faults] == ["ledger_entry_frozen"]
        else:  # SQLite cannot disable one
            assert ledger.verify().is_clean


def test_the_command_says_clean(written):
    result = written.test_cli_runner().invoke(args=["ledger", "verify"])
    assert result.exit_code == 0, result.output
    assert "transactions: 3" in result.output
    assert "posted on both sides, CNY: 110.00" in result.output
    assert result.output.endswith("The ledger is clean.\n")
    answer = json.loads(written.test_cli_runner().invoke(args=["ledger", "verify", "--json"]).output)
    assert (answer["clean"], answer["faults"], answer["counts"]["entries"]) == (True, [], 6)


def test_the_command_exits_1_on_any_fault(written):
    intrude(written, ON_BOTH["unbalanced"][0])
    result = written.test_cli_runner().invoke(args=["ledger", "verify"])
    assert result.exit_code == 1
    assert "FAULT unbalanced: x" in result.output
    machine = written.test_cli_runner().invoke(args=["ledger", "verify", "--json"])
    assert machine.exit_code == 1
    assert {"code": "unbalanced", "subject": "x"} in json.loads(machine.output)["faults"]


def test_the_command_looks_after_the_trail_too(written):
    with written.app_context(), atomic():
        trail.guards.drop(db.session.connection())
    result = written.test_cli_runner().invoke(args=["ledger", "verify"])
    assert result.exit_code == 1
    assert "FAULT trigger missing: trail_entry_frozen" in result.output
