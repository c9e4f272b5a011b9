"""Security headers of every answer, and compression of pages."""

import gzip
from http import HTTPStatus

from flask import Flask, Response, request

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
WORTH_PACKING = 1000  # bytes
CHART_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # a picture that carries its own <style>


def init_app(app: Flask) -> None:
    """Give every answer its headers."""

    @app.after_request
    def secure(answer: Response) -> Response:
        headers = answer.headers
        headers.setdefault("Content-Security-Policy", CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
        headers.setdefault("X-Frame-Options", "DENY")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if answer.mimetype == "text/html":
            headers.setdefault("Cache-Control", "private, no-cache")
            answer.vary.update(("Cookie", "Accept-Language"))
        return answer

    @app.after_request
    def compress(answer: Response) -> Response:
        if (
            answer.mimetype in {"text/html", "image/svg+xml", "application/json"}
            and not answer.direct_passthrough
            and "Content-Encoding" not in answer.headers
            and request.accept_encodings.quality("gzip") > 0
            and answer.status_code == HTTPStatus.OK
            and len(body := answer.get_data()) > WORTH_PACKING
        ):
            answer.set_data(gzip.compress(body, 5, mtime=0))
            answer.headers["Content-Encoding"] = "gzip"
            answer.vary.add("Accept-Encoding")
        return answer
