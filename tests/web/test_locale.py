"""Languages: which one a reader gets, the switch, and how figures and days are written."""

from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from marketplace.web import locale
from marketplace.web.locale import local_path

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("cookie", "accepted", "lang"),
    [
        (None, "zh", "zh-Hans"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        (None, "zh-TW", "zh-Hans"),
        (None, "fr,zh;q=0.5", "zh-Hans"),
        (None, "fr", "en"),
        (None, "", "en"),
        ("zh-Hans", "en", "zh-Hans"),
        ("en", "zh", "en"),
        ("tlh", "zh", "zh-Hans"),
    ],
)
def test_the_cookie_decides_then_the_browser_then_english(house, cookie, accepted, lang):
    client = house.test_client()
    if cookie:
        client.set_cookie("language", cookie)
    assert f'<html lang="{lang}">' in client.get("/nothing-here", headers={"Accept-Language": accepted}).text


def test_the_switch_keeps_the_language_and_returns_to_the_page(house):
    client = house.test_client()
    page = client.get("/nothing-here?page=2").text
    assert 'href="/language/zh-Hans?next=/nothing-here?page%3D2"' in page
    answer = client.get("/language/zh-Hans?next=/nothing-here?page%3D2")
    assert answer.status_code == 303
    assert answer.location == "/nothing-here?page=2"
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert '<html lang="zh-Hans">' in client.get("/nothing-here").text


def test_an_unknown_language_changes_nothing(house):
    answer = house.test_client().get("/language/fr")
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "", None]
)
def test_only_paths_of_this_site_are_gone_to(target):
    assert local_path(target) == "/"


def test_a_path_of_this_site_is_kept():
    assert local_path("/my/orders?page=2") == "/my/orders?page=2"


@pytest.mark.parametrize(
    ("name", "arguments", "english", "chinese"),
    [
        ("money", (123450,), "¥1,234.50", "¥1,234.50"),
        ("money", (-5,), "−¥0.05", "−¥0.05"),
        ("money", (80, "JPY"), f"JPY{NBSP}80", f"JPY{NBSP}80"),
        ("money", (1234567, "KWD"), f"KWD{NBSP}1,234.567", f"KWD{NBSP}1,234.567"),
        ("money_words", (6800,), f"68.00{NBSP}yuan", f"68.00{NBSP}元"),
        ("money_words", (80, "JPY"), f"JPY{NBSP}80", f"JPY{NBSP}80"),
        ("money_typed", (123450,), "1234.50", "1234.50"),
        ("money_typed", (80, "JPY"), "80", "80"),
        ("money_typed", (None,), "", ""),
        ("weight", (12_500,), f"12.5{NBSP}kg", f"12.5{NBSP}公斤"),
        ("weight", (4_862_000,), f"4,862{NBSP}kg", f"4,862{NBSP}公斤"),
        ("weight", (-1,), f"−0.001{NBSP}kg", f"−0.001{NBSP}公斤"),
        ("weight_jin", (12_500,), f"25{NBSP}jin", f"25{NBSP}斤"),
        ("kilograms", (146_500, 1), "146.5", "146.5"),
        ("mu", (1_600,), f"1.6{NBSP}mu", f"1.6{NBSP}亩"),
        ("percent", (650,), f"65.0{NBSP}%", f"65.0{NBSP}%"),
        ("percent_bp", (125,), f"1.25{NBSP}%", f"1.25{NBSP}%"),
        ("number", (1_234_567,), "1,234,567", "1,234,567"),
        ("day", (date(2026, 10, 8),), "8 October 2026", "2026 年 10 月 8 日"),
        ("day", (datetime(2026, 10, 8, 20, tzinfo=UTC),), "9 October 2026", "2026 年 10 月 9 日"),
        ("day_short", (datetime(2026, 10, 8, 20, tzinfo=UTC),), "2026-10-09", "2026-10-09"),
        ("days", (date(2026, 10, 8), date(2026, 10, 26)), "8 to 26 October 2026", "2026 年 10 月 8 日至 26 日"),
        (
            "days",
            (date(2026, 10, 8), date(2026, 11, 2)),
            "8 October 2026 to 2 November 2026",
            "2026 年 10 月 8 日至 2026 年 11 月 2 日",
        ),
        (
            "moment",
            (datetime(2026, 10, 8, 20, 5, tzinfo=UTC), "Asia/Urumqi"),
            f"9 October 2026{NBSP}02:05",
            "2026 年 10 月 9 日 02:05",
        ),
    ],
)
def test_filters_write_figures_and_days(house, name, arguments, english, chinese):
    use = house.jinja_env.filters[name]
    with house.test_request_context():
        for code, wanted in (("en", english), ("zh_Hans", chinese)):
            with force_locale(code):
                assert use(*arguments) == wanted


class Row:
    title, title_en = "红富士", "Fuji"
    story, story_en = "山上的果子", None


def test_own_words_are_shown_in_the_readers_language_as_far_as_given(house):
    with house.test_request_context():
        with force_locale("en"):
            assert (locale.of(Row, "title"), locale.of(Row, "story")) == ("Fuji", "山上的果子")
        with force_locale("zh_Hans"):
            assert (locale.of(Row, "title"), locale.own("", "Fuji")) == ("红富士", "Fuji")


def test_figures_are_escaped(house):
    assert str(locale.num("<b>")) == '<span class="num">&lt;b&gt;</span>'


def test_outside_a_request_the_language_is_english_until_one_is_named(house):
    with house.app_context():
        assert locale.select_locale() == "en"
        with force_locale("zh_Hans"):
            assert locale.weight(1000) == f"1{NBSP}公斤"
