"""Marks what a message names: times, ranges, clips, amounts, quotations and files become tokens.

``cut 0:05-0:07 from clip 2`` is read as ``cut <r0> from <c0>``; rules look at the tokens and the few words
around them. One letter says what kind a token is:

q quotation, f file or link, n number, t instant, d length, r range, h the first seconds, e the last
seconds, g range in percent, c clips, p percent, b dB, u LUFS, x factor, a aspect ratio, s size,
y frames per second, w degrees, m range of frames, z pixels.
"""

from __future__ import annotations

import re

from mango_skill.operations.amounts import (
    mark_amounts,
    mark_frames,
    mark_lengths,
    mark_numbers,
    mark_ratios,
    mark_sizes,
    mark_times,
)
from mango_skill.operations.marks import Annotated
from mango_skill.operations.places import mark_clips, mark_ends, mark_ranges, mark_shares


def annotate(message: Annotated) -> None:
    """Mark everything that a lower-case message names besides quotations and files."""
    for step in (
        mark_sizes,
        mark_ratios,
        mark_times,
        mark_numbers,
        mark_amounts,
        mark_frames,
        mark_lengths,
        mark_clips,
        mark_ranges,
        mark_ends,
        mark_shares,
    ):
        step(message)
    message.text = re.sub(r"[ \t\r\f\v]+", " ", message.text).strip()
