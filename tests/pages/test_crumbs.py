"""A page says once where it is."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.pages.test_languages import PAGES
from tests.tenancy.access import ADDRESSES
from tests.tenancy.world import World


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_trail_at_most(world: World, sign_in: Callable[..., Client], name: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    found = sign_in(ours.owner).get(ADDRESSES[name].url(name, ours))
    assert found.content.decode().count('aria-label="Breadcrumb"') <= 1
