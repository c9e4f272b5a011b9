"""The base of all forms: errors beside the field, one-use tokens, and nothing typed is ever lost."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import DateField, Field, HiddenField
from wtforms import Form as PlainForm

from marketplace.core.errors import DomainError, FieldError
from marketplace.web.errors import page
from marketplace.web.messages import words_for

View = TypeVar("View", bound=Callable[..., Any])
LONGEST_ONCE = 40  # characters, as the columns have them


def gives_back(view: View) -> View:
    """Promise that the view does nothing before `form.validate_on_submit()`, so that a stale token loses nothing."""
    view.gives_back = True  # type: ignore[attr-defined]
    return view


def _one_of_ours(token: str | None) -> str:
    """Take another token for one that no page of ours sent: a column keeps 40 characters."""
    return token if token and len(token) <= LONGEST_ONCE else secrets.token_urlsafe(16)


class Form(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A form of this site. `once` goes into a unique column, so that a second press finds the first one's row."""

    once = HiddenField(default=lambda: secrets.token_urlsafe(16), filters=[_one_of_ours])

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate; a page that was open for too long is shown again with all that was typed."""
        good = super().validate(extra_validators)
        if g.get("stale_token"):
            self.form_errors = [_l("This page was open for long. Nothing is lost: look over it and press again.")]
            return False
        return bool(good)

    def renew(self) -> None:
        """Give the form another token, for the next deed."""
        self.once.data = secrets.token_urlsafe(16)

    def refuse(self, error: DomainError, field: str = "") -> None:
        """Put a refusal of the domain beside the field that it names, or at the top of the form."""
        name = field or (error.field if isinstance(error, FieldError) else "")
        if name and name in self:
            self[name].errors = [*self[name].errors, words_for(error)]
        else:
            self.form_errors = [*self.form_errors, words_for(error)]

    def problems(self) -> list[tuple[Field, str]]:
        """Every (field, message) in the order of the page, for the summary at the top."""
        return [(f, str(message)) for f in _leaves(self) if f.type != "CSRFTokenField" for message in f.errors]


def _leaves(fields: Iterable[Field]) -> Iterator[Field]:
    """Walk into FormField and FieldList, whose own errors are dicts and lists of dicts."""
    for field in fields:
        if field.type in {"FormField", "FieldList"}:
            yield from _leaves(field)
        else:
            yield field


def same_origin() -> bool:
    """Browsers send Origin with every POST; a form on another site cannot forge it."""
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


class DayField(DateField):  # type: ignore[misc]  # wtforms has no types
    """A day, with our own words when it cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day as browsers send it, 2026-10-08."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Enter a day as 2026-10-08.")) from None


class Filter(PlainForm):  # type: ignore[misc]  # wtforms has no types
    """A form of a GET: filters and searches; it needs no token, and nobody wonders what may stay empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.flags.filters = True


def init_app(app: Flask) -> None:
    """Show a form again, rather than losing it, when its token is stale."""

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> ResponseReturnValue:
        view = app.view_functions.get(request.endpoint or "")
        if view is not None and getattr(view, "gives_back", False) and same_origin():
            g.stale_token = True
            try:
                answer: ResponseReturnValue = app.ensure_sync(view)(**(request.view_args or {}))
            except Exception as error:  # Flask takes what a handler raises for a fault of ours: 500
                return app.handle_user_exception(error)
            return answer
        return page(400)
