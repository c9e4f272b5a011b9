"""Forms: nothing typed is lost, a second press finds the first deed, every label and error has its field."""

import re
from dataclasses import replace

import pytest
from flask import Flask, g, render_template_string, session
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    FormField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace.app import create_app
from marketplace.core.errors import DomainError, FieldError, NotFound
from marketplace.extensions import db
from marketplace.web import messages
from marketplace.web.forms import Filter, Form, gives_back
from marketplace.web.policy import allow
from tests.conftest import SETTINGS

PAGE = (
    '{% extends "base.html" %}{% from "components/fields.html" import field, form_open, summary %}'
    "{% block title %}Sheet{% endblock %}{% block content %}{{ summary(form) }}{{ form_open(form) }}"
    '{% for f in form if f.name not in ("csrf_token", "once") %}{{ field(f) }}{% endfor %}'
    "<button>go</button></form>{% endblock %}"
)
CHOICES = [SelectChoice("a", "Apple"), SelectChoice("b", "Bean")]


class Basket(PlainForm):
    what = StringField("What", [InputRequired(_l("Amount"))])


class Sheet(Form):
    name = StringField("Name", [InputRequired("Say who."), Length(max=3, message="At most 3.")], description="As told")
    note = TextAreaField("Note")
    kind = SelectField("Kind", choices=CHOICES)
    kinds = SelectMultipleField("Kinds", choices=CHOICES)
    grade = RadioField("Grade", choices=CHOICES, validators=[InputRequired("Choose one.")])
    sure = BooleanField("Sure", [InputRequired("Say yes.")])
    paper = FileField("Paper")
    count = IntegerField("Count", [InputRequired("How many?")])
    on = DateField("On", [InputRequired("Which day?")])
    word = PasswordField("Word")
    one = FormField(Basket, label="One")
    many = FieldList(StringField("Each", [Length(max=2, message="Too long.")]), label="Many", min_entries=2)


class Small(Form):
    name = StringField("Name", [InputRequired("Say who.")])


@pytest.fixture
def deeds(house: Flask):
    """A page with a form; a list of what was done."""
    done: list[tuple[str, str]] = []

    def view():
        form = Small()
        if form.validate_on_submit():
            if (form.once.data, form.name.data) not in done:
                done.append((form.once.data, form.name.data))
            return "done"
        return render_template_string(PAGE, form=form), 422 if form.is_submitted() else 200

    house.config["WTF_CSRF_ENABLED"] = True
    house.add_url_rule("/sheet", "sheet", allow("anyone")(gives_back(view)), methods=["GET", "POST"])
    return house, done


def typed(html):
    return dict(re.findall(r'name="([a-z_]+)"[^>]*?value="([^"]*)"', html))


def test_every_control_of_a_page_with_errors_has_its_label_and_its_error(house):
    with house.test_request_context("/", method="POST", data={"name": "<long>", "count": "many", "many-0": "long"}):
        form = Sheet()
        assert not form.validate()
        html = render_template_string(PAGE, form=form)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'\bfor="([^"]+)"', html) + re.findall(r'href="#([^"]+)"', html):
        assert target in ids, target
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= set(ids), described
    assert 'value="&lt;long&gt;"' in html
    assert 'value="many"' in html
    assert html.count("aria-invalid") >= 5
    assert 'href="#grade-0"' in html
    assert 'href="#one-what"' in html
    assert 'enctype="multipart/form-data"' in html
    assert "At most 3." in html
    assert "Too long." in html


@pytest.mark.parametrize(
    ("tag", "one", "more"), [("en", "One thing needs", "7 things need"), ("zh-Hans", "有 1 处", "有 7 处")]
)
def test_the_summary_counts_in_the_readers_language(house, tag, one, more):
    for kind, wanted in ((Small, one), (Sheet, more)):
        with house.test_request_context("/", method="POST", headers={"Cookie": f"language={tag}"}):
            form = kind()
            assert not form.validate()
            assert wanted in render_template_string(PAGE, form=form)


def test_a_press_with_a_good_token_does_the_deed_once(deeds):
    house, done = deeds
    client = house.test_client()
    fields = typed(client.get("/sheet").text)
    for _press in range(2):
        assert client.post("/sheet", data={**fields, "name": "Yang"}).text == "done"
    assert done == [(fields["once"], "Yang")]


@pytest.mark.parametrize("how", ["old", "session lost"])
def test_a_stale_token_gives_everything_back_and_does_nothing(deeds, how):
    house, done = deeds
    client = house.test_client()
    fields = typed(client.get("/sheet").text)
    if how == "old":
        house.config["WTF_CSRF_TIME_LIMIT"] = -1
    else:
        with client.session_transaction() as stored:
            stored.clear()
    answer = client.post("/sheet", data={**fields, "name": "Yang"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 422
    assert done == []
    assert "This page was open for long." in answer.text
    again = typed(answer.text)
    assert (again["name"], again["once"]) == ("Yang", fields["once"])
    house.config["WTF_CSRF_TIME_LIMIT"] = 3600
    assert client.post("/sheet", data=again).text == "done"
    assert done == [(fields["once"], "Yang")]


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_a_form_on_another_site_is_refused(deeds, origin):
    house, done = deeds
    headers = {"Origin": origin} if origin else {}
    answer = house.test_client().post("/sheet", data={"name": "Yang"}, headers=headers)
    assert answer.status_code == 400
    assert "Yang" not in answer.text
    assert done == []


def test_a_view_that_promises_nothing_is_not_called_with_a_stale_token(house):
    house.config["WTF_CSRF_ENABLED"] = True
    called = []
    house.add_url_rule("/do", "do", allow("anyone")(lambda: str(called.append(1))), methods=["POST"])
    answer = house.test_client().post("/do", headers={"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert called == []


def test_what_is_refused_with_a_stale_token_is_refused_as_always(house):
    house.config["WTF_CSRF_ENABLED"] = True

    def view():
        raise NotFound(kind="Bill")

    house.add_url_rule("/gone", "gone", allow("anyone")(gives_back(view)), methods=["POST"])
    assert house.test_client().post("/gone", headers={"Origin": "http://localhost"}).status_code == 404


@pytest.mark.parametrize("once", ["", "x" * 41])
def test_a_form_takes_no_token_that_no_page_of_ours_sent(house, once):
    with house.test_request_context("/", method="POST", data={"once": once, "name": "Yang"}):
        assert 0 < len(Small().once.data) <= 40
        assert Small().once.data != once


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"path": "/sheet%00"}, 404),
        ({"path": "/sheet", "query_string": {"q": "a\x00b"}}, 400),
        ({"path": "/sheet", "headers": {"Cookie": 'basket="a\\000b"'}}, 400),
        ({"path": "/sheet", "method": "POST", "data": {"name": "a\x00b"}}, 400),
        ({"path": "/sheet", "method": "POST", "data": {"a\x00b": "name"}}, 400),
    ],
)
def test_no_nul_comes_in(deeds, sent, status):
    house, done = deeds
    assert house.test_client(use_cookies=False).open(**sent).status_code == status
    assert done == []


def test_tokens_are_good_for_a_working_day_and_cookies_are_guarded(tmp_path):
    url = f"sqlite:///{tmp_path / 'safe.db'}"
    app = create_app(replace(SETTINGS, database_url=url, public_url="https://fenming.example"))
    app.add_url_rule("/mark", "mark", allow("anyone")(lambda: str(session.update(seen=1))))
    assert app.config["WTF_CSRF_TIME_LIMIT"] == 12 * 3600
    cookie = app.test_client().get("/mark", base_url="https://fenming.example").headers["Set-Cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; "))
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (FieldError("not_found", "name"), "name"),
        (FieldError("not_found", "nothing_here"), None),
        (FieldError("not_found"), None),
        (DomainError(), None),
    ],
)
def test_a_refusal_stands_beside_its_field_or_at_the_top(house, error, name):
    with house.test_request_context("/", method="POST", data={"name": "Yang"}):
        form = Small()
        assert form.validate()
        form.refuse(error)
        html = render_template_string(PAGE, form=form)
        assert [field.name for field, _message in form.problems()] == ([name] if name else [])
        assert len(form.form_errors) == (0 if name else 1)
        assert messages.words_for(error) in html
        assert 'value="Yang"' in html


def test_another_deed_has_another_token(house):
    with house.test_request_context():
        form = Small()
        first = form.once.data
        form.renew()
        assert len(first) > 20
        assert form.once.data != first


@pytest.mark.parametrize(
    ("details", "wanted"),
    [({"left": 3}, "3 left"), ({}, "That cannot be done now. Load the page again and look.")],
)
def test_a_message_takes_the_details_of_its_error(house, monkeypatch, details, wanted):
    class SoldOut(DomainError):
        code = "sold_out_for_a_test"

    monkeypatch.setitem(messages.MESSAGES, SoldOut.code, "%(left)s left")
    with house.test_request_context():
        assert messages.words_for(SoldOut(**details)) == wanted


def test_details_may_be_put_into_words_first(house, monkeypatch):
    monkeypatch.setitem(messages.MESSAGES, "not_enough_for_a_test", "%(left)s left")
    monkeypatch.setitem(messages.SHOW, "not_enough_for_a_test", lambda details: {"left": details["g"] // 1000})
    with house.test_request_context():
        assert messages.words_for(FieldError("not_enough_for_a_test", g=5000)) == "5 left"


def test_an_unknown_refusal_has_the_general_message(house):
    with house.test_request_context():
        assert messages.words_for(FieldError("never_heard_of")) == str(messages.MESSAGES["refused"])


def test_filters_need_no_token(house):
    class Search(Filter):
        q = StringField("Search")

    with house.test_request_context("/?q=apple"):
        assert "stale_token" not in g
        assert [field.name for field in Search()] == ["q"]


def test_only_a_form_that_writes_says_what_may_stay_empty(house):
    line = '{% from "components/fields.html" import field %}{{ field(f) }}'

    class Search(Filter):
        kind = SelectField("Kind", choices=CHOICES)

    class Entry(Form):
        kind = SelectField("Kind", choices=CHOICES)

    with house.test_request_context("/"):
        assert "(optional)" not in render_template_string(line, f=Search().kind)
        assert "(optional)" in render_template_string(line, f=Entry().kind)
