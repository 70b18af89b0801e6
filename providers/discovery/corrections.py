"""What somebody may have meant who mistyped: words that sound alike, and words one keystroke away."""

from providers.discovery.knowledge import Knowledge, without_one
from providers.discovery.sound import alike
from providers.discovery.synonyms import ignored
from providers.discovery.text import is_cjk, runs

#: What a piece of a run costs: as typed, sounding alike, one character off, not understood (per character).
KNOWN, ALIKE, ONE_OFF, UNKNOWN = 0.0, 1.0, 1.6, 3.0
LONGEST_PIECE = 8


def correction(typed: str, known: Knowledge) -> str:
    """Better words for what was typed, or nothing where there are none."""
    found = [_run(run, known) for run in runs(typed)]
    before, after = " ".join(runs(typed)), " ".join(found)
    return after if after != before else ""


def _run(run: str, known: Knowledge) -> str:
    if run in known.words or (run.isascii() and (run in known.sounds or not run.isalpha())):
        return run
    return _chinese(run, known) if is_cjk(run) else _one_off(run, known) or run


def _chinese(run: str, known: Knowledge) -> str:
    """The cheapest way to read the run as known words; as it is where half of it would not be understood."""
    best: list[tuple[float, int, list[str]]] = [(0.0, 0, [])]
    for end in range(1, len(run) + 1):
        options = []
        for start in range(max(0, end - LONGEST_PIECE), end):
            cost, count, before = best[start]
            for piece, price in _readings(run[start:end], known):
                options.append((cost + price, count + 1, [*before, piece]))
        best.append(min(options, key=lambda option: option[:2]))
    cost, _count, pieces = best[-1]
    return "".join(pieces) if cost < UNKNOWN * len(run) / 2 else run


def _readings(piece: str, known: Knowledge) -> list[tuple[str, float]]:
    if piece in known.words:
        return [(piece, KNOWN)]
    if len(piece) == 1:
        return [(piece, UNKNOWN)]
    found = []
    same_length = [word for word in known.alike.get(alike(piece), ()) if len(word) == len(piece)]
    if same_length:
        found.append((same_length[0], ALIKE))
    if len(piece) > 2 and (word := _one_off(piece, known)):
        found.append((word, ONE_OFF))
    return found


def _one_off(typed: str, known: Knowledge) -> str:
    """The most frequent known word one insertion, deletion, replacement or swap of neighbours away."""
    if len(typed) < (3 if is_cjk(typed) else 4):
        return ""
    near = {word for variant in {typed, *without_one(typed)} for word in known.shortened.get(variant, ())}
    close = [word for word in near if word not in ignored() and is_one_off(typed, word)]
    if not close:
        return ""
    best = min(close, key=lambda word: (-known.words.get(word, 0), abs(len(word) - len(typed)), word))
    return known.sounds[best][0] if best not in known.words else best


def is_one_off(first: str, second: str) -> bool:
    """Whether one edit, or the swap of two neighbours, makes one of the other."""
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
    one, other = first[start:], second[start:]
    if len(one) == len(other):
        return one[1:] == other[1:] or (len(one) > 1 and one[:2] == other[1::-1] and one[2:] == other[2:])
    return one[1:] == other or one == other[1:]
