"""Make mango_skill/router/tables/evidence.json from labelled messages.

python scripts/weigh_words.py tests/unit/router/phrases.jsonl [MORE.jsonl ...]
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from mango_skill.router.evidence import ACTIONS, read_tokens
from mango_skill.router.reading import read_message

TARGET = Path(__file__).parents[1] / "mango_skill" / "router" / "tables" / "evidence.json"
PENALTY = 1e-4
STEPS = 500
LEAST_WEIGHT = 0.5


def main(paths: list[str]) -> None:
    """Fit a softmax regression by gradient descent and write its larger weights, rounded."""
    rows = [
        json.loads(line) for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines()
    ]
    texts = [read_tokens(read_message(row["text"]).folded) for row in rows]
    counts = Counter(token for text in texts for token in text)
    index = {token: at for at, token in enumerate(sorted(t for t, count in counts.items() if count > 1))}
    inputs = np.zeros((len(rows), len(index) + 1), dtype=np.float32)
    for at, text in enumerate(texts):
        known = [index[token] for token in text if token in index]
        inputs[at, known] = 1 / np.sqrt(max(1, len(known)))
        inputs[at, -1] = 1
    wanted = np.eye(len(ACTIONS), dtype=np.float32)[[ACTIONS.index(row["action"]) for row in rows]]
    weights = np.zeros((inputs.shape[1], len(ACTIONS)), dtype=np.float32)
    speed = np.zeros_like(weights)
    for _ in range(STEPS):
        sums = inputs @ weights
        shares = np.exp(sums - sums.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        speed = 0.9 * speed - 5 * (inputs.T @ (shares - wanted) / len(rows) + PENALTY * weights)
        weights += speed
    kept = {
        token: [round(float(one), 1) for one in weights[at]]
        for token, at in index.items()
        if np.abs(weights[at]).max() >= LEAST_WEIGHT
    }
    bias = [round(float(one), 2) for one in weights[-1]]
    lines = ",\n".join(f"    {json.dumps(token, ensure_ascii=False)}: {row}" for token, row in kept.items())
    TARGET.write_text(f'{{\n  "bias": {bias},\n  "weights": {{\n{lines}\n  }}\n}}\n', encoding="utf-8")
    print(f"{len(rows)} messages, {len(kept)} weights")


if __name__ == "__main__":
    main(sys.argv[1:])
