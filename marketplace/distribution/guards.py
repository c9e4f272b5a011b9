"""Triggers that keep a published run as it was published."""

from marketplace.core.guards import Guards

FIGURES = (
    "cooperative_id season_id plan_id number currency snapshot snapshot_hash tokens_hash net_minor paid_minor"
    " kept_minor prepared_by_id prepared_at form_token notice_token notice_until"
).split()
CHANGED = " or ".join(f"old.{column} is not new.{column}" for column in FIGURES)
DISTINCT = " or ".join(f"old.{column} is distinct from new.{column}" for column in FIGURES)


def _refuse(words: str) -> str:
    return f"begin select raise(abort, 'distribution: {words}'); end"


guards = Guards(
    sqlite={
        "run_frozen": f"before update on run when old.state <> 'draft' and ({CHANGED}) {_refuse('published')}",
        "run_closed": "before update on run when old.state in ('checked', 'sent_back', 'withdrawn') "
        + _refuse("closed"),
        "run_kept": "before delete on run " + _refuse("append only"),
        "allocation_late": "before insert on allocation when (select state from run where id = new.run_id) <> 'draft' "
        + _refuse("published"),
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
  if old.state in ('checked', 'sent_back', 'withdrawn') then
    raise exception 'distribution: closed' using errcode = '23514';
  end if;
  if old.state <> 'draft' and ({DISTINCT}) then
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
