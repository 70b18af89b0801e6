"""Conversations in the browser's eyes: both consoles, forms that keep what was typed, files, evidence and lists."""

import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import User
from marketplace.tenancy.scope import scope
from orders.rooms.attachments import BadFile, attachment
from orders.rooms.models import SharedFile
from orders.rooms.registry import Evidence, _evidence, register_evidence
from tests import cast
from tests.orders.rooms.stories import NOW, Story, begun
from tests.tenancy.fills import listings as published

pytestmark = pytest.mark.django_db(transaction=True)
PREFIX = {"merchant": "/talks/", "provider": "/desk/talks/"}


@pytest.fixture
def story() -> Story:
    return begun()


def client_of(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(story: Story, side: str) -> tuple[Client, str]:
    owner = (story.merchant if side == "merchant" else story.provider).owner
    return client_of(owner), f"{PREFIX[side]}{story.talk.pk}/"


@pytest.mark.parametrize("side", ["merchant", "provider"])
def test_both_consoles_show_what_was_said_and_who_answers(story: Story, side: str) -> None:
    other = "provider" if side == "merchant" else "merchant"
    story.say(other, "How about Friday?")
    client, url = at(story, side)
    page = client.get(url).content.decode()
    assert "How about Friday?" in page
    assert "Waits for your answer" in page
    assert "Waits for us" in client.get(PREFIX[side]).content.decode()
    client, url = at(story, other)
    assert f"Waits for {story.merchant.slug if other == 'provider' else story.provider.slug}" in client.get(url).content.decode()


def test_contact_details_are_not_in_the_page_before_a_contract(story: Story) -> None:
    story.say("provider", "Call 13800138000 or https://lamp.shop/x")
    for side in ("merchant", "provider"):
        client, url = at(story, side)
        for address in (url, f"{url}log/", f"{url}?q=Call", PREFIX[side], f"{PREFIX[side]}?q=Call", f"{PREFIX[side]}export/"):
            found = client.get(address)
            body = b"".join(found.streaming_content) if found.streaming else found.content
            assert b"13800138000" not in body, address
            assert b"lamp.shop" not in body, address
        assert "No conversation matches" in client.get(f"{PREFIX[side]}?q=13800138000").content.decode(), "search is no way round"
        assert "Nobody wrote that here" in client.get(f"{url}?q=13800138000").content.decode()


def test_posting_leads_back_and_shows_it(story: Story) -> None:
    client, url = at(story, "merchant")
    found = client.post(f"{url}post/", {"text": "Hello there", "key": "a"})
    assert (found.status_code, found["Location"]) == (302, f"{url}#newest")
    assert "Hello there" in client.get(url).content.decode()
    elsewhere = client.post(f"{url}post/", {"text": "Again", "key": "b", "next": "//evil.example/"})
    assert elsewhere["Location"] == f"{url}#newest"
    assert client.post(f"{url}post/", {"text": "Third", "key": "c", "next": "/dashboard/"})["Location"] == "/dashboard/"


def test_a_part_of_the_page_comes_back_to_a_page_that_asks_for_no_more(story: Story) -> None:
    client, url = at(story, "merchant")
    found = client.post(f"{url}post/", {"text": "Hello", "key": "a", "next": "/dashboard/"}, headers={"HX-Request": "true"})
    body = found.content.decode()
    assert (found.status_code, "<html" in body, "Hello" in body, 'name="next" value="/dashboard/"' in body) == (
        200,
        False,
        True,
        True,
    )


@pytest.mark.parametrize("part", [True, False])
def test_what_was_typed_is_kept_when_something_is_wrong(story: Story, part: bool) -> None:
    client, url = at(story, "merchant")
    bad = SimpleUploadedFile("virus.exe", b"MZ" * 50)
    headers = {"HX-Request": "true"} if part else {}
    found = client.post(f"{url}post/", {"text": "Look at this", "key": "a", "files": bad}, headers=headers)
    body = found.content.decode()
    assert found.status_code == 422
    assert "Only pictures, PDF" in body
    assert ">Look at this</textarea>" in body
    assert story.fresh().message_count == 0


def test_the_log_says_nothing_until_something_changed(story: Story) -> None:
    story.say("merchant", "one")
    client, url = at(story, "provider")
    seen = story.fresh().revision
    assert client.get(f"{url}log/?seen={seen}").status_code == 204
    story.say("merchant", "two")
    found = client.get(f"{url}log/?seen={seen}")
    assert (found.status_code, b"two" in found.content) == (200, True)


def test_reading_takes_the_badge_away(story: Story) -> None:
    story.say("provider", "one")
    client, url = at(story, "merchant")
    assert 'class="nav__count">1<' in client.get("/dashboard/").content.decode()
    assert client.post(f"{url}read/", {"up_to": "1"}, headers={"HX-Request": "true"}).status_code == 204
    assert "nav__count" not in client.get("/dashboard/").content.decode()


def test_a_file_is_downloaded_by_both_and_nothing_opens_it(story: Story) -> None:
    client, url = at(story, "merchant")
    client.post(f"{url}post/", {"text": "", "key": "a", "files": SimpleUploadedFile("plan.csv", b"<script>,1\n")})
    pk = file_of(story)
    for side in ("merchant", "provider"):
        client, _url = at(story, side)
        found = client.get(f"{PREFIX[side]}files/{pk}/?inline=1")
        assert b"".join(found.streaming_content) == b"<script>,1\n"
        assert found["Content-Type"] == "application/octet-stream"
        assert found["Content-Disposition"].startswith("attachment")
        assert "sandbox" in found["Content-Security-Policy"]


def file_of(story: Story) -> int:
    with scope(story.merchant.id):
        return SharedFile.objects.get(merchant_id=story.merchant.id).pk


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


WORD = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}


def test_office_documents_are_taken_without_macros_and_archives_are_not() -> None:
    assert attachment(packed(WORD), name="plan.zip").name == "plan.docx"
    for parts in ({**WORD, "word/vbaProject.bin": b"x"}, {"a.txt": b"x"}, {**WORD, "word/embeddings/a.bin": b"x"}):
        with pytest.raises(BadFile):
            attachment(packed(parts), name="plan.docx")
    for content in (b"", b"MZ\x90", b"<svg/>", b"PK\x03\x04broken", b"GIF8broken", b"RIFF0000WEBPbroken"):
        with pytest.raises(BadFile):
            attachment(content, name="x.png")


def test_the_evidence_names_the_hash_of_every_part(story: Story) -> None:
    story.say("merchant", "We agreed on Friday", files=[attachment(b"a,b\n", name="plan.csv")], is_decision=True)

    def deliverables(_merchant: int, _provider: int, subject_id: int) -> list[Evidence]:
        return [Evidence(f"../deliverables/{subject_id}.txt", b"made", {"version": 2}, NOW)]

    register_evidence("listing", deliverables)
    try:
        client, url = at(story, "provider")
        found = client.post(f"{url}evidence/")
    finally:
        _evidence["listing"].remove(deliverables)
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    assert {entry["path"]: entry["sha256"] for entry in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in parts.items() if name != "manifest.json"
    }
    assert found["X-Manifest-SHA256"] == hashlib.sha256(parts["manifest.json"]).hexdigest()
    assert parts["deliverables/1.txt"] == b"made"
    said = json.loads(parts["conversation.json"])
    assert (said["seals_fit"], said["messages"][0]["decision"]["state"]) == (True, "proposed")
    assert "We agreed on Friday" in parts["conversation.html"].decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize("side", ["merchant", "provider"])
def test_lists_and_threads_cost_the_same_with_one_row_and_thirty(story: Story, side: str) -> None:
    def say(talk: Story, count: int) -> None:
        for number in range(count):
            talk.say("merchant", f"m{number}", is_decision=True, minutes=number * 2)
            talk.say("provider", f"p{number}", files=[attachment(b"x", name="x.txt")], minutes=number * 2)

    say(story, 1)
    client, url = at(story, side)
    before = queries(client, url), queries(client, PREFIX[side])
    say(story, 15)
    for number in range(2, 31):
        begun(story.merchant, story.provider, number=number).say("merchant", "hello")
    assert (queries(client, url), queries(client, PREFIX[side])) == before
    assert before[0] <= 24


def test_earlier_messages_are_a_click_away(story: Story) -> None:
    for number in range(1, 61):
        story.say("merchant", f"line {number}.", minutes=number * 2)
    client, url = at(story, "merchant")
    page = client.get(url).content.decode()
    assert ("line 60." in page, "line 11." in page, "line 10." in page, "?before=11" in page) == (True, True, False, True)
    earlier = client.get(f"{url}?before=11").content.decode()
    assert ("line 10." in earlier, "line 11." in earlier) == (True, False)
    around = client.get(f"{url}?around=20").content.decode()
    assert ("line 20." in around, "line 60." in around) == (True, False)


def test_a_question_about_a_listing_opens_the_conversation_once(story: Story) -> None:
    published.fill(cast.provider("shelf"))
    client = client_of(story.merchant.owner)
    assert client.get("/talks/new/?listing=shelf-shops").status_code == 200
    assert client.get("/talks/new/?listing=no-such").status_code == 404
    first = client.post("/talks/new/?listing=shelf-shops", {"text": "How much?", "key": "1"})
    second = client.post("/talks/new/?listing=shelf-shops", {"text": "And when?", "key": "2"})
    assert first["Location"] == second["Location"]
    page = client.get(first["Location"]).content.decode()
    assert "How much?" in page
    assert "And when?" in page
