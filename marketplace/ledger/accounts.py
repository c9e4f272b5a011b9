"""The chart of accounts: of a cooperative's book, then of the platform's own.

Codes are those of the accounting system for farmers' cooperatives (Caikuai [2021] 37), where it has one.
"""

from enum import StrEnum

PLATFORM = "platform"


class AccountType(StrEnum):
    """What an account is in a balance sheet."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    RESULT = "result"


class Account(StrEnum):
    """Every account, by its name in the ledger."""

    BANK = "bank"
    CASH = "cash"
    CLEARING = "clearing"  # money at the payment processor
    RECEIVABLE = "receivable"
    OWED_BY_MEMBERS = "owed_by_members"  # for inputs, debit side of 114
    GOODS_IN_STORE = "goods_in_store"
    INPUT_STOCK = "input_stock"
    PAYOUTS_IN_TRANSIT = "payouts_in_transit"
    DISPUTED_AMOUNTS = "disputed_amounts"
    PLATFORM_FEE_PREPAID = "platform_fee_prepaid"

    BUYER_ADVANCES = "buyer_advances"
    UNALLOCATED_RECEIPTS = "unallocated_receipts"
    DEPOSITS_HELD = "deposits_held"
    REFUNDS_PAYABLE = "refunds_payable"
    SUPPLIER_PAYABLE = "supplier_payable"
    TAX_PAYABLE = "tax_payable"
    PLATFORM_FEE_OWED = "platform_fee_owed"
    PROVISION_FOR_RETURNS = "provision_for_returns"
    OWED_TO_MEMBERS = "owed_to_members"  # credit side of 114
    OPEN_POOLS_CARRIED = "open_pools_carried"
    PATRONAGE_PAYABLE = "patronage_payable"
    REMAINDER_PAYABLE = "remainder_payable"
    FUND = "fund"

    CAPITAL = "capital"
    SPECIAL_FUND = "special_fund"
    RESERVE = "reserve"
    YEAR_SURPLUS = "year_surplus"
    APPROPRIATION = "appropriation"

    SALES = "sales"
    DELIVERY_INCOME = "delivery_income"
    OTHER_INCOME = "other_income"
    SALES_RETURNS = "sales_returns"
    PURCHASES = "purchases"
    MEMBER_SETTLEMENT = "member_settlement"
    PROCESSOR_FEES = "processor_fees"
    PLATFORM_FEE = "platform_fee"
    COST_FREIGHT = "cost_freight"
    COST_PACKING = "cost_packing"
    COST_STORAGE = "cost_storage"
    COST_WAGES = "cost_wages"
    COST_OTHER = "cost_other"
    PROVISION_EXPENSE = "provision_expense"
    BAD_DEBTS = "bad_debts"
    OTHER_EXPENSE = "other_expense"

    # the platform's own book, beside CLEARING and BANK
    FEES_IN_ADVANCE = "fees_in_advance"
    FEES_RECEIVABLE = "fees_receivable"
    FEE_INCOME = "fee_income"

    @property
    def code(self) -> str | None:
        """Return the code in Caikuai [2021] 37, where it has one."""
        return _CODES.get(self)

    @property
    def type(self) -> AccountType:
        """Return what the account is."""
        return _TYPES[self]


_CODES = {
    Account.RECEIVABLE: "113",
    Account.OWED_BY_MEMBERS: "114",
    Account.OWED_TO_MEMBERS: "114",
    Account.PATRONAGE_PAYABLE: "221",
    Account.REMAINDER_PAYABLE: "222",
    Account.CAPITAL: "301",
    Account.SPECIAL_FUND: "311",
    Account.RESERVE: "322",
    Account.YEAR_SURPLUS: "331",
    Account.APPROPRIATION: "332",
}

_ORDER = list(Account)


def _between(first: Account, last: Account, kind: AccountType) -> dict[Account, AccountType]:
    return dict.fromkeys(_ORDER[_ORDER.index(first) : _ORDER.index(last) + 1], kind)


_TYPES = (
    _between(Account.BANK, Account.PLATFORM_FEE_PREPAID, AccountType.ASSET)
    | _between(Account.BUYER_ADVANCES, Account.FUND, AccountType.LIABILITY)
    | _between(Account.CAPITAL, Account.APPROPRIATION, AccountType.EQUITY)
    | _between(Account.SALES, Account.OTHER_EXPENSE, AccountType.RESULT)
    | {
        Account.FEES_IN_ADVANCE: AccountType.LIABILITY,
        Account.FEES_RECEIVABLE: AccountType.ASSET,
        Account.FEE_INCOME: AccountType.RESULT,
    }
)


def book_of(cooperative_id: int) -> str:
    """Name the book of a cooperative."""
    return f"cooperative:{cooperative_id}"
