"""Posting, reversing, reading; what the ledger and the database refuse."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from marketplace import ledger
from marketplace.core.money import MixedCurrency, UnknownCurrency, allocate
from marketplace.extensions import atomic, db
from marketplace.ledger import Account, AccountType, Draft, Leg, credit, debit

BOOK = ledger.book_of(1)
DAY = date(2026, 9, 1)


def payment(reference: str = "payment:1", amount_minor: int = 10_000, currency: str = "CNY", order: int = 1) -> Draft:
    return Draft(
        reference,
        DAY,
        [
            debit(Account.CLEARING, amount_minor, currency, source=f"order:{order}"),
            credit(Account.BUYER_ADVANCES, amount_minor, currency, party="buyer:1", source=f"order:{order}"),
        ],
    )


def sale(order: int, pools: dict[str, int]) -> Draft:
    legs = [credit(Account.SALES, amount, "CNY", pool=pool, source=f"order:{order}") for pool, amount in pools.items()]
    return Draft(f"acceptance:{order}", DAY, [debit(Account.BUYER_ADVANCES, sum(pools.values()), "CNY"), *legs])


def test_a_posting_counts_and_reads_back(session):
    with atomic():
        posted = ledger.post(BOOK, payment())
        newest = ledger.last_id(BOOK)
    assert (posted.posted, posted.memo, posted.reference) == (True, "payment", "payment:1")
    assert ledger.balance(BOOK, Account.CLEARING) == 10_000
    assert ledger.balance(BOOK, Account.BUYER_ADVANCES, source="order:1") == -10_000
    assert ledger.balance(BOOK, Account.BUYER_ADVANCES, source="order:2") == 0
    assert ledger.balance(ledger.PLATFORM, Account.CLEARING) == 0
    found = ledger.find("payment:1", BOOK)
    assert found is not None
    assert found.id == posted.id == newest
    assert ledger.find("payment:1", ledger.PLATFORM) is None
    assert [leg.account for leg in found.entries] == [Account.CLEARING, Account.BUYER_ADVANCES]


def test_balances_by_dimension_until_and_after(session):
    with atomic():
        ledger.post(BOOK, sale(1, {"pool:1": 300, "pool:2": 200}))
        until = ledger.last_id(BOOK)
        ledger.post(BOOK, sale(2, {"pool:1": 50}))
        ledger.post(ledger.book_of(2), sale(2, {"pool:1": 7}))
    sums = ledger.balances(BOOK, by=("account", "pool"), account=[Account.SALES])
    assert [(b.account, b.pool, b.currency, b.amount_minor) for b in sums] == [
        (Account.SALES, "pool:1", "CNY", -350),
        (Account.SALES, "pool:2", "CNY", -200),
    ]
    assert ledger.balance(BOOK, Account.SALES, pool="pool:1", until=until) == -300
    assert [b.amount_minor for b in ledger.balances(BOOK, by=("pool",), pool="pool:1", after=until)] == [-50]
    assert ledger.balances(BOOK, by=(), pool="pool:1", until=0) == []
    with pytest.raises(ValueError, match="not a dimension"):
        ledger.balances(BOOK, by=("color",))


def test_entries_are_listed_with_their_transaction(session, queries):
    with atomic():
        for number in range(1, 6):
            ledger.post(BOOK, payment(f"payment:{number}", order=number))
    with queries(1):
        rows = ledger.entries(BOOK, account=Account.CLEARING, limit=2, offset=1)
        assert [row.transaction.reference for row in rows] == ["payment:2", "payment:3"]
    assert ledger.count_entries(BOOK, source=["order:1", "order:5"]) == 4
    found = ledger.list_transactions(BOOK, ["payment:4", "payment:2", "payment:9"])
    assert [t.reference for t in found] == ["payment:2", "payment:4"]


def test_a_reversal_mirrors_the_stored_legs_once(session):
    with atomic():
        original = ledger.post(BOOK, sale(1, {"pool:1": 300, "pool:2": 200}))
        mirror = ledger.reverse(original, date(2026, 9, 2))
    assert (mirror.reference, mirror.reversal_of_id) == ("acceptance:1:reversed", original.id)
    assert ledger.balances(BOOK, by=ledger_dimensions()) == []
    with pytest.raises(ledger.AlreadyReversed), atomic():
        ledger.reverse(original, DAY)


def ledger_dimensions() -> tuple[str, ...]:
    return ("account", "pool", "party", "source")


def test_drafts_leave_out_nothing_and_refuse_what_does_not_balance():
    draft = Draft("x:1", DAY, [*payment().legs, debit(Account.BANK, 0, "CNY")])
    assert len(draft.legs) == 2
    assert Draft("x:1", DAY, [debit(Account.BANK, 0, "CNY")]).is_empty
    with pytest.raises(ledger.Unbalanced):
        Draft("x:1", DAY, [debit(Account.BANK, 5, "CNY")])
    with pytest.raises(ledger.Unbalanced):
        Draft("x:1", DAY, [debit(Account.BANK, 5, "CNY"), credit(Account.CASH, 4, "CNY")])
    with pytest.raises(ledger.Unbalanced):  # B64: one hundred yen are not one hundred fen
        Draft("x:1", DAY, [debit(Account.BANK, 100, "CNY"), credit(Account.CASH, 100, "JPY")])
    with pytest.raises(ledger.NegativeAmount):
        debit(Account.BANK, -1, "CNY")
    with pytest.raises(TypeError):
        credit(Account.BANK, 1.0, "CNY")
    with pytest.raises(UnknownCurrency):
        payment(currency="ZZZ")


def test_an_empty_draft_is_not_posted(session):
    with pytest.raises(ledger.Unbalanced), atomic():
        ledger.post(BOOK, Draft("x:1", DAY, []))


def test_mixed_currency_has_no_balance(session):
    with atomic():
        ledger.post(BOOK, payment())
        ledger.post(BOOK, payment("payment:2", 80, "JPY"))
    with pytest.raises(MixedCurrency):
        ledger.balance(BOOK, Account.CLEARING)
    assert ledger.balance(BOOK, Account.CLEARING, currency="JPY") == 80
    assert ledger.balance(BOOK, Account.CLEARING, currency="USD") == 0


def test_only_accounts_of_the_chart(session):
    legs = [Leg("petty_theft", 5, "CNY"), Leg(Account.BANK, -5, "CNY")]
    with pytest.raises(StatementError), atomic():
        ledger.post(BOOK, Draft("x:1", DAY, legs))


def test_b63_a_thousand_splits_leave_no_residue(session):
    with atomic():
        for run in range(100):
            names = [f"member:{n}/run:{run}" for n in range(3)]
            shares = allocate(10_000, [1, 1, 1], names)
            legs = [
                credit(Account.OWED_TO_MEMBERS, share, "CNY", party=name.split("/")[0])
                for name, share in zip(names, shares, strict=True)
            ]
            ledger.post(BOOK, Draft(f"run:{run}", DAY, [debit(Account.MEMBER_SETTLEMENT, 10_000, "CNY"), *legs]))
    owed = ledger.balances(BOOK, by=("party",), account=Account.OWED_TO_MEMBERS)
    assert sum(b.amount_minor for b in owed) == -1_000_000
    assert all(type(b.amount_minor) is int for b in owed)


def test_the_chart_is_whole():
    assert all(isinstance(account.type, AccountType) for account in Account)
    assert Account.OWED_TO_MEMBERS.code == Account.OWED_BY_MEMBERS.code == "114"
    assert (Account.OWED_BY_MEMBERS.type, Account.OWED_TO_MEMBERS.type) == (AccountType.ASSET, AccountType.LIABILITY)
    assert (Account.RESERVE.type, Account.SALES.type) == (AccountType.EQUITY, AccountType.RESULT)
    assert Account.CLEARING.code is None


HEADER = (
    "insert into ledger_transaction (id, book, reference, memo, occurred_at, business_on, posted, reversal_of_id)"
    " values ({id}, 'cooperative:1', '{reference}', 'x', '2026-09-01 00:00:00', '2026-09-01', {posted}, {reversal})"
)
ENTRY = (
    "insert into ledger_entry (transaction_id, book, account, amount_minor, currency)"
    " values ({id}, 'cooperative:1', 'bank', {amount}, '{currency}')"
)


def header(number: int, reference: str, posted: str = "false", reversal: str = "null") -> str:
    return HEADER.format(id=number, reference=reference, posted=posted, reversal=reversal)


def entry(number: int, amount: int, currency: str = "CNY") -> str:
    return ENTRY.format(id=number, amount=amount, currency=currency)


def posting(number: int) -> str:
    return f"update ledger_transaction set posted = true where id = {number}"


REFUSED = {
    "unbalanced": [header(900, "x"), entry(900, 5), entry(900, -4), posting(900)],
    "unbalanced in one currency": [
        header(900, "x"),
        entry(900, 5),
        entry(900, -5),
        entry(900, 5, "JPY"),
        entry(900, -4, "JPY"),
        posting(900),
    ],
    "one leg": [header(900, "x"), entry(900, 5), posting(900)],
    "no leg": [header(900, "x"), posting(900)],
    "zero leg": [header(900, "x"), entry(900, 0)],
    "used reference": [header(900, "payment:1")],
    "header inserted as posted": [header(900, "x", posted="true")],
    "late legs": [entry(1, 5), entry(1, -5)],
    "leg without header": [entry(900, 5)],
    "leg in another book": [header(900, "x"), entry(900, 5).replace("cooperative:1", "platform")],
    "leg changed": ["update ledger_entry set amount_minor = amount_minor + 1 where transaction_id = 1"],
    "leg deleted": ["delete from ledger_entry where transaction_id = 1"],
    "header changed": ["update ledger_transaction set reference = 'y' where id = 1"],
    "header un-posted": ["update ledger_transaction set posted = false where id = 1"],
    "header deleted": ["delete from ledger_transaction where id = 1"],
    "second reversal": [header(900, "a", reversal="1"), header(901, "b", reversal="1")],
}
ONLY_SQLITE = {
    "header replaced": [header(1, "payment:1").replace("insert into", "insert or replace into")],
    "header replaced by reference": [header(900, "payment:1").replace("insert into", "insert or replace into")],
    "leg replaced": [
        "insert or replace into ledger_entry (id, transaction_id, book, account, amount_minor, currency)"
        " values (1, 1, 'cooperative:1', 'bank', 5, 'CNY')"
    ],
}
ONLY_POSTGRESQL = {
    "truncated legs": ["truncate ledger_entry"],
    "truncated headers": ["truncate ledger_transaction cascade"],
}


@pytest.fixture
def one_payment(real_app):
    with real_app.app_context(), atomic():
        assert ledger.post(BOOK, payment()).id == 1
    return real_app


@pytest.mark.parametrize("case", [*REFUSED, *ONLY_SQLITE, *ONLY_POSTGRESQL])
def test_the_database_refuses(one_payment, databases, case):
    known = REFUSED | (ONLY_SQLITE if databases.kind == "sqlite" else ONLY_POSTGRESQL)
    with one_payment.app_context():
        if case in known:
            with pytest.raises(IntegrityError), atomic():
                for statement in known[case]:
                    db.session.execute(text(statement))
        else:  # the other database has no such statement, or cascades; nothing may have changed either way
            assert databases.kind == ("postgresql" if case in ONLY_SQLITE else "sqlite")
        report = ledger.verify()
        assert (report.is_clean, report.counts["transactions"], report.counts["entries"]) == (True, 1, 2)


def test_postgresql_refuses_an_unposted_header_at_commit(one_payment, databases):
    with one_payment.app_context():
        if databases.kind == "postgresql":
            with pytest.raises(IntegrityError, match="unposted at commit"), atomic():
                db.session.execute(text(header(900, "x")))
        assert ledger.verify().is_clean


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(list(Account)), st.integers(-(10**9), 10**9)), min_size=1, max_size=12))
def test_books_always_sum_to_zero(session, parts):
    legs = [Leg(account, amount, "CNY", pool="pool:1") for account, amount in parts]
    legs.append(Leg(Account.BANK, -sum(leg.amount_minor for leg in legs), "CNY"))
    draft = Draft("property:1", DAY, legs)
    with pytest.raises(InterruptedError), atomic():
        if not draft.is_empty:
            posted = ledger.post(BOOK, draft)
            assert sum(b.amount_minor for b in ledger.balances(BOOK)) == 0
            ledger.reverse(posted, DAY)
        assert ledger.balances(BOOK, by=ledger_dimensions()) == []
        raise InterruptedError  # each example begins with an empty book
