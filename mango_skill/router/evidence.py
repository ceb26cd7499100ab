"""What words speak for, where no rule does: each word and pair of words has a weight per action.

The weights in ``tables/evidence.json`` are those of a softmax regression over labelled messages;
``scripts/weigh_words.py`` makes the file. They never overrule a rule.
"""

from __future__ import annotations

import math
import re
from functools import cache

from mango_skill.language.quotes import FILE_FILL, LINK_FILL, QUOTE_FILL
from mango_skill.router.tables import read_json

ACTIONS = ("chat", "export", "credits", "state", "upload")
_TOKEN = re.compile("[a-z0']+|\ue001+|\ue002+|\ue003+|[\u3040-\u9fff\uac00-\ud7af]|[?]")
_DIGITS = re.compile(r"\d+")
_MARKS = {QUOTE_FILL: "QUOTE", FILE_FILL: "FILE", LINK_FILL: "LINK"}
_MOST_TOKENS = 60


def read_tokens(folded: str) -> frozenset[str]:
    """Return the words (characters, where no spaces are written) of a folded text, and their pairs and triples."""
    found = _TOKEN.findall(_DIGITS.sub("0", folded))[:_MOST_TOKENS]
    words = ["^", *(_MARKS.get(word[0], word) for word in found), "$"]
    return frozenset(
        " ".join(words[start : start + size]) for size in (1, 2, 3) for start in range(len(words) - size + 1)
    )


def weigh(folded: str) -> tuple[str, float]:
    """Return the action that the words of a folded text speak for, and how surely (0..1)."""
    weights, bias = _load_weights()
    known = [weights[token] for token in read_tokens(folded) if token in weights]
    scale = 1 / math.sqrt(max(1, len(known)))
    sums = [bias[i] + scale * math.fsum(row[i] for row in known) for i in range(len(ACTIONS))]
    shares = [math.exp(one - max(sums)) for one in sums]
    best = max(range(len(ACTIONS)), key=lambda i: shares[i])
    return ACTIONS[best], shares[best] / math.fsum(shares)


@cache
def _load_weights() -> tuple[dict[str, list[float]], list[float]]:
    data = read_json("evidence")
    return data["weights"], data["bias"]
