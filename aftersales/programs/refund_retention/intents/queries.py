"""Reading: requests to label, labels, trainings, and the model a merchant's requests are read with."""

from functools import lru_cache

from django.db.models import F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from aftersales.programs.refund_retention.intents.labels import LABELS
from aftersales.programs.refund_retention.intents.model import Model, unpacked
from aftersales.programs.refund_retention.intents.models import IntentLabel, IntentTraining
from aftersales.programs.refund_retention.intents.utterances import Labelled
from aftersales.programs.refund_retention.models import RetentionCase
from marketplace.kernel.errors import NotFound
from orders.store.models import RefundRequest

OPEN = ("waiting", "running")


def active_model(merchant_id: int) -> Model | None:
    """The model this merchant taught, or None for the shipped one. Needs the merchant's scope."""
    active = IntentTraining.objects.filter(merchant_id=merchant_id, state="active").values_list("id", flat=True).first()
    return None if active is None else _model(merchant_id, active)


@lru_cache(maxsize=8)
def _model(merchant_id: int, training_id: int) -> Model:
    """Coefficients never change once they are stored, so a process reads them once."""
    row = IntentTraining.objects.filter(merchant_id=merchant_id, id=training_id).values_list("coefficients", flat=True).get()
    return unpacked(row)


def worded_requests(merchant_id: int) -> QuerySet[RefundRequest]:
    """Refund requests in which the buyer wrote something."""
    return RefundRequest.objects.filter(merchant_id=merchant_id).exclude(buyer_text="")


def unlabelled(merchant_id: int, search: str = "") -> QuerySet[RefundRequest]:
    """Requests nobody labelled, those the program was least sure about first. `confidence` is null where it has not decided."""
    cases = RetentionCase.objects.filter(merchant_id=OuterRef("merchant_id"), request=OuterRef("pk"))
    labels = IntentLabel.objects.filter(merchant_id=OuterRef("merchant_id"), request=OuterRef("pk")).exclude(intent="")
    found = worded_requests(merchant_id).annotate(
        confidence=Subquery(cases.values("probability")[:1], output_field=FloatField()),
        labelled=Subquery(labels.values("id")[:1]),
    )
    if search:
        found = found.filter(buyer_text__icontains=search)
    return found.filter(labelled__isnull=True).order_by(F("confidence").asc(nulls_last=True), "id")


def _standing(merchant_id: int) -> QuerySet[IntentLabel]:
    """Labels that were not taken back."""
    return IntentLabel.objects.filter(merchant_id=merchant_id).exclude(intent="")


def labels(merchant_id: int, search: str = "") -> QuerySet[IntentLabel]:
    """Labels, newest first, each with its request."""
    found = _standing(merchant_id).select_related("request").order_by("-id")
    return found.filter(request__buyer_text__icontains=search) if search else found


def access_label(*, merchant_id: int, pk: int) -> IntentLabel:
    """One label, also one that was taken back. Raises NotFound."""
    found = IntentLabel.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such label.")
    return found


def access_request(*, merchant_id: int, pk: int) -> RefundRequest:
    """One request with words. Raises NotFound."""
    found = worded_requests(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such request.")
    return found


def trainings(merchant_id: int) -> QuerySet[IntentTraining]:
    """Trainings, newest first, without their coefficients."""
    return IntentTraining.objects.filter(merchant_id=merchant_id).defer("coefficients").order_by("-version")


def access_training(*, merchant_id: int, pk: int) -> IntentTraining:
    """One training. Raises NotFound."""
    found = trainings(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such training.")
    return found


def taught(merchant_id: int) -> list[Labelled]:
    """The merchant's labelled words in the order of their labels."""
    found = IntentLabel.objects.filter(merchant_id=merchant_id, intent__in=LABELS).order_by("id")
    return [Labelled(text, intent) for text, intent in found.values_list("request__buyer_text", "intent")]


def known_words(merchant_id: int) -> frozenset[str]:
    """The words the model in force had learnt from: those labelled before its training was asked for."""
    active = IntentTraining.objects.filter(merchant_id=merchant_id, state="active").values("created_at")[:1]
    found = _standing(merchant_id).filter(created_at__lte=Subquery(active))
    return frozenset(found.values_list("request__buyer_text", flat=True))


def agreement(merchant_id: int) -> tuple[int, int]:
    """(guesses a person agreed with, labels)."""
    found = _standing(merchant_id)
    return found.filter(intent=F("guess")).count(), found.count()


def unfinished_trainings() -> list[tuple[int, int]]:
    """(merchant, training) of every training that waits or whose worker died, across tenants (system role)."""
    waiting = Q(state="waiting") | Q(state="running", lease_until__lt=Now())
    found = IntentTraining.objects.using("system").filter(waiting).order_by("id")
    return list(found.values_list("merchant_id", "id")[:100])
