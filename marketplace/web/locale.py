"""Languages, and how figures, days and people's own words are shown in them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Blueprint, Flask, has_request_context, redirect, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from marketplace import identity
from marketplace.core.money import exponent
from marketplace.extensions import atomic, babel
from marketplace.web.policy import allow

LANGUAGES = {"en": ("en", "EN"), "zh_Hans": ("zh-Hans", "中文")}
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = {"en": "d MMMM y", "zh_Hans": "y 年 M 月 d 日"}  # CLDR writes 2026年10月8日, without the design's spaces
NBSP = "\N{NO-BREAK SPACE}"
bp = Blueprint("locale", __name__)


def _of(tag: str | None) -> str | None:
    """Map any tag of Chinese to zh_Hans and any of English to en."""
    head = (tag or "").replace("_", "-").split("-")[0].lower()
    return {"zh": "zh_Hans", "en": "en"}.get(head)


def select_locale() -> str:
    """Cookie, then browser, then English. It never asks the database, so error pages can speak when that is down."""
    if not has_request_context():
        return "en"  # jobs and commands say which by force_locale
    accepted = (_of(tag) for tag in request.accept_languages.values())
    return _of(request.cookies.get("language")) or next((found for found in accepted if found), "en")


def remember(answer: BaseResponse, tag: str | None) -> BaseResponse:
    """Keep the language on this device; the switch calls it, and so does logging in, with the user's own."""
    if language := _of(tag):
        answer.set_cookie(
            "language",
            LANGUAGES[language][0],
            max_age=31536000,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return answer


def local_path(target: str | None) -> str:
    """Only a path of this site: one slash, no backslash, no control characters."""
    good = target and target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if target and good and target.isprintable() else "/"


@bp.get("/language/<tag>")
@allow("anyone")
def switch(tag: str) -> BaseResponse:
    """Change the language: on this device, and for a user everywhere."""
    language, user_id = _of(tag), getattr(current_user, "user_id", None)
    if language and user_id:
        with atomic():
            identity.set_locale(user_id, language)
    return remember(redirect(local_path(request.args.get("next")), 303), tag)


def switch_url(language: str) -> str:
    """Return the address that shows this page in a language."""
    here = request.full_path if request.query_string else request.path
    return url_for("locale.switch", tag=LANGUAGES[language][0], next=here)


def is_chinese() -> bool:
    """Say whether the page is in Chinese."""
    return str(get_locale()) == "zh_Hans"


def number(value: int | Decimal, digits: int | None = None) -> str:
    """Return a number with grouped thousands; up to three decimals, or exactly `digits`."""
    pattern = "#,##0." + ("#" * 3 if digits is None else "0" * digits)
    return str(format_decimal(value, pattern.rstrip("."), locale=get_locale())).replace("-", "−")


def _held(text: str) -> str:
    """Hold a figure and its unit together on one line."""
    return text.replace(" ", NBSP)


def _plain(minor: int, currency: str) -> str:
    """Return the absolute amount with its currency's decimals and grouped thousands."""
    digits = exponent(currency)
    whole, part = divmod(abs(minor), 10**digits)
    return f"{whole:,}.{part:0{digits}d}" if digits else f"{whole:,}"


def money(minor: int, currency: str = "CNY") -> str:
    """Return ¥1,234.50 or JPY 80; the minus stands before the sign."""
    sign = "−" if minor < 0 else ""
    return (
        f"{sign}¥{_plain(minor, currency)}" if currency == "CNY" else f"{sign}{currency}{NBSP}{_plain(minor, currency)}"
    )


def money_words(minor: int, currency: str = "CNY") -> str:
    """Return an amount as a sentence says it: 1,234.50 yuan."""
    if currency != "CNY":
        return money(minor, currency)
    sign = "−" if minor < 0 else ""
    return _held(gettext("%(amount)s yuan", amount=sign + _plain(minor, currency)))


def money_typed(minor: int | None, currency: str = "CNY") -> str:
    """Return an amount as it is typed into a field: 1234.50."""
    return "" if minor is None else ("-" if minor < 0 else "") + _plain(minor, currency).replace(",", "")


def weight(grams: int) -> str:
    """Return grams as kilograms."""
    return _held(gettext("%(n)s kg", n=number(Decimal(grams) / 1000)))


def weight_jin(grams: int) -> str:
    """Return grams as jin of 500 g."""
    return _held(gettext("%(n)s jin", n=number(Decimal(grams) / 500)))


def kilograms(grams: int, digits: int | None = None) -> str:
    """Return grams as a bare number of kilograms."""
    return number(Decimal(grams) / 1000, digits)


def mu(thousandths: int) -> str:
    """Return thousandths of a mu as mu."""
    return _held(gettext("%(n)s mu", n=number(Decimal(thousandths) / 1000)))


def percent(permille: int) -> str:
    """Return thousandths as percent with one decimal."""
    return f"{number(Decimal(permille) / 10, 1)}{NBSP}%"


def percent_bp(basis_points: int) -> str:
    """Return basis points as percent."""
    return f"{number(Decimal(basis_points) / 100)}{NBSP}%"


def day(value: date | datetime, zone: str = "Asia/Shanghai") -> str:
    """Return 8 October 2026."""
    local = value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
    return str(format_date(local, DAY[str(get_locale())], locale=get_locale()))


def day_short(value: date | datetime, zone: str = "Asia/Shanghai") -> str:
    """Return 2026-10-08, for lists."""
    local = value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value
    return local.isoformat()


def moment(value: datetime, zone: str = "Asia/Shanghai") -> str:
    """Return a day and a time in a zone."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}{NBSP if not is_chinese() else ' '}{local:%H:%M}"


def days(first: date, last: date) -> str:
    """Return 8 to 26 October 2026: what both ends share is said once."""
    end = day(last)
    if (first.year, first.month) == (last.year, last.month):
        start = f"{first.year} 年 {first.month} 月 {first.day} 日" if is_chinese() else f"{first.day}"
        end = f"{last.day} 日" if is_chinese() else end
    else:
        start = day(first)
    return str(gettext("%(first)s to %(last)s", first=start, last=end))


def num(text: object) -> Markup:
    """Return a figure that keeps its columns and does not break."""
    return Markup('<span class="num">{}</span>').format(text)


def strong(text: object) -> Markup:
    """Return a figure in bold within a sentence."""
    return Markup('<b class="num">{}</b>').format(text)


def own(text: str, english: str | None = None) -> str:
    """Return people's own text in the page's language as far as they gave it."""
    return (text or english or "") if is_chinese() else (english or text)


def of(row: Any, field: str) -> str:
    """Return a bilingual field of a row in the page's language, with fallback: `listing | of("title")`."""
    return own(getattr(row, field), getattr(row, f"{field}_en"))


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "money": money,
    "money_words": money_words,
    "money_typed": money_typed,
    "weight": weight,
    "weight_jin": weight_jin,
    "kilograms": kilograms,
    "mu": mu,
    "percent": percent,
    "percent_bp": percent_bp,
    "day": day,
    "day_short": day_short,
    "days": days,
    "moment": moment,
    "num": num,
    "strong": strong,
    "of": of,
}


def init_app(app: Flask) -> None:
    """Let the pages speak."""
    babel.init_app(app, locale_selector=select_locale, timezone_selector=lambda: "Asia/Shanghai")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        languages=LANGUAGES, switch_url=switch_url, html_lang=lambda: LANGUAGES[str(get_locale())][0], own=own
    )
