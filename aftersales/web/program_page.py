"""What the pages of all programs share: a policy that is edited, previewed on the merchant's own data, and run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aftersales.guards.models import Approval
from aftersales.models import ProgramPolicy, ProgramRun
from aftersales.programs.changing import change_policy
from aftersales.programs.policies import active_policy
from aftersales.programs.registry import program_named
from aftersales.programs.runner import NotPayable, open_run
from aftersales.queries import access_run
from aftersales.tasks import execute
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from orders.store.queries import shops


def first_shop(merchant_id: int) -> Shop | None:
    """The shop whose currency and time zone the program's pages speak in."""
    return shops(merchant_id).order_by("id").first()


def place_of(shop: Shop | None) -> tuple[str, str]:
    """Currency and time zone the pages speak in."""
    return (shop.currency, shop.timezone) if shop else ("CNY", "Asia/Shanghai")


@dataclass(frozen=True)
class ProgramPage:
    """One program's page. Templates are `home.html` and `_preview.html` of `namespace`; its URL names are in `namespace` too."""

    program: str
    namespace: str
    form: Callable[..., Any]
    #: What the page shows besides the form, which is one with errors or None.
    context: Callable[[HttpRequest, Any], dict[str, Any]]
    #: A preview run as its fragment shows it: run, currency, time zone.
    shown: Callable[[ProgramRun, str, str], dict[str, Any]]
    #: Whether runs from this page are of the merchant's first shop rather than of all.
    of_first_shop: bool = False

    def home(self, request: HttpRequest) -> HttpResponse:
        """The page; POST saves the form as a new version."""
        if request.method != "POST":
            return TemplateResponse(request, f"{self.namespace}/home.html", self._shared() | self.context(request, None))
        if Permission.EDIT_POLICY not in request.rights:
            raise PermissionDenied(_("Your role does not allow changing the policy."))
        form = self.form(request.POST)
        if not form.is_valid():
            return self._with_errors(request, form)
        self.save(request, form.cleaned_data["settings"], automatic=form.cleaned_data["is_automatic"])
        return redirect(f"{self.namespace}:home")

    def _shared(self) -> dict[str, Any]:
        """What templates/programs/ reads of every program: its name, and where its acts are."""
        return {
            "program": self.namespace,
            "home_url": reverse(f"{self.namespace}:home"),
            "preview_url": reverse(f"{self.namespace}:preview"),
            "history_url": reverse(f"previews:{self.namespace}"),
        }

    def save(self, request: HttpRequest, settings: dict[str, Any], *, automatic: bool) -> None:
        """A new version, or a question to a second person; says which."""
        found = change_policy(
            merchant_id=request.organization.pk,
            program=program_named(self.program),
            settings=settings,
            automatic=automatic,
            by=person(request.user.pk),
            at=timezone.now(),
        )
        _tell(request, found)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """POST opens a preview of the form's policy; GET shows how it stands. Both answer the fragment (or the page)."""
        if request.method == "POST":
            return self._open_preview(request)
        currency, tz = place_of(first_shop(request.organization.pk))
        context = self._shared() | {"preview": self.preview_of(request, currency, tz)}
        return TemplateResponse(request, f"{self.namespace}/_preview.html", context)

    def preview_of(self, request: HttpRequest, currency: str, tz: str) -> dict[str, Any] | None:
        """The preview that the address names, or None; a run of another program is none. Raises NotFound."""
        pk = request.GET.get("run", "")
        if not (pk.isascii() and pk.isdigit()):
            return None
        found = access_run(merchant_id=request.organization.pk, pk=int(pk))
        return self.shown(found, currency, tz) if found.program == self.program else None

    def run_now(self, request: HttpRequest) -> HttpResponse:
        """Open a run under the policy in force; a worker carries it out."""
        policy = self.policy(request)
        if policy is None:
            messages.error(request, _("Save a policy first."))
            return redirect(f"{self.namespace}:home")
        try:
            opened = self._open(request, policy.settings, dry_run=False)
        except NotPayable:
            why = _("This policy ignores returns, which is for comparison only; preview it, or deduct returns.")
            messages.error(request, why)
            return redirect(f"{self.namespace}:home")
        execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
        messages.success(request, _("The run has started; it appears below when it is done."))
        return redirect(f"{self.namespace}:home")

    def policy(self, request: HttpRequest) -> ProgramPolicy | None:
        """The policy in force, in a scope of its own."""
        with scope(request.organization.pk, user_id=request.user.pk):
            return active_policy(merchant_id=request.organization.pk, program=self.program)

    def _with_errors(self, request: HttpRequest, form: Any) -> HttpResponse:
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            context = self._shared() | self.context(request, form)
            return TemplateResponse(request, f"{self.namespace}/home.html", context, status=400).render()

    def _open_preview(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            response = self._with_errors(request, form)
            if request.htmx:
                response.status_code = 200
                response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
            return response
        opened = self._open(request, form.cleaned_data["settings"], dry_run=True)
        execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
        if not request.htmx:
            return redirect(f"{request.path.replace('preview/', '')}?run={opened.pk}#preview")
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            context = self._shared() | {"preview": self.shown(opened, "", "UTC")}
            return TemplateResponse(request, f"{self.namespace}/_preview.html", context).render()

    def _open(self, request: HttpRequest, settings: dict[str, Any], *, dry_run: bool) -> ProgramRun:
        now, merchant_id, shop = timezone.now(), request.organization.pk, None
        if self.of_first_shop:
            with scope(merchant_id, user_id=request.user.pk):
                shop = first_shop(merchant_id)
        return open_run(
            program=program_named(self.program),
            merchant_id=merchant_id,
            shop=shop,
            settings=settings,
            as_of=now,
            by=person(request.user.pk),
            at=now,
            dry_run=dry_run,
        )


def _tell(request: HttpRequest, found: ProgramPolicy | Approval) -> None:
    """In force, or waiting for a second person."""
    if isinstance(found, Approval):
        messages.info(request, _("This loosens a guard: it waits for a second person among the approvals."))
    else:
        messages.success(request, _("Policy version %(n)s is in force.") % {"n": found.version})
