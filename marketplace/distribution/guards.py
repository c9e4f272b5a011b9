"""Triggers that keep a published run as it was published."""

from marketplace.core.guards import Guards

FIGURES = (
    "id cooperative_id season_id plan_id number currency snapshot snapshot_hash tokens_hash net_minor paid_minor"
    " kept_minor prepared_by_id prepared_at published_by_id published_at secret form_token notice_token notice_until"
).split()
DECISION = "approved_by_id approved_at".split()
CLOSED = "old.state in ('checked', 'sent_back', 'withdrawn')"


def _changed(columns: list[str], differs: str) -> str:
    return "(" + " or ".join(f"old.{column} {differs} new.{column}" for column in columns) + ")"


def _tampered(differs: str) -> str:
    """Say when a published run is no longer the published one: other figures, another approver, a draft again."""
    return (
        f"old.state <> 'draft' and (new.state = 'draft' or {_changed(FIGURES, differs)}"
        f" or old.approved_by_id is not null and {_changed(DECISION, differs)})"
    )


def _refuse(words: str) -> str:
    return f"begin select raise(abort, 'distribution: {words}'); end"


guards = Guards(
    sqlite={
        "run_frozen": f"before update on run when {_tampered('is not')} {_refuse('published')}",
        "run_closed": f"before update on run when {CLOSED} {_refuse('closed')}",
        "run_kept": "before delete on run " + _refuse("append only"),
        # INSERT OR REPLACE deletes the old row without firing the delete trigger
        "run_not_replaced": "before insert on run when exists (select 1 from run where id = new.id"
        " or (cooperative_id = new.cooperative_id and (number = new.number or form_token = new.form_token))"
        " or notice_token = new.notice_token or (season_id = new.season_id"
        " and state in ('draft', 'published', 'approved') and new.state in ('draft', 'published', 'approved'))) "
        + _refuse("append only"),
        "allocation_late": "before insert on allocation when (select state from run where id = new.run_id) <> 'draft' "
        + _refuse("published"),
        "allocation_not_replaced": "before insert on allocation when exists (select 1 from allocation where"
        " id = new.id or (run_id = new.run_id and (member_id = new.member_id or token = new.token))) "
        + _refuse("append only"),
        "allocation_frozen": "before update on allocation " + _refuse("append only"),
        "allocation_kept": "before delete on allocation " + _refuse("append only"),
    },
    postgresql={
        "run_guard": "before update or delete on run for each row execute function run_guard()",
        "allocation_late": "before insert on allocation for each row execute function allocation_late()",
        "allocation_frozen": "before update or delete on allocation for each row execute function allocation_refuse()",
        "allocation_whole": "before truncate on allocation for each statement execute function allocation_refuse()",
        "run_whole": "before truncate on run for each statement execute function allocation_refuse()",
    },
    functions={
        "run_guard": f"""
begin
  if tg_op = 'DELETE' then raise exception 'distribution: append only' using errcode = '23514'; end if;
  if {CLOSED} then raise exception 'distribution: closed' using errcode = '23514'; end if;
  if {_tampered("is distinct from")} then
    raise exception 'distribution: published' using errcode = '23514';
  end if;
  return new;
end""",
        "allocation_late": """
begin
  if (select state from run where id = new.run_id) <> 'draft' then
    raise exception 'distribution: published' using errcode = '23514';
  end if;
  return new;
end""",
        "allocation_refuse": """
begin
  raise exception 'distribution: append only' using errcode = '23514';
end""",
    },
)
