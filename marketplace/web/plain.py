"""What no page takes: the character NUL, which PostgreSQL keeps in no text and no keyboard types."""

from collections.abc import Iterator

from flask import Flask, abort, request

NUL = "\x00"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def _words() -> Iterator[str]:
    parts = [request.args]
    if request.mimetype in FORMS:  # a signed body belongs to the view that reads it, and to its own limit
        parts.append(request.form)
    for part in parts:
        for name, values in part.lists():
            yield name
            yield from values
    for cookies in request.cookies.listvalues():
        yield from cookies


def init_app(app: Flask) -> None:
    """Refuse a request with a NUL in its address, query, form or cookies before anybody reads it."""

    @app.before_request
    def refuse() -> None:
        if NUL in request.path:
            abort(404)
        if any(NUL in text for text in _words()):
            abort(400)
