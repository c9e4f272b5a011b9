"""Products, grades and seasons of a cooperative."""

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from marketplace import access, produce
from marketplace.cooperatives import Cooperative
from marketplace.core.errors import DomainError, FieldError
from marketplace.core.units import parse_grams, parse_mmu
from marketplace.extensions import atomic
from marketplace.produce import Category, GradeInput, Product, ReturnClass, Season, TaxReason
from marketplace.web.cooperative import bp
from marketplace.web.forms import DayField, Form, gives_back
from marketplace.web.locale import number
from marketplace.web.messages import words_for
from marketplace.web.policy import STAFF, allow
from marketplace.web.words import WORDS

ROWS = 5  # of grades on the form
STARTING = (  # what a new form suggests: words as the trade has them, the base grade weighs 1
    {"name": "特级", "name_en": "Special grade", "weight": "1.3"},
    {"name": "一级", "name_en": "First grade", "weight": "1"},
    {"name": "二级", "name_en": "Second grade", "weight": "0.6"},
    {"name": "次果", "name_en": "Rejects", "is_reject": True},
)
_needed = InputRequired(_l("Fill this in."))
_short = Length(max=60, message=_l("At most %(max)d characters."))
_line = Length(max=120, message=_l("At most %(max)d characters."))


def choices(words: Any) -> list[SelectChoice]:
    """Return the values of an enum with their words."""
    return [SelectChoice(member.value, WORDS[member]) for member in words]


def read_weight(field: Any) -> int:
    """Read kilograms that were typed into grams; raises ValidationError with our words."""
    try:
        return parse_grams(field.data or "", "kg")
    except FieldError as error:
        raise ValidationError(words_for(error)) from error


def read_rate(field: Any) -> int:
    """Read a rate that was typed in percent into basis points; raises ValidationError with our words."""
    try:
        per_hundred_thousand = parse_mmu(field.data or "0")
    except FieldError as error:
        raise ValidationError(words_for(FieldError("not_a_rate"))) from error
    if per_hundred_thousand % 10:
        raise ValidationError(words_for(FieldError("not_a_rate")))
    return per_hundred_thousand // 10


class GradeForm(PlainForm):  # type: ignore[misc]  # wtforms has no types
    """One grade; a row without a name is left out."""

    name = StringField(_l("Grade"), [_short])
    name_en = StringField(_l("Grade in English"), [_short])
    description = StringField(_l("What belongs to it"), [_line])
    description_en = StringField(_l("The same in English"), [_line])
    weight = StringField(_l("Weighs, when proceeds are shared"), description=_l("The base grade weighs 1."))
    is_reject = BooleanField(_l("Rejects: written down, never accepted"))

    def validate_weight(self, field: StringField) -> None:
        """Refuse what is no number of at most three decimals."""
        self.differential()
        if self.is_reject.data and field.data:
            raise ValidationError(words_for(FieldError("reject_weighs")))

    def differential(self) -> int:
        """Return the weight in thousandths; raises ValidationError."""
        if self.is_reject.data or not (self.name.data or "").strip():
            return 0
        try:
            return parse_mmu(self.weight.data or "")  # thousandths as well
        except FieldError as error:
            raise ValidationError(_("Enter a number such as 1.3, with at most three decimals.")) from error

    def read(self) -> GradeInput:
        """Return the grade."""
        return GradeInput(
            name=self.name.data.strip(),
            name_en=blank(self.name_en.data),
            description=(self.description.data or "").strip(),
            description_en=blank(self.description_en.data),
            differential=self.differential(),
            is_reject=self.is_reject.data,
        )


class ProductForm(Form):
    """A product with its grades."""

    category = SelectField(_l("Kind"), [_needed], choices=choices(Category))
    name = StringField(_l("Product"), [_needed, _short])
    name_en = StringField(_l("Product in English"), [_short])
    variety = StringField(_l("Variety"), [_needed, _short])
    variety_en = StringField(_l("Variety in English"), [_short])
    return_class = RadioField(_l("Returns"), choices=choices(ReturnClass), default=ReturnClass.FRESH.value)
    tax_reason = RadioField(_l("Tax"), choices=choices(TaxReason), default=TaxReason.OWN_PRIMARY_PRODUCE.value)
    tax_bp = StringField(_l("Tax rate in percent"), default="0")
    usual_load_g = StringField(
        _l("A usual load in kilograms"),
        [_needed],
        description=_l("A load ten times above it is asked about again."),
        default="100",
    )
    grades = FieldList(FormField(GradeForm), label=_l("Grades, best first"), min_entries=ROWS, max_entries=ROWS)

    def validate_tax_bp(self, field: StringField) -> None:
        """Refuse what is no percentage."""
        read_rate(field)

    def validate_usual_load_g(self, field: StringField) -> None:
        """Refuse what is no weight."""
        read_weight(field)


class SeasonForm(Form):
    """A season, which is a pool."""

    name = StringField(_l("Season"), [_needed, _short], description=_l("Such as 2026."))
    starts_on = DayField(_l("Harvest from"), [InputRequired(_l("Enter a day."))])
    ends_on = DayField(_l("Harvest until"), [InputRequired(_l("Enter a day."))])
    store_until_on = DayField(_l("From store until"), [Optional()])


def blank(typed: str | None) -> str | None:
    """Return None for what was left empty."""
    return (typed or "").strip() or None


@bp.get("/products")
@allow(*STAFF)
def products() -> ResponseReturnValue:
    """List the products with their grades and seasons."""
    rows = produce.list_products(current_user.cooperative_id, archived=True)
    seasons = produce.list_seasons([row.id for row in rows])
    weights = {grade.id: number(Decimal(grade.differential) / 1000) for row in rows for grade in row.grades}
    return render_template(
        "cooperative/produce/products.html", products=rows, seasons=seasons, weights=weights, form=Form()
    )


@bp.route("/products/new", methods=["GET", "POST"])
@allow("manager")
@gives_back
def add_product() -> ResponseReturnValue:
    """Add a product with its grades."""
    form = ProductForm()
    if not form.is_submitted():
        for row, words in zip(form.grades, STARTING, strict=False):
            row.form.process(data=words)
    if form.validate_on_submit():
        grades = [row.form.read() for row in form.grades if (row.form.name.data or "").strip()]
        try:
            with atomic():
                produce.add_product(
                    access.get(current_user, Cooperative, id=current_user.cooperative_id),
                    token=form.once.data,
                    by=current_user.by,
                    grades=grades,
                    category=Category(form.category.data),
                    name=form.name.data.strip(),
                    name_en=blank(form.name_en.data),
                    variety=form.variety.data.strip(),
                    variety_en=blank(form.variety_en.data),
                    return_class=ReturnClass(form.return_class.data),
                    tax_reason=TaxReason(form.tax_reason.data),
                    tax_bp=read_rate(form.tax_bp),
                    usual_load_g=read_weight(form.usual_load_g),
                )
        except DomainError as error:
            if getattr(error, "field", "") == "grades":
                form.form_errors = [*form.form_errors, words_for(error)]
            else:
                form.refuse(error)
        else:
            flash(_("Added. Open a season next, so that it can be weighed in."), "success")
            return redirect(url_for(".products"), 303)
    page = render_template("cooperative/produce/product.html", form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/products/<int:product_id>/season", methods=["GET", "POST"])
@allow("manager")
@gives_back
def add_season(product_id: int) -> ResponseReturnValue:
    """Open a season of a product."""
    product = access.get(current_user, Product, id=product_id)
    form = SeasonForm()
    if form.validate_on_submit():
        try:
            with atomic():
                produce.add_season(
                    access.get(current_user, Product, id=product_id),
                    name=form.name.data.strip(),
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                    store_until_on=form.store_until_on.data,
                    by=current_user.by,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The season is open."), "success")
            return redirect(url_for(".products"), 303)
    page = render_template("cooperative/produce/season.html", form=form, product=product)
    return page, 422 if form.is_submitted() else 200


@bp.post("/products/<int:product_id>/archive")
@allow("manager")
def archive_product(product_id: int) -> ResponseReturnValue:
    """Take a product out of use."""
    with atomic():
        produce.archive_product(access.get(current_user, Product, id=product_id), by=current_user.by)
    flash(_("Archived. What was sold and weighed of it stays in the book."), "success")
    return redirect(url_for(".products"), 303)


@bp.post("/seasons/<int:season_id>/close")
@allow("manager")
def close_season(season_id: int) -> ResponseReturnValue:
    """End the intake of a season."""
    with atomic():
        produce.close_season(access.get(current_user, Season, id=season_id), by=current_user.by)
    flash(_("Closed. What is in store goes on being sold."), "success")
    return redirect(url_for(".products"), 303)


@bp.post("/seasons/<int:season_id>/reopen")
@allow("manager")
def reopen_season(season_id: int) -> ResponseReturnValue:
    """Let a closed season take in again."""
    with atomic():
        produce.reopen_season(access.get(current_user, Season, id=season_id), by=current_user.by)
    flash(_("Open again."), "success")
    return redirect(url_for(".products"), 303)
