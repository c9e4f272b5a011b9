"""Recomputing a run, checking it, sending it back."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace import distribution, trail
from marketplace.audit.errors import RecomputationDiffers
from marketplace.audit.models import RunReview, Verdict
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.distribution import BrokenSnapshot, Run
from marketplace.extensions import db


class Difference(StrEnum):
    """What a recomputation found to be otherwise."""

    SNAPSHOT = "snapshot"  # the stored snapshot cannot be read or computed
    HASH = "hash"  # the snapshot gives another hash than the published one
    LINES = "lines"  # the stored lines are not those of the snapshot
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
    text = distribution.snapshot_of(run)
    try:
        settlement, again = distribution.recompute(text or "")
        inputs, _published = distribution.read_snapshot(text or "")
    except BrokenSnapshot:
        return Recomputation(stored, "", (Difference.SNAPSHOT,))
    found = [Difference.HASH] if again != stored else []
    if _stored_lines(run) != {
        (line.token, line.accepted_g, line.weight, line.amount_minor, line.claim_minor) for line in settlement.lines
    }:
        found.append(Difference.LINES)
    found += _against_books(run, inputs)
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


def _stored_lines(run: Run) -> set[tuple[str, int, int, int, int]]:
    return {
        (line.token, line.accepted_g, line.weight, line.amount_minor, line.claim_minor)
        for line in distribution.list_allocations(run)
    }


def _against_books(run: Run, inputs: distribution.Inputs) -> list[Difference]:
    try:
        books = distribution.gather(run, inputs.ledger_until, inputs.weighing_until).inputs
    except DomainError:
        return [Difference.BOOKS]
    found = []
    if dict(books.books) != dict(inputs.books):
        found.append(Difference.BOOKS)
    if set(books.brought) != set(inputs.brought):
        found.append(Difference.WEIGHINGS)
    if dict(books.earlier) != dict(inputs.earlier):
        found.append(Difference.EARLIER)
    return found


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
