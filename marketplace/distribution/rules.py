"""Settling a pool: pure functions from a run's inputs to its lines, and the hashes that prove them.

A run is cumulative. It takes what the pool has earned since its beginning, gives each member its part by weight and
grade, and pays what earlier runs have not paid yet. So a late weighing, a correction or a refund needs no special way:
the next run brings it, and a closed run stays as it is (`domain.md` 7).
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from marketplace.core.errors import DomainError
from marketplace.core.money import MixedCurrency, allocate, ratio
from marketplace.distribution.errors import BrokenSnapshot

FORMAT = 1
WHOLE_BP = 10_000
INCOME = ("sales", "sales_returns", "delivery_income")
COSTS = (
    "processor_fees",
    "platform_fee",
    "cost_freight",
    "cost_packing",
    "cost_storage",
    "cost_wages",
    "cost_other",
)


@dataclass(frozen=True)
class Brought:
    """Grams of one grade that one household, behind its token, has brought in."""

    token: str
    grade_rank: int
    differential: int  # thousandths
    accepted_g: int


@dataclass(frozen=True)
class Inputs:
    """All that a run is computed from: pseudonymous, whole numbers only."""

    pool: str
    currency: str
    plan_version: int
    paid_bp: int
    ledger_until: int  # the newest ledger transaction that counts
    weighing_until: int  # the newest weighing that counts
    books: Mapping[str, int]  # result account -> the pool's balance in minor units, income positive, cost negative
    brought: Sequence[Brought]
    earlier: Mapping[str, int]  # token -> minor units that earlier runs of this pool paid


@dataclass(frozen=True)
class Step:
    """One step down from what came in to what is shared out."""

    name: str
    amount_minor: int  # signed
    left_minor: int  # after it


@dataclass(frozen=True)
class Line:
    """One household's line."""

    token: str
    accepted_g: int
    weight: int  # sum of grams x differential
    entitled_minor: int  # of the pool to date
    earlier_minor: int
    amount_minor: int  # to be paid by this run
    claim_minor: int  # paid too much earlier; a memo


@dataclass(frozen=True)
class Settlement:
    """What a run shares out, and how it came to it."""

    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    net_minor: int  # of the pool to date
    part_minor: int  # the plan's part of it
    kept_minor: int  # the rest
    earlier_minor: int  # paid by earlier runs
    paid_minor: int  # by this run
    claim_minor: int


def single_currency(currencies: Sequence[str], expected: str) -> None:
    """Refuse a pool that holds another currency than its cooperative's; raises MixedCurrency."""
    if any(currency != expected for currency in currencies):
        raise MixedCurrency(currencies=sorted({*currencies, expected}))


def settle(inputs: Inputs) -> Settlement:
    """Compute steps and lines; the same inputs give the same lines, whatever the order of their rows.

    The plan's part is rounded once, half up, and split by `allocate` with the weight sum(grams x differential); equal
    remainders are ranked by the household's token of this run. Raises NothingToShareBy when there is a part and every
    weight is zero.
    """
    steps, net = _fall(inputs.books)
    part = max(0, ratio(net * inputs.paid_bp, WHOLE_BP))
    lines = _lines(inputs, part)
    return Settlement(
        steps=tuple(steps),
        lines=lines,
        net_minor=net,
        part_minor=part,
        kept_minor=net - part,
        earlier_minor=sum(line.earlier_minor for line in lines),
        paid_minor=sum(line.amount_minor for line in lines),
        claim_minor=sum(line.claim_minor for line in lines),
    )


def _fall(books: Mapping[str, int]) -> tuple[list[Step], int]:
    others = sorted(set(books) - set(INCOME) - set(COSTS))
    left, steps = 0, []
    for name in (*INCOME, *COSTS, *others):
        amount = books.get(name, 0)
        if amount:
            left += amount
            steps.append(Step(name, amount, left))
    return steps, left


def _lines(inputs: Inputs, part: int) -> tuple[Line, ...]:
    grams: dict[str, int] = dict.fromkeys(inputs.earlier, 0)
    weights: dict[str, int] = dict.fromkeys(inputs.earlier, 0)
    for row in inputs.brought:
        grams[row.token] = grams.get(row.token, 0) + row.accepted_g
        weights[row.token] = weights.get(row.token, 0) + row.accepted_g * row.differential
    tokens = sorted(token for token in grams if grams[token] or inputs.earlier.get(token, 0))
    entitled = allocate(part, [weights[token] for token in tokens], tokens)
    lines = []
    for token, due in zip(tokens, entitled, strict=True):
        earlier = inputs.earlier.get(token, 0)
        lines.append(
            Line(
                token=token,
                accepted_g=grams[token],
                weight=weights[token],
                entitled_minor=due,
                earlier_minor=earlier,
                amount_minor=max(0, due - earlier),
                claim_minor=max(0, earlier - due),
            )
        )
    return tuple(lines)


def tokens_for(run_secret: str, pool_secret: str, members: Collection[int]) -> dict[int, str]:
    """Deal out the words that stand for members in one run; without the secrets nobody can turn them back.

    `allocate` ranks equal remainders by the SHA-256 of a word. So the words are dealt out by it, in an order of the
    members that is the same in all runs of a pool: the odd fen falls to the same household every time, and a run in
    which nothing is new pays nothing.
    """
    order = sorted(members, key=lambda member: digest(f"{pool_secret}/{member}"))
    words = sorted((digest(f"{run_secret}/{number}")[:16] for number in range(len(order))), key=digest)
    return dict(zip(order, words, strict=True))


def canonical(inputs: Inputs, settlement: Settlement) -> str:
    """Return the snapshot: JSON with sorted keys and rows, no blanks, whole numbers only."""
    plain = asdict(inputs)
    plain["brought"] = sorted(plain["brought"], key=lambda row: (row["token"], row["grade_rank"]))
    return _dump({"format": FORMAT, "inputs": plain, "result": asdict(settlement)})


def digest(text: str) -> str:
    """Return the SHA-256 of a text, as hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def tokens_digest(members: Mapping[str, int]) -> str:
    """Return the hash of the table of tokens and member ids, which stays inside."""
    return digest(_dump(dict(members)))


def read(snapshot: str) -> tuple[Inputs, Settlement]:
    """Read a stored snapshot back; raises BrokenSnapshot for what is not of words and whole numbers in its form."""
    try:
        whole = json.loads(snapshot)
        if whole["format"] != FORMAT:
            raise BrokenSnapshot(format=whole["format"])
        if any(type(leaf) not in (int, str) for leaf in _leaves(whole)):
            raise BrokenSnapshot
        plain, result = whole["inputs"], whole["result"]
        inputs = Inputs(**{**plain, "brought": tuple(Brought(**row) for row in plain["brought"])})
        steps = tuple(Step(**row) for row in result["steps"])
        lines = tuple(Line(**row) for row in result["lines"])
        return inputs, Settlement(**{**result, "steps": steps, "lines": lines})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenSnapshot from error


def recompute(snapshot: str) -> tuple[Settlement, str]:
    """Compute a stored snapshot's lines anew from its own inputs; return them and the hash that they give.

    Whoever changed a line, a total or an input gets another hash than the one that was published.
    """
    inputs, _stored = read(snapshot)
    try:
        settlement = settle(inputs)
    except (DomainError, TypeError, ValueError, AttributeError) as error:  # a word where a number belongs
        raise BrokenSnapshot from error
    return settlement, digest(canonical(inputs, settlement))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value


def _dump(plain: Any) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
