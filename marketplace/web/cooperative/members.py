"""Members: households, the collective, enterprises; their accounts by two people, their printed cards."""

import secrets

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice

from marketplace import access, cooperatives, identity
from marketplace.cooperatives import AccountChange, ChangeState, Cooperative, HouseholdKey, Member, MemberKind
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic, db
from marketplace.web.cooperative import bp
from marketplace.web.cooperative.member_forms import AddForm, ChangeForm, FactsForm, LeaveForm
from marketplace.web.forms import Filter, Form, gives_back
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow
from marketplace.web.printed import printed_url, qr
from marketplace.web.words import word

PIN_DIGITS = 6


class MemberFilter(Filter):
    """Search and filters of the list of members."""

    q = StringField(_l("Number or name"))
    kind = SelectField(_l("Kind"), choices=[], validate_choice=False)
    gone = SelectField(_l("Members"), choices=[], validate_choice=False)


@bp.get("/members")
@allow(*STAFF)
def members() -> str:
    """List the members by number."""
    filters = MemberFilter(request.args)
    filters.kind.choices = [SelectChoice("", _("All kinds"))]
    filters.kind.choices += [SelectChoice(kind.value, word(kind)) for kind in MemberKind]
    filters.gone.choices = [SelectChoice("", _("Members now")), SelectChoice("left", _("Those who left"))]
    kind = next((kind for kind in MemberKind if kind.value == filters.kind.data), None)
    query = cooperatives.select_members(current_user.cooperative_id, text=filters.q.data or "", kind=kind)
    left = filters.gone.data == "left"
    query = query.where(Member.left_on.is_not(None) if left else Member.left_on.is_(None))
    return render_template("cooperative/members/list.html", filters=filters, page=page_of(query))


@bp.route("/members/new", methods=["GET", "POST"])
@allow("clerk", "manager")
@gives_back
def member_new() -> ResponseReturnValue:
    """Add a member."""
    form = AddForm()
    if not form.is_submitted():
        form.joined_on.data = clock.today(current_user.zone)
    facts = form.read(current_user.currency) if form.validate_on_submit() else None
    if facts is not None and not form.is_doubtful():
        try:
            with atomic():
                cooperative = access.get(current_user, Cooperative, id=current_user.cooperative_id)
                member_id = cooperatives.add_member(
                    cooperative,
                    token=form.once.data,
                    by=current_user.by,
                    number=form.number.data,
                    payee=form.payee.data or "",
                    bank_name=form.bank_name.data or "",
                    bank_account=form.bank_account.data or "",
                    **facts,
                ).id
        except DomainError as error:
            form.refuse(error, FIELDS.get(error.code, ""))
        else:
            flash(_("The member is added."), "success")
            return redirect(url_for(".member", member_id=member_id), 303)
    return _kept_private(render_template("cooperative/members/new.html", form=form), form)


FIELDS = {"too_much_land": "land"}  # a refusal that names the column, not what was typed


@bp.get("/members/<int:member_id>")
@allow(*STAFF)
def member(member_id: int) -> ResponseReturnValue:
    """Show a member: all that is said of it, the last four of its account, and what waits for a second person."""
    return _member_page(access.get(current_user, Member, id=member_id))


@bp.route("/members/<int:member_id>/edit", methods=["GET", "POST"])
@allow("clerk", "manager")
@gives_back
def member_edit(member_id: int) -> ResponseReturnValue:
    """Change what is said of a member; the account has a way of its own."""
    row = access.get(current_user, Member, id=member_id)
    form = FactsForm()
    if not form.is_submitted():
        form.fill(row, current_user.currency)
    facts = form.read(current_user.currency) if form.validate_on_submit() else None
    if facts is not None:
        try:
            with atomic():
                row = access.get(current_user, Member, lock=True, id=member_id)
                cooperatives.edit_member(row, by=current_user.by, **facts)
        except DomainError as error:
            form.refuse(error, FIELDS.get(error.code, ""))
        else:
            flash(_("Noted."), "success")
            return redirect(url_for(".member", member_id=member_id), 303)
    page = render_template("cooperative/members/edit.html", form=form, member=row)
    return page, 422 if form.is_submitted() else 200


@bp.post("/members/<int:member_id>/leave")
@allow("clerk", "manager")
@gives_back
def member_leave(member_id: int) -> ResponseReturnValue:
    """Note that a member left."""
    form = LeaveForm()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Member, lock=True, id=member_id)
                cooperatives.leave(row, form.on.data, by=current_user.by)
        except DomainError as error:
            if error.code == "not_found":
                raise
            form.refuse(error)
        else:
            flash(_("Noted. What is owed to the member stays owed."), "success")
            return redirect(url_for(".member", member_id=member_id), 303)
    return _member_page(access.get(current_user, Member, id=member_id), form)


@bp.route("/members/<int:member_id>/account", methods=["GET", "POST"])
@allow("clerk", "manager")
@gives_back
def account_change(member_id: int) -> ResponseReturnValue:
    """Propose a new bank account; somebody else confirms it."""
    row = access.get(current_user, Member, id=member_id)
    form = ChangeForm()
    if form.validate_on_submit() and not form.is_doubtful():
        try:
            with atomic():
                row = access.get(current_user, Member, lock=True, id=member_id)
                cooperatives.propose_account_change(
                    row,
                    token=form.once.data,
                    by=current_user.by,
                    payee=form.payee.data or "",
                    bank_name=form.bank_name.data,
                    bank_account=form.bank_account.data,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Proposed. It counts when a second person has confirmed it."), "success")
            return redirect(url_for(".member", member_id=member_id), 303)
    return _kept_private(render_template("cooperative/members/account.html", form=form, member=row), form)


@bp.post("/account-changes/<int:change_id>/<any(confirm,refuse):word>")
@allow("manager", "cashier")
def account_decide(change_id: int, word: str) -> ResponseReturnValue:
    """Confirm or refuse a new bank account that somebody else proposed."""
    form = Form()
    row = access.get(current_user, AccountChange, id=change_id)
    member_id = row.member_id
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, AccountChange, lock=True, id=change_id)
                cooperatives.decide_account_change(row, confirm=word == "confirm", by=current_user.by)
        except DomainError as error:
            form.refuse(error)
            flash(form.form_errors[0], "danger")
        else:
            flash(_("Confirmed.") if word == "confirm" else _("Refused; the old account stays."), "success")
    return redirect(url_for(".member", member_id=member_id), 303)


@bp.post("/members/<int:member_id>/card")
@allow("manager")
def member_card(member_id: int) -> ResponseReturnValue:
    """Print a card with a new code and PIN; they are shown once, and the old ones end."""
    form = Form()
    if not form.validate_on_submit():
        return redirect(url_for(".member", member_id=member_id), 303)
    pin = "".join(secrets.choice("0123456789") for _digit in range(PIN_DIGITS))
    hashed = identity.hash_password(pin)  # slow, so before the transaction
    with atomic():
        row = access.get(current_user, Member, lock=True, id=member_id)
        code = cooperatives.issue_household_key(row, hashed, by=current_user.by).code
    row = access.get(current_user, Member, id=member_id)
    address = printed_url("household.card", code=code)
    answer = make_response(
        render_template(
            "cooperative/members/card.html", member=row, code=code, pin=pin, address=address, qr=qr(address)
        )
    )
    answer.headers["Cache-Control"] = "no-store"  # the PIN is shown this once, not again from a browser's history
    return answer


def _kept_private(page: str, form: Form) -> ResponseReturnValue:
    """Answer with a page that may repeat a typed account number: no browser keeps it."""
    return page, 422 if form.is_submitted() else 200, {"Cache-Control": "no-store"}


def _member_page(row: Member, form: LeaveForm | None = None) -> ResponseReturnValue:
    changes = db.session.scalars(
        select(AccountChange).where(AccountChange.member_id == row.id).order_by(AccountChange.id.desc()).limit(10)
    ).all()
    key = db.session.scalar(
        select(HouseholdKey.created_at).where(HouseholdKey.member_id == row.id, HouseholdKey.ended_at.is_(None))
    )
    page = render_template(
        "cooperative/members/member.html",
        member=row,
        changes=changes,
        waiting=ChangeState.PROPOSED,
        card_since=key,
        leaving=form or LeaveForm(formdata=None),
        form=Form(formdata=None),
    )
    return page, 422 if form is not None else 200
