"""Papers on their way out: always as a download, never kept by anybody on the way, each one with a trace."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from providers.onboarding.downloads import as_download
from providers.onboarding.operations.documents import open_document, remove_document
from providers.onboarding.web.common import actor


@require_POST
@requires(Permission.ONBOARD)
def download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Read one of the company's own papers. A POST, because it leaves a trace."""
    document = open_document(provider_id=request.organization.pk, document_id=pk, purpose="own", by=actor(request))
    if document.kind == "export":
        raise NotFound("An export has a right of its own.")
    return as_download(document)


@require_POST
@requires(Permission.ONBOARD)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper back."""
    try:
        remove_document(provider_id=request.organization.pk, document_id=pk, by=actor(request), at=timezone.now())
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The paper is taken back."))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Where the button stood: one of onboarding's own pages, and nothing else."""
    back = request.POST.get("back", "")
    return back if back.startswith("/desk/onboarding/") else "/desk/onboarding/"
