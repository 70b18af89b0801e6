"""A row in every table of the outbox: sent, answered, suppressed, reworded, given up."""

from datetime import UTC, datetime

from django.db import connection

from marketplace.outbox import operations
from marketplace.outbox.delivery.engine import deliver
from marketplace.outbox.models import Endpoint, Message, Notice, Suppression
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer
from tests import cast
from tests.outbox.letters import ALERT, COMMERCIAL, SERVICE, buyer, put

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
BY = {"by": CLI, "at": NOW}


def fill(merchant: cast.Merchant) -> dict[str, int]:
    name, own = merchant.slug, {"merchant_id": merchant.id}
    lin = buyer(merchant, f"{name}-LIN", email=f"lin@{name}.example", phone=f"+4477009{merchant.id:05d}")
    operations.save_channel(
        **own, channel="sms", is_active=True, config={"sender": name}, per_minute=600, quiet=None, secret=f"key of {name}", **BY
    )
    endpoint, _secret = operations.add_endpoint(**own, url=f"https://hooks.{name}.example/", kinds=["other"], **BY)
    put(merchant, "sms", COMMERCIAL, f"{name}-offer", recipient_id=lin, data={"name": name})
    put(merchant, "in_app", ALERT, f"{name}-alert", data={"name": name})
    for channel in ("sms", "in_app"):
        done = deliver(merchant_id=merchant.id, channel=channel)  # other rooms may have put something there, too
        assert set(done) == {"sent"}, (channel, done)
    dead = put(merchant, "email", SERVICE, f"{name}-dead", recipient_id=lin, data={"name": name})
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute("UPDATE outbox_message SET state = 'dead', reason = 'gave_up' WHERE id = %s", [dead])
    for who in ("gone", "also.gone"):
        operations.add_suppression(**own, channel="", address=f"{who}@{name}.example", note=name, **BY)
    operations.receive_reply(**own, channel="email", sender=f"who@{name}.example", text=f"thanks, {name}", reference=name, **BY)
    place = {"kind": COMMERCIAL, "step": "", "channel": "sms", "language": "en"}
    waiting = operations.save_wording(
        **own, **place, subject="", body=f"{name} offers", by=person(merchant.owner.pk + 10**6), at=NOW
    )
    with scope(merchant.id):
        return {
            "message": Message.objects.get(effect_key=f"{name}-offer", **own).pk,
            "dead_message": dead,
            "suppression": Suppression.objects.filter(**own).earliest("id").pk,
            "wording": waiting.pk,
            "endpoint": Endpoint.objects.get(pk=endpoint.pk, **own).pk,
            "notice": Notice.objects.filter(**own).earliest("id").pk,
            "buyer": Buyer.objects.get(pk=lin, **own).pk,
        }
