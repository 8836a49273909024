"""Consents: recording one, how it stands today, taking it back (2.8, R-CON)."""

from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from admin_views.assisting import reads_along
from admin_views.attachments import Attaching
from admin_views.base import EntityView
from admin_views.marks import brief
from admin_views.of_household import Filled
from admin_views.showing import pill
from forms import choices
from forms.pickers import PickerField
from models import EXPIRED, Client, ConsentRecord, Organization, Referral, normalise
from workflows import people, people_rules, records, referrals, settings


class ConsentView(Attaching, Filled, EntityView):
    """One signed form; taking it back stops outbound referrals and email details at once (R-CON-5).

    A consent past its last day reads "expired" here without anybody having typed it (2.8).
    """

    details_template = "people/consent.html"
    new_label = _l("Record a consent")
    attachment_kind = "signed-form"
    attachment_title = _l("Scan or photo of the signed form")
    filled_today = ("given_on",)

    def derived_filters(self):
        """A consent is looked for by how it stands today."""
        return [
            replace(one, condition=lambda state: people_rules.in_state(state, settings.today()))
            if one.name == "state"
            else one
            for one in super().derived_filters()
        ]

    def list_facts(self, listing, names, page, previous, following):
        if page:
            past = people_rules.in_state(EXPIRED, settings.today())
            rows = ConsentRecord.select(ConsentRecord.id).where(ConsentRecord.id.in_(page[0]), past)
            ran_out = {key for (key,) in rows.tuples()}
            at = names.index("state") + 1
            words = pill("state", EXPIRED, choices.term_label("consent-states", EXPIRED))
            shown = zip(page[0], page[at], strict=True)
            page[at] = [str(words) if key in ran_out else cell for key, cell in shown]
        return super().list_facts(listing, names, page, previous, following)

    def fact(self, record, name):
        label, words = super().fact(record, name)
        if name == "state":
            words = choices.term_label("consent-states", people_rules.state_of(record))
        return label, words

    def form_sections(self, record):
        return (
            (_("Consent"), None, ("client", "type", "state", "given_on", "expires_on")),
            (
                _("What was explained"),
                _("For the form about confidentiality, tick each limit once it is explained."),
                ("limits_explained", "staff_signer_name"),
            ),
            (
                _("Organizations"),
                _("Who may receive the information; a sharing consent names at least one."),
                ("named_organizations",),
            ),
            (
                _("Signature"),
                None,
                (
                    "signed_by_name",
                    "signer_role",
                    "guardian_relation",
                    "language_used",
                    "interpreter",
                    "copy_given",
                    "notes",
                ),
            ),
        )

    def new_record(self):
        consent = super().new_record()
        if consent.client_id:
            consent.household = consent.client.household_id
            consent.signed_by_name = str(consent.client)
            consent.language_used = (consent.client.preferred_languages or ["en"])[0]
        if request.args.get("type") in dict(choices.terms("consent-types")):
            consent.type = request.args["type"]
        return consent

    def own_questions(self):
        address = f"{self.get_url('.lookup_view')}?field=client"
        return {
            "client": PickerField(
                _l("Client"), [Optional()], query=Client.select(), lookup_url=address
            )
        }

    def save(self, record, form, many, version):
        if record.household_id is None and not record.client_id:
            problem = records.Problem("client", _("Choose the client."))
            raise records.Refused([problem])
        return super().save(record, form, many, version)

    def words(self, consent):
        """What a person calls a consent: its type."""
        return choices.term_label("consent-types", consent.type)

    def form_title(self, record):
        return self.words(record) if record.id else _("Record a consent")

    def toolbar(self, record):
        if not people.may_be_withdrawn(record):
            return []
        return [(_("Withdraw"), self.get_url(".withdraw", id=record.id))]

    @expose("/withdraw/", methods=("GET", "POST"))
    @reads_along(reason=ConsentRecord.notes)
    def withdraw(self):
        """Take a consent back, then list the open referrals to review (R-CON-5)."""
        consent = self.found()
        if not people.may_be_withdrawn(consent):
            flash(_("This consent does not stand any more."), "info")
            return redirect(self.get_url(".details_view", id=consent.id))
        reason = " ".join(request.form.get("reason", "").split())[:300]
        done = request.method == "POST"
        if done:
            review = referrals.withdraw(consent, said=reason)
            flash(_("The consent is withdrawn."), "success")
        else:
            self.seen(consent)
            review = Referral.open().where(Referral.client == consent.client_id)
        return self.render(
            "people/withdraw.html",
            title=_("Open referrals to review") if done else _("Withdraw this consent?"),
            done=done,
            consent=self.words(consent),
            client=consent.client,
            is_permission=consent.type in people.PERSONAL,
            organizations=sorted((row.name for row in self._named(consent)), key=normalise),
            rows=[(url_for("referral.details_view", id=r.id), *brief(r)) for r in review],
            back_href=self.get_url(".details_view", id=consent.id),
            client_href=consent.client_id and url_for("client.details_view", id=consent.client_id),
        )

    @staticmethod
    def _named(consent):
        ids = records.linked_ids(consent, "named_organizations")
        return Organization.select(Organization.name).where(Organization.id.in_(ids))
