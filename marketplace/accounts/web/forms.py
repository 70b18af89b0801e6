"""The forms of signing up, signing in and of one's own account, in our words."""

import unicodedata
from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization, User
from marketplace.accounts.operations import EmailTaken, sign_up
from marketplace.ui.kit import Choice
from marketplace.ui.widgets import ChoiceCards

KINDS = (
    Choice(
        Organization.Kind.MERCHANT, _("I sell goods"), _("Find and hire service providers, run after-sales programs."), "store"
    ),
    Choice(Organization.Kind.PROVIDER, _("I offer services"), _("Get verified, publish listings, be found by merchants."), "tag"),
)
EMAIL_LABEL, PASSWORD_LABEL = _("E-mail"), _("Password")


#: What the validators of the settings ask for, in one breath.
PASSWORD_RULES = _("At least 8 characters; nothing common, nothing like your name or e-mail.")


def _plain(field: forms.Field, label: Any, help_text: Any = "") -> None:
    """Our own label; no placeholder, which would repeat it."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["login"], EMAIL_LABEL)
        _plain(self.fields["password"], PASSWORD_LABEL)
        _plain(self.fields["remember"], _("Stay signed in on this device"))


class SignUpForm(SignupForm):
    """Who it is, for which organization. The organization is founded when the mailbox is confirmed."""

    kind = forms.ChoiceField(
        label=_("What brings you here?"), choices=[(k.value, k.label) for k in KINDS], widget=ChoiceCards(KINDS)
    )
    organization_name = forms.CharField(label=_("Company or shop"), max_length=120, min_length=2)
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("kind", "organization_name", "name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization_name"].widget.attrs["autocomplete"] = "organization"
        _plain(self.fields["email"], _("Work e-mail"), _("We send a link there to confirm it."))
        _plain(self.fields["password1"], PASSWORD_LABEL, PASSWORD_RULES)

    def clean_organization_name(self) -> str:
        return printable(self.cleaned_data["organization_name"])

    def clean_name(self) -> str:
        return printable(self.cleaned_data["name"])

    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> Any:
        """As allauth's; an address that is taken costs the same time and looks the same."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            return super().try_save(request)
        except EmailTaken:
            self.account_already_exists = True
            return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        values = self.cleaned_data
        return sign_up(
            kind=values["kind"],
            organization_name=values["organization_name"],
            email=values["email"],
            password=values["password1"],
            name=values["name"],
            language=get_language() or "",
            at=timezone.now(),
        )


class ForgottenForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["email"], EMAIL_LABEL)


class NewPasswordForm(ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password1"], _("New password"), PASSWORD_RULES)
        _plain(self.fields["password2"], _("New password, once more"))


class PasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["oldpassword"], _("Current password"))
        _plain(self.fields["password1"], _("New password"), PASSWORD_RULES)
        _plain(self.fields["password2"], _("New password, once more"))


class FirstPasswordForm(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password1"], _("New password"), PASSWORD_RULES)
        _plain(self.fields["password2"], _("New password, once more"))


class MailboxForm(AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["email"], _("New e-mail"))


class AgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password"], PASSWORD_LABEL)


def printable(text: str) -> str:
    """A name on one line, in composed letters, without what is invisible. Raises ValidationError where nothing is left."""
    composed = unicodedata.normalize("NFC", text)
    clean = " ".join("".join(ch for ch in composed if unicodedata.category(ch)[0] != "C").split())
    if len(clean) < 2:
        raise forms.ValidationError(_("Enter at least two characters."))
    return clean
