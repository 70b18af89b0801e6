"""E-mail: the server is the operator's (EMAIL_* in the environment), the sender's name and address are the merchant's."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.outbox.addresses import EMAIL
from marketplace.outbox.channels import Defaults

DEFAULTS = Defaults(batch=20, per_minute=600)
#: Name, label, help.
FIELDS = (
    ("from_name", gettext_lazy("Sender's name"), gettext_lazy("What buyers see, for example your shop's name.")),
    ("from_email", gettext_lazy("Sender's address"), gettext_lazy("Empty: the operator's. Its domain must allow our server.")),
    ("reply_to", gettext_lazy("Answers go to"), gettext_lazy("Empty: to the sender's address.")),
)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises UserError for what is no address, and for a name with control characters."""
    found = {name: str(values.get(name, "")).strip() for name, _label, _help in FIELDS}
    for name in ("from_email", "reply_to"):
        if found[name] and not EMAIL.fullmatch(found[name]):
            raise UserError(_("%(value)s is not an e-mail address.") % {"value": found[name]})
    if any(not ch.isprintable() for ch in found["from_name"]) or len(found["from_name"]) > 80:
        raise UserError(_("The sender's name may have 80 printable characters."))
    return found
