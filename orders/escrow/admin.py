"""Staff set what contracts cost and try it out; deals and what became of their money are shown, never changed."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.tenancy.staff import StaffAdmin, StaffTable, money
from marketplace.ui import formats
from orders.escrow.models import BooksFinding, BooksRun, CommissionRule, Deal, Release, Reversal, Waiver
from orders.escrow.staff import RuleForm, TryForm, try_out
from providers.catalogue.models import Category


class KeptTable(StaffTable):
    """Nothing is deleted: signed contracts refer to it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CommissionRule)
class CommissionRuleAdmin(KeptTable):
    form = RuleForm
    change_list_template = "admin/escrow/rules.html"
    list_display = ("in_words", "position", "for_what", "service", "payment", "fixed", "window", "is_active")
    list_display_links = ("in_words",)
    list_filter = ("is_active", "on_refund")
    search_fields = ("name_zh", "name_en", "category")
    search_help_text = gettext_lazy("Name in either language, or category")
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("position", "is_active"))}),
        (
            gettext_lazy("For what"),
            {"fields": (("category", "provider"), ("level_from", "currency"), "valid_from", "valid_until")},
        ),
        (
            gettext_lazy("What is taken"),
            {
                "fields": (
                    ("service_rate", "service_min", "service_max"),
                    ("payment_rate", "payment_min", "payment_max"),
                    "fixed_minor",
                    "on_refund",
                )
            },
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        tried = self.admin_site.admin_view(self.try_view)
        return [path("try/", tried, name="escrow_commissionrule_try"), *super().get_urls()]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Which rule a contract would fall under, and why the others do not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TryForm(request.GET) if "category" in request.GET else TryForm()
        trial = None
        if form.is_bound and form.is_valid():
            values = form.cleaned_data
            trial = try_out(
                category=values["category"], provider_id=values["provider"] or 0, amount=values["amount"],
                currency=values["currency"], tags=values["tags"].split(), at=values["signed_at"] or timezone.now(),
            )  # fmt: skip
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Try the rules out"), "form": form,
            "trial": trial,
        }  # fmt: skip
        return TemplateResponse(request, "admin/escrow/try.html", context, status=422 if form.errors else 200)

    @admin.display(description=gettext_lazy("name"), ordering="name_en")
    def in_words(self, row: CommissionRule) -> str:
        return row.name

    @admin.display(description=gettext_lazy("for what"))
    def for_what(self, row: CommissionRule) -> str:
        """Its conditions, said one after the other."""
        if row.is_default:
            return _("everything else")
        found = []
        if row.category:
            category = Category.objects.filter(slug=row.category).first()
            found.append(category.name if category else row.category)
        if row.provider_id:
            found.append(_("one provider"))
        if row.level_from:
            found.append(_("from level %(level)s") % {"level": row.level_from})
        if row.currency:
            found.append(row.currency)
        return " · ".join(found) or _("all contracts")

    @admin.display(description=gettext_lazy("service fee"), ordering="service_rate")
    def service(self, row: CommissionRule) -> str:
        return _rate(row.service_rate, row.service_min, row.service_max, row.currency)

    @admin.display(description=gettext_lazy("payment fee"), ordering="payment_rate")
    def payment(self, row: CommissionRule) -> str:
        return _rate(row.payment_rate, row.payment_min, row.payment_max, row.currency) if row.payment_rate else "–"

    @admin.display(description=gettext_lazy("fixed fee"), ordering="fixed_minor")
    def fixed(self, row: CommissionRule) -> str:
        return formats.money(row.fixed_minor, row.currency) if row.fixed_minor else "–"

    @admin.display(description=gettext_lazy("validity"))
    def window(self, row: CommissionRule) -> str:
        return _window(row)


@admin.register(Waiver)
class WaiverAdmin(KeptTable):
    list_display = ("tag", "reason", "window", "covers_payment", "is_active")
    list_filter = ("is_active", "tag")
    search_fields = ("tag", "reason_zh", "reason_en")
    search_help_text = gettext_lazy("Tag, or reason in either language")
    fields = ("tag", ("reason_zh", "reason_en"), "valid_from", "valid_until", "covers_payment", "is_active")

    @admin.display(description=gettext_lazy("validity"))
    def window(self, row: Waiver) -> str:
        return _window(row)


class DealAdmin(StaffAdmin):
    list_display = ("number", "merchant_id", "provider_id", "title", "released_amount", "state", "opened_at")
    list_filter = ("state", "currency", "opened_at")
    search_fields = ("=number", "title")
    search_help_text = gettext_lazy("Number, title, or an organization's name")
    date_hierarchy = "opened_at"
    ordering = ("-id",)
    hidden = ("order_id", "created_by", "released")
    released_amount = staticmethod(admin.display(description=gettext_lazy("released"), ordering="released")(money("released")))


class ReleaseAdmin(StaffAdmin):
    list_display = ("key", "merchant_id", "provider_id", "deal", "gross_amount", "fees", "net_amount", "state", "available_at")
    list_filter = ("state", "currency", "released_at")
    search_fields = ("=deal__number",)
    search_help_text = gettext_lazy("Number of the contract, or an organization's name")
    list_select_related = ("deal",)
    date_hierarchy = "released_at"
    ordering = ("-id",)
    hidden = ("created_by", "hold", "before", "lines", "gross", "fee", "net", "pending", "reversed")
    gross_amount = staticmethod(admin.display(description=gettext_lazy("amount"), ordering="gross")(money("gross")))
    net_amount = staticmethod(admin.display(description=gettext_lazy("after fees"), ordering="net")(money("net")))

    @admin.display(description=gettext_lazy("fees"), ordering="fee")
    def fees(self, row: Release) -> str:
        parts = " · ".join(formats.money(line["amount"], row.currency) for line in row.lines if line["amount"])
        return format_html('<span title="{}">{}</span>', parts, formats.money(row.fee, row.currency))


class ReversalAdmin(StaffAdmin):
    list_display = ("key", "merchant_id", "provider_id", "deal", "taken_back", "given_back", "ruling", "reversed_at")
    list_filter = ("reversed_at",)
    search_fields = ("=deal__number", "=ruling")
    search_help_text = gettext_lazy("Number of the contract, ruling, or an organization's name")
    list_select_related = ("deal", "release")
    date_hierarchy = "reversed_at"
    ordering = ("-id",)
    hidden = ("created_by", "lines", "release", "amount", "fee_back", "from_pending", "from_earnings")

    @admin.display(description=gettext_lazy("taken back"), ordering="amount")
    def taken_back(self, row: Reversal) -> str:
        return formats.money(row.amount, row.deal.currency)

    @admin.display(description=gettext_lazy("fees given back"), ordering="fee_back")
    def given_back(self, row: Reversal) -> str:
        return formats.money(row.fee_back, row.deal.currency)


admin.site.register(Deal, DealAdmin)
admin.site.register(Release, ReleaseAdmin)
admin.site.register(Reversal, ReversalAdmin)


def _rate(rate: int, least: int | None, most: int | None, currency: str) -> str:
    text = formats.percent(rate / 10_000, 2)
    if least:
        text += " · " + _("at least %(amount)s") % {"amount": formats.money(least, currency)}
    if most is not None:
        text += " · " + _("at most %(amount)s") % {"amount": formats.money(most, currency)}
    return text


def _window(row: CommissionRule | Waiver) -> str:
    if row.valid_from is None and row.valid_until is None:
        return _("always")
    first = formats.local_date(row.valid_from) if row.valid_from else ""
    last = formats.local_date(row.valid_until) if row.valid_until else ""
    return f"{first} – {last}"


@admin.register(BooksFinding)
class BooksFindingAdmin(StaffAdmin):
    """What the nightly check found; what is right again is closed by the next night, so nobody closes anything by hand."""

    list_display = ("text", "check_name", "found_at", "seen_at", "gone_at")
    list_filter = ("check_name", ("gone_at", admin.EmptyFieldListFilter), "found_at")
    search_fields = ("text",)
    ordering = ("-seen_at", "-id")
    hidden = ("key",)


@admin.register(BooksRun)
class BooksRunAdmin(StaffAdmin):
    list_display = ("night", "check_name", "ran_at", "findings")
    list_filter = ("check_name", "night")
    ordering = ("-night", "check_name")
