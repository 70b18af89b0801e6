"""The studio with its profile written, and a reviewer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from marketplace.accounts.operations import ensure_user
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from providers.moderation.models import Review
from providers.moderation.operations.reviews import decide
from providers.profiles import verification
from providers.profiles.operations import save_section, submit_profile
from tests import cast

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
KEY = "a" * 40
WHOLE: dict[str, Any] = {
    "name_zh": "木青电商服务",
    "name_en": "Muqing Commerce",
    "headline_zh": "家具类目代运营，八年经验",
    "about_zh": "我们从二零一七年起为佛山和安吉的家具品牌做天猫与京东代运营，团队三十人，" * 3,
    "about_en": "We have run Tmall and JD stores for furniture brands since the year of our founding. " * 3,
    "logo": KEY,
    "cities": ["foshan"],
    "industries": ["furniture"],
    "platforms": ["tmall", "jd"],
    "languages": ["mandarin"],
    "team": [{"name_zh": "林静", "role_zh": "运营总监", "languages": ["mandarin"]}],
}


@pytest.fixture(autouse=True)
def verified(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Companies that are verified; onboarding says so on the real site."""
    ids: list[int] = []
    monkeypatch.setattr(verification, "_known", [lambda provider_id: NOW if provider_id in ids else None])
    return ids


@pytest.fixture
def studio(transactional_db: None, verified: list[int]) -> cast.Provider:
    made = cast.studio()
    verified.append(made.id)
    return made


def verdict(provider: cast.Provider, said: str = "approved", **more: Any) -> None:
    """Staff decide the one review that waits."""
    staff = ensure_user(email="ann@staff.example", password=cast.PASSWORD, is_staff=True)
    with scope(provider.id):
        review = Review.objects.get(provider_id=provider.id, state="waiting")
    decide(provider_id=provider.id, review_id=review.pk, verdict=said, by=person(staff.pk), at=NOW, **more)


def published(provider: cast.Provider, **changes: Any) -> None:
    save_section(provider_id=provider.id, values={**WHOLE, **changes}, by=CLI, at=NOW)
    submit_profile(provider_id=provider.id, by=CLI, at=NOW)
    verdict(provider)
