"""The weighing station's pages: weigh in, look again, slips, corrections."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select
from sqlalchemy.orm import contains_eager, joinedload
from wtforms.fields import SelectChoice

from marketplace import access, catalog, cooperatives, intake, produce
from marketplace.cooperatives import Member
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.core.units import GRAMS_PER
from marketplace.extensions import atomic, db
from marketplace.intake import Weighing, WeightUnit
from marketplace.produce import Grade, Product, Season
from marketplace.web.cooperative import bp
from marketplace.web.cooperative.weighing_forms import (
    WEIGHTS,
    CorrectionForm,
    Good,
    Load,
    SlipFilter,
    WeighingForm,
    Weights,
    grade_tile,
    household_tile,
    read_id,
    season_name,
    typed_weight,
)
from marketplace.web.forms import gives_back
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow

TILES = 6  # of households on the form
SLIPS = 5  # of the last ones beside it


@bp.route("/weigh", methods=["GET", "POST"])
@allow("clerk", "manager")
@gives_back
def weigh() -> ResponseReturnValue:
    """Weigh a load in; ask again about one that looks wrong."""
    form = WeighingForm()
    goods = _goods()
    if not form.is_submitted():
        form.unit.data = WeightUnit.JIN.value if request.args.get("unit") == "jin" else WeightUnit.KG.value
        form.member.data, form.grade.data = request.args.get("member"), request.args.get("grade")
    _show_goods(form, goods)
    if not form.is_submitted() or form.looks_again():
        _show_members(form, searching=form.is_submitted())
        return _weigh_page(form, goods)
    valid = form.validate_on_submit()
    member = _show_members(form, searching=False)
    grams, good = form.read_weights(), form.choose(goods)
    if valid and member is not None and grams is not None and good is not None:
        try:
            return _weigh_in(form, Load(member, good, grams))
        except DomainError as error:
            if error.code == "token_used":
                form.renew()
            form.refuse(error)
    return _weigh_page(form, goods), 422


@bp.get("/weighings")
@allow(*STAFF)
def weighings() -> ResponseReturnValue:
    """List the slips, newest first, by season, household and day."""
    filters = SlipFilter(request.args)
    seasons = db.session.scalars(
        access.select_visible(current_user, Season)
        .options(joinedload(Season.product))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    ).all()
    filters.season.choices = [SelectChoice("", _("All seasons"))]
    filters.season.choices += [SelectChoice(str(season.id), season_name(season)) for season in seasons]
    query = _filtered(filters)
    page = page_of(
        query.options(joinedload(Weighing.grade).joinedload(Grade.product), contains_eager(Weighing.member)).order_by(
            Weighing.number.desc()
        )
    )
    return render_template(
        "cooperative/weighings/list.html",
        filters=filters,
        page=page,
        corrected=intake.corrected_among([slip.id for slip in page.items]),
        accepted_g=intake.accepted_in(query),
    )


@bp.get("/weighings/<int:weighing_id>")
@allow(*STAFF)
def weighing(weighing_id: int) -> ResponseReturnValue:
    """Show one slip, with what it corrects and what corrects it."""
    slip = access.get(current_user, Weighing, id=weighing_id)
    chain = intake.chain_of(slip)
    return render_template(
        "cooperative/weighings/slip.html",
        slip=slip,
        chain=chain,
        successor=next((other for other in chain if other.corrects_id == slip.id), None),
        predecessor=next((other for other in chain if other.id == slip.corrects_id), None),
        newest=chain[-1],
    )


@bp.route("/weighings/<int:weighing_id>/correct", methods=["GET", "POST"])
@allow("clerk", "manager")
@gives_back
def correct_weighing(weighing_id: int) -> ResponseReturnValue:
    """Write a new slip in the place of a wrong one."""
    slip = access.get(current_user, Weighing, id=weighing_id)
    form = CorrectionForm()
    if not form.is_submitted():
        per = GRAMS_PER[slip.unit.value]
        form.unit.data, form.member.data, form.grade.data = slip.unit.value, str(slip.member.number), str(slip.grade_id)
        for name in WEIGHTS:
            form[name].data = typed_weight(getattr(slip, name), per)
    form.grade.choices = [grade_tile(str(grade.id), grade) for grade in slip.season.product.grades]
    if form.validate_on_submit():
        try:
            new_id = _correct(form, weighing_id)
        except DomainError as error:
            if error.code == "token_used":
                form.renew()
            form.refuse(error)
        else:
            if new_id is not None:
                return redirect(url_for(".weighing", weighing_id=new_id), 303)
    return render_template("cooperative/weighings/correct.html", form=form, slip=slip), (
        422 if form.is_submitted() else 200
    )


def _goods() -> list[Good]:
    """List what can be weighed in today, product by product."""
    today = clock.today(current_user.zone)
    seasons = [s for s in produce.open_seasons(current_user.cooperative_id) if s.starts_on <= today <= s.ends_on]
    return [Good(season, grade) for season in seasons for grade in season.product.grades]


def _show_goods(form: WeighingForm, goods: Sequence[Good]) -> None:
    form.grade.choices = [grade_tile(good.value, good.grade) for good in goods]


def _show_members(form: WeighingForm, *, searching: bool) -> Member | None:
    """Put households on the tiles, those that were searched or the last at the scale; return the one that is chosen.

    A number that was typed and not searched counts as well, unless it disagrees with the tile that is chosen.
    """
    recent = {row.member.id: row for row in intake.recent_members(current_user.cooperative_id, TILES)}
    shown = {key: row.member for key, row in recent.items()}
    typed, chosen = (form.find.data or "").strip(), read_id(form.member.data)
    if chosen is not None and chosen not in shown:
        shown[chosen] = access.get(current_user, Member, id=chosen)
    problem = ""
    if typed:
        query = cooperatives.select_members(current_user.cooperative_id, text=typed)
        matches = db.session.scalars(query.where(Member.left_on.is_(None)).limit(TILES)).all()
        shown = {member.id: member for member in matches} or shown
        chosen, problem = _choose(typed, matches, chosen, searching=searching)
        form.find.data = "" if matches else typed
    elif chosen is None and not searching and form.is_submitted():
        problem = _("Choose who brings it.")
    if problem:
        at = form.member if shown else form.find
        at.errors = [*at.errors, problem]
    form.member.data = None if chosen is None else str(chosen)
    form.member.choices = [
        SelectChoice(str(key), household_tile(member, recent[key].weighed_at if key in recent else None))
        for key, member in shown.items()
    ]
    return None if problem or chosen is None else shown[chosen]


def _choose(typed: str, matches: Sequence[Member], chosen: int | None, *, searching: bool) -> tuple[int | None, str]:
    """Return which household is meant, and what is unclear about it."""
    ids = [member.id for member in matches]
    exact = [member.id for member in matches if str(member.number) == typed]
    meant = exact or ids
    if not ids:
        return None, _("Nobody has the number or name %(typed)s.", typed=typed)
    if chosen is None or searching:
        one = meant[0] if len(meant) == 1 else None
        return one, "" if one or searching else _("Several fit. Choose one.")
    if chosen in meant:
        return chosen, ""
    return None, _("You typed %(typed)s and chose another household. Choose again.", typed=typed)


def _weigh_page(form: WeighingForm, goods: Sequence[Good]) -> str:
    groups: dict[int, tuple[Product, list[Any]]] = {}
    for good, choice in zip(goods, form.grade, strict=True):
        groups.setdefault(good.season.id, (good.season.product, []))[1].append(choice)
    return render_template(
        "cooperative/weighings/weigh.html",
        form=form,
        groups=list(groups.values()),
        last=intake.list_last(current_user.cooperative_id, SLIPS),
    )


def _weigh_in(form: WeighingForm, load: Load) -> ResponseReturnValue:
    """Weigh in, or ask again; raises what the stage refuses."""
    member, good, left = load.member, load.good, load.net_g
    doubt = None if good.grade.is_reject else intake.doubt(good.season.product, left, member)
    sure = f"{member.id} {good.value} {left}"
    if doubt is not None and request.form.get("sure") != sure:
        return render_template(
            "cooperative/weighings/check.html", form=form, load=load, left=left, doubt=doubt, sure=sure
        )
    with atomic():
        slip = catalog.take_in(
            access.get(current_user, Member, id=member.id),
            access.get(current_user, Season, id=good.season.id),
            access.get(current_user, Grade, id=good.grade.id),
            token=form.once.data,
            by=current_user.by,
            unit=WeightUnit(form.unit.data),
            **load.weights,
        )
        slip_id = slip.id
    return redirect(url_for(".weighing", weighing_id=slip_id), 303)


def _correct(form: CorrectionForm, weighing_id: int) -> int | None:
    nothing = Weights(gross_g=0, tare_g=0, cut_g=0)
    grams = nothing if form.take_back.data else form.read_weights()
    grade_id, member_id = read_id(form.grade.data), _one_member(form)
    if grade_id is None:
        form.grade.errors = [*form.grade.errors, _("Choose a grade.")]
    if grams is None or grade_id is None or member_id is None:
        return None
    with atomic():
        new = catalog.correct_intake(
            access.get(current_user, Weighing, id=weighing_id),
            token=form.once.data,
            by=current_user.by,
            reason=form.reason.data,
            member=access.get(current_user, Member, id=member_id),
            grade=access.get(current_user, Grade, id=grade_id),
            unit=WeightUnit(form.unit.data),
            **grams,
        )
        return new.id


def _one_member(form: CorrectionForm) -> int | None:
    typed = form.member.data.strip()
    query = cooperatives.select_members(current_user.cooperative_id, text=typed)
    matches = db.session.scalars(query.limit(TILES)).all()
    chosen, problem = _choose(typed, matches, None, searching=False)
    if problem:
        form.member.errors = [*form.member.errors, problem]
    return chosen


def _filtered(filters: SlipFilter) -> Select[Weighing]:
    query = access.select_visible(current_user, Weighing).join(Weighing.member)
    season_id = read_id(filters.season.data)
    if season_id is not None:
        query = query.where(Weighing.season_id == season_id)
    if (filters.household.data or "").strip():
        wanted = cooperatives.select_members(current_user.cooperative_id, text=filters.household.data)
        query = query.where(Weighing.member_id.in_(wanted.order_by(None).with_only_columns(Member.id)))
    if filters.validate() and isinstance(filters.on.data, date):
        query = query.where(Weighing.weighed_on == filters.on.data)
    return query
