"""Saying what became of an edited policy."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from aftersales.guards.models import Approval
from aftersales.models import ProgramPolicy


def tell_policy(request: HttpRequest, found: ProgramPolicy | Approval) -> None:
    """In force, or waiting for a second person."""
    if isinstance(found, Approval):
        messages.info(request, _("This loosens a guard: it waits for a second person among the approvals."))
    else:
        messages.success(request, _("Policy version %(n)s is in force.") % {"n": found.version})
