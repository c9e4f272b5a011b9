"""The rules of sharing, without a database: exact, fair, repeatable, and proved by their hash."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import MixedCurrency, NothingToShareBy
from marketplace.distribution import BrokenSnapshot, rules
from marketplace.distribution.rules import Brought, Inputs

tokens = st.text("abcdef0123456789", min_size=16, max_size=16)
brought = st.builds(
    Brought,
    token=tokens,
    grade_rank=st.integers(1, 4),
    differential=st.sampled_from([600, 1000, 1300]),
    accepted_g=st.integers(1, 5_000_000),
)
books = st.fixed_dictionaries(
    {"sales": st.integers(0, 10**9)},
    optional={
        "sales_returns": st.integers(-(10**6), 0),
        "delivery_income": st.integers(0, 10**6),
        "processor_fees": st.integers(-(10**6), 0),
        "platform_fee": st.integers(-(10**6), 0),
        "cost_freight": st.integers(-(10**7), 0),
        "cost_other": st.integers(-(10**7), 0),
    },
)


def make_inputs(rows, money=None, earlier=None, paid_bp=10_000):
    return Inputs(
        pool="pool:1",
        currency="CNY",
        plan_version=1,
        paid_bp=paid_bp,
        ledger_until=7,
        weighing_until=9,
        books=money or {"sales": 100_00},
        brought=tuple(rows),
        earlier=earlier or {},
    )


inputs = st.builds(
    make_inputs,
    st.lists(brought, min_size=1, max_size=12),
    books,
    st.dictionaries(tokens, st.integers(0, 10**7), max_size=3),
    st.integers(1, 10_000),
)


def amounts(settlement):
    return {line.token: line.amount_minor for line in settlement.lines}


@given(inputs)
def test_every_step_and_the_run_add_up_to_the_fen(given_inputs):
    result = rules.settle(given_inputs)
    left = 0
    for step in result.steps:
        left += step.amount_minor
        assert step.left_minor == left
    assert result.net_minor == left == sum(given_inputs.books.values())
    assert result.part_minor + result.kept_minor == result.net_minor
    assert sum(line.entitled_minor for line in result.lines) == result.part_minor
    assert result.paid_minor == sum(line.amount_minor for line in result.lines)
    assert result.paid_minor - result.claim_minor == result.part_minor - result.earlier_minor


@given(inputs)
def test_nobody_gets_less_than_nothing_and_a_claim_excludes_a_payment(given_inputs):
    for line in rules.settle(given_inputs).lines:
        assert line.amount_minor >= 0
        assert line.claim_minor >= 0
        assert not (line.amount_minor and line.claim_minor)
        assert line.amount_minor - line.claim_minor == line.entitled_minor - line.earlier_minor


@given(inputs, st.randoms())
def test_the_order_of_rows_changes_neither_lines_nor_hash(given_inputs, random):
    rows = list(given_inputs.brought)
    random.shuffle(rows)
    other = replace(given_inputs, brought=tuple(rows))
    one, two = rules.settle(given_inputs), rules.settle(other)
    assert one == two
    assert rules.canonical(given_inputs, one) == rules.canonical(other, two) or len(
        {(row.token, row.grade_rank) for row in rows}
    ) < len(rows)


@given(st.integers(1, 10**8), st.integers(2, 40), st.integers(1, 10**6))
def test_equal_households_are_equal_within_one_fen(sales, households, grams):
    rows = [Brought(f"{number:016x}", 1, 1000, grams) for number in range(households)]
    shares = amounts(rules.settle(make_inputs(rows, {"sales": sales}))).values()
    assert max(shares) - min(shares) <= 1
    assert sum(shares) == sales


@given(inputs)
def test_a_fen_more_takes_at_most_one_from_anybody(given_inputs):
    money = dict(given_inputs.books)
    richer = replace(given_inputs, books={**money, "sales": money["sales"] + 1}, paid_bp=10_000)
    given_inputs = replace(given_inputs, paid_bp=10_000)
    if sum(money.values()) < 0:
        return
    before, after = rules.settle(given_inputs), rules.settle(richer)
    entitled = {line.token: line.entitled_minor for line in after.lines}
    assert all(entitled[line.token] >= line.entitled_minor - 1 for line in before.lines)


@given(inputs)
def test_a_run_after_its_own_run_pays_nothing(given_inputs):
    first = rules.settle(given_inputs)
    paid = {
        line.token: line.earlier_minor + line.amount_minor
        for line in first.lines
        if line.earlier_minor + line.amount_minor
    }
    second = rules.settle(replace(given_inputs, earlier=paid))
    assert second.paid_minor == 0
    assert second.claim_minor == first.claim_minor


@given(inputs)
def test_a_snapshot_reads_back_and_gives_its_hash_again(given_inputs):
    settlement = rules.settle(given_inputs)
    text = rules.canonical(given_inputs, settlement)
    again, digest = rules.recompute(text)
    assert again == settlement
    assert digest == rules.digest(text)
    assert not any(isinstance(value, float) for value in _leaves(json.loads(text)))


def _leaves(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


TAMPERED = [
    ("result", "lines", 0, "amount_minor"),
    ("result", "lines", 1, "entitled_minor"),
    ("result", "paid_minor"),
    ("result", "steps", 0, "amount_minor"),
    ("inputs", "brought", 0, "accepted_g"),
    ("inputs", "books", "sales"),
    ("inputs", "paid_bp"),
    ("inputs", "ledger_until"),
]


@pytest.mark.parametrize("path", TAMPERED, ids=lambda path: ".".join(map(str, path)))
def test_whatever_is_changed_changes_the_hash(path):
    given_inputs = make_inputs([Brought("a" * 16, 1, 1300, 5_000), Brought("b" * 16, 2, 1000, 7_000)], paid_bp=9_000)
    text = rules.canonical(given_inputs, rules.settle(given_inputs))
    published = rules.digest(text)
    whole = json.loads(text)
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] += 1
    forged = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    settlement, digest = rules.recompute(forged)
    _inputs, stored = rules.read(forged)
    assert digest != published or settlement != stored


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format":2}', '{"format":1,"inputs":{},"result":{}}', "x"])
def test_a_broken_snapshot_says_so(text):
    with pytest.raises(BrokenSnapshot):
        rules.recompute(text)


def test_grades_weigh_and_rejects_do_not():
    """B05: all accepted lots of a household count, on every day and at every point; rejects weigh nothing."""
    rows = [
        Brought("a" * 16, 1, 1300, 40_000),
        Brought("a" * 16, 2, 1000, 25_000),
        Brought("a" * 16, 4, 0, 5_000),
        Brought("b" * 16, 2, 1000, 77_000),
    ]
    result = rules.settle(make_inputs(rows, {"sales": 154_000}))
    lines = {line.token[0]: line for line in result.lines}
    assert lines["a"].weight == 40_000 * 1300 + 25_000 * 1000 == lines["b"].weight
    assert lines["a"].accepted_g == 70_000
    assert amounts(result) == {"a" * 16: 77_000, "b" * 16: 77_000}


def test_small_sums_and_no_weights():
    """B02: 1 fen over 2, 2 over 3, 0 over 5; a pool whose every weight is zero is refused."""

    def shares(sales, differentials):
        rows = [Brought(f"{n:016x}", 1, weight, 1_000) for n, weight in enumerate(differentials)]
        return sorted(amounts(rules.settle(make_inputs(rows, {"sales": sales}))).values(), reverse=True)

    assert shares(1, [1000, 1000]) == [1, 0]
    assert shares(2, [1000, 1000, 1000]) == [1, 1, 0]
    assert shares(0, [1000] * 5) == [0] * 5
    with pytest.raises(NothingToShareBy):
        shares(1, [0, 0])


def test_a_loss_is_kept_and_shared_by_nobody():
    result = rules.settle(make_inputs([Brought("a" * 16, 1, 1000, 5)], {"sales": 100, "cost_freight": -300}))
    assert (result.net_minor, result.part_minor, result.kept_minor, result.paid_minor) == (-200, 0, -200, 0)


def test_the_plans_part_is_rounded_once_half_up():
    result = rules.settle(make_inputs([Brought("a" * 16, 1, 1000, 5)], {"sales": 1_01}, paid_bp=5_000))
    assert (result.part_minor, result.kept_minor) == (51, 50)


def test_a_household_that_was_paid_too_much_owes_a_claim_and_gets_nothing():
    rows = [Brought("a" * 16, 1, 1000, 50), Brought("b" * 16, 1, 1000, 50)]
    result = rules.settle(make_inputs(rows, {"sales": 100}, earlier={"a" * 16: 80}))
    lines = {line.token[0]: line for line in result.lines}
    assert (lines["a"].amount_minor, lines["a"].claim_minor) == (0, 30)
    assert (lines["b"].amount_minor, lines["b"].claim_minor) == (50, 0)


def test_an_account_that_no_step_foresaw_is_shown_as_a_step_of_its_own():
    result = rules.settle(make_inputs([Brought("a" * 16, 1, 1000, 5)], {"sales": 100, "bad_debts": -40}))
    assert [step.name for step in result.steps] == ["sales", "bad_debts"]
    assert result.net_minor == 60


def test_a_mixed_currency_pool_is_refused():
    """B64."""
    with pytest.raises(MixedCurrency):
        rules.single_currency(["CNY", "JPY"], "CNY")
    rules.single_currency([], "CNY")


def test_a_token_hides_its_member_and_differs_in_each_run():
    one, two = rules.tokens_for("one run", "pool", [7, 8, 9]), rules.tokens_for("another run", "pool", [9, 8, 7])
    assert one == rules.tokens_for("one run", "pool", [8, 9, 7])
    assert len({*one.values(), *two.values()}) == 6
    other_pool = rules.tokens_for("one run", "another pool", range(100))
    assert other_pool != rules.tokens_for("one run", "pool", range(100))


@given(st.sets(st.integers(1, 500), min_size=2, max_size=30), st.integers(1, 10**6), st.text(), st.text())
def test_the_odd_fen_falls_to_the_same_households_in_every_run_of_a_pool(members, sales, one, two):
    def shares(run_secret):
        tokens = rules.tokens_for(run_secret, "pool", members)
        rows = [Brought(token, 1, 1000, 1_000) for token in tokens.values()]
        amount = amounts(rules.settle(make_inputs(rows, {"sales": sales})))
        return {member: amount[token] for member, token in tokens.items()}

    assert shares(one) == shares(two)


def test_a_snapshot_holds_words_and_whole_numbers_only():
    given_inputs = make_inputs([Brought("a" * 16, 1, 1300, 5_000)], paid_bp=9_000)
    text = rules.canonical(given_inputs, rules.settle(given_inputs))
    for old, new in (("9000", "9000.0"), ("5000", '"5000"'), ("9000", "true"), ('"sales":10000', '"sales":null')):
        assert old in text
        with pytest.raises(BrokenSnapshot):
            rules.recompute(text.replace(old, new))
