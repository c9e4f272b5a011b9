"""Forms and tiles of the weighing station's pages."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypedDict
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from marketplace import intake
from marketplace.cooperatives import Member
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.core.units import parse_grams
from marketplace.intake import WeightUnit
from marketplace.produce import Grade, Season
from marketplace.web.forms import DayField, Filter, Form
from marketplace.web.locale import day_short, of
from marketplace.web.words import word

DIGITS = 17  # of an id, so that every database can hold it
WEIGHTS = ("gross_g", "tare_g", "cut_g")
UNITS = [SelectChoice(WeightUnit.KG.value, _l("Kilograms")), SelectChoice(WeightUnit.JIN.value, _l("Jin"))]


class Good(NamedTuple):
    """A grade that can be weighed in today."""

    season: Season
    grade: Grade

    @property
    def value(self) -> str:
        """Return what the form sends for it."""
        return f"{self.season.id}-{self.grade.id}"


class Weights(TypedDict):
    """What the scale says, in grams."""

    gross_g: int
    tare_g: int
    cut_g: int


class Load(NamedTuple):
    """What is on the scale, and whose it is."""

    member: Member
    good: Good
    weights: Weights

    @property
    def net_g(self) -> int:
        """Return what is left of it; raises what `intake.net` refuses."""
        return intake.net(**self.weights)


class Scale(Form):
    """What every form at the scale asks; weights are typed in the unit that the scale shows."""

    unit = RadioField(_l("Unit"), choices=UNITS, default=WeightUnit.KG.value)
    gross_g = StringField(_l("Full"))
    tare_g = StringField(_l("Empty baskets"))
    cut_g = StringField(_l("Cut for dirt"))

    def read_weights(self) -> Weights | None:
        """Return the typed weights in grams; None when one of them cannot be read, with its message beside it."""
        grams: dict[str, int] = {}
        for name in WEIGHTS:
            typed = (self[name].data or "").strip()
            try:
                grams[name] = 0 if not typed and name != "gross_g" else parse_grams(typed, self.unit.data)
            except FieldError as error:
                self.refuse(error, name)
        return Weights(**grams) if len(grams) == len(WEIGHTS) else None  # type: ignore[typeddict-item]


class WeighingForm(Scale):
    """One load."""

    find = StringField(_l("Household number or name"))
    member = RadioField(_l("Who brings it?"), choices=[], validate_choice=False)
    grade = RadioField(_l("What, which grade?"), choices=[], validate_choice=False)

    def choose(self, goods: Sequence[Good]) -> Good | None:
        """Return what was chosen of the goods; None, with a message, when it is none of them."""
        chosen = next((good for good in goods if good.value == self.grade.data), None)
        if chosen is None:
            self.grade.errors = [*self.grade.errors, _("Choose a grade that is taken in today.")]
        return chosen

    def looks_again(self) -> bool:
        """Say whether something else was pressed than to weigh: find a household, or correct what was typed."""
        pressed = {"find_it", "again"} & set(request.form)
        return bool(pressed) or bool((self.find.data or "").strip() and not (self.gross_g.data or "").strip())


class CorrectionForm(Scale):
    """What the slip should have said, and why."""

    member = StringField(_l("Household number or name"), [InputRequired(_l("Say whose load it was.")), Length(max=60)])
    grade = RadioField(_l("Grade"), choices=[], validate_choice=False)
    take_back = BooleanField(_l("Take the slip back: this load never came"))
    reason = StringField(
        _l("Why?"),
        [InputRequired(_l("Say why, in a few words.")), Length(max=200, message=_l("At most %(max)d characters."))],
    )


class SlipFilter(Filter):
    """Filters of the list of slips."""

    season = SelectField(_l("Season"), choices=[], validate_choice=False)
    household = StringField(_l("Household number or name"))
    on = DayField(_l("Day"), [Optional()])


def read_id(typed: str | None) -> int | None:
    """Read an id that a form sent; anything else is none."""
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None


def typed_weight(grams: int, per: int) -> str:
    """Return a weight as it is typed into a field."""
    text = format(Decimal(grams) / per, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def grade_tile(value: str, grade: Grade) -> SelectChoice:
    """Return the tile of a grade."""
    words = Markup('<span translate="no">{}</span>').format(of(grade, "name"))
    beside = of(grade, "description")
    return SelectChoice(value, words + Markup('<small translate="no">{}</small>').format(beside) if beside else words)


def household_tile(member: Member, weighed_at: datetime | None) -> Markup:
    """Return what a household's tile says."""
    words = Markup('<span><span class="num">{}</span> <span translate="no">{}</span></span>').format(
        member.number, member.name
    )
    if weighed_at is None:
        return words
    zone = current_user.zone
    days = (clock.today(zone) - clock.on_day(weighed_at, zone)).days
    said = {0: f"{weighed_at.astimezone(ZoneInfo(zone)):%H:%M}", 1: _("yesterday")}
    when = said.get(days, day_short(weighed_at, zone))
    return words + Markup('<small class="num">{}</small>').format(_("last: %(when)s", when=when))


def season_name(season: Season) -> str:
    """Return how a season is called where several products stand."""
    product = season.product
    return f"{of(product, 'name')} {of(product, 'variety')} {season.name} ({word(product.category)})"
