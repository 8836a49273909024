"""The lists and the texts that an administrator words: what each is called, and what is in it."""

from flask import url_for
from flask_babel import gettext as _

from admin_views.base import EntityView
from models import N_, AgencyClosure, SavedFilter, TaxonomyItem, TaxonomyList, TextTemplate

SHOWN = 200


class ListView(EntityView):
    """A small list, with its choices under it."""

    def related(self, record):
        items = record.items.order_by(TaxonomyItem.order, TaxonomyItem.id)
        return [
            (
                _("List items"),
                [_("Name"), _("Slug"), _("In use")],
                [
                    (self.linked(item), item.slug, _("Yes") if item.is_active else _("Retired"))
                    for item in items.limit(SHOWN)
                ],
                url_for("taxonomy_item.index_view", list=record.id),
            )
        ]


class TextView(EntityView):
    """The texts that came with the portal; each can be worded differently, none is added."""

    can_create = False


class ClosureView(EntityView):
    """Days on which the agency is closed besides the holidays."""

    new_label = N_("Add a closure")

    def empty(self):
        return super().empty() | {
            "title": _("No closures"),
            "text": _("A day on which you are closed does not count as a business day."),
        }


class SavedFilterView(EntityView):
    """Named filters of the Referral List; they are saved there."""

    can_create = False

    def empty(self):
        return {
            "title": _("No saved filters"),
            "text": _("Set filters in the Referral List and save them there under a name."),
            "href": url_for("referral.index_view"),
            "label": _("Open the Referral List"),
        }


VIEWS = {
    TaxonomyList: ListView,
    TextTemplate: TextView,
    AgencyClosure: ClosureView,
    SavedFilter: SavedFilterView,
}
