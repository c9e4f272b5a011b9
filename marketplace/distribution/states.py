"""The life of a run."""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands. From `published` on its figures never change."""

    DRAFT = "draft"  # by the clerk; computed afresh whenever it is asked for
    PUBLISHED = "published"  # a notice hangs out; figures are stored
    APPROVED = "approved"  # by another person, after the notice period
    CHECKED = "checked"  # by the coordinator; posted; the cashier may pay
    SENT_BACK = "sent_back"  # by the coordinator, with a reason; final, a new run replaces it
    WITHDRAWN = "withdrawn"  # before approval; final


MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.DRAFT: frozenset({RunState.PUBLISHED, RunState.WITHDRAWN}),
    RunState.PUBLISHED: frozenset({RunState.APPROVED, RunState.WITHDRAWN}),
    RunState.APPROVED: frozenset({RunState.CHECKED, RunState.SENT_BACK}),
    RunState.CHECKED: frozenset(),
    RunState.SENT_BACK: frozenset(),
    RunState.WITHDRAWN: frozenset(),
}

OPEN = frozenset({RunState.DRAFT, RunState.PUBLISHED, RunState.APPROVED})
