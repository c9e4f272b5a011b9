"""Every component on one page: it is drawn, it is accessible, it fits a small phone, in both languages."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import flash, get_flashed_messages
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from marketplace.web.forms import Form
from marketplace.web.locale import is_chinese
from marketplace.web.paging import Page, Stretch
from marketplace.web.policy import allow

GALLERY = (Path(__file__).parent / "components.html").read_text()
PARTS = {"house": 4420, "freight": 1040, "pack": 510, "work": 374, "platform": 204, "processor": 41, "reserve": 211}
CHOICES = [SelectChoice("1", "特级"), SelectChoice("2", "一级")]


@dataclass
class Row:
    part: str
    words: str
    why: str
    minor: int
    permille: int
    x: int


@dataclass
class Account:
    currency: str
    total: int
    house: int
    rows: list[Row]


class Load(Form):
    name = StringField(_l("Account"), [InputRequired(_l("Nothing is here"))], description=_l("Today"))
    grade = RadioField(_l("Share"), choices=CHOICES, validators=[InputRequired(_l("Nothing is here"))])
    gross = StringField(_l("Amount"), [InputRequired(_l("Nothing is here"))])
    kind = SelectField(_l("Produce"), choices=CHOICES)
    sure = BooleanField(_l("Weigh in"))
    note = TextAreaField(_l("Trail"))


def account() -> Account:
    rows, x = [], 0
    for part, minor in PARTS.items():
        rows.append(
            Row(part, t(part.capitalize(), "农户"), t("For what it is.", "这一笔的用处。"), minor, minor * 10 // 68, x)
        )
        x += minor
    return Account("CNY", 6800, 4420, rows)


def t(english: str, chinese: str) -> str:
    return chinese if is_chinese() else english


def show(app):
    def gallery():
        flash(t("Weighed in. Receipt 1164.", "已记下，收据 1164。"), "success")
        form = Load()
        form.validate()
        return app.jinja_env.from_string(GALLERY).render(
            t=t,
            form=form,
            account=account(),
            page=Page([], 5, 12, 240),
            stretch=Stretch([], "?before=1", "?"),
            get_flashed_messages=get_flashed_messages,
        )

    app.add_url_rule("/gallery", "gallery", allow("anyone")(gallery))
    if "auth.login" not in app.view_functions:
        app.add_url_rule("/login", "auth.login", allow("anyone")(lambda: "login"))


@pytest.mark.parametrize("tag", ["en", "zh-Hans"])
def test_every_component_is_drawn(house, tag):
    show(house)
    client = house.test_client()
    client.set_cookie("language", tag)
    html = client.get("/gallery").text
    assert f'<html lang="{tag}">' in html
    for kind in (
        *(
            "alert-success",
            "alert-danger",
            "chip-go",
            "grade-1",
            "grade-3",
            "season",
            "steps-row",
            "tiles",
            "kv",
            "todo",
        ),
        *(
            "falls",
            "fen-trail",
            "flag-mild",
            "strip-mini",
            "strip-table",
            "dtable-cards",
            "pagination",
            "empty",
            "weigh",
        ),
        *("produce", "scale", "choices", "field-bad", "seal"),
    ):
        assert kind in html, kind
    assert html.count("¥44.20") >= 4
    assert 'role="rowheader"' in html


def test_the_bar_is_drawn_in_minor_units_and_adds_up(house):
    with house.test_request_context():
        bar = house.jinja_env.get_template("components/strip.html").module.bar(account())
    assert 'viewBox="0 0 6800 100"' in bar
    assert '<rect class="part-house" x="0" y="0" width="4420" height="100"/>' in bar
    assert '<rect class="part-reserve" x="6589" y="34" width="211" height="66"/>' in bar
    assert 6589 + 211 == 6800


def test_an_estimate_never_wears_the_seal(house):
    with house.test_request_context():
        strip = house.jinja_env.get_template("components/strip.html").module.strip
        estimate, fact = (str(strip(account(), "h", "w", "s", estimate=guess)) for guess in (True, False))
    assert "strip-estimate" in estimate
    assert "chip-wait" in estimate
    assert "seal" not in estimate
    assert "strip-estimate" not in fact
    assert 'class="seal"' in fact


@pytest.mark.parametrize("tag", ["en", "zh-Hans"])
def test_components_in_a_browser(live, watched, accessible, picture, tag):
    if "gallery" not in live.app.view_functions:
        live.app._got_first_request = False
        show(live.app)
    watched.context.add_cookies([{"name": "language", "value": tag, "url": live.url}])
    watched.goto(f"{live.url}/gallery")
    assert watched.locator("html").get_attribute("lang") == tag
    assert watched.evaluate("document.querySelector('.masthead-tool use').getBoundingClientRect().width") > 10
    accessible()
    picture(f"components.{tag}")


def test_axe_finds_what_is_wrong(live, page, accessible):
    page.goto(f"{live.url}/nothing-here")
    page.evaluate("document.querySelector('main').append(new Image())")
    with pytest.raises(AssertionError, match="image-alt"):
        accessible()


@pytest.mark.parametrize("tag", ["en", "zh-Hans"])
def test_the_error_page_in_a_browser(live, page, accessible, picture, tag):
    page.context.add_cookies([{"name": "language", "value": tag, "url": live.url}])
    page.goto(f"{live.url}/nothing-here")
    accessible()
    picture(f"error.{tag}")
