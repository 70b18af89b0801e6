"""A case whose numbers the demo's first merchant has confirmed: they are computed from its own orders, not written down here.

Told again it changes nothing; killed anywhere it goes on.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from marketplace.accounts.models import Organization, User
from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope
from providers.demo.deciding import approve
from providers.demo.founding import organization_of
from providers.profiles.models import Case, PublicProvider
from providers.profiles.operations import ask_merchant, confirm_case, save_case, submit_case

FILE = "proof.json"
WORDS = ("title_zh", "title_en", "story_zh", "story_en", "industry", "platform", "metrics")


def tell_proof(folder: Path, *, owner: User, staff: User, at: datetime) -> str:
    """Written by the provider, approved by staff, confirmed by the merchant. Returns what there is now, in one line."""
    row = json.loads((folder / FILE).read_text(encoding="utf-8"))
    provider_id = _provider(row["provider"])
    if provider_id is None:
        return "the provider is not on the market"
    case = _written(provider_id, row, owner, at)
    if case.state == Case.State.DRAFT:
        case = submit_case(provider_id=provider_id, case_id=case.pk, by=_people(provider_id), at=at - timedelta(days=2))
    if case.state == Case.State.SUBMITTED:
        approve(provider_id, "case", case.pk, person(staff.pk), at - timedelta(days=1))
    if case.proof != Case.Proof.CONFIRMED:
        token = ask_merchant(provider_id=provider_id, case_id=case.pk, by=_people(provider_id), at=at)
        confirm_case(merchant_id=organization_of(owner), token=token, by=person(owner.pk), at=at)
    return f"{row['title_en']}: {', '.join(row['metrics'])}"


def _provider(slug: str) -> int | None:
    """The company of the file's provider, once it is public."""
    people = User.objects.filter(email=f"owner@{slug}.example").first()
    provider_id = organization_of(people) if people is not None else 0
    return provider_id if PublicProvider.objects.filter(provider_id=provider_id).exists() else None


def _people(provider_id: int) -> Actor:
    with scope(provider_id):
        organization = Organization.objects.get(pk=provider_id)
        return person(organization.memberships.filter(role="owner").earliest("pk").user_id)


def _written(provider_id: int, row: dict[str, object], owner: User, at: datetime) -> Case:
    with scope(provider_id):
        found = Case.objects.filter(provider_id=provider_id, title_en=row["title_en"]).first()
    if found is not None:
        return found
    merchant_id = organization_of(owner)
    with scope(merchant_id):
        merchant = Organization.objects.get(pk=merchant_id)
    days = {
        f"{name}_{end}": date.fromisoformat(day)
        for name in ("before", "after")
        for end, day in zip(("from", "until"), row[name], strict=True)  # type: ignore[call-overload]
    }
    values = {**{name: row[name] for name in WORDS}, **days, "merchant_slug": merchant.slug, "merchant_name": merchant.name}
    return save_case(provider_id=provider_id, case_id=None, values=values, by=_people(provider_id), at=at - timedelta(days=3))
