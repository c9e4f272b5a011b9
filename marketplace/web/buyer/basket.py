"""The basket: for everybody, kept by a cookie until somebody logs in."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from marketplace import ordering
from marketplace.catalog import Pack
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic, db
from marketplace.ordering import MOST_PACKS, Basket, BasketView
from marketplace.web.buyer import bp
from marketplace.web.forms import Form, gives_back
from marketplace.web.policy import allow

COOKIE = "basket"
KEPT = 90 * 86400
HIGHEST = 2**63 - 1  # an id, or a price, that a database takes

HOW_MANY = _l("Enter a whole number from 0 to %(most)s.", most=MOST_PACKS)


class PutForm(Form):
    """What a product page sends: a pack, how many, and the price in minor units that the page showed.

    Where a page lets one choose a pack, it sends the price of each as `price-<pack>`.
    """

    pack = IntegerField(validators=[InputRequired(), NumberRange(1, HIGHEST)])
    quantity = IntegerField(
        default=1,
        validators=[
            InputRequired(_l("Enter a whole number from 1 to %(most)s.", most=MOST_PACKS)),
            NumberRange(1, MOST_PACKS, _l("Enter a whole number from 1 to %(most)s.", most=MOST_PACKS)),
        ],
    )
    price = IntegerField(validators=[Optional(), NumberRange(1, HIGHEST)])

    @property
    def seen_price_minor(self) -> int | None:
        """Return the price that was shown for the chosen pack, if the page said it."""
        price = self.price.data or request.form.get(f"price-{self.pack.data}", type=int)
        return price if price and 0 < price <= HIGHEST else None


def quantities_form(view: BasketView) -> Form:
    """Make a form with one field for each line that can be bought."""
    fields = {
        f"q{item.pack.id}": IntegerField(
            _l("How many"),
            default=item.line.quantity,
            validators=[InputRequired(HOW_MANY), NumberRange(0, MOST_PACKS, HOW_MANY)],
            render_kw={"inputmode": "numeric", "size": 4},
        )
        for item in view.items
    }
    made: Form = type("QuantitiesForm", (Form,), fields)()
    return made


def here() -> Basket | None:
    """Find the basket of who is asking."""
    return ordering.find_basket(request.cookies.get(COOKIE), buyer_id=current_user.buyer_id)


def basket_count() -> int:
    """Count what is in the basket, for the top of the page; without a basket nothing is asked."""
    return ordering.count_packs(request.cookies.get(COOKIE), buyer_id=current_user.buyer_id)


def remember(answer: BaseResponse, key: str) -> BaseResponse:
    """Give an anonymous visitor the key of the basket."""
    answer.set_cookie(COOKIE, key, max_age=KEPT, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def page(view: BasketView, form: Form, status: int = 200, refusal: str = "") -> ResponseReturnValue:
    """Draw the basket."""
    if refusal:
        form.form_errors = [*form.form_errors, refusal]
    context: dict[str, Any] = {"view": view, "form": form, "act_form": Form(formdata=None)}
    return render_template("buyer/basket.html", **context), status


@bp.route("/basket", methods=["GET", "POST"])
@allow("anyone")
@gives_back
def basket() -> ResponseReturnValue:
    """Show the basket; change quantities, or take one thing out."""
    view = ordering.look(here())
    taken_out = request.form.get("remove", type=int)
    form = quantities_form(view)
    sent = form if taken_out is None else Form()  # who takes a thing out need not have typed all numbers well
    if sent.validate_on_submit():
        wanted = _typed(form, view) if taken_out is None else {taken_out: 0}
        with atomic():
            own = here()
            for pack_id, quantity in wanted.items():
                if own is not None:
                    ordering.set_quantity(own, pack_id, quantity)
        return redirect(url_for("buyer.basket"), 303)
    if sent is not form:
        form.form_errors = sent.form_errors
    return page(view, form, 422 if sent.is_submitted() else 200)


def _typed(form: Form, view: BasketView) -> dict[int, int]:
    return {item.pack.id: form[f"q{item.pack.id}"].data for item in view.items}


@bp.post("/basket/put")
@allow("anyone")
@gives_back
def put() -> ResponseReturnValue:
    """Put packs into the basket; only now does an anonymous visitor get a cookie."""
    form = PutForm()
    if form.validate_on_submit():
        try:
            with atomic():
                pack = db.session.get(Pack, form.pack.data)
                if pack is None:
                    raise ordering.NotSold(pack_id=form.pack.data)
                own = ordering.open_basket(request.cookies.get(COOKIE), buyer_id=current_user.buyer_id)
                ordering.put(own, pack, form.quantity.data, seen_price_minor=form.seen_price_minor)
                key = own.key
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("It is in your basket."), "success")
            answer = redirect(url_for("buyer.basket"), 303)
            return answer if current_user.buyer_id else remember(answer, key)
    view = ordering.look(here())
    problems = [*form.form_errors, *(message for _field, message in form.problems())]
    return page(view, _fresh(view), 422, " ".join(dict.fromkeys(str(problem) for problem in problems)))


def _fresh(view: BasketView) -> Form:
    """Make the basket's own form after another form was sent."""
    form = quantities_form(view)
    form.process(None)
    return form


@bp.post("/basket/agree")
@allow("anyone")
@gives_back
def agree() -> ResponseReturnValue:
    """Take the prices of now as seen."""
    if Form().validate_on_submit():
        with atomic():
            own = here()
            if own is not None:
                ordering.agree(own)
    return redirect(url_for("buyer.basket"), 303)
