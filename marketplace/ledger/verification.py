"""Checking the whole ledger, without trusting what wrote it."""

from dataclasses import dataclass

from sqlalchemy import text

from marketplace.core.money import UnknownCurrency, exponent
from marketplace.extensions import db
from marketplace.ledger.accounts import Account
from marketplace.ledger.guards import guards

FAULTS = {
    "unposted": "select reference from ledger_transaction where not posted",
    "unbalanced": """select t.reference from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
 where t.posted group by t.id, t.reference, e.currency having sum(e.amount_minor) <> 0""",
    "too_few_legs": """select t.reference from ledger_transaction t left join ledger_entry e on e.transaction_id = t.id
 where t.posted group by t.id, t.reference having count(e.id) < 2""",
    "reference_used_twice": "select reference from ledger_transaction group by book, reference having count(*) > 1",
    "entry_without_transaction": """select 'entry ' || e.id from ledger_entry e left join ledger_transaction t
 on t.id = e.transaction_id and t.book = e.book where t.id is null""",
    "zero_leg": "select 'entry ' || id from ledger_entry where amount_minor = 0",
    "reversed_twice": """select o.reference from ledger_transaction r
 join ledger_transaction o on o.id = r.reversal_of_id group by o.id, o.reference having count(*) > 1""",
    "reversal_of_nothing": """select r.reference from ledger_transaction r left join ledger_transaction o
 on o.id = r.reversal_of_id and o.book = r.book and o.posted where r.reversal_of_id is not null and o.id is null""",
    "reversal_not_a_mirror": """select r.reference from ledger_transaction r join ledger_entry e
 on e.transaction_id in (r.id, r.reversal_of_id) where r.reversal_of_id is not null
 group by r.id, r.reference, e.account, e.currency, e.pool, e.party, e.source having sum(e.amount_minor) <> 0""",
}
ON_SQLITE = {
    "not_whole": "select 'entry ' || id from ledger_entry where typeof(amount_minor) <> 'integer'",
}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: a code, and the reference, entry, trigger or word that shows it."""

    code: str
    subject: str


@dataclass(frozen=True)
class Report:
    """What a verification found and how much it looked at."""

    faults: tuple[Fault, ...]
    counts: dict[str, int]
    turnover: dict[str, int]  # posted debits by currency, minor units

    @property
    def is_clean(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.faults


def verify() -> Report:
    """Check sums, references, reversals, triggers and stored types of every book."""
    connection = db.session.connection()
    checks = FAULTS | (ON_SQLITE if connection.dialect.name == "sqlite" else {})
    faults = [
        Fault(code, str(row[0])) for code, query in checks.items() for row in connection.execute(text(query)).all()
    ]
    faults += [Fault("unknown_account", name) for name in _words("account") if name not in set(Account)]
    faults += [Fault("unknown_currency", name) for name in _words("currency") if not _is_currency(name)]
    faults += [Fault("trigger_missing", name) for name in guards.missing(connection)]
    return Report(tuple(faults), _counts(), _turnover())


def _words(column: str) -> list[str]:
    rows = db.session.connection().execute(text(f"select distinct {column} from ledger_entry"))  # noqa: S608
    return sorted(row[0] for row in rows)


def _is_currency(name: str) -> bool:
    try:
        exponent(name)
    except UnknownCurrency:
        return False
    return True


def _counts() -> dict[str, int]:
    transactions, books, reversals = (
        db.session.connection()
        .execute(
            text("select count(*), count(distinct book), count(reversal_of_id) from ledger_transaction where posted")
        )
        .one()
    )
    legs = db.session.connection().execute(text("select count(*) from ledger_entry")).scalar_one()
    return {
        "books": int(books),
        "transactions": int(transactions),
        "entries": int(legs),
        "reversals": int(reversals),
        "triggers": len(guards.sqlite if db.session.connection().dialect.name == "sqlite" else guards.postgresql),
    }


def _turnover() -> dict[str, int]:
    rows = db.session.connection().execute(
        text(
            "select e.currency, sum(e.amount_minor) from ledger_entry e join ledger_transaction t"
            " on t.id = e.transaction_id where t.posted and e.amount_minor > 0 group by e.currency order by e.currency"
        )
    )
    return {row[0]: int(row[1]) for row in rows}
