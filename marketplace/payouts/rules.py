"""The bank's file: plain CSV for banks without a standard."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.core.money import exponent

HEADER = (
    "参考号 reference",
    "收款人 payee",
    "开户行 bank",
    "账号 account",
    "金额 amount",
    "币种 currency",
    "用途 purpose",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Transfer:
    """One line of the file."""

    reference: str
    payee: str
    bank_name: str
    bank_account: str
    amount_minor: int
    currency: str
    purpose: str


def reference_for(batch_id: int, allocation_id: int) -> str:
    """Return a payout's EndToEndId: at most 35 ASCII characters, another one for each batch."""
    return f"FM-{batch_id}-{allocation_id}"


def bank_csv(transfers: Iterable[Transfer]) -> str:
    """Return the file's text, with a BOM, so that spreadsheets read the Chinese.

    Text that a spreadsheet would run as a formula is kept text by an apostrophe; amounts stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for transfer in transfers:
        writer.writerow(
            (
                transfer.reference,
                _text(transfer.payee),
                _text(transfer.bank_name),
                _text(transfer.bank_account),
                plain_amount(transfer.amount_minor, transfer.currency),
                transfer.currency,
                _text(transfer.purpose),
            )
        )
    return "\ufeff" + out.getvalue()


def plain_amount(amount_minor: int, currency: str) -> str:
    """Return an amount with its currency's decimals and nothing else: 1234.50."""
    digits = exponent(currency)
    if not digits:
        return str(amount_minor)
    whole, part = divmod(amount_minor, 10**digits)
    return f"{whole}.{part:0{digits}d}"


def _text(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) else text
