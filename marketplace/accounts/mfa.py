"""Two-step sign-in: how allauth keeps its secrets, and when a second step may not be taken away."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.accounts.queries import STEPS, requires_second_step
from marketplace.kernel.sealing import seal, unseal

PURPOSE = "second-step"
#: Secrets of people belong to no organization.
NOBODY = 0


class MfaAdapter(DefaultMFAAdapter):
    """Secrets sealed at rest; who has to have a second step cannot remove the last."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Remove two-step sign-in before you change the address."),
        "cannot_delete_authenticator": _(
            "Your organization requires two-step sign-in. Add another step before you remove this one."
        ),
        "cannot_generate_recovery_codes": _("Recovery codes need an authenticator app or a security key first."),
        "incorrect_code": _("This code is wrong or too old."),
        "unverified_email": _("Confirm your mailbox before you set up two-step sign-in."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text, merchant_id=NOBODY, purpose=PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text), merchant_id=NOBODY, purpose=PURPOSE)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=STEPS).exclude(pk=authenticator.pk)
        return others.exists() or not requires_second_step(user_id=authenticator.user_id)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("Security key %(number)s") % {"number": count + 1})
