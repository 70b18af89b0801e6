"""How allauth behaves here: letters in the reader's language, links to our own address, an organization once confirmed."""

import logging
from typing import Any
from urllib.parse import urljoin

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as context_of_allauth
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from marketplace.accounts.models import User
from marketplace.accounts.operations import finish_sign_up
from marketplace.accounts.operations.letters import deliver_letter, post_letter
from marketplace.accounts.tasks import deliver
from marketplace.health.queries import has_worker
from marketplace.outbox.people import language_of

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Public sign-up; one mailbox per person."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This address is yours already."),
        "email_password_mismatch": _("The e-mail or the password is wrong."),
        "email_taken": _("This address cannot be used."),
        "enter_current_password": _("Enter your current password."),
        "incorrect_code": _("This code is wrong or too old."),
        "incorrect_password": _("The password is wrong."),
        "invalid_or_expired_key": _("This link no longer works."),
        "invalid_login": _("The e-mail or the password is wrong."),
        "invalid_password_reset": _("This link no longer works."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> EmailMessage:
        """A letter is written for who reads it, not for who pressed the button."""
        reader = context.get("user")
        language = language_of(reader) if isinstance(reader, User) else get_language() or settings.LANGUAGE_CODE
        with override(language):
            return super().render_mail(template_prefix, email, {**context, "site_url": settings.PUBLIC_URL}, headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter down; a worker sends it (see `letters`). Without a living worker it leaves from here."""
        request = context_of_allauth.request
        facts = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        letter_id = post_letter(message=self.render_mail(template_prefix, email, facts), at=timezone.now())
        transaction.on_commit(lambda: _nudge(letter_id))

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def post_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse:
        """A mailbox can be confirmed by choosing a new password, too."""
        finish_sign_up(user_id=user.pk, at=timezone.now())
        return super().post_login(request, user, **more)

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, token = key.partition("-")
        return _absolute(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The mailbox is his: now the organization he signed up for is founded."""
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            finish_sign_up(user_id=email_address.user_id, at=timezone.now())
        return confirmed


def _nudge(letter_id: int) -> None:
    """Have the letter sent now. Nothing is lost when that fails: the sweep of letters finds every row."""
    if not has_worker():
        deliver_letter(letter_id=letter_id, at=timezone.now())
        return
    try:
        deliver.delay(letter_id=letter_id)
    except OperationalError:
        log.warning("account letter %s waits for the sweep: the broker is away", letter_id)


def _absolute(path: str) -> str:
    """Under the site's own address: what a request calls itself is its sender's to choose."""
    return urljoin(settings.PUBLIC_URL, path)
