"""What no page takes: the character NUL, which PostgreSQL keeps in no text and no keyboard types."""

from collections.abc import Iterator

from flask import Flask, abort, request

NUL = "\x00"


def _words() -> Iterator[str]:
    for part in (request.args, request.form):
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
