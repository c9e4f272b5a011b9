"""The frames of every audience: they fit a small phone with all their ways, say whose room it is, let people out."""

import re

import pytest
from flask import url_for

from marketplace.access import Role
from marketplace.web.policy import allow
from tests.conftest import ROOT
from tests.factories.people import make_everyone

FRAMES = {
    "public": None,
    "buyer": Role.BUYER,
    "cooperative": Role.MANAGER,
    "coordinator": Role.COORDINATOR,
    "household": Role.HOUSEHOLD,
    "admin": Role.ADMINISTRATOR,
    "plain": None,
}
LAYOUTS = ROOT / "templates" / "layouts"


def named() -> set[str]:
    """Return every endpoint that the frames name."""
    text = "".join(path.read_text() for path in [*LAYOUTS.glob("*.html"), LAYOUTS.parent / "components/masthead.html"])
    return set(re.findall(r"""(?:url_for\(\\?|\()["']((?:\w+)\.(?:\w+))\\?["']""", text))


def show(app) -> None:
    """Add a bare page for each frame, and for each way on that has no page yet."""
    for endpoint in named() - set(app.view_functions):
        app.add_url_rule(f"/stub/{endpoint}", endpoint, allow("anyone")(lambda: ""), methods=["GET", "POST"])
    for name in FRAMES:
        source = (
            f'{{% set section = "{name}.today" %}}{{% extends "layouts/{name}.html" %}}'
            "{% block title %}Frame{% endblock %}"
            '{% block content %}<div class="container"><h1>1</h1></div>{% endblock %}'
        )
        page = app.jinja_env.from_string(source)
        app.add_url_rule(f"/frame/{name}", f"frame_{name}", allow("anyone")(lambda page=page: page.render()))


def test_every_frame_names_its_ways():
    assert {"public.home", "buyer.basket", "cooperative.weigh", "coordinator.trail", "auth.account"} <= named()


def test_no_frame_has_more_than_five_ways():
    for path in LAYOUTS.glob("*.html"):
        assert len(re.findall(r'\("\w+\.\w+", "', path.read_text())) <= 5


def test_every_way_is_a_page(house):
    assert named() <= set(house.view_functions)


@pytest.mark.parametrize(
    ("role", "page", "shown", "left_out"),
    [
        ("cashier", "/cooperative/", "/cooperative/orders", "/cooperative/weigh"),
        ("clerk", "/cooperative/", "/cooperative/weigh", "/my/orders"),
        ("clerk", "/", "/produce", "/my/orders"),
        ("buyer", "/", "/my/orders", "/cooperative/"),
    ],
)
def test_a_way_that_stays_shut_is_not_shown(session, client, log_in, role, page, shown, left_out):
    log_in(client, make_everyone()[Role(role)])
    text = client.get(page).text
    assert f'href="{shown}"' in text
    assert f'href="{left_out}"' not in text


@pytest.fixture(scope="module")
def furnished(live):
    show(live.app)
    with live.app.app_context():
        people = make_everyone()
        cookies = {role: live.cookie(person) for role, person in people.items()}
    return live, cookies


@pytest.mark.parametrize("tag", ["en", "zh-Hans"])
@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_fits_and_is_accessible(furnished, watched, accessible, picture, name, tag):
    live, cookies = furnished
    role = FRAMES[name]
    watched.context.add_cookies([{"name": "language", "value": tag, "url": live.url}])
    if role:
        watched.context.add_cookies([cookies[role]])
    watched.goto(f"{live.url}/frame/{name}")
    if role in {Role.MANAGER, Role.HOUSEHOLD}:
        room = "Yuanshang Apple Cooperative" if tag == "en" else "塬上苹果合作社"
        assert watched.locator(".brand small").inner_text() == room
    out = watched.locator("header form[method=post]")
    assert out.count() == (1 if role else 0)
    if name not in {"public", "buyer", "plain"}:
        current = watched.locator('.masthead-nav [aria-current="page"]')
        assert current.count() == (0 if name == "household" else 1)
    accessible()
    picture(f"frame-{name}.{tag}")


def test_the_ways_lead_to_real_addresses(furnished):
    live, _cookies = furnished
    with live.app.test_request_context():
        assert all(url_for(endpoint).startswith("/") for endpoint in named())
