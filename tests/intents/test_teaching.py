"""Labels of a merchant, trainings on them, and what keeps both his own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from aftersales.programs.refund_retention.intents import operations, queries, teaching
from aftersales.programs.refund_retention.intents.classifying import classify
from aftersales.programs.refund_retention.intents.models import IntentTraining
from aftersales.programs.refund_retention.reading import texts_read
from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import RefundRequest, Sku
from tests import cast
from tests.pages.conftest import clean, sign_in, worker

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["clean", "sign_in", "worker"]

AT = datetime(2026, 3, 1, tzinfo=UTC)
#: A house's own word that nobody outside understands.
SLANG = [f"{word}蒙圈{tail}" for word in ("我", "整个", "这下", "又", "真的", "彻底") for tail in ("了", "啦哥", "呀亲")]


def requests(merchant: cast.Merchant, texts: list[str]) -> list[int]:
    """Refund requests with these words."""
    with scope(merchant.id):
        sku, _new = Sku.objects.get_or_create(merchant_id=merchant.id, shop=merchant.shop, code="LAMP")
        made = RefundRequest.objects.bulk_create(
            RefundRequest(
                merchant_id=merchant.id, shop=merchant.shop, sku=sku, external_ref=f"R{at}-{len(texts)}", line_no=1, row_no=at,
                quantity=1, unit_amount=100, currency="GBP", requested_at=AT, buyer_text=text,
            )
            for at, text in enumerate(texts)
        )  # fmt: skip
        return [row.pk for row in made]


def label_all(merchant: cast.Merchant, ids: list[int], intent: str) -> None:
    for pk in ids:
        operations.label_request(merchant_id=merchant.id, request_id=pk, intent=intent, by=CLI, at=AT)


def test_labels_teach_a_word_and_only_their_own_merchant(monkeypatch: pytest.MonkeyPatch) -> None:
    acme, other = cast.acme(), cast.other()
    assert classify(SLANG[0]).intent != "usage"
    label_all(acme, requests(acme, SLANG), "usage")
    opened = operations.open_training(merchant_id=acme.id, by=CLI, at=AT + timedelta(hours=1))
    done = operations.carry_out_training(merchant_id=acme.id, training_id=opened.pk, by=CLI, at=AT + timedelta(hours=1))
    assert done is not None
    assert done.state == "active"
    assert done.accuracy is not None and done.accuracy > (done.previous_accuracy or 0)
    with scope(acme.id):
        assert classify("有点蒙圈", model=queries.active_model(acme.id)).intent == "usage"
        assert texts_read([(1, "有点蒙圈")], acme.id)["intents"] == ["usage"]
        actions = set(AuditEvent.objects.filter(merchant_id=acme.id).values_list("action", flat=True))
    assert {"intents.request.labelled", "intents.training.opened", "intents.training.finished"} <= actions
    with scope(other.id):
        assert queries.active_model(other.id) is None
        assert texts_read([(1, "有点蒙圈")], other.id)["intents"] != ["usage"]


def test_a_worse_model_does_not_take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    label_all(acme, requests(acme, SLANG[:10]), "usage")
    lesson = teaching.Lesson("{}", 10, 0.4, 0.5)
    monkeypatch.setattr(operations, "teach", lambda rows, known, progress: lesson)
    opened = operations.open_training(merchant_id=acme.id, by=CLI, at=AT)
    done = operations.carry_out_training(merchant_id=acme.id, training_id=opened.pk, by=CLI, at=AT)
    assert done is not None and done.state == "not_better"
    with scope(acme.id):
        assert queries.active_model(acme.id) is None


def test_an_attempt_that_lost_its_lease_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    label_all(acme, requests(acme, SLANG[:10]), "usage")
    opened = operations.open_training(merchant_id=acme.id, by=CLI, at=AT)

    def slow(rows: object, known: object, progress: Callable[[int], None]) -> teaching.Lesson:
        with scope(acme.id):
            IntentTraining.objects.filter(pk=opened.pk).update(attempt=7)
        return teaching.Lesson("{}", 10, 1.0, 0.0)

    monkeypatch.setattr(operations, "teach", slow)
    assert operations.carry_out_training(merchant_id=acme.id, training_id=opened.pk, by=CLI, at=AT) is None
    with scope(acme.id):
        assert IntentTraining.objects.get(pk=opened.pk).state == "running"


def test_one_training_at_a_time_and_not_without_labels() -> None:
    acme = cast.acme()
    with pytest.raises(operations.TooFewLabels):
        operations.open_training(merchant_id=acme.id, by=CLI, at=AT)
    label_all(acme, requests(acme, SLANG[:10]), "usage")
    operations.open_training(merchant_id=acme.id, by=CLI, at=AT)
    with pytest.raises(operations.TrainingOpen):
        operations.open_training(merchant_id=acme.id, by=CLI, at=AT)


def test_labels_are_replaced_and_taken_back() -> None:
    acme, other = cast.acme(), cast.other()
    (pk,) = requests(acme, ["袖子短了一截"])
    first = operations.label_request(merchant_id=acme.id, request_id=pk, intent="quality", by=CLI, at=AT)
    again = operations.label_request(merchant_id=acme.id, request_id=pk, intent="size", by=CLI, at=AT)
    assert (first.pk, again.intent, again.guess) == (again.pk, "size", "size")
    with pytest.raises(NotFound):
        operations.remove_label(merchant_id=other.id, label_id=first.pk, by=CLI, at=AT)
    with pytest.raises(NotFound):
        operations.label_request(merchant_id=other.id, request_id=pk, intent="size", by=CLI, at=AT)
    with pytest.raises(operations.NoSuchIntent):
        operations.label_request(merchant_id=acme.id, request_id=pk, intent="nonsense", by=CLI, at=AT)
    assert operations.remove_label(merchant_id=acme.id, label_id=first.pk, by=CLI, at=AT) == pk
    with scope(acme.id):
        assert [one.pk for one in queries.unlabelled(acme.id)] == [pk]
        assert queries.agreement(acme.id) == (0, 0)
    assert operations.remove_label(merchant_id=acme.id, label_id=first.pk, by=CLI, at=AT) == pk
    with scope(acme.id):
        assert AuditEvent.objects.filter(merchant_id=acme.id, action="intents.label.removed").count() == 1


def test_the_command_needs_a_merchant_that_has_labels() -> None:
    cast.acme()
    with pytest.raises(CommandError, match="10"):
        call_command("train_intents", merchant="acme", as_json=True)
    with pytest.raises(CommandError):
        call_command("train_intents", merchant="nobody", as_json=True)


def test_a_person_labels_undoes_searches_and_trains(
    sign_in: Callable[..., Client], worker: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = cast.acme()
    ids = requests(acme, [*SLANG, "快递还没到"])
    client = sign_in(acme.owner)
    home = reverse("intents:home")
    page = client.get(home)
    assert page.status_code == 200
    assert "<kbd>f</kbd>" in page.content.decode()
    for pk in ids[:10]:
        assert client.post(reverse("intents:label", args=[pk]), {"intent": "usage"}).status_code == 302
    found = client.get(home, {"q": "快递"}).content.decode()
    assert found.count("快递还没到") >= 2
    assert SLANG[12] not in found
    with scope(acme.id):
        newest = queries.labels(acme.id).first()
    assert newest is not None
    back = client.post(reverse("intents:undo", args=[newest.pk]))
    assert back.url == f"{home}?request={newest.request_id}"
    assert newest.request.buyer_text in client.get(back.url).content.decode()
    client.post(reverse("intents:label", args=[newest.request_id]), {"intent": "usage"})
    monkeypatch.setattr(operations, "teach", lambda rows, known, progress: teaching.Lesson("{}", 10, 0.4, 0.5))
    client.post(reverse("intents:train"))
    training = page_training(acme)
    assert "hx-trigger" in client.get(reverse("intents:progress", args=[training.pk])).content.decode()
    assert worker() == ["retention_intents.training.carried_out"]
    assert client.get(reverse("intents:progress", args=[training.pk]))["HX-Refresh"] == "true"
    assert "Not better" in client.get(home).content.decode()


def page_training(merchant: cast.Merchant) -> IntentTraining:
    with scope(merchant.id):
        found = queries.trainings(merchant.id).first()
    assert found is not None
    return found


def test_hostile_questions_get_an_answer(sign_in: Callable[..., Client]) -> None:
    acme = cast.acme()
    requests(acme, ["</script><b>坏了"])
    client = sign_in(acme.owner)
    for query in ({"q": "\x00%_'"}, {"page": "9" * 30}, {"request": "x"}, {"q": "不" * 5000}):
        assert client.get(reverse("intents:home"), query).status_code == 200
    assert client.get(reverse("intents:home"), {"request": "9" * 40}).status_code == 404
    assert "<b>坏了" not in client.get(reverse("intents:home")).content.decode()


def test_the_least_certain_comes_first() -> None:
    """Requests that no program decided come last, whatever their words."""
    acme = cast.acme()
    requests(acme, ["甲", "乙"])
    with scope(acme.id):
        assert [row.confidence for row in queries.unlabelled(acme.id)] == [None, None]
