"""Sending the simulated processor's events to our own webhook, over HTTP, as a real one would."""

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

TIMEOUT_S = 10


def post_to(url: str) -> Callable[[bytes, Mapping[str, str]], int]:
    """Return the call that posts a body with headers to an http address and returns the status; raises OSError."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"not a web address: {url}")

    def post(body: bytes, headers: Mapping[str, str]) -> int:
        request = urllib.request.Request(url, body, dict(headers), method="POST")  # noqa: S310  # checked above
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    return post
