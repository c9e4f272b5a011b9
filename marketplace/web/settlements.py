"""Showing a settlement: its falling steps and its lines; shared by all who may see a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from marketplace.distribution import Preview, Settlement
from marketplace.ledger import Account
from marketplace.web.locale import money, percent_bp
from marketplace.web.words import word

PART_OF = {
    "processor_fees": "processor",
    "platform_fee": "platform",
    "cost_freight": "freight",
    "cost_packing": "pack",
    "cost_storage": "work",
    "cost_wages": "work",
    "cost_other": "work",
}


@dataclass(frozen=True)
class Falls:
    """Rows for the component `falls`, and the width of its picture."""

    rows: Sequence[dict[str, Any]]
    whole: int


def falls_of(settlement: Settlement, currency: str, paid_bp: int) -> Falls:
    """Return the way from what came in, down to what is shared out."""
    whole = max([step.left_minor for step in settlement.steps], default=0)
    rows = [_row(step.name, step.amount_minor, step.left_minor, currency) for step in settlement.steps]
    if settlement.net_minor > 0 and settlement.kept_minor:
        words = _("Kept by the cooperative, %(rate)s", rate=percent_bp(10_000 - paid_bp))
        rows.append(_taken(words, "reserve", -settlement.kept_minor, settlement.part_minor, currency))
    if settlement.earlier_minor:
        left = settlement.part_minor - settlement.earlier_minor
        rows.append(_taken(_("Paid by earlier runs"), "house", -settlement.earlier_minor, left, currency))
    rows.append(
        {
            "words": _("Shared out by this run"),
            "kind": "house",
            "kept": settlement.paid_minor,
            "part": 0,
            "taken": "",
            "left": money(settlement.paid_minor, currency),
            "last": True,
        }
    )
    return Falls(rows, max(whole, 1))


def _row(name: str, amount: int, left: int, currency: str) -> dict[str, Any]:
    words = word(Account(name))
    if amount >= 0:
        return {
            "words": words,
            "kind": "house",
            "kept": max(left, 0),
            "part": 0,
            "taken": "" if left == amount else "+" + money(amount, currency),
            "left": money(left, currency),
            "last": False,
        }
    return _taken(words, PART_OF.get(name, "reserve"), amount, left, currency)


def _taken(words: str, kind: str, amount: int, left: int, currency: str) -> dict[str, Any]:
    return {
        "words": words,
        "kind": kind,
        "kept": max(left, 0),
        "part": max(left - amount, 0) if left < 0 else -amount,  # no wider than what was there
        "taken": money(amount, currency),
        "left": money(left, currency),
        "last": False,
    }


@dataclass(frozen=True)
class LineRow:
    """A line with the member behind it."""

    number: int
    member_id: int
    name: str
    village_group: str
    accepted_g: int
    weight: int
    entitled_minor: int
    earlier_minor: int
    amount_minor: int
    claim_minor: int


def lines_of(preview: Preview) -> list[LineRow]:
    """Return a settlement's lines in the order of the members' numbers."""
    rows = []
    for line in preview.settlement.lines:
        member = preview.members[line.token]
        rows.append(
            LineRow(
                member.number,
                member.id,
                member.name,
                member.village_group,
                line.accepted_g,
                line.weight,
                line.entitled_minor,
                line.earlier_minor,
                line.amount_minor,
                line.claim_minor,
            )
        )
    return sorted(rows, key=lambda row: row.number)
