"""Errors of the domain: each class has a stable code, none has prose for users."""

from typing import Any


class DomainError(Exception):
    """A rule of the domain refuses; `code` names the rule, `details` are the values for a message."""

    code = "refused"

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code, details)
        self.details = details

    def __str__(self) -> str:
        return f"{self.code} {self.details}" if self.details else self.code


class NotFound(DomainError):
    """There is no such thing, or not for this person."""

    code = "not_found"


class FieldError(DomainError):
    """What was typed into one field cannot be taken; a view puts the message beside that field."""

    def __init__(self, code: str, field: str = "", **details: Any) -> None:
        self.code = code
        self.field = field
        super().__init__(**details)
