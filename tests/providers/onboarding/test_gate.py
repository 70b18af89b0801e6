"""The gate: what a provider may do, by what is true of it."""

import pytest
from django.utils import timezone

from marketplace.tenancy.scope import scope
from providers.onboarding.gate import ACTS, may
from providers.onboarding.models import Application
from providers.onboarding.states import ApplicationState
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("act", ACTS)
def test_a_provider_that_just_signed_up_may_do_nothing(act):
    verdict = may(cast.studio().id, act)
    assert not verdict.allowed
    assert "NOT_VERIFIED" in [reason.code for reason in verdict.reasons]


@pytest.mark.parametrize("state", ApplicationState.values)
def test_only_a_verified_company_may_list(state):
    studio = cast.studio()
    with scope(studio.id):
        Application.objects.create(provider_id=studio.id, state=state, verified_at=timezone.now())
    assert may(studio.id, "list").allowed is (state in ("verified", "renewing"))


def test_the_gate_asks_about_the_provider_whatever_scope_is_open():
    studio, rival = cast.studio(), cast.rival()
    with scope(rival.id):
        Application.objects.create(provider_id=rival.id, state="verified", verified_at=timezone.now())
    with scope(studio.id):
        assert may(rival.id, "list").allowed
        assert not may(studio.id, "list").allowed
