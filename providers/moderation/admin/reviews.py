"""The inbox: what waits, the page of one review, and approving several at once."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin, staff_id
from providers.moderation import policies, states
from providers.moderation.admin.clock import due_pill
from providers.moderation.admin.desk import desk_of
from providers.moderation.admin.filters import ByClaim, ByClock, ByKind, OpenFirst
from providers.moderation.admin.forms import DecisionForm
from providers.moderation.kinds import ReviewKind, UnknownKind, kind_named, label_of
from providers.moderation.models import Review
from providers.moderation.operations import claim_review, decide, release_review
from providers.moderation.queries.inbox import next_after, organization_names

CHANGELIST = "admin:moderation_review_changelist"
CHANGE = "admin:moderation_review_change"


def review_url(review: Review) -> str:
    """The desk of one review."""
    return reverse(CHANGE, args=[review.pk])


@admin.register(Review)
class ReviewAdmin(StaffAdmin):
    list_display = (
        "title",
        "kind_in_words",
        "provider_id",
        "due",
        "risk",
        "state_pill",
        "claimed_by_id",
        "opened_at",
    )
    list_filter = (OpenFirst, ByKind, ByClock, ByClaim, "risk")
    search_fields = ("title",)
    search_help_text = gettext_lazy("Title, or the provider's name")
    ordering = ("due_at", "id")
    actions = ("approve_chosen",)

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_in_words(self, review: Review) -> str:
        return str(label_of(review.kind))

    @admin.display(description=pgettext_lazy("review", "due"), ordering="due_at")
    def due(self, review: Review) -> str:
        return due_pill(review, timezone.now())

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_pill(self, review: Review) -> str:
        return review.get_state_display()

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who may decide: staff with the right to change reviews."""
        return bool(request.user.has_perm("moderation.change_review"))

    # One review.

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        review = self.get_object(request, object_id)
        if not self.has_view_permission(request, review):
            raise PermissionDenied
        if review is None:
            return super().change_view(request, object_id, form_url, extra_context)  # says so, and leads back
        if request.method == "POST":
            return self._act(request, review)
        return self._desk(request, review, None)

    def _desk(self, request: HttpRequest, review: Review, form: DecisionForm | None) -> HttpResponse:
        now = timezone.now()
        may = self.has_decide_permission(request)
        kind = _kind(review)
        desk = desk_of(review, user_id=staff_id(request), at=now)
        if form is None and kind and may and policies.is_open(review):
            form = DecisionForm(review=review, kind=kind)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": review.title,
            "desk": desk,
            "clock": due_pill(review, now),
            "form": form,
            "may_decide": may,
            "can_overrule": bool(kind and kind.overrule),
        }
        return TemplateResponse(request, "admin/moderation/review.html", context, status=422 if form and form.errors else 200)

    def _act(self, request: HttpRequest, review: Review) -> HttpResponse:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        act = request.POST.get("act")
        if act in ("decide", "decide_next"):
            return self._decide(request, review)
        facts: dict[str, Any] = {"provider_id": review.provider_id, "review_id": review.pk, "by": person(staff_id(request))}
        try:
            if act == "release":
                release_review(**facts)
            else:
                claim_review(**facts, at=timezone.now(), take_over=act == "take_over")
        except UserError as error:
            messages.error(request, str(error))
        return redirect(review_url(review))

    def _decide(self, request: HttpRequest, review: Review) -> HttpResponse:
        kind = _kind(review)
        if kind is None or not policies.is_open(review):
            messages.error(request, _("This review is closed. Nothing was changed."))
            return redirect(review_url(review))
        form = DecisionForm(request.POST, review=review, kind=kind)
        if not form.is_valid():
            return self._desk(request, review, form)
        now, by = timezone.now(), person(staff_id(request))
        try:
            done = decide(provider_id=review.provider_id, review_id=review.pk, by=by, at=now, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
            return self._desk(request, self.get_object(request, str(review.pk)) or review, form)
        messages.success(request, _("%(title)s: %(state)s") % {"title": done.title, "state": done.get_state_display()})
        following = next_after(review, user_id=by.user_id, claims_since=now - policies.CLAIM_LASTS)
        if request.POST.get("act") == "decide_next" and following is not None:
            return redirect(review_url(following))
        return redirect(review_url(review) if review.kind == "report" else reverse("admin:index"))

    # Several at once.

    @admin.action(description=gettext_lazy("Approve what is low risk…"), permissions=["decide"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse | None:
        """Ask first; then decide each on its own, and say what failed."""
        now = timezone.now()
        chosen = list(queryset.order_by("due_at", "id"))
        fit = [review for review in chosen if _fits(review, staff_id(request), now)]
        if request.POST.get("confirmed"):
            self._approve(request, fit)
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Approve several"),
            "fit": _with_names(fit),
            "left": _with_names([review for review in chosen if review not in fit]),
        }
        return TemplateResponse(request, "admin/moderation/approve_several.html", context)

    def _approve(self, request: HttpRequest, reviews: Sequence[Review]) -> None:
        done, by = 0, person(staff_id(request))
        for review in reviews:
            try:
                decide(provider_id=review.provider_id, review_id=review.pk, verdict=states.APPROVED, by=by, at=timezone.now())
            except UserError as error:
                messages.error(request, f"{review.title}: {error}")
            else:
                done += 1
        if done:
            text = ngettext("%(count)d review approved.", "%(count)d reviews approved.", done) % {"count": done}
            messages.success(request, text)


def _kind(review: Review) -> ReviewKind | None:
    try:
        return kind_named(review.kind)
    except UnknownKind:
        return None


def _fits(review: Review, user_id: int, at: Any) -> bool:
    return policies.may_be_approved_in_bulk(review) and not policies.is_claimed_by_another(review, user_id, at)


def _with_names(reviews: Sequence[Review]) -> list[dict[str, Any]]:
    names = organization_names({review.provider_id for review in reviews})
    return [
        {"review": review, "kind": label_of(review.kind), "provider": names.get(review.provider_id, "")} for review in reviews
    ]
