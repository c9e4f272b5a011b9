"""What goes on paper: whole addresses, and their QR codes."""

import segno
from flask import current_app, url_for

from marketplace.config import Settings


def printed_url(endpoint: str, **values: object) -> str:
    """Return the whole address of a page, as it is printed."""
    settings: Settings = current_app.extensions["settings"]
    return settings.public_url + url_for(endpoint, **values)  # type: ignore[arg-type]


def qr(url: str) -> str:
    """Return the QR code of an address as the source of an `img`."""
    return str(segno.make(url, error="m").svg_data_uri(scale=4, border=1))
