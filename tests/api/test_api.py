"""The API: keys of one merchant, the same rules as everywhere, every write safe to send twice."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from marketplace.accounts.roles import Permission
from marketplace.api.models import ApiKey
from marketplace.api.operations import InFlight, answered_once, create_key, revoke_key
from marketplace.api.queries import merchant_of
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.pages.text import text

pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = ["view_orders", "view_money", "import", "run_programs"]
MISSING = 2**62


def key_for(merchant_id: int, rights: list[str] = EVERYTHING, **facts: Any) -> str:
    held = frozenset(Permission)
    made = create_key(merchant_id=merchant_id, name="k", rights=rights, held=held, expires_at=facts.get("expires_at"), by=CLI)
    return made[1]


def caller(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})


def order(ref: str = "A-1", **facts: Any) -> dict[str, Any]:
    line = {"sku": "LAMP", "quantity": 1, "list_unit_price": "100.00"}
    return {"order_ref": ref, "placed_at": "2026-03-02T10:00:00", "lines": [line], **facts}


def send(client: Client, *documents: dict[str, Any], key: str = "", shop: str = "main") -> HttpResponse:
    headers = {"idempotency-key": key} if key else {}
    body = {"shop": shop, "documents": list(documents)}
    return client.post("/api/v1/orders/", body, content_type="application/json", headers=headers)


@pytest.fixture
def acme() -> cast.Merchant:
    return cast.acme()


@pytest.fixture
def client(acme: cast.Merchant) -> Client:
    return caller(key_for(acme.id))


# Keys.


@pytest.mark.parametrize("token", ["", "x", "sbk_1_", "sbk_-1_aa", f"sbk_{2**70}_aa", "sbk_1_" + "a" * 200])
def test_what_is_no_key_is_refused(acme: cast.Merchant, token: str) -> None:
    found = caller(token).get("/api/v1/orders/")
    assert (found.status_code, found["WWW-Authenticate"]) == (401, "Bearer")


def test_digits_of_other_scripts_are_no_number() -> None:
    assert merchant_of("sbk_٣_aa") is None
    assert merchant_of("sbk_3_aa") == 3


def test_unknown_revoked_and_expired_keys_get_the_same_answer(acme: cast.Merchant) -> None:
    good = key_for(acme.id)
    revoked = key_for(acme.id, expires_at=None)
    with scope(acme.id):
        pk = ApiKey.objects.filter(merchant_id=acme.id).latest("id").pk
    assert caller(revoked).get("/api/v1/orders/").status_code == 200
    revoke_key(merchant_id=acme.id, pk=pk, by=CLI, at=datetime.now(UTC))
    expired = key_for(acme.id, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    bodies = {caller(token).get("/api/v1/orders/").content for token in (revoked, expired, f"{good}0", f"sbk_{MISSING}_ab")}
    assert len(bodies) == 1
    assert caller(good).get("/api/v1/orders/").status_code == 200


def test_a_key_is_kept_only_as_a_hash(acme: cast.Merchant) -> None:
    token = key_for(acme.id)
    kept = str(doors.rows(acme, "SELECT t::text FROM api_apikey t"))
    assert token not in kept and token.split("_")[2] not in kept


def test_a_session_opens_nothing(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    assert sign_in(acme.owner).get("/api/v1/orders/").status_code == 401


def test_nobody_gives_a_key_more_than_he_has(acme: cast.Merchant) -> None:
    held = frozenset({Permission.VIEW_ORDERS})
    for rights in (["view_orders", "import"], ["nonsense"], []):
        with pytest.raises(UserError):
            create_key(merchant_id=acme.id, name="k", rights=rights, held=held, expires_at=None, by=CLI)


def test_an_owner_makes_and_ends_a_key(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    owner = sign_in(acme.owner)
    page = owner.post("/settings/keys/", {"name": "Till", "rights": ["view_orders"], "days": "30"})
    token = page.content.decode().split('id="fresh-key" value="')[1].split('"')[0]
    assert caller(token).get("/api/v1/orders/").status_code == 200
    assert token not in owner.get("/settings/keys/").content.decode()
    pk = doors.one(acme, "SELECT id FROM api_apikey")
    assert "revoked" in text(owner.post(f"/settings/keys/{pk}/revoke/", follow=True)).lower()
    assert caller(token).get("/api/v1/orders/").status_code == 401
    actions = [
        action for (action,) in doors.rows(acme, "SELECT action FROM audit_auditevent WHERE action LIKE 'api.%%' ORDER BY id")
    ]
    assert actions == ["api.key.created", "api.key.revoked"]


def test_a_key_without_rights_is_not_made_and_nothing_typed_is_lost(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    page = sign_in(acme.owner).post("/settings/keys/", {"name": "Till", "days": "30"})
    assert page.status_code == 400
    assert 'value="Till"' in page.content.decode()


# Orders in and out.


def test_an_order_is_stored_and_read_back(client: Client) -> None:
    stored = send(client, order(deposit="20.00", balance="80.00", deposit_paid_at="2026-03-02T10:01:00"))
    assert (stored.status_code, stored.json()["orders"], stored.json()["lines_new"]) == (200, 1, 1)
    listed = client.get("/api/v1/orders/?external_ref=A-1").json()["results"]
    assert [(o["deposit_amount"], o["balance_amount"], o["balance_paid_at"]) for o in listed] == [(2000, 8000, None)]
    full = client.get(f"/api/v1/orders/{listed[0]['id']}/").json()
    assert [(line["sku"], line["quantity"]) for line in full["lines"]] == [("LAMP", 1)]


def test_a_balance_payment_arrives_as_a_changed_order(client: Client) -> None:
    presale = order(deposit="20.00", balance="80.00", deposit_paid_at="2026-03-02T10:01:00", updated_at="2026-03-02T11:00:00")
    send(client, presale)
    paid = {**presale, "balance_paid_at": "2026-03-03T09:00:00", "updated_at": "2026-03-03T09:00:00"}
    assert send(client, paid).json()["lines_updated"] + send(client, paid).json()["unchanged"] >= 1
    send(client, presale)  # older: ignored
    (found,) = client.get("/api/v1/orders/").json()["results"]
    assert found["balance_paid_at"].startswith("2026-03-03T09:00:00")


def test_rows_with_mistakes_are_named_and_the_others_stored(client: Client) -> None:
    broken = order("A-2", lines=[{"sku": "LAMP", "quantity": 1, "list_unit_price": "-1"}])
    found = send(client, order(), broken).json()
    assert found["orders"] == 1
    assert [row["row"] for row in found["quarantined"]] == [2]
    assert found["quarantined"][0]["reason"]


@pytest.mark.parametrize(
    "body",
    [{}, {"shop": "main"}, {"shop": "main", "documents": []}, {"shop": "main", "documents": ["x"]}, [], "x", None],
)
def test_a_body_of_another_form_is_refused_with_a_reason(client: Client, body: Any) -> None:
    found = client.post("/api/v1/orders/", body, content_type="application/json")
    assert found.status_code == 400 and found.json()


def test_broken_json_is_refused(client: Client) -> None:
    for raw in (b'{"shop": ', b"\xff\xfe"):
        assert client.post("/api/v1/orders/", raw, content_type="application/json").status_code == 400, raw


def test_a_text_no_database_can_hold_is_quarantined(client: Client) -> None:
    found = send(client, order("A-\ud800"), order("A-\0"), order("A-3")).json()
    assert (found["orders"], len(found["quarantined"])) == (1, 2)


def test_an_unknown_shop_is_not_found(client: Client) -> None:
    assert send(client, order(), shop="elsewhere").status_code == 404


def test_pages_follow_each_other(client: Client) -> None:
    send(client, *(order(f"A-{n}") for n in range(120)))
    seen, url = [], "/api/v1/orders/"
    while url:
        page = client.get(url).json()
        seen += [row["external_ref"] for row in page["results"]]
        url = page["next"]
    assert (len(seen), len(set(seen))) == (120, 120)


def test_reading_takes_the_same_number_of_queries_for_one_and_many(client: Client, django_assert_max_num_queries: Any) -> None:
    send(client, *(order(f"A-{n}") for n in range(60)))
    with django_assert_max_num_queries(14):
        client.get("/api/v1/orders/")


def test_a_claim_by_key_pays_once(acme: cast.Merchant, client: Client, tmp_path: Any) -> None:
    now = datetime.now(UTC)
    bought = {
        name: (now - timedelta(days=days)).isoformat() for name, days in (("placed_at", 4), ("paid_at", 4), ("delivered_at", 3))
    }
    send(client, order(**bought, status="delivered"))
    table = [{"sku": "LAMP", "price": "80.00", "valid_from": (now - timedelta(days=1)).isoformat()}]
    doors.import_prices(acme, doors.table_file(tmp_path / "p.csv", table))
    pk = client.get("/api/v1/orders/").json()["results"][0]["id"]
    first, second = (client.post(f"/api/v1/orders/{pk}/claim/").json() for _ in range(2))
    assert (first["claims"], first["amounts"]) == (1, {"GBP": 2000})
    assert (second["claims"], second["refused"]) == (0, {"CLAIM_LIMIT": 1})
    claims = client.get("/api/v1/claims/?state=reserved").json()["results"]
    assert [(claim["order_ref"], claim["amount"]) for claim in claims] == [("A-1", 2000)]


# The same request twice.


def test_a_request_that_names_itself_is_answered_once(acme: cast.Merchant, client: Client) -> None:
    first, second = send(client, order(), key="n1"), send(client, order(), key="n1")
    assert first.json() == second.json()
    assert doors.one(acme, "SELECT count(*) FROM store_importbatch") == 1


def test_a_name_for_another_request_is_a_mistake(client: Client) -> None:
    send(client, order(), key="n1")
    assert send(client, order("A-2"), key="n1").status_code == 422


def test_a_refusal_is_repeated_too(acme: cast.Merchant, client: Client) -> None:
    answers = [send(client, order(), key="n1", shop="elsewhere") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_names_of_two_merchants_do_not_meet(acme: cast.Merchant, client: Client) -> None:
    other = caller(key_for(cast.other().id))
    assert send(client, order(), key="n1").json()["orders"] == send(other, order(), key="n1").json()["orders"] == 1


def test_what_failed_on_our_side_may_be_sent_again(acme: cast.Merchant) -> None:
    def broken() -> Any:
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        answered_once(merchant_id=acme.id, key="n", request_digest="d", work=broken)
    assert answered_once(merchant_id=acme.id, key="n", request_digest="d", work=lambda: (200, 1)) == (200, 1)


def test_two_at_once_do_the_work_once(acme: cast.Merchant) -> None:
    """One works, the other is told to wait: the insert decides, not a look before it."""
    started, go = threading.Event(), threading.Event()
    done: list[Any] = []

    def slow() -> Any:
        started.set()
        go.wait(10)
        return 200, "worked"

    def first() -> None:
        done.append(answered_once(merchant_id=acme.id, key="n", request_digest="d", work=slow))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert started.wait(10)
    with pytest.raises(InFlight):
        answered_once(merchant_id=acme.id, key="n", request_digest="d", work=lambda: pytest.fail("worked twice"))
    go.set()
    thread.join(10)
    assert done == [(200, "worked")]


def test_a_request_whose_process_died_is_taken_up_again(acme: cast.Merchant) -> None:
    statement = (
        "INSERT INTO api_idempotentanswer (merchant_id, key, request_digest, lease_until)"
        " VALUES (%s, 'n', 'd', now() - '1 second'::interval)"
    )
    with scope(acme.id), connection.cursor() as cursor:
        cursor.execute(statement, [acme.id])
    assert answered_once(merchant_id=acme.id, key="n", request_digest="d", work=lambda: (200, 1)) == (200, 1)


# Limits, and the description.


def test_a_key_that_calls_too_often_waits(acme: cast.Merchant, client: Client, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    codes = [client.get("/api/v1/claims/").status_code for _ in range(8)]
    assert codes.count(429) >= 2 and codes[:3] == [200, 200, 200]
    assert caller(key_for(acme.id)).get("/api/v1/claims/").status_code == 200


def test_the_description_names_every_address_and_needs_no_key() -> None:
    found = Client().get("/api/v1/schema/", headers={"accept": "application/json"})
    document = found.content.decode()
    assert found.status_code == 200
    for path in ("/api/v1/orders/", "/api/v1/orders/{id}/claim/", "/api/v1/claims/", "/api/v1/refund-requests/"):
        assert path in document
    assert "bearerFormat" in document
