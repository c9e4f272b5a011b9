"""A run's notice: opened by its printed token only, with masked names, until its period is over."""

from dataclasses import dataclass
from itertools import groupby

from flask import Response, make_response, render_template

from marketplace import distribution
from marketplace.core import clock
from marketplace.core.errors import NotFound
from marketplace.distribution import Allocation, Run, RunState
from marketplace.web.locale import is_chinese
from marketplace.web.policy import allow
from marketplace.web.printed import printed_url, qr
from marketplace.web.public import bp


@dataclass(frozen=True)
class Group:
    """A group of the village: its lines by number."""

    name: str
    lines: tuple[Allocation, ...]

    def total(self, column: str) -> int:
        """Add up one column of the group."""
        return sum(getattr(line, column) for line in self.lines)


@bp.get("/notice/<token>")
@allow("anyone")
def notice(token: str) -> Response:
    """Show the sheet that hangs on the board; after its period, or withdrawn, there is nothing here."""
    run = _find(token)
    _inputs, settlement = distribution.read_snapshot(distribution.snapshot_of(run) or "")
    answer = make_response(
        render_template(
            "public/notice.html",
            run=run,
            settlement=settlement,
            income=sum(step.amount_minor for step in settlement.steps if step.amount_minor > 0),
            outgo=-sum(step.amount_minor for step in settlement.steps if step.amount_minor < 0),
            groups=_groups(run),
            qr=qr(printed_url("public.notice", token=token)),
            chinese=is_chinese(),
        )
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _find(token: str) -> Run:
    run = distribution.find_notice(token)
    if run is None or run.state is not RunState.PUBLISHED or run.notice_until is None:
        raise NotFound(kind="notice")
    if clock.now() >= run.notice_until:
        raise NotFound(kind="notice")
    return run


def _groups(run: Run) -> list[Group]:
    lines = sorted(distribution.list_allocations(run), key=lambda line: (line.village_group, line.member.number))
    return [Group(name, tuple(found)) for name, found in groupby(lines, key=lambda line: line.village_group)]
