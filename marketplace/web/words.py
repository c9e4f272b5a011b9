"""Words for everything that the code knows by a code: one registry, so that no page shows a raw enum."""

from enum import Enum
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

WORDS: dict[Enum, Any] = {}


def word(value: Enum) -> str:
    """Return the word for an enum's value in the reader's language; raises KeyError for one without."""
    return str(WORDS[value])


def init_app(app: Flask) -> None:
    """Give templates the filter `word`."""
    app.jinja_env.filters["word"] = word
