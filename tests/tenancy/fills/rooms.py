"""A row in every table of the work rooms: a conversation with messages of both, a file, a decision and a mark."""

from datetime import UTC, datetime

from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.rooms.attachments import attachment
from orders.rooms.models import Decision
from orders.rooms.operations import mark_read, note, open_conversation, post_message
from orders.rooms.queries import files_of
from orders.rooms.registry import Subject
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    ours, theirs = person(merchant.owner.pk), person(provider.owner.pk)
    with scope(merchant.id):
        talk = open_conversation(
            merchant_id=merchant.id, provider_id=provider.id, subject=Subject("listing", merchant.id, "lamp"),
            title=f"lamp of {merchant.slug}", by=ours, at=NOW,
        )  # fmt: skip
    about = {"conversation_id": talk.pk, "at": NOW}
    sheet = attachment(b"lamp,1\n", name=f"list of {merchant.slug}.csv")
    asked = post_message(
        organization_id=merchant.id, text=f"a question of {merchant.slug}", files=[sheet], key="1", by=ours, **about
    )
    agreed = [
        post_message(organization_id=provider.id, text=f"{provider.slug} says {n}", is_decision=True, key=n, by=theirs, **about)
        for n in ("2", "3")
    ]
    mark_read(organization_id=merchant.id, conversation_id=talk.pk, up_to=1, by=ours, at=NOW)
    with scope(merchant.id):
        note(
            merchant_id=merchant.id, provider_id=provider.id, subject=Subject("listing", merchant.id), code="disputes.opened",
            facts={"number": merchant.slug}, side="merchant", key="4", by=ours, at=NOW,
        )  # fmt: skip
        decisions = {row.message_id: row.pk for row in Decision.objects.filter(merchant_id=merchant.id)}
        sent = files_of(merchant.id, [asked.pk])[asked.pk][0]
    return {
        "talk": talk.pk,
        "shared_file": sent.pk,
        "merchant_decision": decisions[agreed[0].pk],
        "provider_decision": decisions[agreed[1].pk],
    }
