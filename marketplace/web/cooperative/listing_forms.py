"""Forms of the shop window from behind."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import Field, FieldList, FormField, RadioField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from marketplace.catalog import PackInput
from marketplace.core.errors import FieldError
from marketplace.core.money import parse_minor
from marketplace.core.units import parse_grams
from marketplace.web.cooperative.produce import blank
from marketplace.web.forms import DayField, Form
from marketplace.web.messages import words_for

ROWS = 3  # of packs on the form of a new listing
PICTURES = {
    "apple": _l("Apple"),
    "apple-box": _l("Box of apples"),
    "bamboo": _l("Bamboo"),
    "chili": _l("Chili"),
    "chili-jar": _l("Jar of chili"),
    "shoots-dried": _l("Dried bamboo shoots"),
    "tea": _l("Tea bush"),
    "tea-tin": _l("Tin of tea"),
    "tree": _l("Tree"),
}
_needed = InputRequired(_l("Fill this in."))
_short = Length(max=60, message=_l("At most %(max)d characters."))
_story = Length(max=2000, message=_l("At most %(max)d characters."))


def read_grams(field: Field) -> int:
    """Read kilograms that were typed into grams; raises ValidationError with our words."""
    try:
        return parse_grams(field.data or "", "kg")
    except FieldError as error:
        raise ValidationError(words_for(error)) from error


def read_minor(field: Field) -> int:
    """Read an amount that was typed; raises ValidationError with our words."""
    try:
        return parse_minor(field.data or "", current_user.currency)
    except FieldError as error:
        raise ValidationError(words_for(error)) from error


def is_weight(_form: Any, field: Field) -> None:
    """Refuse what is no weight above zero."""
    if read_grams(field) == 0:
        raise ValidationError(words_for(FieldError("not_positive")))


def is_price(_form: Any, field: Field) -> None:
    """Refuse what is no amount above zero."""
    if read_minor(field) == 0:
        raise ValidationError(words_for(FieldError("not_positive")))


def is_amount(_form: Any, field: Field) -> None:
    """Refuse what is no amount."""
    read_minor(field)


class PackFields:
    """What is asked of a pack."""

    label = StringField(_l("Pack"), [_needed, _short], description=_l("Such as: box of 12 apples."))
    label_en = StringField(_l("Pack in English"), [_short])
    grams = StringField(_l("Weight in kilograms"), [_needed, is_weight])
    price = StringField(_l("Price, tax included"), [_needed, is_price])


class PackForm(PackFields, Form):
    """One more pack."""


class PackRow(PackFields, PlainForm):  # type: ignore[misc]  # wtforms has no types
    """A pack of a new listing; a row left empty is left out."""

    def is_empty(self) -> bool:
        """Say whether nothing was typed into the row."""
        return not any((field.data or "").strip() for field in self)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the rows that hold something."""
        return self.is_empty() or bool(super().validate(extra_validators))


class WindowForm(Form):
    """What the window says."""

    title = StringField(_l("Title"), [_needed, _short])
    title_en = StringField(_l("Title in English"), [_short])
    village = StringField(_l("Village"), [_needed, _short])
    village_en = StringField(_l("Village in English"), [_short])
    story = TextAreaField(_l("What buyers should know"), [_story], render_kw={"rows": 4})
    story_en = TextAreaField(_l("The same in English"), [_story], render_kw={"rows": 4})
    picture = RadioField(
        _l("Picture"), choices=[SelectChoice(name, words) for name, words in PICTURES.items()], default="apple"
    )
    from_on = DayField(_l("Sold from"), [Optional()])
    until_on = DayField(_l("Sold until"), [Optional()])

    def facts(self) -> Any:
        """Return what the listing says."""
        return {
            "title": self.title.data.strip(),
            "title_en": blank(self.title_en.data),
            "village": self.village.data.strip(),
            "village_en": blank(self.village_en.data),
            "story": (self.story.data or "").strip(),
            "story_en": blank(self.story_en.data),
            "picture": self.picture.data,
            "from_on": self.from_on.data,
            "until_on": self.until_on.data,
        }


class ListingForm(WindowForm):
    """A listing with its packs."""

    grade = SelectField(_l("Goods"), [_needed], choices=[])
    packs = FieldList(FormField(PackRow), label=_l("Packs"), min_entries=ROWS, max_entries=ROWS)


class PriceForm(Form):
    """A pack's price from now on."""

    price = StringField(_l("Price, tax included"), [_needed, is_price])


class TariffForm(Form):
    """What delivery costs from a day on."""

    from_on = DayField(_l("From"), [InputRequired(_l("Enter a day."))])
    first_g = StringField(_l("First weight in kilograms"), [_needed, is_weight])
    first_minor = StringField(_l("Fee for the first weight"), [_needed, is_amount])
    step_g = StringField(_l("Each further weight in kilograms"), [_needed, is_weight])
    step_minor = StringField(_l("Fee for each further weight begun"), [_needed, is_amount])


def read_pack(form: Any) -> PackInput:
    """Return the pack that was typed."""
    return PackInput(
        grams=read_grams(form.grams),
        label=form.label.data.strip(),
        label_en=blank(form.label_en.data),
        price_minor=read_minor(form.price),
    )
