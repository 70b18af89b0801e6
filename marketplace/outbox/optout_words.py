"""Whether a reply asks to be left alone: a word on its own, or a sentence that says so.

Words count only when the reply is nothing else (`T` alone is an opt-out, `T恤` is not); sentences count wherever they stand,
unless negated. In doubt nothing happens: the reply is kept and shown.
"""

import re
import unicodedata

#: The reply, and nothing else: the international words, and those of Chinese providers.
WORDS = frozenset(
    "stop stopall unsubscribe cancel end quit optout revoke td t n tt tdtd qx 退订 退 退定 退顶 拒收 取消订阅 停止 停".split()
)
#: What 别发 says about a parcel, not about messages: do not send the wrong colour, by that carrier, the old one.
NOT_PARCELS = r"(?!错|漏|成|货|票|快|顺丰|中通|圆通|申通|韵达|极兔|邮政|京东|别的|其他|这|那|[红黑白蓝绿黄粉灰紫大小旧坏])"
#: Somewhere in the reply. Each says "no more messages", not "no".
SENTENCES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(别|不要|不用|勿|莫|请勿|甭|停止|不准|不许|禁止)(再|给我|继续|总|老|一直|乱)*(发{NOT_PARCELS}|推送|打扰|骚扰|烦|联系|来信|群发)",
        r"(不想|不愿|不愿意|拒绝|不希望)(再|要|想)*(收到|接收|接到|看到|看见|被打扰|被骚扰)",
        r"(取消|退掉|关闭|停掉|停止)(短信|订阅|推送|提醒|通知|消息|邮件)",
        r"退订",
        r"(拉黑|屏蔽)你",
        r"(再发|还发|继续发).{0,8}(投诉|举报|拉黑)",
        r"\b(?:stop|quit|cease)\s+(?:sending|texting|messaging|emailing|contacting|spamming|bothering)\b",
        r"\b(?:do\s*n[o']?t|dont|never)\s+(?:ever\s+)?(?:send|text|message|email|contact|spam|write|bother|disturb)\b",
        r"\b(?:unsubscribe|opt\s*-?\s*out)\b",
        r"\b(?:remove|delete|take)\s+(?:me|my\s+(?:number|e-?mail|address))\b",
        r"\bno\s+more\s+(?:of\s+(?:these|your)\s+)?(?:messages?|texts?|e-?mails?|sms|spam)\b",
        r"\bleave\s+me\s+alone\b",
    )
)
#: "Don't stop", 没有退订, 不要退订: the opposite of what the sentence patterns see.
NEGATED = re.compile(
    r"(?:不要|别|不想|没有|没|未|不是要|不是想|不用|无需)(?:给我|帮我|再)?(?:退订|取消|停)|误(?:点|按)?了?退订|为什么.{0,6}退订"
    r"|\b(?:do\s*n[o']?t|dont|never|did\s*n[o']?t)\s+(?:want\s+to\s+|mean\s+to\s+)?"
    r"(?:stop|unsubscribe|opt\s*-?\s*out|remove|cancel)\b"
)
EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def asks_to_stop(text: str) -> str:
    """`word`, `text`, or '' where the reply does not ask to be left alone."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").strip()
    if not plain:
        return ""
    if "".join(EDGE.sub("", plain).split()).replace("-", "") in WORDS:
        return "word"
    if NEGATED.search(plain):
        return ""
    joined = re.sub(r"(?<=[\u4e00-\u9fff])[\s,，。.!！~]+(?=[\u4e00-\u9fff])", "", plain)
    return "text" if any(pattern.search(joined) for pattern in SENTENCES) else ""
