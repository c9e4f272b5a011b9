"""The sprite holds exactly the icons in use."""

import re

from marketplace.web.assets import ICONS
from tests.conftest import ROOT


def test_no_icon_is_listed_in_vain():
    files = [p for folder in ("templates", "marketplace") for p in (ROOT / folder).rglob("*")]
    text = "".join(p.read_text() for p in files if p.suffix in {".html", ".py"} and p.name != "assets.py")
    assert {name for name in ICONS if not re.search(rf"""["']{name}["']""", text)} == set()
