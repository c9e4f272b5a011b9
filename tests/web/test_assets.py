"""Assets: hashed names, a year of keeping, no cookie; only icons that are listed."""

import re

import pytest

from marketplace.web.assets import ICONS, build, icon_sprite
from tests.conftest import ROOT


def test_assets_last_a_year_and_carry_no_cookie(house):
    client = house.test_client()
    html = client.get("/nothing-here").text
    urls = set(re.findall(r'"(/assets/[^"#]+)', html))
    assert len(urls) == 3, urls  # Bootstrap, theme, mark
    for url in urls:
        with client.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status_code == 200
            assert answer.cache_control.max_age >= 365 * 24 * 3600
            assert {"public", "immutable"} <= set(answer.cache_control)
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_name_follows_its_content(tmp_path):
    static = tmp_path / "static"
    static.mkdir()
    (static / "theme.css").write_text("a{}")
    first = build(static, tmp_path / "out")["theme.css"]
    (static / "theme.css").write_text("b{}")
    second = build(static, tmp_path / "out")["theme.css"]
    assert first != second
    assert (tmp_path / "out" / first).read_text() == "a{}"
    assert (tmp_path / "out" / f"{second}.gz").exists()


def test_the_sprite_has_what_is_listed_and_nothing_else():
    assert set(re.findall(r'<symbol id="([^"]+)"', icon_sprite(ICONS))) == ICONS
    with pytest.raises(KeyError):
        icon_sprite(frozenset({"no-such-icon"}))


def test_an_unlisted_icon_is_refused(house):
    with house.app_context(), pytest.raises(LookupError, match="alarm"):
        house.jinja_env.globals["icon"]("alarm")


def test_templates_name_only_listed_icons():
    text = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = set(re.findall(r"""\bicon\(["']([a-z0-9-]+)["']""", text))
    assert named
    assert named <= ICONS
