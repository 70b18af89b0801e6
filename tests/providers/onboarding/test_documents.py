"""Papers at rest and on their way out: sealed, their owner's alone, with a trace of every reading."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.kernel.sealing import Unreadable, sealed_chunks, unsealed_chunks
from marketplace.tenancy.scope import scope
from providers.onboarding.models import Document, DocumentChunk
from providers.onboarding.operations import applying, documents
from providers.onboarding.papers import BadPaper, Paper, checked
from tests.providers.onboarding import papers, steps
from tests.providers.onboarding.steps import NOW

MARK = b"SECRET-9f1c-PAPER"


def marked() -> Paper:
    return checked(papers.pdf("p", extra=b"% " + MARK + b"\n" + b"% filling\n" * 60_000), name="licence.pdf")


def store(provider, kind="licence", **options) -> Document:
    given = {"paper": steps.paper(), "by": steps.owner(provider), "at": NOW, **options}
    return documents.store_document(provider_id=provider.id, kind=kind, **given)


def everything_in_the_database() -> bytes:
    """All rows of all tables, in every form a dump would show them."""
    found = b""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, '|') FROM {table} t")
            found += (cursor.fetchone()[0] or "").encode()
        cursor.execute("SELECT sealed FROM onboarding_documentchunk")
        found += b"".join(bytes(row[0]) for row in cursor.fetchall())
    return found


@pytest.mark.django_db(transaction=True)
def test_the_bytes_are_never_in_clear_in_the_database(studio):
    store(studio, paper=marked())
    kept = everything_in_the_database()
    assert MARK not in kept and MARK.hex().encode() not in kept
    assert len(kept) > 500_000


@pytest.mark.django_db(transaction=True)
def test_the_bytes_come_back_as_they_were(studio):
    paper = marked()
    document = store(studio, paper=paper)
    opened = documents.open_document(provider_id=studio.id, document_id=document.pk, purpose="own", by=steps.owner(studio))
    assert b"".join(documents.bytes_of(opened)) == paper.content
    with scope(studio.id):
        assert DocumentChunk.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_every_reading_leaves_a_trace_before_the_first_byte(studio):
    document = store(studio)
    documents.open_document(provider_id=studio.id, document_id=document.pk, purpose="review", by=steps.staff())
    with scope(studio.id):
        (trace,) = AuditEvent.objects.filter(action="providers.document.read")
    assert (trace.user_id, trace.facts["document_id"], trace.facts["purpose"]) == (steps.staff().user_id, document.pk, "review")


@pytest.mark.django_db(transaction=True)
def test_a_stranger_cannot_tell_a_paper_from_none(studio, rival):
    document = store(studio)
    for pk in (document.pk, 10**9):
        with pytest.raises(NotFound):
            documents.open_document(provider_id=rival.id, document_id=pk, purpose="own", by=steps.owner(rival))
        with pytest.raises(NotFound):
            documents.remove_document(provider_id=rival.id, document_id=pk, by=steps.owner(rival), at=NOW)


@pytest.mark.django_db(transaction=True)
def test_pieces_in_another_order_or_of_another_paper_do_not_open(studio):
    first, second = store(studio, paper=marked()), store(studio, "legal_person_id", paper=marked())
    with scope(studio.id):
        zero, one = DocumentChunk.objects.filter(document=first).order_by("number")[:2]
        zero.sealed, one.sealed = one.sealed, zero.sealed
        zero.save()
        one.save()
        DocumentChunk.objects.filter(document=second, number=0).update(sealed=one.sealed)
    for document in (first, second):
        with pytest.raises(Unreadable):
            list(documents.bytes_of(document))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1024])
def test_sealed_pieces_open_only_whole_and_in_order(size, settings):
    clear = bytes(range(256)) * 4
    pieces = list(sealed_chunks(clear[:size], merchant_id=7, purpose="p", size=256))
    assert b"".join(unsealed_chunks(pieces, merchant_id=7, purpose="p")) == clear[:size]
    wrongs = [pieces[:-1], pieces[1:], pieces + pieces[-1:], list(reversed(pieces)) if len(pieces) > 1 else []]
    for wrong in wrongs:
        with pytest.raises(Unreadable):
            list(unsealed_chunks(wrong, merchant_id=7, purpose="p"))
    for merchant_id, purpose in ((8, "p"), (7, "q")):
        with pytest.raises(Unreadable):
            list(unsealed_chunks(pieces, merchant_id=merchant_id, purpose=purpose))


@pytest.mark.django_db(transaction=True)
def test_a_newer_paper_replaces_the_older_which_stays_on_file(studio):
    first, second = store(studio), store(studio)
    with scope(studio.id):
        states = dict(Document.objects.values_list("pk", "state"))
    assert states == {first.pk: "replaced", second.pk: "current"}


@pytest.mark.django_db(transaction=True)
def test_a_paper_nobody_saw_loses_its_bytes_and_one_that_was_handed_in_does_not(studio):
    steps.fill_in(studio)
    steps.choose(studio, steps.leaf())
    seen = steps.current(studio, "licence")
    steps.submit(studio)
    applying.withdraw(provider_id=studio.id, by=steps.owner(studio), at=NOW)
    fresh = store(studio, "bank_proof", at=NOW.replace(hour=5))
    for document in (seen, fresh):
        documents.remove_document(provider_id=studio.id, document_id=document.pk, by=steps.owner(studio), at=NOW)
    with scope(studio.id):
        left = {pk: DocumentChunk.objects.filter(document_id=pk).count() for pk in (seen.pk, fresh.pk)}
        states = dict(Document.objects.filter(pk__in=left).values_list("pk", "state"))
    assert (left, states) == ({seen.pk: 1, fresh.pk: 0}, {seen.pk: "replaced", fresh.pk: "removed"})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["selfie", "export", ""])
def test_a_paper_that_is_not_asked_for_is_refused(studio, kind):
    with pytest.raises(BadPaper):
        store(studio, kind)


@pytest.mark.django_db(transaction=True)
def test_an_expired_paper_is_refused_and_nothing_is_written(studio):
    with pytest.raises(BadPaper):
        store(studio, expires_on=date(2026, 3, 1))
    with scope(studio.id):
        assert (Document.objects.count(), DocumentChunk.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_middle_leaves_nothing(studio, monkeypatch):
    whole = documents.sealed_chunks

    def broken(*args, **kwargs):
        yield next(whole(*args, **kwargs))
        raise OSError("the disk is full")

    monkeypatch.setattr(documents, "sealed_chunks", broken)
    with pytest.raises(OSError, match="full"):
        store(studio, paper=marked())
    with scope(studio.id):
        assert (Document.objects.count(), DocumentChunk.objects.count()) == (0, 0)


def test_no_paper_touches_the_media_folder():
    """Papers live in the database; the folder for public pictures must never hold one."""
    assert not list(Path(settings.MEDIA_ROOT).glob("**/*.pdf"))
