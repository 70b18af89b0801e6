"""A merchant's need: written, changed, published, withdrawn."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.errors import Changed, Incomplete
from orders.hiring.limits import ANSWER_DAYS, CHOOSE_DAYS
from orders.hiring.models import Brief, Mode, PublicBrief
from orders.hiring.needs import Need, cleaned, missing, problems
from orders.hiring.operations.common import move_brief
from orders.hiring.operations.ending import end_dealings
from orders.hiring.operations.inviting import send_invitation
from orders.hiring.queries import access_brief, need_of
from orders.rooms.contacts import mask
from providers.catalogue.models import Category
from providers.listings.models import PublicListing

#: Where a need begins: ("listing", slug) for a quote asked for, ("program", name) for help asked for, else SCRATCH.
Source = tuple[str, str]
SCRATCH: Source = ("scratch", "")


def start_brief(
    *, merchant_id: int, need: Need, mode: str, answer_days: int, source: Source = SCRATCH, by: Actor, at: datetime
) -> Brief:  # fmt: skip
    """A draft; see `Source`. Incomplete, NotFound."""
    with scope(merchant_id, durable=True):
        asked = None
        if source[0] == "listing":
            asked = PublicListing.objects.filter(slug=source[1]).values_list("provider_id", flat=True).first()
            if asked is None:
                raise NotFound(f"listing {source[1]}")
        brief = Brief.objects.create(
            merchant_id=merchant_id, **_columns(need, mode, answer_days), source_kind=source[0], source=source[1],
            asked_id=asked, created_at=at, updated_at=at,
        )  # fmt: skip
        facts = {"need": brief.pk, "title": brief.title}
        record(merchant_id=merchant_id, by=by, action="orders.need.started", facts=facts)
        return brief


def edit_brief(
    *, merchant_id: int, brief_id: int, need: Need, mode: str, answer_days: int, revision: int, by: Actor, at: datetime
) -> Brief:  # fmt: skip
    """Change a draft. `revision` is the one the page showed. Changed, Incomplete, NotPossible, NotFound."""
    with scope(merchant_id, durable=True):
        brief = access_brief(merchant_id=merchant_id, pk=brief_id, lock=True)
        if brief.state == "draft" and brief.revision != revision:
            raise Changed(_("A colleague saved this need meanwhile. Open it again and add what is missing."))
        move_brief(brief, "edit", at, **_columns(need, mode, answer_days), revision=brief.revision + 1)
        record(merchant_id=merchant_id, by=by, action="orders.need.edited", facts={"need": brief.pk, "title": brief.title})
        return brief


def _columns(need: Need, mode: str, answer_days: int) -> dict[str, Any]:
    tidy = cleaned(need)
    # Providers read it before there is a contract; what was covered stays covered, so that the merchant sees the same.
    tidy = replace(tidy, title=mask(tidy.title).text, text=mask(tidy.text).text, kpi=mask(tidy.kpi).text)
    found = problems(tidy)
    category = Category.objects.filter(slug=tidy.category, is_active=True, children__isnull=True).first()
    if category is None:
        found.append(_("Choose a category."))
    if mode not in Mode.values or answer_days not in ANSWER_DAYS:
        found.append(_("Choose who may answer, and until when."))
    if found:
        raise Incomplete(_("Something has to be put right first."), found)
    values = {field.name: getattr(tidy, field.name) for field in fields(tidy) if field.name != "category"}
    listed = {name: list(values[name]) for name in ("platforms", "industries", "belts", "languages")}
    return {**values, **listed, "category": category, "mode": mode, "answer_days": answer_days}


def publish_brief(*, merchant_id: int, brief_id: int, by: Actor, at: datetime) -> Brief:
    """From now on it does not change. An open one is shown to every provider; who was asked for a quote is invited at once.

    Incomplete, NotPossible, NotFound. A provider who cannot take part now is not invited; the others can be.
    """
    with scope(merchant_id, durable=True):
        brief = access_brief(merchant_id=merchant_id, pk=brief_id, lock=True)
        need = need_of(brief)
        found = missing(need) if brief.state == "draft" else []
        if found:
            raise Incomplete(_("Something is missing before it can be published."), found)
        until = at + timedelta(days=brief.answer_days)
        move_brief(brief, "publish", at, published_at=at, answers_until=until, choose_until=until + CHOOSE_DAYS)
        facts = {"need": brief.pk, "title": brief.title, "mode": brief.mode}
        record(merchant_id=merchant_id, by=by, action="orders.need.published", facts=facts)
        if brief.mode == Mode.OPEN:
            _show(brief, need)
        if brief.asked_id is not None:
            send_invitation(brief=brief, provider_id=brief.asked_id, origin="asked", merchant_name=_name(merchant_id), at=at)
        return brief


def _show(brief: Brief, need: Need) -> None:
    shared = {field.name for field in PublicBrief._meta.fields} & {field.name for field in Brief._meta.fields} - {"merchant_id"}
    values = {name: getattr(brief, name) for name in shared}
    PublicBrief.objects.create(brief_id=brief.pk, merchant_id=brief.merchant_id, budget_cny=need.budget_cny, **values)


def _name(merchant_id: int) -> str:
    return str(Organization.objects.values_list("name", flat=True).get(pk=merchant_id))


def copy_brief(*, merchant_id: int, brief_id: int, by: Actor, at: datetime) -> Brief:
    """A new draft that says the same, whatever became of the old one. NotFound."""
    with scope(merchant_id, durable=True):
        old = access_brief(merchant_id=merchant_id, pk=brief_id)
        values = _columns(need_of(old), old.mode, old.answer_days)
        brief = Brief.objects.create(merchant_id=merchant_id, **values, created_at=at, updated_at=at)
        facts = {"need": brief.pk, "title": brief.title, "before": old.pk}
        record(merchant_id=merchant_id, by=by, action="orders.need.started", facts=facts)
        return brief


def cancel_brief(*, merchant_id: int, brief_id: int, reason: str = "", by: Actor, at: datetime) -> Brief:
    """Give the need up. Everybody who still has something to do with it is told. NotPossible, NotFound."""
    with scope(merchant_id, durable=True):
        brief = access_brief(merchant_id=merchant_id, pk=brief_id, lock=True)
        move_brief(brief, "cancel", at, ended_at=at, reason=reason.strip()[:200])
        end_dealings(brief, at=at)
        record(merchant_id=merchant_id, by=by, action="orders.need.cancelled", facts={"need": brief.pk, "title": brief.title})
        return brief
