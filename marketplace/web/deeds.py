"""The trail in words: what was done, by whom, to what."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from marketplace.catalog import Listing, Pack
from marketplace.cooperatives import Cooperative, Member
from marketplace.costs import Bill
from marketplace.distribution import Plan, Run
from marketplace.extensions import Base, db
from marketplace.fulfilment import Shipment
from marketplace.identity import User
from marketplace.intake import Weighing
from marketplace.ordering import Order
from marketplace.payments import Payment, Refund
from marketplace.payouts import Payout, PayoutBatch
from marketplace.produce import Product, Season
from marketplace.trail import TrailEntry
from marketplace.web.locale import of, own

DEEDS: dict[str, Any] = {
    "account.confirmed": _l("confirmed a new bank account"),
    "account.proposed": _l("proposed a new bank account"),
    "account.refused": _l("refused a new bank account"),
    "batch.discarded": _l("discarded a payout batch"),
    "batch.made": _l("made a payout batch"),
    "batch.downloaded": _l("downloaded the bank file of a payout batch"),
    "batch.sent": _l("sent a payout batch to the bank"),
    "bill.approved": _l("approved a bill"),
    "bill.entered": _l("entered a bill"),
    "bill.paid": _l("paid a bill"),
    "bill.refused": _l("refused a bill"),
    "buyer.registered": _l("registered as a buyer"),
    "cooperative.admitted": _l("admitted the cooperative"),
    "cooperative.edited": _l("changed the cooperative's profile"),
    "coordinator.assigned": _l("assigned a coordinator"),
    "coordinator.released": _l("released a coordinator"),
    "fee_rate.set": _l("set the platform's fee rate"),
    "household_key.issued": _l("issued a printed code"),
    "listing.archived": _l("took a listing out of the shop"),
    "listing.edited": _l("changed a listing"),
    "listing.published": _l("published a listing"),
    "member.added": _l("added a member"),
    "member.edited": _l("changed a member's data"),
    "member.left": _l("noted that a member left"),
    "order.cancelled": _l("cancelled an order"),
    "order.paid": _l("took an order as paid"),
    "order.placed": _l("placed an order"),
    "pack.added": _l("added a pack"),
    "pack.archived": _l("took a pack out of the shop"),
    "pack.priced": _l("changed a price"),
    "payment.cancelled": _l("closed a payment"),
    "payment.failed": _l("noted a declined payment"),
    "payment.open": _l("opened a payment"),
    "payment.processing": _l("noted a payment under way"),
    "payment.review": _l("held a payment for a look"),
    "payment.started": _l("began a payment"),
    "payment.succeeded": _l("booked a payment"),
    "payment.unknown": _l("noted that the processor has not answered"),
    "payout.confirmed": _l("confirmed that the money came"),
    "payout.returned": _l("noted a payout that the bank returned"),
    "payout.settled": _l("noted a payout that arrived"),
    "plan.set": _l("set a plan"),
    "processor_payout.recorded": _l("booked a transfer from the payment processor"),
    "product.added": _l("added a product"),
    "product.archived": _l("archived a product"),
    "refund.failed": _l("noted a refund that failed"),
    "refund.paid": _l("noted a refund that was paid"),
    "refund.retried": _l("tried a refund again"),
    "refund.requested": _l("requested a refund"),
    "review.checked": _l("recomputed and checked a run"),
    "review.sent_back": _l("recomputed and sent a run back"),
    "run.approved": _l("approved a run"),
    "run.checked": _l("closed a run as checked"),
    "run.drafted": _l("began a run"),
    "run.published": _l("published a run"),
    "run.sent_back": _l("sent a run back"),
    "run.withdrawn": _l("withdrew a run"),
    "season.closed": _l("closed a season"),
    "season.opened": _l("opened a season"),
    "season.reopened": _l("opened a season again"),
    "shipment.accepted": _l("accepted a box"),
    "shipment.packed": _l("packed a box"),
    "shipment.shipped": _l("shipped a box"),
    "shipment.unpacked": _l("unpacked a box"),
    "staff.appointed": _l("appointed staff"),
    "staff.ended": _l("ended a duty"),
    "tariff.set": _l("set the delivery tariff"),
    "user.created": _l("created a user"),
    "weighing.corrected": _l("corrected a slip"),
    "weighing.recorded": _l("weighed in"),
}

Label = Callable[[Any], str]

# kind of subject -> its table, and how people call one of its rows
SUBJECTS: dict[str, tuple[type[Base], Label]] = {
    "batch": (PayoutBatch, lambda row: _("batch %(n)s", n=row.number)),
    "bill": (Bill, lambda row: _("voucher %(n)s", n=row.voucher_number)),
    "cooperative": (Cooperative, lambda row: of(row, "name")),
    "listing": (Listing, lambda row: of(row, "title")),
    "member": (Member, lambda row: f"{row.number} {row.name}"),
    "order": (Order, lambda row: _("order %(n)s", n=row.number)),
    "pack": (Pack, lambda row: own(row.label, row.label_en)),
    "payment": (Payment, lambda row: _("order %(n)s", n=row.order.number)),
    "payout": (Payout, lambda row: _("transfer %(n)s", n=row.reference)),
    "plan": (Plan, lambda row: _("version %(n)s", n=row.version)),
    "product": (Product, lambda row: of(row, "name")),
    "refund": (Refund, lambda row: _("order %(n)s", n=row.payment.order.number)),
    "run": (Run, lambda row: _("run %(n)s", n=row.number)),
    "season": (Season, lambda row: row.name),
    "shipment": (Shipment, lambda row: _("order %(n)s", n=row.order.number)),
    "user": (User, lambda row: row.name),
    "weighing": (Weighing, lambda row: _("receipt %(n)s", n=row.number)),
}


@dataclass(frozen=True)
class Deed:
    """One line of the trail, ready to be read."""

    id: int
    at: datetime
    who: str
    did: str
    subject: str


def deeds_of(entries: Sequence[TrailEntry]) -> list[Deed]:
    """Put entries of the trail into words; one query for each kind of thing that they name."""
    actors = [entry.actor for entry in entries]
    rows = _load(entry.subject for entry in entries) | _load(actors)
    return [
        Deed(entry.id, entry.at, _who(entry.actor, rows), str(DEEDS[entry.verb]), _label(entry.subject, rows))
        for entry in entries
    ]


def _load(subjects: Iterable[str]) -> dict[str, Base]:
    ids: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        if kind in SUBJECTS and number.isdigit():
            ids.setdefault(kind, set()).add(int(number))
    return {f"{kind}:{row.id}": row for kind, numbers in ids.items() for row in _rows(SUBJECTS[kind][0], numbers)}


def _rows(model: Any, numbers: Collection[int]) -> Sequence[Any]:
    return db.session.scalars(select(model).where(model.id.in_(numbers))).all()


def _who(actor: str, rows: Mapping[str, Base]) -> str:
    if actor == "system":
        return str(_("The house itself"))
    if actor.startswith("member:"):
        return str(_("Household %(who)s", who=_label(actor, rows)))
    return _label(actor, rows)


def _label(subject: str, rows: Mapping[str, Base]) -> str:
    row = rows.get(subject)
    return "" if row is None else SUBJECTS[subject.partition(":")[0]][1](row)
