"""Words: variables and nothing else, versions, a second person for what is commercial."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox import kinds, operations
from marketplace.outbox.kinds import kind_named
from marketplace.outbox.models import Template
from marketplace.outbox.wording import (
    WITH_SUBJECT,
    Wording,
    WordingError,
    default_wording,
    overrides,
    render,
    samples,
    short,
    substitute,
    unknown_variables,
)
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from tests.cast import Merchant
from tests.outbox.letters import COMMERCIAL, NOW, SERVICE, of, put, send

PLACE = {"step": "", "channel": "email", "language": "en"}
OTHER = person(77)


def save(acme: Merchant, body: str, *, kind: str = SERVICE, subject: str = "Hi {name}", by: object = CLI) -> Template:
    return operations.save_wording(merchant_id=acme.id, kind=kind, **PLACE, subject=subject, body=body, by=by, at=NOW)  # type: ignore[arg-type]


def test_a_merchants_text_is_used_at_once_and_can_be_reset(acme: Merchant, lin: int) -> None:
    save(acme, "Mine: {link}")
    first = put(acme, key="a", recipient_id=lin, language="en")
    send(acme)
    operations.reset_wording(merchant_id=acme.id, kind=SERVICE, **PLACE, by=CLI, at=NOW)
    second = put(acme, key="b", recipient_id=lin, language="en")
    send(acme)
    assert of(acme, first, "rendered ->> 'template'", "rendered ->> 'subject'") == ("v1", "Hi Lin")
    assert of(acme, second, "rendered ->> 'template'", "rendered ->> 'subject'") == ("default", "Hello Lin")


def test_a_commercial_text_waits_for_a_second_person(acme: Merchant, lin: int) -> None:
    waiting = save(acme, "Buy: {link}", kind=COMMERCIAL)
    before = put(acme, key="a", kind=COMMERCIAL, recipient_id=lin, language="en")
    send(acme)
    assert of(acme, before, "rendered ->> 'template'") == "default"
    decide = {"merchant_id": acme.id, "template_id": waiting.pk, "at": NOW}
    with pytest.raises(operations.wordings.SamePerson):
        operations.decide_wording(**decide, approve=True, by=CLI)
    assert operations.decide_wording(**decide, approve=True, by=OTHER).state == "active"
    with pytest.raises(operations.wordings.WordingDecided):
        operations.decide_wording(**decide, approve=False, by=OTHER)


def test_a_rejected_text_is_never_used(acme: Merchant) -> None:
    waiting = save(acme, "Buy", kind=COMMERCIAL)
    operations.decide_wording(merchant_id=acme.id, template_id=waiting.pk, approve=False, by=OTHER, at=NOW)
    with scope(acme.id):
        assert overrides(acme.id, [COMMERCIAL]) == {}


@pytest.mark.parametrize(
    ("subject", "body", "said"),
    [
        ("Hi", "Dear {nobody}", "{nobody}"),
        ("{nobody}", "Dear", "{nobody}"),
        ("Hi", "  ", "empty"),
        ("", "Dear", "empty"),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_and_says_why(acme: Merchant, subject: str, body: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        save(acme, body, subject=subject)
    assert said in str(refused.value) or "空" in str(refused.value)


def test_a_wording_nobody_has_is_missing(acme: Merchant) -> None:
    for change in ({"kind": "no.such"}, {"step": "t9"}, {"channel": "webhook"}, {"language": "fr"}):
        with pytest.raises(NotFound):
            values = {"kind": SERVICE, **PLACE, **change}
            operations.save_wording(merchant_id=acme.id, **values, subject="x", body="y", by=CLI, at=NOW)


TEMPLATES = [
    "{{ 7 }}",
    "{% load x %}",
    "{{name.__class__}}",
    "${name}",
    "%(name)s",
    "{name!r}",
    "{name.upper}",
    "{0}",
    "{}",
    "{name[0]}",
]


@pytest.mark.parametrize("text", TEMPLATES)
def test_there_is_no_template_language(text: str) -> None:
    assert substitute(text, {"name": "Lin"}) in {text, text.replace("{name}", "Lin")}


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_value_is_never_read_as_a_variable(name: str, link: str) -> None:
    found = substitute("{name}|{link}", {"name": name, "link": link})
    clean = ["".join(ch for ch in value if ch.isprintable() or ch == "\n") for value in (name, link)]
    assert found == "|".join(clean)


def test_an_unknown_variable_is_an_error_not_a_gap() -> None:
    with pytest.raises(WordingError, match="nobody"):
        substitute("Dear {nobody}", {"name": "Lin"})
    assert unknown_variables("{name} {nobody} {unsubscribe}", kind_named(SERVICE)) == ["nobody"]


def test_a_commercial_sms_says_how_to_opt_out_unless_it_does_already() -> None:
    def body(text: str) -> str:
        return render(Wording("", text, "v1", "zh"), {"unsubscribe": "u"}, channel="sms", commercial=True)[1]

    assert body("大促开始") == "大促开始 回复TD退订"
    assert body("大促开始，退订回T") == "大促开始，退订回T"


def test_a_step_without_its_own_text_has_the_defaults() -> None:
    kind = kind_named(SERVICE)
    own, fallback = default_wording(kind, "t1", "email", "en"), default_wording(kind, "t1", "email", "zh")
    assert own is not None and own.subject == "First step, {name}"
    assert fallback is not None and fallback.subject == "您好，{name}"
    assert default_wording(kind, "", "fax", "en") is None
    assert [short(language) for language in ("zh-hans", "en-GB", "fr", "")] == ["zh", "en", "", ""]


SHIPPED = [kind for kind in kinds.all_kinds() if not kind.name.startswith("tests.")]


@pytest.mark.parametrize("kind", SHIPPED, ids=lambda kind: kind.name)
def test_every_text_that_ships_can_be_used(kind: kinds.Kind) -> None:
    """Both languages, every step and channel a kind names: its variables only, a subject where there must be one."""
    for step in kind.steps:
        for channel in kind.channels:
            for language in ("zh", "en") if channel != "webhook" else ():
                wording = default_wording(kind, step, channel, language)
                assert wording is not None, f"{kind.name}: {step}.{channel}.{language}.txt is missing"
                assert unknown_variables(wording.subject + wording.body, kind) == []
                assert bool(wording.subject) == (channel in WITH_SUBJECT)
                subject, body = render(
                    wording, samples(kind, language), channel=channel, commercial=kind.consent_class == "commercial"
                )
                assert body and "{" not in subject + body


def test_a_name_belongs_to_one_program() -> None:
    kind = kind_named(SERVICE)
    kinds.register(kind)
    with pytest.raises(kinds.KindRegistered):
        kinds.register(kinds.Kind(SERVICE, "other", "service", (), lambda _merchant, _asked: {}, messages=Path("/")))
    with pytest.raises(kinds.UnknownKind):
        kind_named("no.such")
