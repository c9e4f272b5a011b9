"""Triggers that keep the trail append-only."""

from marketplace.core.guards import Guards

REFUSE = "begin select raise(abort, 'trail: append only'); end"

guards = Guards(
    sqlite={
        "trail_entry_frozen": f"before update on trail_entry {REFUSE}",
        "trail_entry_kept": f"before delete on trail_entry {REFUSE}",
        # INSERT OR REPLACE deletes the old row without firing the delete trigger
        "trail_entry_not_replaced": "before insert on trail_entry when exists"
        f" (select 1 from trail_entry where id = new.id) {REFUSE}",
    },
    postgresql={
        "trail_entry_frozen": "before update or delete on trail_entry for each row execute function trail_refuse()",
        "trail_entry_whole": "before truncate on trail_entry for each statement execute function trail_refuse()",
    },
    functions={
        "trail_refuse": """
begin
  raise exception 'trail: append only' using errcode = '23514';
end""",
    },
)
