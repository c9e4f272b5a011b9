"""Triggers that keep the ledger balanced and append-only."""

from marketplace.core.guards import Guards

REFUSE = "begin select raise(abort, 'ledger: {}'); end"

SQLITE = {
    "ledger_transaction_post": """before update of posted on ledger_transaction when new.posted and not old.posted begin
  select raise(abort, 'ledger: unbalanced') where
    exists (select 1 from ledger_entry where transaction_id = new.id group by currency having sum(amount_minor) <> 0)
    or (select count(*) from ledger_entry where transaction_id = new.id) < 2;
end""",
    "ledger_transaction_frozen": "before update on ledger_transaction when old.posted " + REFUSE.format("posted"),
    "ledger_transaction_kept": "before delete on ledger_transaction " + REFUSE.format("append only"),
    "ledger_transaction_unposted": "before insert on ledger_transaction when new.posted "
    + REFUSE.format("insert unposted"),
    # INSERT OR REPLACE deletes the old row without firing the delete trigger
    "ledger_transaction_not_replaced": "before insert on ledger_transaction when exists (select 1 from"
    " ledger_transaction where id = new.id or (book = new.book and reference = new.reference)"
    " or reversal_of_id = new.reversal_of_id) " + REFUSE.format("reference used"),
    "ledger_entry_not_replaced": "before insert on ledger_entry when exists"
    " (select 1 from ledger_entry where id = new.id) " + REFUSE.format("append only"),
    "ledger_entry_late": "before insert on ledger_entry "
    "when (select posted from ledger_transaction where id = new.transaction_id) " + REFUSE.format("posted"),
    "ledger_entry_frozen": "before update on ledger_entry " + REFUSE.format("append only"),
    "ledger_entry_kept": "before delete on ledger_entry " + REFUSE.format("append only"),
}

FUNCTIONS = {
    "ledger_transaction_guard": """
begin
  if tg_op = 'DELETE' then raise exception 'ledger: append only' using errcode = '23514'; end if;
  if tg_op = 'INSERT' then
    if new.posted then raise exception 'ledger: insert unposted' using errcode = '23514'; end if;
    return new;
  end if;
  if old.posted then raise exception 'ledger: posted' using errcode = '23514'; end if;
  if new.posted and (
    exists (select 1 from ledger_entry where transaction_id = new.id group by currency having sum(amount_minor) <> 0)
    or (select count(*) from ledger_entry where transaction_id = new.id) < 2
  ) then raise exception 'ledger: unbalanced' using errcode = '23514'; end if;
  return new;
end""",
    "ledger_transaction_complete": """
begin
  if not exists (select 1 from ledger_transaction where id = new.id and posted) then
    raise exception 'ledger: unposted at commit' using errcode = '23514';
  end if;
  return null;
end""",
    "ledger_entry_late": """
begin
  if exists (select 1 from fresh join ledger_transaction t on t.id = fresh.transaction_id where t.posted) then
    raise exception 'ledger: posted' using errcode = '23514';
  end if;
  return null;
end""",
    "ledger_refuse": """
begin
  raise exception 'ledger: append only' using errcode = '23514';
end""",
}

POSTGRESQL = {
    "ledger_transaction_guard": "before insert or update or delete on ledger_transaction for each row "
    "execute function ledger_transaction_guard()",
    "ledger_transaction_complete": "after insert on ledger_transaction deferrable initially deferred for each row "
    "execute function ledger_transaction_complete()",
    "ledger_entry_late": "after insert on ledger_entry referencing new table as fresh for each statement "
    "execute function ledger_entry_late()",
    "ledger_entry_frozen": "before update or delete on ledger_entry for each row execute function ledger_refuse()",
    "ledger_entry_whole": "before truncate on ledger_entry for each statement execute function ledger_refuse()",
    "ledger_transaction_whole": "before truncate on ledger_transaction for each statement "
    "execute function ledger_refuse()",
}

guards = Guards(SQLITE, POSTGRESQL, FUNCTIONS)
