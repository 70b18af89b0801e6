"""The words of a message: a merchant's own version where one is in use, else the file that comes with the program.

A text is plain, with `{name}` for the kind's variables and nothing else: no template language, so nothing to inject. A name that
is not one of the kind's is an error when the text is saved, and when it is sent.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext, gettext_noop, override

from marketplace.outbox.kinds import Kind, kind_named
from marketplace.outbox.models import Template

LANGUAGES = ("zh", "en")
UNKNOWN = gettext_noop("unknown variable %(names)s")
#: Channels whose files begin with a subject line.
WITH_SUBJECT = frozenset({"email", "in_app"})
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
SAMPLE_LINK = "/b/AQECAwSB0fTGBp8mV3Qk1yZ5Xw7Jr2Nt4Pc6/"
#: Every kind may use it; filled in by the outbox.
UNSUBSCRIBE = "unsubscribe"
FOOTER = {"zh": "不想再收到此类消息？退订：{unsubscribe}", "en": "No more messages like this? Unsubscribe: {unsubscribe}"}
SMS_FOOTER = {"zh": "回复TD退订", "en": "Reply STOP to opt out"}


class WordingError(ValueError):
    """A text cannot be used; the message names the variable or what is missing. `translated` says it in the reader's language."""

    def __init__(self, text: str, **values: str) -> None:
        super().__init__(text % values if values else text)
        self.text, self.values = text, values

    @property
    def translated(self) -> str:
        return gettext(self.text) % self.values if self.values else gettext(self.text)


@dataclass(frozen=True)
class Wording:
    """A subject (where the channel has one) and a body, both with `{variables}`; `source` is `default` or `v3`."""

    subject: str
    body: str
    source: str
    language: str


Key = tuple[str, str, str, str]


def short(language: str) -> str:
    """`zh-hans` → `zh`; what is neither Chinese nor English reads as ''."""
    start = language.lower()[:2]
    return start if start in LANGUAGES else ""


def used_variables(text: str) -> list[str]:
    """Names between braces, in order, each once."""
    return list(dict.fromkeys(PLACE.findall(text)))


def unknown_variables(text: str, kind: Kind) -> list[str]:
    """Names a text uses and the kind does not have."""
    known = {variable.name for variable in kind.variables} | {UNSUBSCRIBE}
    return [name for name in used_variables(text) if name not in known]


def substitute(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in, once: what a value contains is never read as a variable. Raises WordingError."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise WordingError(UNKNOWN, names=f"{{{found[1]}}}")
        return _clean(str(values[found[1]]))

    return PLACE.sub(value, text)


def one_line(text: str) -> str:
    """A subject: a line break in it would be a header of its own."""
    return " ".join(text.split())


def _clean(value: str) -> str:
    return "".join(ch for ch in value if ch.isprintable() or ch == "\n")


@lru_cache(maxsize=1_000)
def _file(path: Path, with_subject: bool) -> tuple[str, str] | None:
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8").strip("\ufeff\n")
    if not with_subject:
        return "", text
    subject, _newline, body = text.partition("\n")
    return subject.removeprefix("Subject:").strip(), body.strip("\n")


def default_wording(kind: Kind, step: str, channel: str, language: str) -> Wording | None:
    """The wording that comes with the program; a step without its own has the default's."""
    own = kind.folder / kind.name.rpartition(".")[2]
    for folder in (own, kind.folder):
        for name in dict.fromkeys((step or "default", "default")):
            found = _file(folder / f"{name}.{channel}.{language}.txt", channel in WITH_SUBJECT)
            if found:
                return Wording(*found, source="default", language=language)
    return None


def overrides(merchant_id: int, kinds: Iterable[str]) -> dict[Key, Wording]:
    """The merchant's own wordings in use, by (kind, step, channel, language). One query; needs the merchant's scope."""
    newest = (
        Template.objects.filter(merchant_id=merchant_id, kind__in=list(kinds), state__in=["active", "reset"])
        .order_by("kind", "step", "channel", "language", "-version")
        .distinct("kind", "step", "channel", "language")
    )
    return {
        (row.kind, row.step, row.channel, row.language): Wording(row.subject, row.body, f"v{row.version}", row.language)
        for row in newest
        if row.state == Template.State.ACTIVE
    }


def choose(kind: Kind, step: str, channel: str, languages: Sequence[str], own: Mapping[Key, Wording]) -> Wording | None:
    """The first wording there is: the recipient's language before others, the merchant's text before the program's."""
    for language in languages:
        found = own.get((kind.name, step, channel, language)) or default_wording(kind, step, channel, language)
        if found:
            return found
    return None


def languages_for(*wishes: str) -> list[str]:
    """The wishes in order, then every other language: a message in the wrong one beats none."""
    return list(dict.fromkeys([*(short(wish) for wish in wishes if short(wish)), *LANGUAGES]))


def render(wording: Wording, values: Mapping[str, str], *, channel: str, commercial: bool) -> tuple[str, str]:
    """Subject and body as they are sent. A commercial text always says how to opt out. Raises WordingError."""
    body = wording.body
    if commercial and channel == "email" and UNSUBSCRIBE not in used_variables(body) and values.get(UNSUBSCRIBE):
        body = f"{body}\n\n{FOOTER[wording.language]}"
    if commercial and channel == "sms" and not _says_how(body):
        body = f"{body} {SMS_FOOTER[wording.language]}"
    return one_line(substitute(wording.subject, values)), substitute(body, values)


def _says_how(body: str) -> bool:
    return UNSUBSCRIBE in used_variables(body) or any(word in body.upper() for word in ("STOP", "TD", "退订"))


def samples(kind: Kind, language: str) -> dict[str, str]:
    """What previews show, in the language of the text; links as long as real ones, because an SMS is counted by them."""
    with override("en" if language == "en" else "zh-hans"):
        shown = {variable.name: str(variable.sample or variable.name) for variable in kind.variables}
    return {name: text.replace("/b/…", SAMPLE_LINK) for name, text in {UNSUBSCRIBE: "https://shop.example/b/…", **shown}.items()}


def check(kind_name: str, channel: str, subject: str, body: str) -> None:
    """Whether a merchant's text can be used. Raises WordingError."""
    kind = kind_named(kind_name)
    if not body.strip():
        raise WordingError(gettext_noop("the text is empty"))
    if channel in WITH_SUBJECT and not subject.strip():
        raise WordingError(gettext_noop("the subject is empty"))
    if channel not in WITH_SUBJECT and subject:
        raise WordingError(gettext_noop("this channel has no subject"))
    unknown = unknown_variables(f"{subject}\n{body}", kind)
    if unknown:
        raise WordingError(UNKNOWN, names=", ".join(f"{{{name}}}" for name in unknown))
