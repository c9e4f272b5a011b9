"""The table of messages."""

from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.columns import Code, Instant, Pk
from marketplace.extensions import Base


class Message(Base):
    """A message that its receiver reads on our own pages; a template and its parameters, put into words there."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("once_token"), Index(None, "receiver", "id"), {"sqlite_autoincrement": True})

    id: Mapped[Pk]
    receiver: Mapped[Code]  # user:5, member:7
    template: Mapped[Code]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    locale: Mapped[str] = mapped_column(String(10))  # the receiver's when it was written
    once_token: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[Instant]
    read_at: Mapped[Instant | None]
