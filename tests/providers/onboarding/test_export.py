"""The data export: complete by construction, the owner's alone, made once."""

import csv
import io
import zipfile

import pytest
from django.urls import reverse

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.scope import scope
from providers.onboarding.models import Document, DocumentChunk, Export
from providers.onboarding.operations import exporting
from providers.onboarding.operations.documents import bytes_of
from tests.providers.onboarding import papers, steps
from tests.providers.onboarding.steps import NOW
from tests.providers.onboarding.test_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def ask(provider) -> Export:
    return exporting.request_export(provider_id=provider.id, by=steps.owner(provider), at=NOW)


def make(provider, row, at=NOW) -> bool:
    return exporting.make_export(provider_id=provider.id, export_id=row.pk, by=steps.staff(), at=at)


def opened(provider) -> zipfile.ZipFile:
    with scope(provider.id):
        document = Document.objects.get(kind="export", state="current")
    return zipfile.ZipFile(io.BytesIO(b"".join(bytes_of(document))))


def test_the_file_holds_every_table_and_every_paper_and_nothing_of_others(studio, rival):
    steps.verified(studio)
    steps.fill_in(rival, code="91350100M000100Y43")
    assert make(studio, ask(studio))
    with opened(studio) as packed:
        names = packed.namelist()
        text = "".join(packed.read(name).decode() for name in names if name.endswith(".csv"))
        found = [packed.read(name) for name in names if name.startswith("papers/")]
    assert {"onboarding/application.csv", "profiles/profile.csv", "audit/auditevent.csv", "ledger/ledgerentry.csv"} <= set(names)
    assert papers.pdf("licence") in found
    assert "91330100799655058B" in text and "91350100M000100Y43" not in text
    with packed_table(studio, "onboarding/application.csv") as rows:
        assert [row["provider_id"] for row in rows] == [str(studio.id)]
        assert "bank_account" not in rows[0]


class packed_table:  # noqa: N801
    def __init__(self, provider, name):
        with opened(provider) as packed:
            self.rows = list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"))))

    def __enter__(self):
        return self.rows

    def __exit__(self, *_):
        pass


def test_a_second_worker_does_nothing(studio):
    row = ask(studio)
    assert (make(studio, row), make(studio, row)) == (True, False)
    with scope(studio.id):
        assert Document.objects.filter(kind="export").count() == 1


def test_a_stranger_cannot_make_or_see_it(studio, rival):
    row = ask(studio)
    with pytest.raises(NotFound):
        make(rival, row)
    make(studio, row)
    client = signed_in(rival.owner)
    with scope(studio.id):
        pk = Export.objects.get().document_id
    assert client.post(reverse("exit:download", args=[pk])).status_code == 404
    assert client.get(reverse("exit:progress", args=[row.pk])).status_code == 404


def test_progress_is_seen_while_it_is_made_and_a_failure_says_so(studio, monkeypatch):
    row, seen = ask(studio), []
    real = exporting._table

    def watched(*args):
        with scope(studio.id):
            seen.append(Export.objects.get(pk=row.pk).done)
        if len(seen) == 5:
            raise OSError("out of space")
        return real(*args)

    monkeypatch.setattr(exporting, "_table", watched)
    with pytest.raises(OSError, match="space"):
        make(studio, row)
    assert seen == [0, 1, 2, 3, 4]
    page = signed_in(studio.owner).get(reverse("exit:progress", args=[row.pk])).content.decode()
    assert "failed" in page
    monkeypatch.setattr(exporting, "_table", real)
    assert make(studio, ask(studio))


def test_the_file_is_forgotten_after_a_week_and_replaced_by_a_newer_one(studio):
    make(studio, ask(studio))
    make(studio, ask(studio))
    with scope(studio.id):
        assert Document.objects.filter(kind="export", state="current").count() == 1
    week = exporting.KEPT_FOR
    assert exporting.forget_old_exports(provider_id=studio.id, by=steps.staff(), at=NOW + week) == 0
    assert exporting.forget_old_exports(provider_id=studio.id, by=steps.staff(), at=NOW + week * 2) == 1
    with scope(studio.id):
        assert DocumentChunk.objects.filter(document__kind="export").count() == 0


def test_the_page_packs_and_hands_out(studio, monkeypatch):
    from providers.onboarding.web import leaving

    monkeypatch.setattr(leaving.make_export, "delay", lambda *, merchant_id, export_id: make(studio, Export(pk=export_id)))
    client = signed_in(studio.owner)
    client.post(reverse("exit:export"))
    with scope(studio.id):
        pk = Export.objects.get().document_id
    assert client.get(reverse("exit:home")).status_code == 200
    found = client.post(reverse("exit:download", args=[pk]))
    assert found["Content-Type"] == "application/octet-stream"
    assert zipfile.is_zipfile(io.BytesIO(b"".join(found.streaming_content)))
    assert client.post(reverse("onboarding:document", args=[pk])).status_code == 404
