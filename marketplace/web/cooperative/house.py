"""The cooperative itself: its profile and its staff."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import EmailField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace import access, catalog, cooperatives, identity
from marketplace.catalog import DRAWINGS
from marketplace.cooperatives import Cooperative, Profile, Staff, StaffRole
from marketplace.core import clock
from marketplace.core.errors import DomainError, FieldError
from marketplace.extensions import atomic
from marketplace.web.cooperative import bp
from marketplace.web.forms import Form, gives_back
from marketplace.web.policy import allow
from marketplace.web.words import WORDS

ROLES = [SelectChoice(role.value, WORDS[role]) for role in StaffRole]


class ProfileForm(Form):
    """What a cooperative says of itself."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter a name."))], render_kw={"maxlength": 60})
    name_en = StringField(_l("Name in English"), render_kw={"maxlength": 60})
    county = StringField(_l("County"), [InputRequired(_l("Enter the county."))], render_kw={"maxlength": 60})
    county_en = StringField(_l("County in English"), render_kw={"maxlength": 60})
    village = StringField(_l("Village"), [InputRequired(_l("Enter the village."))], render_kw={"maxlength": 60})
    village_en = StringField(_l("Village in English"), render_kw={"maxlength": 60})
    story = TextAreaField(_l("Story"), [Length(max=4000, message=_l("At most 4000 characters."))])
    story_en = TextAreaField(_l("Story in English"), [Length(max=4000, message=_l("At most 4000 characters."))])
    picture = RadioField(_l("Picture"), choices=[], validate_choice=False)
    zone = StringField(
        _l("Time zone"), [InputRequired(_l("Enter a time zone, such as Asia/Shanghai."))], render_kw={"maxlength": 40}
    )

    def read(self) -> Profile:
        """Return what was typed."""
        return Profile(
            name=self.name.data,
            name_en=self.name_en.data or None,
            county=self.county.data,
            county_en=self.county_en.data or None,
            village=self.village.data,
            village_en=self.village_en.data or None,
            story=self.story.data or "",
            story_en=self.story_en.data or None,
            picture=self.picture.data if self.picture.data in DRAWINGS else None,
            zone=self.zone.data,
        )


class AppointForm(Form):
    """Who gets which duty."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(_l("Enter an e-mail address."))],
        description=_l("The administrator registers staff; here they get their duty."),
    )
    role = RadioField(_l("Duty"), choices=ROLES, default="clerk")


@bp.route("/profile", methods=["GET", "POST"])
@allow("manager")
@gives_back
def profile() -> ResponseReturnValue:
    """Change what buyers read of the cooperative."""
    row = access.get(current_user, Cooperative, id=current_user.cooperative_id)
    form = ProfileForm(obj=row)
    form.picture.choices = [SelectChoice(name, name) for name in DRAWINGS]
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Cooperative, lock=True, id=current_user.cooperative_id)
                cooperatives.edit_profile(row, by=current_user.by, **form.read())
                catalog.reindex_cooperative(row.id)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Noted. Buyers read it from now on."), "success")
            return redirect(url_for(".profile"), 303)
    return render_template("cooperative/house/profile.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/staff", methods=["GET", "POST"])
@allow("manager", "supervisor")
@gives_back
def staff() -> ResponseReturnValue:
    """Show who does what; the manager appoints."""
    form = AppointForm()
    may_appoint = current_user.role == "manager"
    if may_appoint and form.validate_on_submit():
        try:
            with atomic():
                user = identity.find_user(form.email.data)
                if user is None:
                    raise FieldError("not_staff", "email")
                cooperative = access.get(current_user, Cooperative, id=current_user.cooperative_id)
                cooperatives.appoint(user, cooperative, StaffRole(form.role.data), by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Appointed from today."), "success")
            return redirect(url_for(".staff"), 303)
    page = render_template(
        "cooperative/house/staff.html",
        form=form,
        may_appoint=may_appoint,
        rows=cooperatives.list_staff(current_user.cooperative_id),
        bare=Form(formdata=None),
    )
    return page, 422 if form.is_submitted() and may_appoint else 200


@bp.post("/staff/<int:staff_id>/end")
@allow("manager")
def staff_end(staff_id: int) -> ResponseReturnValue:
    """End somebody's duty; the rights end at once."""
    form = Form()
    if form.validate_on_submit():
        try:
            with atomic():
                row = access.get(current_user, Staff, lock=True, id=staff_id)
                cooperatives.end_duty(row, clock.today(current_user.zone), by=current_user.by)
        except DomainError as error:
            if error.code == "not_found":
                raise
            form.refuse(error)
            flash(form.form_errors[0], "danger")
        else:
            flash(_("The duty has ended."), "success")
    return redirect(url_for(".staff"), 303)
