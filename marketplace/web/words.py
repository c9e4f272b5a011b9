"""Words for everything that the code knows by a code: one registry, so that no page shows a raw enum."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from marketplace.access import Role
from marketplace.audit import Verdict
from marketplace.catalog import CommitmentState, Priority
from marketplace.cooperatives import AssignmentLevel, ChangeState, MemberKind, StaffRole
from marketplace.costs import BillState, CostKind
from marketplace.distribution import RunState
from marketplace.fulfilment import AcceptedBy
from marketplace.gateway import PaymentStatus, PayoutStatus, RefundStatus
from marketplace.identity import BuyerKind, PlatformRole
from marketplace.intake import WeightUnit
from marketplace.ledger import Account, AccountType
from marketplace.ordering import CancelReason, OrderState
from marketplace.payments import EventState, PaymentState, RefundReason, RefundState
from marketplace.payouts import BatchState, Hindrance, PayoutState
from marketplace.produce import Category, ReturnClass, TaxReason
from marketplace.queue import JobState

_PAIRS: tuple[tuple[Enum, Any], ...] = (
    (BuyerKind.PERSON, _l("a person or family")),
    (BuyerKind.INSTITUTION, _l("an institution")),
    (PlatformRole.BUYER, _l("buyer")),
    (PlatformRole.STAFF, _l("cooperative staff")),
    (PlatformRole.COORDINATOR, _l("coordinator")),
    (PlatformRole.ADMINISTRATOR, _l("administrator")),
    (MemberKind.HOUSEHOLD, _l("household")),
    (MemberKind.COLLECTIVE, _l("village collective")),
    (MemberKind.ENTERPRISE, _l("enterprise")),
    (StaffRole.CLERK, _l("clerk")),
    (StaffRole.MANAGER, _l("manager")),
    (StaffRole.CASHIER, _l("cashier")),
    (StaffRole.SUPERVISOR, _l("supervisor")),
    (AssignmentLevel.TOWNSHIP, _l("township")),
    (AssignmentLevel.COUNTY, _l("county")),
    (AssignmentLevel.PAIRED, _l("paired district")),
    (ChangeState.PROPOSED, _l("waits for a second person")),
    (ChangeState.CONFIRMED, _l("confirmed")),
    (ChangeState.REFUSED, _l("refused")),
    (Category.APPLE, _l("Apples")),
    (Category.TEA, _l("Tea")),
    (Category.CHILI, _l("Chili")),
    (Category.BAMBOO, _l("Bamboo shoots")),
    (Category.OTHER, _l("Other produce")),
    (ReturnClass.FRESH, _l("fresh goods, no return without cause")),
    (ReturnClass.SEVEN_DAYS, _l("may be returned within seven days")),
    (TaxReason.OWN_PRIMARY_PRODUCE, _l("exempt: members' own primary produce")),
    (TaxReason.PROCESSED, _l("processed goods")),
    (TaxReason.SMALL_TAXPAYER, _l("small taxpayer's rate")),
    (WeightUnit.KG, _l("kilograms")),
    (WeightUnit.JIN, _l("jin")),
    (CostKind.FREIGHT, _l("freight")),
    (CostKind.PACKING, _l("packing")),
    (CostKind.STORAGE, _l("storage")),
    (CostKind.WAGES, _l("wages")),
    (CostKind.OTHER, _l("other")),
    (BillState.ENTERED, _l("waits for approval")),
    (BillState.APPROVED, _l("approved, to be paid")),
    (BillState.REFUSED, _lp("bill", "refused")),
    (BillState.PAID, _l("paid")),
    (Priority.CONTRACT, _l("contracts")),
    (Priority.SUBSCRIPTION, _l("subscriptions")),
    (Priority.SHOP, _l("open shop")),
    (CommitmentState.HELD, _l("held until paid")),
    (CommitmentState.FIRM, _l("promised")),
    (CommitmentState.SHIPPED, _lp("goods", "shipped")),
    (CommitmentState.FREED, _l("freed")),
    (OrderState.PLACED, _l("waits for payment")),
    (OrderState.PAID, _l("paid, to be packed")),
    (OrderState.PACKED, _l("packed, to be shipped")),
    (OrderState.SHIPPED, _l("on its way")),
    (OrderState.ACCEPTED, _l("accepted")),
    (OrderState.CANCELLED, _l("cancelled")),
    (CancelReason.BUYER, _l("cancelled by the buyer")),
    (CancelReason.COOPERATIVE, _l("cancelled by the cooperative")),
    (CancelReason.HOLD_EXPIRED, _l("not paid in time")),
    (CancelReason.GOODS_GONE, _l("the goods were gone when the payment came")),
    (PaymentState.CREATED, _l("being prepared")),
    (PaymentState.UNKNOWN, _l("the processor has not answered yet")),
    (PaymentState.OPEN, _l("waits for the buyer")),
    (PaymentState.PROCESSING, _l("being processed")),
    (PaymentState.FAILED, _l("declined")),
    (PaymentState.CANCELLED, _lp("payment", "cancelled")),
    (PaymentState.REVIEW, _l("held for a look by a person")),
    (PaymentState.SUCCEEDED, _lp("payment", "paid")),
    (RefundState.REQUESTED, _l("refund requested")),
    (RefundState.PENDING, _l("refund on its way")),
    (RefundState.SUCCEEDED, _l("refunded")),
    (RefundState.FAILED, _l("refund failed")),
    (RefundReason.CANCELLED, _l("order cancelled")),
    (RefundReason.GOODS_GONE, _l("goods gone")),
    (RefundReason.PAID_TWICE, _l("paid twice")),
    (RefundReason.LATE, _l("paid after the order had ended")),
    (RefundReason.GOODWILL, _l("goodwill")),
    (PaymentStatus.OPEN, _l("waits for the buyer")),
    (PaymentStatus.PROCESSING, _l("being processed")),
    (PaymentStatus.SUCCEEDED, _lp("payment", "paid")),
    (PaymentStatus.FAILED, _l("declined")),
    (PaymentStatus.CANCELLED, _lp("payment", "cancelled")),
    (RefundStatus.PENDING, _l("refund on its way")),
    (RefundStatus.SUCCEEDED, _l("refunded")),
    (RefundStatus.FAILED, _l("refund failed")),
    (PayoutStatus.PENDING, _l("on its way to the bank")),
    (PayoutStatus.PAID, _l("arrived")),
    (PayoutStatus.FAILED, _l("returned by the bank")),
    (EventState.RECEIVED, _l("received")),
    (EventState.DONE, _lp("event", "done")),
    (EventState.IGNORED, _l("ignored")),
    (EventState.DEAD, _l("given up, look at it")),
    (AcceptedBy.WORD, _l("accepted by the buyer's word")),
    (AcceptedBy.SILENCE, _l("accepted by silence")),
    (RunState.DRAFT, _l("draft")),
    (RunState.PUBLISHED, _l("published")),
    (RunState.APPROVED, _lp("run", "approved")),
    (RunState.CHECKED, _l("checked")),
    (RunState.SENT_BACK, _l("sent back")),
    (RunState.WITHDRAWN, _l("withdrawn")),
    (BatchState.DRAFT, _lp("batch", "not sent yet")),
    (BatchState.SENT, _lp("batch", "sent to the bank")),
    (BatchState.DISCARDED, _l("discarded")),
    (PayoutState.DRAFT, _lp("payout", "not sent yet")),
    (PayoutState.SENT, _lp("payout", "sent to the bank")),
    (PayoutState.SETTLED, _l("arrived")),
    (PayoutState.RETURNED, _l("returned by the bank")),
    (PayoutState.DISCARDED, _lp("payout", "discarded")),
    (Hindrance.NO_ACCOUNT, _l("no bank account is known")),
    (Hindrance.RETURNED, _l("the bank sent it back, and nobody has checked the account since")),
    (Verdict.CHECKED, _lp("verdict", "checked")),
    (Verdict.SENT_BACK, _lp("verdict", "sent back")),
    (JobState.DUE, _l("due")),
    (JobState.LEASED, _l("running")),
    (JobState.DONE, _lp("job", "done")),
    (JobState.DEAD, _l("laid aside")),
    (Account.BANK, _l("bank")),
    (Account.CASH, _l("cash")),
    (Account.CLEARING, _l("at the payment processor")),
    (Account.RECEIVABLE, _l("receivable")),
    (Account.OWED_BY_MEMBERS, _l("owed by members")),
    (Account.GOODS_IN_STORE, _l("goods in store")),
    (Account.INPUT_STOCK, _l("input stock")),
    (Account.PAYOUTS_IN_TRANSIT, _l("payouts in transit")),
    (Account.DISPUTED_AMOUNTS, _l("disputed amounts")),
    (Account.PLATFORM_FEE_PREPAID, _l("platform fee, prepaid")),
    (Account.BUYER_ADVANCES, _l("buyers' advances")),
    (Account.UNALLOCATED_RECEIPTS, _l("unallocated receipts")),
    (Account.DEPOSITS_HELD, _l("deposits held")),
    (Account.REFUNDS_PAYABLE, _l("refunds payable")),
    (Account.SUPPLIER_PAYABLE, _l("owed to suppliers")),
    (Account.TAX_PAYABLE, _l("tax payable")),
    (Account.PLATFORM_FEE_OWED, _l("platform fee owed")),
    (Account.PROVISION_FOR_RETURNS, _l("provision for returns")),
    (Account.OWED_TO_MEMBERS, _l("owed to members")),
    (Account.OPEN_POOLS_CARRIED, _l("open pools carried forward")),
    (Account.PATRONAGE_PAYABLE, _l("patronage payable")),
    (Account.REMAINDER_PAYABLE, _l("remainder payable")),
    (Account.FUND, _l("fund")),
    (Account.CAPITAL, _l("capital")),
    (Account.SPECIAL_FUND, _l("special fund")),
    (Account.RESERVE, _l("reserve")),
    (Account.YEAR_SURPLUS, _l("year's surplus")),
    (Account.APPROPRIATION, _l("appropriation")),
    (Account.SALES, _l("sales")),
    (Account.DELIVERY_INCOME, _l("delivery income")),
    (Account.OTHER_INCOME, _l("other income")),
    (Account.SALES_RETURNS, _l("sales returns")),
    (Account.PURCHASES, _l("purchases")),
    (Account.MEMBER_SETTLEMENT, _l("settled with members")),
    (Account.PROCESSOR_FEES, _l("payment processor")),
    (Account.PLATFORM_FEE, _l("platform fee")),
    (Account.COST_FREIGHT, _lp("account", "freight")),
    (Account.COST_PACKING, _lp("account", "packing")),
    (Account.COST_STORAGE, _lp("account", "storage")),
    (Account.COST_WAGES, _lp("account", "wages")),
    (Account.COST_OTHER, _l("other costs")),
    (Account.PROVISION_EXPENSE, _l("provision for returns, set aside")),
    (Account.BAD_DEBTS, _l("bad debts")),
    (Account.OTHER_EXPENSE, _l("other expense")),
    (Account.FEES_IN_ADVANCE, _l("fees in advance")),
    (Account.FEES_RECEIVABLE, _l("fees receivable")),
    (Account.FEE_INCOME, _l("fee income")),
    (AccountType.ASSET, _l("assets")),
    (AccountType.LIABILITY, _l("liabilities")),
    (AccountType.EQUITY, _l("equity")),
    (AccountType.RESULT, _l("income and costs")),
    # a person's role in words is that of the platform or of the duty
    (Role.BUYER, _l("buyer")),
    (Role.CLERK, _l("clerk")),
    (Role.MANAGER, _l("manager")),
    (Role.CASHIER, _l("cashier")),
    (Role.SUPERVISOR, _l("supervisor")),
    (Role.HOUSEHOLD, _l("household")),
    (Role.COORDINATOR, _l("coordinator")),
    (Role.ADMINISTRATOR, _l("administrator")),
)


class Words:
    """Words by enum member. Members of two StrEnums with one value are equal, so the class belongs to the key."""

    def __init__(self, pairs: Iterable[tuple[Enum, Any]]) -> None:
        self._words = {(type(member), member.value): words for member, words in pairs}

    def __getitem__(self, member: Enum) -> Any:
        return self._words[type(member), member.value]

    def __contains__(self, member: Enum) -> bool:
        return (type(member), member.value) in self._words


WORDS = Words(_PAIRS)


def word(value: Enum) -> str:
    """Return the word for an enum's value in the reader's language; raises KeyError for one without."""
    return str(WORDS[value])


def init_app(app: Flask) -> None:
    """Give templates the filter `word`."""
    app.jinja_env.filters["word"] = word
