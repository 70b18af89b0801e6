"""Labelling and training, one act each."""

from datetime import datetime

from django.db import IntegrityError, connection
from django.db.models import Max
from django.utils.translation import gettext as _

from aftersales.programs.refund_retention.intents import queries
from aftersales.programs.refund_retention.intents.classifying import classify
from aftersales.programs.refund_retention.intents.labels import LABELS
from aftersales.programs.refund_retention.intents.models import IntentLabel, IntentTraining
from aftersales.programs.refund_retention.intents.teaching import STEPS, Lesson, teach
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

#: Fewer labels than this change next to nothing, and their accuracy means nothing.
FEWEST_LABELS = 10


class NoSuchIntent(UserError):
    """The intent is not one of the fifteen."""


class TooFewLabels(UserError):
    """There is not enough to learn from."""


class TrainingOpen(UserError):
    """A training of this merchant is under way."""


def label_request(*, merchant_id: int, request_id: int, intent: str, by: Actor, at: datetime) -> IntentLabel:
    """Say what a request's words mean; saying it again replaces the label. Raises NotFound and NoSuchIntent."""
    if intent not in LABELS:
        raise NoSuchIntent(_("Choose one of the intents."))
    with scope(merchant_id, durable=True):
        request = queries.access_request(merchant_id=merchant_id, pk=request_id)
        guess = classify(request.buyer_text, model=queries.active_model(merchant_id)).intent
        label, _created = IntentLabel.objects.update_or_create(
            merchant_id=merchant_id,
            request=request,
            defaults={"intent": intent, "created_by": by.label, "created_at": at},
            create_defaults={"intent": intent, "guess": guess, "created_by": by.label, "created_at": at},
        )
        record(merchant_id=merchant_id, by=by, action="intents.request.labelled", facts={"request": request_id, "intent": intent})
    return label


def remove_label(*, merchant_id: int, label_id: int, by: Actor, at: datetime) -> int:
    """Take a label back, once; its request waits to be labelled again. Gives the request's id. Raises NotFound."""
    with scope(merchant_id, durable=True):
        label = queries.access_label(merchant_id=merchant_id, pk=label_id)
        facts = {"request": label.request_id, "intent": label.intent}
        if IntentLabel.objects.filter(merchant_id=merchant_id, pk=label_id).exclude(intent="").update(intent="", created_at=at):
            record(merchant_id=merchant_id, by=by, action="intents.label.removed", facts=facts)
    return int(label.request_id)


def open_training(*, merchant_id: int, by: Actor, at: datetime) -> IntentTraining:
    """A training that waits for a worker. Raises TooFewLabels, and TrainingOpen while another is under way."""
    try:
        with scope(merchant_id, durable=True):
            count = len(queries.taught(merchant_id))
            if count < FEWEST_LABELS:
                raise TooFewLabels(_("Label at least %(n)s requests first.") % {"n": FEWEST_LABELS})
            version = (queries.trainings(merchant_id).aggregate(last=Max("version"))["last"] or 0) + 1
            opened = IntentTraining.objects.create(
                merchant_id=merchant_id, version=version, labels=count, steps=STEPS, created_by=by.label, created_at=at
            )
            facts = {"training": opened.pk, "version": version, "labels": count}
            record(merchant_id=merchant_id, by=by, action="intents.training.opened", facts=facts)
    except IntegrityError as error:
        raise TrainingOpen(_("A training is under way already.")) from error
    return opened


# The lease is longer than a training takes; the attempt is the token with which a late worker is refused.
CLAIM = """
UPDATE retention_intents_intenttraining
SET state = 'running', attempt = attempt + 1, lease_until = now() + interval '5 minutes', steps_done = 0
WHERE merchant_id = %s AND id = %s AND (state = 'waiting' OR (state = 'running' AND lease_until < now()))
RETURNING attempt
"""


def carry_out_training(*, merchant_id: int, training_id: int, by: Actor, at: datetime) -> IntentTraining | None:
    """Train, judge, and put the model in force when it understands the merchant's buyers no worse than the one before.

    None when the training has ended or somebody else works on it. Raises NotFound.
    """
    with scope(merchant_id, durable=True):
        queries.access_training(merchant_id=merchant_id, pk=training_id)
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [merchant_id, training_id])
            claimed = cursor.fetchone()
        rows, known = queries.taught(merchant_id), queries.known_words(merchant_id)
    if claimed is None:
        return None

    def progress(done: int) -> None:
        _mine(merchant_id, training_id, claimed[0], steps_done=done)

    try:
        lesson = teach(rows, known, progress)
    except ValueError as error:
        _mine(merchant_id, training_id, claimed[0], state="failed", error=str(error), finished_at=at)
        raise UserError(str(error)) from error
    return _concluded(merchant_id=merchant_id, training_id=training_id, attempt=claimed[0], lesson=lesson, by=by, at=at)


def _mine(merchant_id: int, training_id: int, attempt: int, **values: object) -> bool:
    """Write to the training while it is still this attempt's."""
    with scope(merchant_id):
        found = IntentTraining.objects.filter(merchant_id=merchant_id, pk=training_id, attempt=attempt, state="running")
        return found.update(**values) == 1


def _concluded(
    *, merchant_id: int, training_id: int, attempt: int, lesson: Lesson, by: Actor, at: datetime
) -> IntentTraining | None:
    better = lesson.accuracy >= lesson.previous_accuracy
    with scope(merchant_id, durable=True):
        if better:
            IntentTraining.objects.filter(merchant_id=merchant_id, state="active").update(state="replaced")
        kept = _mine(
            merchant_id,
            training_id,
            attempt,
            state="active" if better else "not_better",
            labels=lesson.labels,
            accuracy=lesson.accuracy,
            previous_accuracy=lesson.previous_accuracy,
            coefficients=lesson.coefficients if better else "",
            steps_done=STEPS,
            finished_at=at,
        )
        if not kept:
            # The row is another attempt's by now: undo what was replaced for its sake.
            connection.set_rollback(True)
            return None
        facts = {
            "training": training_id,
            "in_force": better,
            "labels": lesson.labels,
            "accuracy": round(lesson.accuracy, 4),
            "before": round(lesson.previous_accuracy, 4),
        }
        record(merchant_id=merchant_id, by=by, action="intents.training.finished", facts=facts)
        return queries.access_training(merchant_id=merchant_id, pk=training_id)
