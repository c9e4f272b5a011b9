"""Messages to users and members, read on our own pages.

Owns: messages. Guarantees: a message exists if and only if its cause was committed, and once per `dedupe`.
May import: extensions, core.
"""

from marketplace.notifications.models import Message
from marketplace.notifications.service import count_for, enqueue, list_for, mark_read

__all__ = ["Message", "count_for", "enqueue", "list_for", "mark_read"]
