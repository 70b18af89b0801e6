"""SMS over HTTP: the endpoint and the key are the merchant's; without an endpoint the sandbox records instead of sending."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.outbox.channels import Defaults
from marketplace.outbox.channels.guarded_http import Refused, check_url

DEFAULTS = Defaults(batch=20, per_minute=300, quiet=(time(22), time(9)))
FIELDS = (
    ("endpoint", gettext_lazy("Address of the SMS service"), gettext_lazy("https://… Empty: the sandbox, which only records.")),
    ("sender", gettext_lazy("Signature or sender number"), gettext_lazy("As registered with your SMS service.")),
)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises UserError for an address that may not be called."""
    found = {name: str(values.get(name, "")).strip() for name, _label, _help in FIELDS}
    if found["endpoint"]:
        try:
            check_url(found["endpoint"])
        except Refused as error:
            raise UserError(_("This address cannot be used: %(why)s.") % {"why": _(str(error))}) from error
    if len(found["sender"]) > 40 or any(not ch.isprintable() for ch in found["sender"]):
        raise UserError(_("The signature may have 40 printable characters."))
    return found
