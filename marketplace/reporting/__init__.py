"""Read-only questions that span stages.

Owns: nothing; it reads.
Guarantees: figures come from the ledger and from stored lines, never from the live catalogue.
May import: every stage, the books, extensions, core.
"""

from marketplace.reporting.boxes import find_settled_box, runs_that_shared
from marketplace.reporting.desk import Desk, Followed, desk_of, followed_ids, list_followed
from marketplace.reporting.money import MoneyStrip, StripRow, strip_of_order, strips_of_prices
from marketplace.reporting.pools import PaidOut, PoolFigures, accepted_by_season, count_sold, paid_out, pool_figures
from marketplace.reporting.purchases import Purchase, list_waiting
from marketplace.reporting.season import SeasonFigures, season_figures
from marketplace.reporting.todo import THINGS, Thing, Todo, list_todo
from marketplace.reporting.week import Week, week_of

__all__ = [
    "THINGS",
    "Desk",
    "Followed",
    "MoneyStrip",
    "PaidOut",
    "PoolFigures",
    "Purchase",
    "SeasonFigures",
    "StripRow",
    "Thing",
    "Todo",
    "Week",
    "accepted_by_season",
    "count_sold",
    "desk_of",
    "find_settled_box",
    "followed_ids",
    "list_followed",
    "list_todo",
    "list_waiting",
    "paid_out",
    "pool_figures",
    "runs_that_shared",
    "season_figures",
    "strip_of_order",
    "strips_of_prices",
    "week_of",
]
