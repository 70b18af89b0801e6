"""What ends by itself: licences and category papers. People are told 30 days before, and again on the day after."""

from datetime import date, datetime

from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.onboarding.changes import announce
from providers.onboarding.facts import today
from providers.onboarding.models import Application
from providers.onboarding.operations.locking import change, locked_application
from providers.onboarding.queries import WARN_BEFORE, Chosen, chosen_categories
from providers.onboarding.states import APPLICATION, QUALIFICATION, QUALIFIED, VERIFIED

LICENCE: Fact = {"zh": "营业执照", "en": "business licence"}


def check_dates(*, provider_id: int, by: Actor, at: datetime) -> int:
    """Warn about what ends within 30 days and close what has ended; how many of both. Doing it twice changes nothing.

    A paper is good until the end of its last day, in the mainland's calendar.
    """
    with scope(provider_id, durable=True):
        day = today(at)
        application = locked_application(provider_id, at)
        count = int(_check_company(application, day, by, at))
        count += sum(_check_category(chosen, day, by, at) for chosen in chosen_categories(provider_id))
        if count:
            announce(provider_id, at)
        return count


def _check_company(application: Application, day: date, by: Actor, at: datetime) -> bool:
    until = application.verified_until
    if application.state not in VERIFIED or until is None or until > day + WARN_BEFORE:
        return False
    if until < day:
        change(application, state=after(APPLICATION, application.state, "expire"))
        _record_and_tell(application.provider_id, "expired", LICENCE, until, "/desk/onboarding/company/", "company", by, at)
        return True
    if application.warned_for == until:
        return False
    change(application, warned_for=until)
    _record_and_tell(application.provider_id, "expiring", LICENCE, until, "/desk/onboarding/company/", "company", by, at)
    return True


def _check_category(chosen: Chosen, day: date, by: Actor, at: datetime) -> bool:
    row, until = chosen.qualification, chosen.qualification.approved_until
    if row.state not in QUALIFIED or until is None or until > day + WARN_BEFORE:
        return False
    named: Fact = {"zh": chosen.category.name_zh, "en": chosen.category.name_en} if chosen.category else row.category
    page, key = f"/desk/onboarding/categories/{row.pk}/", f"category:{row.pk}"
    if until < day:
        change(row, state=after(QUALIFICATION, row.state, "expire"))
        _record_and_tell(row.provider_id, "expired", named, until, page, key, by, at)
        return True
    if row.warned_for == until:
        return False
    change(row, warned_for=until)
    _record_and_tell(row.provider_id, "expiring", named, until, page, key, by, at)
    return True


def _record_and_tell(provider_id: int, what: str, named: Fact, until: date, page: str, key: str, by: Actor, at: datetime) -> None:
    facts = {"what": key, "until": until.isoformat()}
    record(merchant_id=provider_id, by=by, action=f"providers.onboarding.{what}", facts=facts)
    tell(
        organization_id=provider_id, kind=f"providers.onboarding.{what}", facts={"what": named, "until": until.isoformat()},
        url=page, effect_key=f"onboarding:{what}:{key}:{until.isoformat()}", at=at,
    )  # fmt: skip
