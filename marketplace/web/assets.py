"""Static files under names that carry their content's hash, so that a browser keeps them for a year.

The used icons are cut out of the sprite that Bootstrap-Flask ships. What is built lies in a generated folder and is
served by WhiteNoise before Flask: no session, no cookie, no view.
"""

import gzip
import hashlib
import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise

PACKAGE = files("flask_bootstrap") / "static" / "bootstrap5"
ICONS = frozenset(
    """archive arrow-left arrow-repeat arrow-return-left bank basket2 box-arrow-right box-seam cart-x cash-coin
    check-lg check2-circle clock-history exclamation-circle-fill exclamation-triangle eye hourglass-split house
    info-circle journal-text list-check lock megaphone pencil people person-circle pie-chart plus-lg printer qr-code
    receipt search shop speedometer2 tags truck x-lg""".split()
)


def icon_sprite(names: frozenset[str]) -> str:
    """Cut `names` out of the packaged sprite; a name that it lacks is a KeyError."""
    sprite = (PACKAGE / "icons" / "bootstrap-icons.svg").read_text("utf-8")
    symbols = {m[1]: m[2] for m in re.finditer(r'<symbol [^>]*\bid="([a-z0-9-]+)"[^>]*>(.*?)</symbol>', sprite, re.S)}
    cut = (f'<symbol id="{name}" viewBox="0 0 16 16">{symbols[name].strip()}</symbol>' for name in sorted(names))
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(cut) + "</svg>"


def _sources(static: Path) -> Iterator[tuple[str, bytes]]:
    css = (PACKAGE / "css" / "bootstrap.min.css").read_bytes()
    yield "bootstrap.min.css", css.replace(b"/*# sourceMappingURL=bootstrap.min.css.map */", b"")
    yield "icons.svg", icon_sprite(ICONS).encode()
    for path in sorted(p for p in static.rglob("*") if p.is_file()):
        yield path.relative_to(static).as_posix(), path.read_bytes()


def _write(path: Path, body: bytes) -> None:
    """Write once; several workers may start together."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_bytes(body)
        draft.replace(path)


def build(static: Path, folder: Path) -> dict[str, str]:
    """Fill `folder`; give each name's hashed name."""
    names: dict[str, str] = {}
    for name, body in _sources(static):
        stem, dot, suffix = name.rpartition(".")
        names[name] = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}{dot}{suffix}"
        _write(folder / names[name], body)
        if suffix in {"css", "js", "svg"}:
            _write(folder / (names[name] + ".gz"), gzip.compress(body, 9, mtime=0))
    return names


def _headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def init_app(app: Flask, static: Path) -> None:
    """Serve `static` and Bootstrap's css below /assets/; give templates `asset()` and `icon()`."""
    folder = Path(app.instance_path) / "assets"
    names = build(static, folder)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix="assets/",
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        add_headers_function=_headers,
        max_age=31536000,
    )

    def asset(name: str) -> str:
        return f"/assets/{names[name]}"

    def icon(name: str) -> Markup:
        if name not in ICONS:
            raise LookupError(f"icon {name!r} is not in assets.ICONS")
        return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(asset("icons.svg"), name)

    app.jinja_env.globals.update(asset=asset, icon=icon)
