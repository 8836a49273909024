"""Keywords, their categories and areas of focus: the tree with usage, retiring and merging (R-TAX)."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_views.base import EntityView
from forms import choices
from forms.directory import MergeForm
from forms.ticks import TickField
from models import (
    N_,
    AreaOfFocus,
    Keyword,
    KeywordCategory,
    Program,
    ServiceActivity,
    ServiceLocation,
    normalise,
)
from workflows import keywords, records

SHOWN = 50


class RetiringView(EntityView):
    """Reference rows that are retired and restored, never deleted (R-TAX-1)."""

    administration = True
    can_delete = False
    details_template = "directory/keyword.html"

    def details_facts(self, record):
        return {
            "can_retire": hasattr(record, "is_active"),
            "is_active": getattr(record, "is_active", True),
            "retire_href": self.get_url(".retire_view"),
        }

    @expose("/retire/", methods=("POST",))
    def retire_view(self):
        """Take a row out of the pick lists, or offer it again."""
        record = self.found()
        if request.form.get("to") == "restored":
            keywords.restore(record)
            flash(_("Offered again."), "success")
        else:
            keywords.retire(record)
            flash(_("Retired: no longer offered; entries that have it keep it."), "success")
        return redirect(self.get_url(".details_view", id=record.id))


class KeywordView(RetiringView):
    """A word that services are found by."""

    new_label = N_("Add a keyword")

    def page_views(self, listing):
        return [(_("List"), self.get_url(".index_view"), True), *tree_views(None)]

    def form_sections(self, record):
        return (
            (
                None,
                None,
                ("category", "term_en", "term_fr", "areas", *(("is_active",) if record.id else ())),
            ),
        )

    def replaced_fields(self, record):
        areas = AreaOfFocus.select()
        return {
            "areas": TickField(
                _l("Areas of focus"),
                description=_l("Programs of these areas offer the keyword at once."),
                coerce=int,
                choices=choices.by_words((row.id, row.label) for row in areas),
            )
        }

    def fact(self, record, name):
        if name == "areas":
            names = (row.label for row in record.areas)
            return _("Areas of focus"), ", ".join(sorted(names, key=normalise))
        return super().fact(record, name)

    def toolbar(self, record):
        return [(_("Merge into another keyword"), self.get_url(".merge_view", id=record.id))]

    def related(self, record):
        links = ServiceActivity.keywords.get_through_model()
        services = (
            ServiceActivity.placed(ServiceActivity, Program, ServiceLocation)
            .where(
                ServiceActivity.id.in_(
                    links.select(links.serviceactivity).where(links.keyword == record.id)
                )
            )
            .order_by(ServiceActivity.name_sorted, ServiceActivity.id)
        )
        return [
            (
                _("Services & Activities with this keyword"),
                [_("Name"), _("Program"), _("Location")],
                [(self.linked(s), s.program.name, s.location.name) for s in services.limit(SHOWN)],
                None,
            )
        ]

    @expose("/tree/")
    def tree_view(self):
        """Keywords by category or by area, with how many services use each."""
        by = "area" if request.args.get("by") == "area" else "category"
        groups = [
            (
                group.label
                if group
                else _("On their own")
                if by == "category"
                else _("In no area"),
                url_for(f"{type(group)._meta.table_name}.details_view", id=group.id)
                if group
                else None,
                [
                    (word.label, self.get_url(".details_view", id=word.id), uses, word.is_active)
                    for word, uses in words
                ],
            )
            for group, words in keywords.tree(by)
        ]
        return self.render(
            "directory/keyword_tree.html",
            title=_("Keywords"),
            groups=groups,
            views=[(_("List"), self.get_url(".index_view"), False), *tree_views(by)],
            new_href=self.get_url(".create_view"),
            new_label=_(self.new_label),
            category_href=url_for("keyword_category.index_view"),
            area_href=url_for("area_of_focus.index_view"),
        )

    @expose("/merge/", methods=("GET", "POST"))
    def merge_view(self):
        """Choose the keyword that stays, see what moves, then merge."""
        record = self.found()
        form = self._merge_form(record, request.form or None)
        winner, counts = None, None
        if request.method == "POST" and form.validate():
            winner = Keyword.get_by_id(form.winner.data)
            if request.form.get("confirm") == "yes":
                return self._merged(record, winner)
            counts = keywords.merge_counts(record)
        return self.render(
            "directory/merge.html",
            title=_("Merge %(name)s", name=str(record)),
            record=record,
            form=form,
            winner=winner,
            changes=self._changes(counts) if counts else [],
            cancel_href=self.get_url(".details_view", id=record.id),
        )

    def _merge_form(self, record, formdata):
        form = MergeForm(formdata)
        others = Keyword.select().where(
            Keyword.id != record.id,
            Keyword.is_active == True,  # noqa: E712 - a peewee expression
        )
        rows = choices.by_words((row.id, row.label) for row in others)
        form.winner.choices = [("", _("Choose…")), *rows]
        return form

    def _changes(self, counts):
        services = counts[ServiceActivity.keywords.get_through_model()._meta.table_name]
        areas = counts[AreaOfFocus.keywords.get_through_model()._meta.table_name]
        return [
            ngettext("%(num)s service gets it.", "%(num)s services get it.", services),
            ngettext("%(num)s area offers it.", "%(num)s areas offer it.", areas),
        ]

    def _merged(self, record, winner):
        try:
            keywords.merge(record, winner)
        except (keywords.NotPossible, records.Refused) as error:
            flash(str(error), "danger")
            return redirect(self.get_url(".merge_view", id=record.id))
        flash(_("Merged. %(name)s is retired.", name=str(record)), "success")
        return redirect(self.get_url(".details_view", id=winner.id))


def tree_views(current):
    """The two trees as tabs beside the list."""
    return [
        (label, url_for("keyword.tree_view", by=by), by == current)
        for by, label in (("category", _("By category")), ("area", _("By area of focus")))
    ]


class CategoryView(RetiringView):
    """A heading that groups keywords."""

    new_label = N_("Add a category")
    can_delete = True

    def form_sections(self, record):
        return ((None, None, ("label_en", "label_fr")),)

    def related(self, record):
        words = choices.by_label(Keyword.select().where(Keyword.category == record))
        uses = keywords.usage()
        return [
            (
                _("Keywords"),
                [_("Keyword"), _("Services"), _("In use")],
                [
                    (self.linked(w), uses.get(w.id, 0), _("Yes") if w.is_active else _("Retired"))
                    for w in words
                ],
                url_for("keyword.index_view", category=record.id),
            )
        ]


class AreaView(RetiringView):
    """The broad purpose of programs, and the keywords their services may choose."""

    new_label = N_("Add an area of focus")

    def form_sections(self, record):
        return (
            (
                None,
                None,
                (
                    "label_en",
                    "label_fr",
                    "short_label_en",
                    "short_label_fr",
                    "ircc_service",
                    "cma_topic",
                    "default_outcome",
                ),
            ),
            (_l("Keywords"), _l("The services of its programs may choose these."), ("keywords",)),
        )

    def replaced_fields(self, record):
        kept = records.linked_ids(record, "keywords") if record.id else []
        in_use = Keyword.is_active == True  # noqa: E712 - a peewee expression
        rows = Keyword.select().where(in_use | Keyword.id.in_(kept or [-1]))
        return {
            "keywords": TickField(
                _l("Keywords"),
                coerce=int,
                choices=choices.by_words((row.id, row.label) for row in rows),
            )
        }

    def facts(self, record):
        sections = super().facts(record)
        return [(title, pairs) for title, pairs in sections if title != _("Keywords")]

    def related(self, record):
        uses, kept = keywords.usage(), records.linked_ids(record, "keywords")
        words = choices.by_label(Keyword.select().where(Keyword.id.in_(kept or [-1])))
        programs = (
            Program.select()
            .where(Program.area_of_focus == record)
            .order_by(Program.name_sorted, Program.id)
        )
        return [
            (
                _("Keywords"),
                [_("Keyword"), _("Services")],
                [(self.linked(word), uses.get(word.id, 0)) for word in words],
                None,
            ),
            (
                _("Programs"),
                [_("Name"), _("Funding")],
                [
                    (self.linked(p), choices.term_label("funding-types", p.funding))
                    for p in programs.limit(SHOWN)
                ],
                url_for("program.index_view", area_of_focus=record.id),
            ),
        ]


VIEWS = {Keyword: KeywordView, KeywordCategory: CategoryView, AreaOfFocus: AreaView}
