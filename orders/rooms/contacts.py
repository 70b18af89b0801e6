"""Finding contact details in what people write before they have a contract, and the tricks by which they are passed on.

`mask(text)` is pure. Letters are compared in a folded form (full-width, circled and Chinese digits, invisible characters), with a
map back to the original, so that what is masked is exactly what was found.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings

COVER = "•••••"
CHINESE_DIGITS = {
    **{letter: str(value) for value, letter in enumerate("零一二三四五六七八九")},
    **{letter: str(value) for value, letter in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "幺": "1",
    "两": "2",
    "洞": "0",
    "拐": "7",
}
#: Shop pages people talk about all day; a link there passes nobody's address on.
SHOP_HOSTS = ("jd.com", "tmall.com", "taobao.com", "1688.com", "amazon.com", "ebay.com", "yangkeduo.com")
#: Between digits of a number people put these; not the colon of a time, not the slash of a date.
GAP = r"[\s.\-_·*~,，、|()（）+]{0,4}"
GROUP = re.compile(r"[0-9oOlI]*[0-9][0-9oOlI]*")
LOOKALIKES = str.maketrans("oOlI", "0011")
MOBILE = re.compile(r"(?:0{0,2}86)?1[3-9]\d{9}")
LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[\s\-()（）]{1,3}\d{7,8}(?!\d)|(?<!\d)400[\s\-]{0,2}\d{3}[\s\-]{0,2}\d{4}(?!\d)")
FOREIGN = re.compile(r"\+\s?\d(?:[\s\-()]{0,2}\d){7,14}(?!\d)")
AT = r"(?:@|\(at\)|\[at\]|\{at\}|【at】|（at）|\sat\s|艾特)"
DOT = r"(?:\.|。|\(dot\)|\[dot\]|（dot）|\sdot\s|点)"
MAIL = re.compile(
    rf"[a-z0-9][a-z0-9._%+\-]{{0,60}}\s{{0,2}}{AT}\s{{0,2}}[a-z0-9\-]{{1,40}}(?:\s?{DOT}\s?[a-z0-9\-]{{2,20}}){{1,3}}",
    re.IGNORECASE,
)
#: What a messenger is called, openly or not.
WECHAT = r"(?:微\s*信|薇\s*信|威\s*信|徽\s*信|微❤|卫星号|v\s*信|vx|v❤|wx|we\s?chat|wei\s?xin|绿泡泡|加\s*[vv薇微])"
QQ = r"(?:q\s*q|扣\s*扣|企鹅号?|球球|q号)"
OTHERS = r"(?:telegram|电报|whats\s?app|line\s?id|skype|钉钉|飞书|ding\s?talk|lark|signal)"
JOIN = r"(?:\s|号码?|帐号|账号|id|是|为|[:：=\-—_,，、.。()（）【】\[\]\"'“”]){0,8}"
WECHAT_ID = re.compile(rf"{WECHAT}({JOIN})([a-z0-9][a-z0-9_\-]{{4,19}})", re.IGNORECASE)
QQ_ID = re.compile(rf"(?<![a-z]){QQ}({JOIN})(\d(?:{GAP}\d){{4,11}})", re.IGNORECASE)
OTHER_ID = re.compile(rf"(?<![a-z]){OTHERS}({JOIN})(@?[a-z0-9][a-z0-9_.\-]{{2,30}}[a-z0-9_])", re.IGNORECASE)
#: What announces an account. Without it only what no word looks like is one ("WeChat content" against "WeChat lamp88").
ANNOUNCED = re.compile(r"[号帐账是为:=]|id", re.IGNORECASE)
UNLIKE_A_WORD = re.compile(r"[0-9_@]")
TLDS = "com|cn|net|org|io|me|cc|top|xyz|shop|vip|info|biz|co|club|site|online|store|link|app|dev|ltd|pro|tv|ly|im|gg"
LINK = re.compile(
    rf"(?:https?\s?[:：]\s?/\s?/\s?|www\s?[.。]\s?)[^\s<>，。；！？、（）]+"
    rf"|(?<![a-z0-9@.\-])(?:[a-z0-9][a-z0-9\-]{{0,40}}\.){{1,4}}(?:{TLDS})(?![a-z0-9\-])(?:/[^\s<>，。；！？、（）]*)?",
    re.IGNORECASE,
)
HOST = re.compile(r"^(?:https?:/{2})?(?:[^/@]*@)?([a-z0-9.\-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Masked:
    """A text as it may be read before a contract, and the kinds of what was hidden, in the order they were found."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    kind: str
    start: int
    end: int


def mask(text: str, *, before: Sequence[str] = ()) -> Masked:
    """The text with contact details covered.

    `before` are the writer's own latest messages, oldest first: a number sent in pieces is found in the piece that completes it.
    """
    hits = _merged([*_hits(text), *_continued(before, text)])
    parts, last, kinds = [], 0, []
    for hit in hits:
        parts += [text[last : hit.start], COVER]
        last = hit.end
        if hit.kind not in kinds:
            kinds.append(hit.kind)
    return Masked("".join([*parts, text[last:]]), tuple(kinds))


def _hits(text: str) -> list[Hit]:
    folded, places = _folded(text)
    found = [Hit(kind, places[start], places[end - 1] + 1) for kind, start, end in _found(folded) if end > start]
    return sorted(found, key=lambda hit: (hit.start, hit.end))


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its letters the place of the original."""
    letters, places = [], []
    for place, letter in enumerate(text):
        if unicodedata.category(letter) in ("Cf", "Mn", "Me"):
            continue  # invisible, or a mark on top of a letter
        plain = _digit(letter) or CHINESE_DIGITS.get(letter) or unicodedata.normalize("NFKC", letter)
        for part in plain:
            letters.append(part)
            places.append(place)
    return "".join(letters), places


def _digit(letter: str) -> str:
    """A digit however it is written (circled, in brackets, of another script), '' for anything else."""
    value = unicodedata.digit(letter, None)
    return str(value) if value is not None else ""


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    for found in MAIL.finditer(text):
        yield "email", *found.span()
    for kind, pattern in (("wechat", WECHAT_ID), ("qq", QQ_ID), ("account", OTHER_ID)):
        for found in pattern.finditer(text):
            if ANNOUNCED.search(found[1]) or UNLIKE_A_WORD.search(found[2]):
                yield kind, *found.span(2)
    for pattern in (LANDLINE, FOREIGN):
        for found in pattern.finditer(text):
            yield "phone", *found.span()
    for start, end in _mobiles(text):
        yield "phone", start, end
    for found in LINK.finditer(text):
        if not _is_known_place(found[0]):
            yield "link", *found.span()


def _mobiles(text: str) -> Iterator[tuple[int, int]]:
    """Runs of digit groups that spell a mobile number, whatever stands between them."""
    groups = [(found.group().translate(LOOKALIKES), *found.span()) for found in GROUP.finditer(text)]
    for first, (_digits, start, _end) in enumerate(groups):
        spelled, last = "", start
        for digits, here, end in groups[first:]:
            if spelled and not re.fullmatch(GAP, text[last:here]):
                break
            spelled, last = spelled + digits, end
            if len(spelled) > 15:
                break
            if MOBILE.fullmatch(spelled):
                yield start, end
                break


def _is_known_place(link: str) -> bool:
    found = HOST.match(re.sub(r"\s", "", link))
    host = found[1].lower().rstrip(".") if found else ""
    own = HOST.match(settings.PUBLIC_URL)
    known = (*SHOP_HOSTS, own[1].lower() if own else "")
    return any(host == place or host.endswith("." + place) for place in known if place)


def _continued(before: Sequence[str], text: str) -> list[Hit]:
    """A number whose beginning stands in the writer's latest messages: what this one adds to it."""
    head = ""
    for earlier in reversed(before):
        folded = _folded(earlier)[0]
        digits = "".join(re.findall(r"\d", folded))
        if not digits or len(folded) - len(digits) > 12:
            break
        head = digits + head
    tail, places = _folded(text)
    if not head or len(tail) > 40:
        return []
    runs = (run.span() for run in re.finditer(r"\d{1,10}", tail))
    return [Hit("phone", places[start], places[end - 1] + 1) for start, end in runs if _completes(head[-13:], tail[start:end])]


def _completes(head: str, tail: str) -> bool:
    return any(MOBILE.fullmatch(head[start:] + tail) for start in range(len(head)))


def _merged(hits: list[Hit]) -> list[Hit]:
    """Hits in order, overlapping ones made one."""
    found: list[Hit] = []
    for hit in sorted(hits, key=lambda one: (one.start, one.end)):
        if found and hit.start < found[-1].end:
            found[-1] = Hit(found[-1].kind, found[-1].start, max(found[-1].end, hit.end))
        else:
            found.append(hit)
    return found
