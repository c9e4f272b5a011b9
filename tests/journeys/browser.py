"""Somebody with a real browser; it does what `visitor.Visitor` does, so that one story serves both."""

import re

from playwright.sync_api import Browser, Locator, Page


class BrowserVisitor:
    """A person before Chromium, in a context of their own: nobody else's cookies."""

    def __init__(self, browser: Browser, address: str, language: str = "en"):
        self.context = browser.new_context(locale="en-GB", base_url=address, viewport={"width": 360, "height": 780})
        self.context.add_cookies([{"name": "language", "value": language, "url": address}])
        self.page: Page = self.context.new_page()
        self.found: list[str] = []
        self.page.on("pageerror", lambda error: self.found.append(str(error)))
        self.page.on("console", lambda said: self.found.append(said.text) if said.type == "error" else None)

    @property
    def url(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.page.url).partition("?")[0]

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("body").inner_text().split())

    @property
    def links(self) -> list[str]:
        return [link.get_attribute("href") or "" for link in self.page.locator("a[href]").all()]

    def go(self, url: str) -> str:
        """Open a page; one that is not there, or is wider than the telephone, fails."""
        answer = self.page.goto(url)
        assert answer is not None
        self._look(answer.status)
        return self.text

    def press(self, words: str, /, **typed: object) -> str:
        """Fill in the form whose button says these words and press it."""
        button = self.page.get_by_role("button", name=re.compile(re.escape(words), re.I)).first
        form = button.locator("xpath=ancestor::form")
        for name, value in typed.items():
            self._fill(form, name, str(value))
        with self.page.expect_navigation() as waiting:
            button.click()
        self._look(waiting.value.status)
        return self.text

    def option(self, name: str, words: str) -> str:
        """Return the value of a select's option, or of a tile, by a part of its words."""
        for option in self.page.locator(f'select[name="{name}"] option').all():
            if words in option.inner_text():
                return option.get_attribute("value") or ""
        for radio in self.page.locator(f'input[type=radio][name="{name}"]').all():
            label = self.page.locator(f'label[for="{radio.get_attribute("id")}"]')
            if words in label.inner_text():
                return radio.get_attribute("value") or ""
        raise AssertionError(f"no option {words!r} in {name} on {self.url}")

    def link(self, part: str) -> str:
        """Return the first link whose address holds a part."""
        found = next((link for link in self.links if part in link), None)
        assert found, f"no link to {part!r} on {self.url}: {self.links}"
        return found

    def _fill(self, form: Locator, name: str, value: str) -> None:
        fields = form.locator(f'[name="{name}"]')
        first = fields.first
        kind = first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "select":
            first.select_option(value)
        elif kind == "radio":
            chosen = form.locator(f'[name="{name}"][value="{value}"]')
            form.locator(f'label[for="{chosen.get_attribute("id")}"]').click()
        else:
            first.fill(value)

    def _look(self, status: int) -> None:
        assert status < 400, f"{status} at {self.url}: {self.text[:800]}"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 360, f"{self.url} is wider than 360 px"
        assert not self.found, self.found
