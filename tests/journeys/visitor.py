"""Somebody with a browser that runs no script: reads pages, fills in their forms, presses their buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask import Flask
from werkzeug.test import TestResponse


@dataclass
class PageForm:
    """A form of a page, with what it would send if nobody touched it."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[tuple[str, str]]] = field(
        default_factory=dict
    )  # select's or radio's name -> (value, words or id)
    words: str = ""  # of its buttons


class _Reader(HTMLParser):
    """Find the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.text = ""
        self._form: PageForm | None = None
        self.labels: dict[str, str] = {}  # a field's id -> its words
        self._area = self._select = self._label = ""
        self._option: tuple[str, bool] | None = None
        self._button = False

    def handle_starttag(self, tag, attrs):
        got = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(got.get("href", ""))
        elif tag == "form":
            self._form = PageForm(got.get("method", "get"), got.get("action", ""))
            self.forms.append(self._form)
        elif tag == "label":
            self._label = got.get("for", "")
            self.labels[self._label] = ""
        elif tag == "button":
            self._button = True
        elif tag == "option" and self._select:
            self._option = (got.get("value", ""), "selected" in got)
        elif self._form is not None and got.get("name"):
            self._field(self._form, tag, got)

    def _field(self, form, tag, got):
        name = got["name"]
        form.names.add(name)
        if tag == "textarea":
            form.values[name], self._area = "", name
        elif tag == "select":
            form.choices[name], self._select = [], name
        elif tag == "input":
            kind = got.get("type", "text")
            if kind == "radio":
                form.choices.setdefault(name, []).append((got.get("value", ""), got.get("id", "")))
            if kind not in {"radio", "checkbox"} or "checked" in got:
                form.values[name] = got.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "button":
            self._button = False
        elif tag == "label":
            self._label = ""

    def handle_data(self, data):
        self.text += data
        if self._label:
            self.labels[self._label] += data
        form = self._form
        if form is None:
            return
        if self._area:
            form.values[self._area] += data
        if self._option and self._select:
            value, selected = self._option
            form.choices[self._select].append((value, data.strip()))
            if selected or self._select not in form.values:
                form.values[self._select] = value
            self._option = None
        if self._button:
            form.words += data.strip() + " "


class Visitor:
    """A person before a page."""

    def __init__(self, app: Flask, language: str = "en"):
        self.client = app.test_client()
        self.client.set_cookie("language", language)
        self.url = self.text = ""
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.labels: dict[str, str] = {}

    def go(self, url: str) -> str:
        """Open a page, follow where it leads, and read it; a page that is not there fails."""
        self._take(self.client.get(url, follow_redirects=True))
        return self.text

    def press(self, words: str, /, *, expect: int = 200, **typed: object) -> str:
        """Fill in the form whose button says these words, press it, and read what comes."""
        form = next((form for form in self.forms if words.lower() in form.words.lower()), None)
        assert form is not None, f"no button {words!r} on {self.url}: {[form.words for form in self.forms]}"
        unknown = {name for name in typed if name not in form.names}
        assert not unknown, f"no fields {unknown} beside {words!r} on {self.url}: {sorted(form.names)}"
        values = {**form.values, **{name: str(value) for name, value in typed.items()}}
        target = form.action or self.url
        headers = {"Origin": "http://localhost"}
        if form.method.lower() == "get":
            answer = self.client.get(target, query_string=values, follow_redirects=True)
        else:
            answer = self.client.post(target, data=values, headers=headers, follow_redirects=True)
        self._take(answer, expect)
        return self.text

    def option(self, name: str, words: str) -> str:
        """Return the value of a select's option, or of a tile, by a part of its words."""
        for form in self.forms:
            for value, said in form.choices.get(name, []):
                if words in self.labels.get(said, said):
                    return value
        raise AssertionError(f"no option {words!r} in {name} on {self.url}")

    def link(self, part: str) -> str:
        """Return the first link whose address holds a part."""
        found = next((link for link in self.links if part in link), None)
        assert found, f"no link to {part!r} on {self.url}: {self.links}"
        return found

    def _take(self, answer: TestResponse, expect: int = 200) -> None:
        reader = _Reader()
        reader.feed(answer.text)
        self.url = answer.request.path
        self.text = " ".join(reader.text.split())
        self.forms, self.links, self.labels = reader.forms, reader.links, reader.labels
        assert answer.status_code == expect, f"{answer.status_code} at {self.url}: {self.text[:1500]}"
