"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator or an invitation until public sign-up opens with the market."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
