"""Both languages: the catalogue is fresh and whole, its placeholders agree, no text goes past it."""

import io
import re
from enum import Enum
from html.parser import HTMLParser

import flask_babel
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from sqlalchemy import Enum as EnumColumn

from marketplace.access import Role
from marketplace.app import load_models
from marketplace.costs import BillState
from marketplace.extensions import Base
from marketplace.ordering import CancelReason, OrderState
from marketplace.web import words
from tests.conftest import ROOT

FOLDER = ROOT / "marketplace" / "translations" / "zh_Hans" / "LC_MESSAGES"
HOLES = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = {
    **dict.fromkeys(("_", "_l", "gettext", "lazy_gettext")),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
    **dict.fromkeys(("pgettext", "lazy_pgettext", "_lp"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}


def catalog():
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


def forms(text):
    return [text] if isinstance(text, str) else list(text)


def extracted():
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    for folder in ("marketplace", "templates"):
        head = f"{folder}/"
        rules = [(pattern.removeprefix(head), method) for pattern, method in methods if pattern.startswith(folder)]
        bound = {pattern.removeprefix(head): option for pattern, option in options.items()}
        for _file, _line, message, _notes, context in extract_from_dir(ROOT / folder, rules, bound, keywords=KEYWORDS):
            yield context, message


def test_mo_is_fresh():
    buffer = io.BytesIO()
    write_mo(buffer, catalog())
    assert buffer.getvalue() == (FOLDER / "messages.mo").read_bytes(), (
        "run: pybabel compile -d marketplace/translations"
    )


def test_nothing_is_untranslated():
    known = catalog()
    missing = []
    for context, message in extracted():
        entry = known.get(forms(message)[0], context)
        if entry is None or entry.fuzzy or not all(forms(entry.string)):
            missing.append(message)
    assert missing == []


def test_messages_are_found_in_templates_and_in_code():
    found = {forms(message)[0] for _context, message in extracted()}
    assert {"Skip to the content", "Nothing is here", "One thing needs your look"} <= found


def test_placeholders_agree_and_no_message_has_a_percent_sign():
    for entry in catalog():
        if not entry.id:
            continue
        wanted = {hole for text in forms(entry.id) for hole in HOLES.findall(text)}
        for text in forms(entry.string):
            assert set(HOLES.findall(text)) <= wanted, entry.id
        for text in (*forms(entry.id), *forms(entry.string)):
            assert "%" not in HOLES.sub("", text), f"percent sign in {entry.id}"


def test_chinese_is_set_as_chinese():
    """Full-width punctuation after Chinese, and a space between Chinese and a figure."""
    wrong = []
    for entry in catalog():
        if entry.id:
            wrong += [t for t in forms(entry.string) if re.search(r"[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\.(\s|$)", t)]
    assert wrong == []


def enums_of_columns():
    load_models()
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    kinds = {column.type.enum_class for column in columns if isinstance(column.type, EnumColumn)}
    return sorted(kinds, key=lambda kind: (kind.__module__, kind.__name__))


@pytest.mark.parametrize("kind", enums_of_columns(), ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_enum_has_words(kind):
    assert issubclass(kind, Enum)
    assert [member for member in kind if member not in words.WORDS] == []


class Words(HTMLParser):
    """Visible text and spoken attributes, without what is marked as somebody's own."""

    def __init__(self):
        super().__init__()
        self.out, self.mute = [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if self.mute or tag in {"script", "style", "code"} or found.get("translate") == "no":
            if tag not in {"meta", "link", "img", "input", "br", "hr", "use", "rect"}:
                self.mute.append(tag)
            return
        self.out += [found[a] for a in ("alt", "aria-label", "title", "placeholder", "data-label") if found.get(a)]

    def handle_endtag(self, tag):  # noqa: ARG002
        if self.mute:
            self.mute.pop()

    def handle_data(self, data):
        if not self.mute and data.strip():
            self.out.append(data.strip())


class Marked(Translations):
    """Wrap every message, so that text which never met gettext stands out."""

    def ugettext(self, message):
        return f"⟦{message}⟧"

    def ungettext(self, one, many, n):
        return f"⟦{one if n == 1 else many}⟧"

    def upgettext(self, context, message):  # noqa: ARG002
        return f"⟦{message}⟧"

    def unpgettext(self, context, one, many, n):  # noqa: ARG002
        return self.ungettext(one, many, n)

    gettext, ngettext, pgettext, npgettext = ugettext, ungettext, upgettext, unpgettext


def loose(html):
    """Return the texts of a page that hold Latin letters outside of marked messages."""
    parser = Words()
    parser.feed(html)
    bare = []
    for text in parser.out:
        inner = text
        while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", inner)) != inner:
            inner = less
        if re.search("[A-Za-z]{2}", inner) and text != "EN":
            bare.append(text)
    return bare


@pytest.fixture
def marked(house, monkeypatch):
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _domain: Marked())
    return house


def test_no_text_of_the_frame_goes_past_gettext(marked):
    page = marked.test_client().get("/nothing-here").text
    assert "⟦Nothing is here⟧" in page
    assert loose(page) == []


def test_loose_text_is_found():
    page = '<p>⟦Fine⟧ loose</p><img alt="spoken"><p translate="no">own<b>too</b></p><p>after</p>'
    assert loose(page) == ["⟦Fine⟧ loose", "spoken", "after"]


def test_equal_values_of_two_enums_keep_their_own_words():
    assert CancelReason.BUYER == Role.BUYER  # StrEnums compare as text
    assert words.word(CancelReason.BUYER) != words.word(Role.BUYER)
    assert words.word(OrderState.PAID) != words.word(BillState.PAID)
