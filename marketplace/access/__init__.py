"""Who may see and do what.

Owns: the acting person of a request (`Actor`) and the one call that loads a row and authorises it.
Guarantees: lists and single rows share one condition, and a stranger's row is as absent as one that does not exist.
May import: every stage's models, the books, extensions, core.
"""

from marketplace.access.actor import Actor, Role, load_actor, session_id_of_household, session_id_of_user
from marketplace.access.scope import get, select_visible, visible

__all__ = [
    "Actor",
    "Role",
    "get",
    "load_actor",
    "select_visible",
    "session_id_of_household",
    "session_id_of_user",
    "visible",
]
