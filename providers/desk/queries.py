"""What waits, gathered from the rooms beneath. Everything needs the provider's scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui import formats
from marketplace.ui.kit import Check, Kpi, Text
from providers.moderation.kinds import kind_named, label_of
from providers.moderation.models import Review
from providers.onboarding.queries import application_of, chosen_categories, verified_since
from providers.onboarding.states import QUALIFIED
from providers.profiles.models import Case
from providers.profiles.problems import problems
from providers.profiles.queries import open_version, public_content, working_content
from providers.scorecards.queries import level_state

BACK = ("changes_requested", "rejected")
PAPERS = gettext_lazy("Our staff check the papers; it takes up to two working days.")
TEXTS = gettext_lazy("Our staff read it; it takes up to two working days.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits: what, why or until when, and where."""

    title: Text
    text: Text
    url: str
    tone: str = "info"


def first_steps(provider_id: int, counts: Mapping[str, int], *, is_public: bool) -> list[Check]:
    """The way from signing up to the first listing, and who acts next on each step."""
    return [_company(provider_id), _category(provider_id), _profile(provider_id, is_public), _listing(counts)]


def _company(provider_id: int) -> Check:
    label, url = _("Have the company verified"), reverse("onboarding:home")
    if verified_since(provider_id):
        return Check(label, "done")
    application = application_of(provider_id)
    if application is not None and application.state == "submitted":
        return Check(label, "waiting", PAPERS, _("Shangban"), url, _("Look"))
    text = _("Licence, legal person and bank account. Nothing is shown in the market before.")
    return Check(label, "todo", text, _("You"), url, _("Continue"))


def _category(provider_id: int) -> Check:
    label, url = _("Qualify for a category"), reverse("onboarding:home")
    states = [chosen.qualification.state for chosen in chosen_categories(provider_id)]
    if any(state in QUALIFIED for state in states):
        return Check(label, "done")
    if "submitted" in states:
        return Check(label, "waiting", PAPERS, _("Shangban"), url, _("Look"))
    return Check(label, "todo", _("Choose what you offer and hand in the papers it asks for."), _("You"), url, _("Continue"))


def _profile(provider_id: int, is_public: bool) -> Check:
    label, url, version = _("Write the profile"), reverse("profile:home"), open_version(provider_id)
    if public_content(provider_id) is not None:
        text = "" if is_public else _("Approved; shown as soon as the company is verified.")
        return Check(label, "done", text)
    if version is not None and version.state == "submitted":
        return Check(label, "waiting", TEXTS, _("Shangban"), url, _("Look"))
    missing = len(problems(working_content(provider_id)))
    text = (
        ngettext("%(n)s thing is missing.", "%(n)s things are missing.", missing) % {"n": missing}
        if missing
        else _("Ready to hand in.")
    )
    return Check(label, "todo", text, _("You"), url, _("Continue"))


def _listing(counts: Mapping[str, int]) -> Check:
    label, url = _("Publish the first listing"), reverse("desk_listings:list")
    if counts.get("published") or counts.get("paused"):
        return Check(label, "done")
    if counts.get("submitted"):
        return Check(label, "waiting", TEXTS, _("Shangban"), url, _("Look"))
    return Check(label, "todo", _("What you offer, for whom, at which price."), _("You"), url, _("Write it"))


def with_us(provider_id: int, counts: Mapping[str, int]) -> list[Waiting]:
    """What the provider has to act on, the most urgent first."""
    return [*_level(provider_id), *_sent_back(provider_id, counts)]


def _level(provider_id: int) -> list[Waiting]:
    state, url = level_state(provider_id), reverse("score:home")
    found = []
    if state is not None and state.braked_at is not None:
        found.append(Waiting(_("New orders are paused"), _("Write what you will do better."), url, "bad"))
    if state is not None and state.demotion_on is not None:
        day = {"day": formats.local_date(state.demotion_on)}
        found.append(Waiting(_("Your level falls on %(day)s") % day, _("See what to do next."), url, "warn"))
    return found


def _sent_back(provider_id: int, counts: Mapping[str, int]) -> list[Waiting]:
    found, why = [], _("Staff ask you to change something.")
    version = open_version(provider_id)
    if version is not None and version.state in BACK:
        found.append(Waiting(_("Profile"), why, reverse("profile:home"), "warn"))
    number = counts.get("changes_requested", 0) + counts.get("rejected", 0)
    if number:
        title = ngettext("%(n)s listing", "%(n)s listings", number) % {"n": number}
        found.append(Waiting(title, why, reverse("desk_listings:list"), "warn"))
    if counts.get("approved"):
        title = ngettext("%(n)s listing", "%(n)s listings", counts["approved"]) % {"n": counts["approved"]}
        found.append(Waiting(title, _("Approved, and waits to be published."), reverse("desk_listings:list"), "info"))
    for case in Case.objects.filter(provider_id=provider_id, state__in=BACK).order_by("-edited_at")[:5]:
        found.append(Waiting(str(case), why, reverse("cases:detail", args=[case.pk]), "warn"))
    return found


def with_staff(provider_id: int, at: datetime) -> list[Waiting]:
    """What our staff look at, the oldest first, and until when they answer."""
    reviews = Review.objects.filter(provider_id=provider_id, state="waiting").order_by("opened_at", "id")[:10]
    return [_review(review, at) for review in reviews]


def _review(review: Review, at: datetime) -> Waiting:
    url = kind_named(review.kind).url
    due = {"day": formats.local_date(review.due_at, MARKET_ZONE)}
    text = _("Answer by %(day)s") % due if review.due_at >= at else _("Late: it was due on %(day)s") % due
    title = f"{label_of(review.kind)} · {review.title}"
    return Waiting(title, text, url(review.provider_id, review.subject_id) if url else "")


def listing_kpis(counts: Mapping[str, int]) -> list[Kpi]:
    """Listings by state, as the list's own filters name them."""
    url = reverse("desk_listings:list")
    labels = {"published": _("In the market"), "submitted": _("In review"), "draft": _("Drafts"), "paused": _("Paused")}
    return [Kpi(label=label, value=formats.number(counts.get(state, 0)), url=url) for state, label in labels.items()]
