"""Recomputing a run, checking it, sending it back."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

from marketplace import distribution, trail
from marketplace.audit.errors import RecomputationDiffers
from marketplace.audit.models import RunReview, Verdict
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.distribution import Allocation, BrokenSnapshot, Inputs, Line, Run, Settlement
from marketplace.extensions import db


class Difference(StrEnum):
    """What a recomputation found to be otherwise."""

    SNAPSHOT = "snapshot"  # the stored snapshot cannot be read or computed
    HASH = "hash"  # the snapshot, or what it computes to, has another hash than the published one
    LINES = "lines"  # the stored lines or totals are not those of the snapshot
    TOKENS = "tokens"  # another member stands behind a token than when the run was published
    PLAN = "plan"  # the plan says another part than the snapshot
    BOOKS = "books"  # the ledger, up to the snapshot's own transaction, says otherwise
    WEIGHINGS = "weighings"  # the weighings, up to the snapshot's own, say otherwise
    EARLIER = "earlier"  # earlier runs paid something else


@dataclass(frozen=True)
class Recomputation:
    """What the coordinator's own computation gives, beside what was published."""

    stored_hash: str
    recomputed_hash: str
    differences: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs."""
        return not self.differences


def recompute(run: Run) -> Recomputation:
    """Compute a published run anew: from its stored snapshot, and from the books as they stood at its cut."""
    stored = run.snapshot_hash or ""
    text = distribution.snapshot_of(run) or ""
    try:
        settlement, again = distribution.recompute(text)
        inputs, _published = distribution.read_snapshot(text)
    except BrokenSnapshot:
        return Recomputation(stored, "", (Difference.SNAPSHOT,))
    lines = distribution.list_allocations(run)
    members = {line.token: line.member_id for line in lines}
    found = []
    if not stored == again == distribution.digest(text):
        found.append(Difference.HASH)
    if not _are_stored(settlement, run, lines):
        found.append(Difference.LINES)
    if distribution.tokens_digest(members) != run.tokens_hash:
        found.append(Difference.TOKENS)
    if (inputs.plan_version, inputs.paid_bp) != (run.plan.version, run.plan.paid_bp):
        found.append(Difference.PLAN)
    found += _against_books(run, inputs, members)
    return Recomputation(stored, again, tuple(found))


def check(run: Run, *, by: int) -> RunReview:
    """Check a run whose recomputation agrees; from then on the cashier may pay.

    Raises RecomputationDiffers, and what `distribution.mark_checked` refuses.
    """
    found = recompute(run)
    if not found.is_same:
        raise RecomputationDiffers(differences=[difference.value for difference in found.differences])
    distribution.mark_checked(run, by=by)
    return _review(run, found, Verdict.CHECKED, "", by)


def send_back(run: Run, reason: str, *, by: int) -> RunReview:
    """Send a run back with a reason; raises what `distribution.send_back` refuses."""
    found = recompute(run)
    distribution.send_back(run, reason, by=by)
    return _review(run, found, Verdict.SENT_BACK, reason.strip(), by)


def _are_stored(settlement: Settlement, run: Run, lines: Sequence[Allocation]) -> bool:
    """Say whether the rows that are shown and paid are those of the settlement."""
    totals = (run.net_minor, run.paid_minor, run.kept_minor)
    if totals != (settlement.net_minor, settlement.paid_minor, settlement.kept_minor):
        return False
    names = [field.name for field in fields(Line)]
    stored = {tuple(getattr(line, name) for name in names) for line in lines}
    return len(lines) == len(settlement.lines) and stored == {astuple(line) for line in settlement.lines}


def _against_books(run: Run, inputs: Inputs, members: Mapping[str, int]) -> list[Difference]:
    """Compare a snapshot's inputs with ledger, weighings and earlier runs, all as they stood at its own cut."""
    try:
        gathered = distribution.gather(run, inputs.ledger_until, inputs.weighing_until)
    except DomainError:
        return [Difference.BOOKS]
    books = gathered.inputs
    found = []
    if (books.pool, books.currency, dict(books.books)) != (inputs.pool, inputs.currency, dict(inputs.books)):
        found.append(Difference.BOOKS)
    if _brought(books, gathered.members) != _brought(inputs, members):
        found.append(Difference.WEIGHINGS)
    if _earlier(books, gathered.members) != _earlier(inputs, members):
        found.append(Difference.EARLIER)
    return found


def _brought(inputs: Inputs, members: Mapping[str, int]) -> set[tuple[int | None, int, int, int]]:
    return {(members.get(row.token), row.grade_rank, row.differential, row.accepted_g) for row in inputs.brought}


def _earlier(inputs: Inputs, members: Mapping[str, int]) -> dict[int | None, int]:
    return {members.get(token): amount for token, amount in inputs.earlier.items()}


def _review(run: Run, found: Recomputation, verdict: Verdict, reason: str, by: int) -> RunReview:
    review = RunReview(
        run_id=run.id,
        coordinator_id=by,
        verdict=verdict,
        stored_hash=found.stored_hash,
        recomputed_hash=found.recomputed_hash,
        reason=reason,
        at=clock.now(),
    )
    db.session.add(review)
    db.session.flush()
    trail.record(
        f"review.{verdict.value}",
        f"run:{run.id}",
        by=by,
        cooperative_id=run.cooperative_id,
        after={"hash": found.recomputed_hash, "same": found.is_same},
    )
    return review
