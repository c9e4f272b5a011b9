"""Error pages in both languages; problem documents below /api."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, json, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from marketplace.core.errors import DomainError, NotFound
from marketplace.extensions import Conflict

WORDS: dict[int, tuple[Any, Any]] = {
    400: (_l("This request could not be read"), _l("Go back, load the page again and press once more.")),
    403: (_l("This is not open to you"), _l("Ask the manager of your cooperative.")),
    404: (_l("Nothing is here"), _l("The address is wrong, or the page belongs to someone else.")),
    405: (_l("This page is only for reading"), _l("Go back and press the button again.")),
    413: (_l("The file is too large"), _l("Choose one under 8 MB.")),
    429: (_l("Too many tries"), _l("Wait a minute, then try again.")),
    500: (_l("Something broke on our side"), _l("Nothing was booked. We have been told.")),
    503: (_l("The house is closed for a moment"), _l("Try again in a few minutes.")),
}
STATUS: dict[type[DomainError], int] = {NotFound: 404}


def page(status: int, code: str | None = None) -> Response:
    """A page, or RFC 9457 JSON below /api, without asking the database anything."""
    title, advice = WORDS.get(status, WORDS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    if request.path.startswith("/api/"):
        problem = {
            "type": f"about:blank#{code or status}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": str(advice),
            "instance": request.path,
        }
        answer = make_response(json.dumps(problem, ensure_ascii=False), status)
        answer.mimetype = "application/problem+json"
    else:
        answer = make_response(render_template("errors/error.html", title=title, advice=advice, status=status), status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "120"
    return answer


def init_app(app: Flask) -> None:
    """Answer every error with a page."""

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < HTTPStatus.BAD_REQUEST:
            return error.get_response()  # type: ignore[return-value]
        answer = page(error.code or 500)
        for name, value in error.get_headers():
            if name.lower() in {"allow", "retry-after", "www-authenticate"}:
                answer.headers[name] = value
        return answer

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        return page(STATUS.get(type(error), 400), error.code)

    @app.errorhandler(OperationalError)
    def database(error: OperationalError) -> Response:
        current_app.logger.error("database", exc_info=error)
        return page(503)

    @app.errorhandler(Conflict)
    def busy(_error: Conflict) -> Response:
        return page(503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        if current_app.testing and current_app.config.get("RAISE_ERRORS", True):
            raise error
        current_app.logger.error("unhandled", exc_info=error)
        return page(500)
