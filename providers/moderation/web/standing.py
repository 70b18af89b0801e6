"""Where a provider stands: points, rulings, appeals."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation import ladder
from providers.moderation.errors import AlreadyAsked
from providers.moderation.models import Penalty
from providers.moderation.operations import open_appeal, withdraw_appeal
from providers.moderation.operations.appeals import LONGEST
from providers.moderation.queries import own
from providers.moderation.standing import standing
from providers.moderation.workdays import MARKET_ZONE

PAGE = 20


class AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why the decision should be looked at again"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "class": "long"}),
        help_text=gettext_lazy("What happened, what speaks for you, and where it can be seen. You can appeal once."),
    )


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def home(request: HttpRequest) -> HttpResponse:
    """Points, what is in force, the ladder, and every ruling with its appeal."""
    provider_id, now = request.organization.pk, timezone.now()
    page = Paginator(own.penalties_of(provider_id), PAGE).get_page(request.GET.get("page"))
    context = {
        "standing": standing(provider_id),
        "most": ladder.MOST_POINTS,
        "page_obj": page,
        "rulings": own.rulings_of(list(page), at=now),
        "appeals": list(own.appeals_of(provider_id).exclude(against="penalty")[:PAGE]),
        "may_act": Permission.ONBOARD in request.rights,
        "tz": MARKET_ZONE,
    }
    return TemplateResponse(request, "moderation/standing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ONBOARD)
def appeal_penalty(request: HttpRequest, pk: int) -> HttpResponse:
    """Appeal against a ruling; keeps what was written when it is refused."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        ruling = _ruling(request.organization.pk, pk)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            open_appeal(
                provider_id=request.organization.pk, against="penalty", subject_id=pk, text=form.cleaned_data["text"],
                by=person(request.user.pk), at=timezone.now(),
            )  # fmt: skip
        except NotFound:
            raise
        except AlreadyAsked as error:
            messages.info(request, str(error))
            return redirect("moderation:standing")
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Your appeal was handed in. Somebody else than who ruled looks at it."))
            return redirect("moderation:standing")
    context: dict[str, Any] = {"form": form, "ruling": ruling, "tz": MARKET_ZONE}
    return TemplateResponse(request, "moderation/appeal.html", context, status=422 if form.errors else 200)


def _ruling(provider_id: int, pk: int) -> own.Ruling:
    penalty = Penalty.objects.filter(provider_id=provider_id, pk=pk).first()
    if penalty is None:
        raise NotFound
    return own.rulings_of([penalty], at=timezone.now())[0]


@require_POST
@requires(Permission.ONBOARD)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an appeal back while nobody decided it."""
    try:
        withdraw_appeal(provider_id=request.organization.pk, appeal_id=pk, by=person(request.user.pk), at=timezone.now())
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your appeal was taken back. While there is time you can appeal again."))
    return redirect("moderation:standing")
