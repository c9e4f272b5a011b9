"""Plans, and the life of a run from the draft to the coordinator's check."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, insert, select

from marketplace import intake, ledger, trail
from marketplace.cooperatives import Cooperative, Member, mask_name
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.ids import new_token
from marketplace.distribution import rules
from marketplace.distribution.errors import (
    NoPlan,
    NothingToPay,
    NoticeRunning,
    NotNow,
    NotReconciled,
    RunOpen,
    SamePerson,
)
from marketplace.distribution.models import Allocation, Plan, Run
from marketplace.distribution.postings import run_checked
from marketplace.distribution.queries import find_open_run, find_plan, gather, list_allocations, snapshot_of
from marketplace.distribution.states import MOVES, RunState
from marketplace.extensions import db, lock
from marketplace.ledger import Account
from marketplace.produce import Season

NOTICE_DAYS = 7
SHORTEST_NOTICE_DAYS = 5
LONGEST_NOTICE_DAYS = 60
LONGEST_REASON = 500


@dataclass(frozen=True)
class Preview:
    """A settlement with the members behind its tokens."""

    settlement: rules.Settlement
    inputs: rules.Inputs
    members: dict[str, Member]


def set_plan(season: Season, *, paid_bp: int, kept_for: str, decided_on: date, by: int) -> Plan:
    """Write the next version of a pool's plan: which part of its net, in basis points, is paid to the members.

    A plan that pays all keeps nothing for the annual surplus, and pages say so (`domain.md` 7).
    Raises FieldError `not_a_share`, `kept_for_missing`, `text_too_long`, `date_in_future`.
    """
    if not 0 < paid_bp <= rules.WHOLE_BP:
        raise FieldError("not_a_share", "paid")
    words = " ".join(kept_for.split())
    if paid_bp < rules.WHOLE_BP and not words:
        raise FieldError("kept_for_missing", "kept_for")
    if len(words) > 200:  # noqa: PLR2004 - the column's length
        raise FieldError("text_too_long", "kept_for", longest=200)
    if decided_on > clock.today(season.product.cooperative.zone):
        raise FieldError("date_in_future", "decided_on")
    lock(season)
    last = find_plan(season.id)
    plan = Plan(
        season_id=season.id,
        version=last.version + 1 if last else 1,
        paid_bp=paid_bp,
        kept_for=words,
        decided_on=decided_on,
        by_id=by,
        created_at=clock.now(),
    )
    db.session.add(plan)
    db.session.flush()
    trail.record(
        "plan.set",
        f"plan:{plan.id}",
        by=by,
        cooperative_id=season.product.cooperative_id,
        after={"season": season.id, "version": plan.version, "paid_bp": paid_bp},
    )
    return plan


def draft_run(season: Season, *, token: str, by: int) -> Run:
    """Begin a run of a pool under its newest plan; the same token gives the first run again.

    Raises NoPlan, and RunOpen when the pool has a run that is not finished.
    """
    cooperative = db.session.get_one(
        Cooperative, season.product.cooperative_id, with_for_update=True, populate_existing=True
    )
    first = db.session.scalars(
        select(Run).where(Run.cooperative_id == cooperative.id, Run.form_token == token)
    ).one_or_none()
    if first is not None:
        return first
    plan = find_plan(season.id)
    if plan is None:
        raise NoPlan
    unfinished = find_open_run(season.id)
    if unfinished is not None:
        raise RunOpen(number=unfinished.number)
    last = db.session.scalar(select(func.max(Run.number)).where(Run.cooperative_id == cooperative.id))
    run = Run(
        cooperative_id=cooperative.id,
        season_id=season.id,
        plan_id=plan.id,
        number=(last or 0) + 1,
        state=RunState.DRAFT,
        currency=cooperative.currency,
        prepared_by_id=by,
        prepared_at=clock.now(),
        secret=new_token(),
        form_token=token,
    )
    db.session.add(run)
    db.session.flush()
    _record("run.drafted", run, by)
    return run


def preview(run: Run) -> Preview:
    """Compute a run as it would be published now, or read a published one; raises what `rules.settle` refuses."""
    if run.state is RunState.DRAFT:
        gathered = gather(run)
        settlement, inputs, ids = rules.settle(gathered.inputs), gathered.inputs, gathered.members
    else:
        text = snapshot_of(run)
        if text is None:
            raise NotNow
        inputs, settlement = rules.read(text)
        ids = {line.token: line.member_id for line in list_allocations(run)}
    members = {m.id: m for m in db.session.scalars(select(Member).where(Member.id.in_(set(ids.values()))))}
    return Preview(settlement, inputs, {token: members[number] for token, number in ids.items()})


def publish(run: Run, *, days: int = NOTICE_DAYS, by: int) -> None:
    """Hang out the notice: store the snapshot and the lines, which never change again.

    Raises FieldError `notice_days`, NothingToPay, NotReconciled when earlier runs and the ledger disagree, NotNow.
    """
    if not SHORTEST_NOTICE_DAYS <= days <= LONGEST_NOTICE_DAYS:
        raise FieldError("notice_days", "days", shortest=SHORTEST_NOTICE_DAYS, longest=LONGEST_NOTICE_DAYS)
    _move(run, RunState.PUBLISHED)
    intake.lock_station(run.cooperative_id)  # the cut is exact: nothing below it can come later
    newest = intake.newest_weighing_id(run.season_id)
    gathered = gather(run, ledger.last_id(ledger.book_of(run.cooperative_id)), newest)
    settlement = rules.settle(gathered.inputs)
    _reconcile(run, gathered.inputs, settlement)
    if settlement.paid_minor == 0:
        raise NothingToPay
    text = rules.canonical(gathered.inputs, settlement)
    _store_lines(run, settlement, dict(gathered.members))
    run.snapshot, run.snapshot_hash = text, rules.digest(text)
    run.tokens_hash = rules.tokens_digest(gathered.members)
    run.net_minor, run.paid_minor, run.kept_minor = settlement.net_minor, settlement.paid_minor, settlement.kept_minor
    run.published_by_id, run.published_at = by, clock.now()
    run.notice_token, run.notice_until = new_token(), clock.now() + timedelta(days=days)
    run.state = RunState.PUBLISHED
    db.session.flush()
    _record("run.published", run, by)


def withdraw(run: Run, reason: str, *, by: int) -> None:
    """Take a run back before it is approved, with a reason; raises FieldError `reason_missing`, NotNow."""
    words = _reason(reason)
    _move(run, RunState.WITHDRAWN)
    run.state, run.reason = RunState.WITHDRAWN, words
    db.session.flush()
    _record("run.withdrawn", run, by)


def approve(run: Run, *, by: int) -> None:
    """Approve a run after its notice period, never one's own; raises SamePerson, NoticeRunning, NotNow."""
    _move(run, RunState.APPROVED)
    if by in (run.prepared_by_id, run.published_by_id):
        raise SamePerson
    if run.notice_until is None or clock.now() < run.notice_until:
        raise NoticeRunning(until=run.notice_until, zone=run.cooperative.zone)
    run.state, run.approved_by_id, run.approved_at = RunState.APPROVED, by, clock.now()
    db.session.flush()
    _record("run.approved", run, by)


def mark_checked(run: Run, *, by: int) -> None:
    """Close a run that the coordinator recomputed, and post what is owed; `audit.check` calls it after comparing.

    Raises SamePerson for who prepared or approved it, NotNow.
    """
    _move(run, RunState.CHECKED)
    if by in (run.prepared_by_id, run.published_by_id, run.approved_by_id):
        raise SamePerson
    run.state, run.checked_by_id, run.checked_at = RunState.CHECKED, by, clock.now()
    db.session.flush()
    ledger.post(
        ledger.book_of(run.cooperative_id),
        run_checked(run, list_allocations(run), clock.today(run.cooperative.zone)),
    )
    _record("run.checked", run, by)


def send_back(run: Run, reason: str, *, by: int) -> None:
    """Send an approved run back with a reason; a new run replaces it. Raises FieldError `reason_missing`, NotNow."""
    words = _reason(reason)
    _move(run, RunState.SENT_BACK)
    run.state, run.reason = RunState.SENT_BACK, words
    db.session.flush()
    _record("run.sent_back", run, by)


def _store_lines(run: Run, settlement: rules.Settlement, ids: dict[str, int]) -> None:
    members = {m.id: m for m in db.session.scalars(select(Member).where(Member.id.in_(set(ids.values()))))}
    db.session.execute(
        insert(Allocation),
        [
            {
                "run_id": run.id,
                "member_id": ids[line.token],
                "token": line.token,
                "village_group": members[ids[line.token]].village_group,
                "masked_name": mask_name(members[ids[line.token]].name),
                "accepted_g": line.accepted_g,
                "weight": line.weight,
                "entitled_minor": line.entitled_minor,
                "earlier_minor": line.earlier_minor,
                "amount_minor": line.amount_minor,
                "claim_minor": line.claim_minor,
            }
            for line in settlement.lines
        ],
    )


def _reconcile(run: Run, inputs: rules.Inputs, settlement: rules.Settlement) -> None:
    """Refuse figures that the books do not bear out."""
    settled = ledger.balance(
        ledger.book_of(run.cooperative_id),
        Account.MEMBER_SETTLEMENT,
        pool=run.season.pool,
        currency=run.currency,
        until=inputs.ledger_until,
    )
    if settled != settlement.earlier_minor:
        raise NotReconciled(settled=settled, earlier=settlement.earlier_minor)
    if settlement.paid_minor - settlement.claim_minor != settlement.part_minor - settlement.earlier_minor:
        raise NotReconciled(settled=settled, earlier=settlement.earlier_minor)


def _move(run: Run, state: RunState) -> None:
    lock(run)
    if state not in MOVES[run.state]:
        raise NotNow(state=run.state.value)


def _reason(text: str) -> str:
    words = text.strip()
    if not words:
        raise FieldError("reason_missing", "reason")
    if len(words) > LONGEST_REASON:
        raise FieldError("text_too_long", "reason", longest=LONGEST_REASON)
    return words


def _record(verb: str, run: Run, by: int) -> None:
    trail.record(
        verb,
        f"run:{run.id}",
        by=by,
        cooperative_id=run.cooperative_id,
        after={"number": run.number, "hash": run.snapshot_hash, "paid_minor": run.paid_minor},
    )
