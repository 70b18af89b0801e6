"""The pages as people use them."""

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.operations import add_member, ensure_user
from marketplace.audit.models import AuditEvent
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.onboarding.models import Document, DocumentChunk
from tests import cast
from tests.providers.onboarding import papers, steps

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(user, language="en") -> Client:
    client = Client(headers={"accept-language": language}, enforce_csrf_checks=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def member(provider, role):
    user = ensure_user(email=f"{role}@{provider.slug}.example", password=cast.PASSWORD)
    add_member(organization_id=provider.id, user=user, role=role, may_export=False, by=CLI)
    return user


@pytest.fixture
def client(studio):
    return signed_in(studio.owner)


def send(client, page="company", *, field="licence-file", name="licence.pdf", content=b"", **values):
    file = SimpleUploadedFile(name, content) if content is not None else None
    return client.post(reverse(f"onboarding:{page}"), {**values, **({field: file} if file else {})})


def stored(provider) -> tuple[int, int]:
    with scope(provider.id):
        return Document.objects.count(), DocumentChunk.objects.count()


def test_fields_and_papers_are_saved_together_and_the_next_step_follows(client, studio):
    found = send(client, content=papers.pdf(), company_name="青禾", then="next")
    assert (found.status_code, found.url) == (302, reverse("onboarding:person"))
    assert steps.application(studio).company_name == "青禾"
    assert stored(studio) == (1, 1)


def test_what_is_wrong_keeps_what_was_typed_and_the_good_file(client, studio):
    found = send(client, content=papers.pdf(), company_name="青禾", credit_code="12345")
    assert found.status_code == 422
    assert 'value="12345"' in found.content.decode() and 'value="青禾"' in found.content.decode()
    assert stored(studio) == (1, 1)


@pytest.mark.parametrize("name", papers.HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_is_written(client, studio, name):
    file_name, content = papers.HOSTILE[name]
    if not content:
        return  # browsers send an empty field for no file; nothing happens
    found = send(client, name=file_name, content=content, company_name="青禾")
    assert found.status_code == 422
    assert 'id="id_licence-file_error"' in found.content.decode()
    assert stored(studio) == (0, 0)
    assert steps.application(studio).company_name == "青禾"


def test_a_hundred_megabytes_are_refused_without_being_kept(client, studio):
    """Through the real parser: what comes beyond the cap is neither in memory nor on a disk."""
    import tracemalloc

    body = papers.pdf(extra=b"%" + b"0" * (100 * 1024 * 1024))
    boundary = b"X" * 20
    raw = (
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="company_name"\r\n\r\nQinghe\r\n'
        b"--" + boundary + b'\r\nContent-Disposition: form-data; name="licence-file"; filename="l.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + body + b"\r\n--" + boundary + b"--\r\n"
    )
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    found = client.generic(
        "POST", reverse("onboarding:company"), raw, content_type="multipart/form-data; boundary=" + boundary.decode()
    )
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.status_code == 422
    assert "10 MB" in found.content.decode()
    assert stored(studio) == (0, 0)
    # The test client itself holds one copy of the request.
    assert peak - before < 150 * 1024 * 1024


def test_no_upload_is_ever_written_to_a_disk(client, studio, monkeypatch):
    """The site's usual handler would; here opening a temporary file is an error."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("a document was written to a disk in clear")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    before = set(Path(tempfile.gettempdir()).glob("*.upload*"))
    assert send(client, content=papers.pdf(extra=b"% " + b"0" * 5_000_000)).status_code == 302
    assert set(Path(tempfile.gettempdir()).glob("*.upload*")) == before
    assert stored(studio)[0] == 1


def test_the_form_is_protected_although_it_takes_files(studio):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(studio.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert send(strict, content=papers.pdf()).status_code == 403
    assert stored(studio) == (0, 0)


# Papers on their way out.


def paper_of(provider) -> Document:
    return steps.documents.store_document(
        provider_id=provider.id, kind="licence", paper=steps.paper("执照"), by=steps.owner(provider), at=steps.NOW
    )


def test_a_paper_is_only_ever_a_download_of_no_particular_type(client, studio):
    document = paper_of(studio)
    found = client.post(reverse("onboarding:document", args=[document.pk]))
    assert b"".join(found.streaming_content) == papers.pdf("执照")
    assert found["Content-Type"] == "application/octet-stream"
    assert found["Content-Disposition"].startswith("attachment;")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in found["Cache-Control"]
    assert "sandbox" in found["Content-Security-Policy"]
    with scope(studio.id):
        assert AuditEvent.objects.filter(action="providers.document.read", user_id=studio.owner.pk).count() == 1


def test_a_link_alone_opens_nothing(client, studio):
    assert client.get(reverse("onboarding:document", args=[paper_of(studio).pk])).status_code == 405


@pytest.mark.parametrize("role", ["hiring", "operator", "agent", "viewer"])
def test_other_roles_see_no_paper_and_no_account(studio, role):
    document, client = paper_of(studio), signed_in(member(studio, role))
    assert client.post(reverse("onboarding:document", args=[document.pk])).status_code == 403
    for name in ("company", "person", "bank", "categories"):
        assert client.get(reverse(f"onboarding:{name}")).status_code == 403
    assert client.get(reverse("onboarding:home")).status_code == 200


def test_a_stranger_gets_the_same_answer_as_for_none(studio, rival):
    client, document = signed_in(rival.owner), paper_of(studio)
    answers = {client.post(reverse("onboarding:document", args=[pk])).status_code for pk in (document.pk, 10**12)}
    assert answers == {404}


def test_the_account_number_is_never_shown_again(client, studio):
    steps.fill_in(studio)
    page = client.get(reverse("onboarding:bank")).content.decode()
    assert "6789" in page and "0123456789" not in page and "6225880123" not in page


# The whole way.


def test_the_overview_says_who_acts_next(client, studio):
    assert "Still missing" in client.get(reverse("onboarding:home")).content.decode()
    steps.fill_in(studio)
    steps.choose(studio, steps.leaf())
    client.post(reverse("onboarding:submit"))
    page = client.get(reverse("onboarding:home")).content.decode()
    assert "Usually within two working days" in page and "Shangban" in page
    steps.rule(studio, verdict="changes_requested", reasons=["licence_unreadable"], note="Please take another photo")
    page = client.get(reverse("onboarding:home")).content.decode()
    assert "Please take another photo" in page and "The licence cannot be read" in page


def test_a_category_is_chosen_filled_and_handed_in(client, studio):
    steps.verified(studio)
    taken = Category.objects.get(slug="branding")
    found = client.post(reverse("onboarding:choose"), {"category": taken.slug})
    page = found.url
    sent = {"portfolio-file": SimpleUploadedFile("p.pdf", papers.pdf()), "portfolio-expires_on": "2099-01-31"}
    assert client.post(page, sent).status_code == 302
    assert "valid until" in client.get(page).content.decode()
    assert client.post(page + "act/", {"act": "submit"}, follow=True).status_code == 200
    with scope(studio.id):
        assert Document.objects.get(qualification__category="branding").expires_on.year == 2099
    assert steps.review(studio, "qualification").title.endswith(taken.name)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", ["new", "submitted", "changes_requested", "rejected", "verified", "expired", "suspended"])
def test_every_state_has_its_page(studio, state, language):
    client = signed_in(studio.owner, language)
    if state != "new":
        steps.fill_in(studio)
        steps.choose(studio, steps.leaf())
        steps.submit(studio)
    if state in ("changes_requested", "rejected"):
        steps.rule(studio, verdict=state, reasons=["licence_unreadable"], note="!")
    if state in ("verified", "expired", "suspended"):
        steps.rule(studio)
        with scope(studio.id):
            steps.Application.objects.update(state=state)
    for name in ("home", "company", "person", "bank", "categories"):
        assert client.get(reverse(f"onboarding:{name}")).status_code == 200, name


def test_pages_cost_the_same_however_many_categories(client, studio):
    def cost(name):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(f"onboarding:{name}")).status_code == 200
        return len([query for query in asked.captured_queries if query["sql"].startswith("SELECT")])

    leaves = list(Category.objects.filter(children=None).order_by("id"))
    steps.choose(studio, leaves[0])
    one = {name: cost(name) for name in ("home", "categories")}
    for leaf in leaves[1:]:
        steps.choose(studio, leaf)
    assert {name: cost(name) for name in one} == one
    assert max(one.values()) <= 30
