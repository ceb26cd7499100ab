"""What declarations are made of: parameters that many operations share, and the two makers."""

from __future__ import annotations

from types import MappingProxyType

from mango_skill.operations.kinds import Choice, Flag, JsonValue, Kind, ListOf, Number, OneOf, Text
from mango_skill.operations.model import OperationSpec, Parameter, Tier

LONGEST_SECONDS = 86_400
MOST_CLIPS = 10_000

SECONDS = Number(0, LONGEST_SECONDS)
SIGNED_SECONDS = Number(-LONGEST_SECONDS, LONGEST_SECONDS)
PERCENT = Number(0, 100)
CHANGE = Number(-100, 1_000)
FACTOR = Number(0.01, 100)
COUNT = Number(1, 1_000, whole=True)
PIXELS = Number(1, 16_384, whole=True)
DECIBELS = Number(-120, 60)
WORD = Text(200)
CONTENT = Text()
CLIP = OneOf((Number(1, MOST_CLIPS, whole=True), Choice(("last",))))
CLIPS = OneOf((ListOf(CLIP), Choice(("all",))))
INSTANT = OneOf((SECONDS, Choice(("end",))))
PLACE = OneOf((SECONDS, Choice(("end", "transitions"))))
UP_DOWN = Choice(("up", "down"))
POSITION = WORD
FLAG = Flag()


def par(name: str, kind: Kind, phrase: str, doc: str, default: JsonValue = None) -> Parameter:
    """Make a parameter."""
    return Parameter(name, kind, phrase, doc, default)


def op(name: str, tiers: str, lead: str, doc: str, *parameters: Parameter) -> OperationSpec:
    """Make a declaration; ``tiers`` has one letter for each tier that may be needed."""
    return OperationSpec(
        name,
        tuple(Tier(letter) for letter in tiers),
        lead,
        doc,
        MappingProxyType({parameter.name: parameter for parameter in parameters}),
    )


seconds = par("seconds", SECONDS, "by {} seconds", "How long, in seconds.")
length = par("seconds", SECONDS, "lasting {} seconds", "How long it lasts, in seconds.")
clip = par("clip", CLIP, "in clip {}", "The clip, counted from 1, or last.")
clips = par("clips", CLIPS, "with clips {}", "Clip numbers, or all.")
clips_except = par("clips_except", ListOf(CLIP), "in all clips but {}", "Clips that are left alone.")
start = par("start", SECONDS, "from {} s", "Where it begins on the timeline, in seconds.")
end = par("end", SECONDS, "to {} s", "Where it ends on the timeline, in seconds.")
source = par("source", CONTENT, "from the file {}", "The name of a file or link of the project.")
percent = par("percent", CHANGE, "by {} percent", "How much more (above 0) or less (below 0).")
direction = par("direction", UP_DOWN, "in direction {}", "Up or down by the default amount.")
position = par("position", POSITION, "at position {}", "Where in the picture, such as top_left.")
color = par("color", WORD, "in color {}", "A color name or #RRGGBB.")
size = par("size", OneOf((Number(1, 2_000), WORD)), "in size {}", "Pixels or a word such as larger.")
text = par("text", CONTENT, "with the text {}", "What it says, word for word.")
target = par("target", WORD, "for target {}", "What it applies to.")
factor = par("factor", FACTOR, "by the factor {}", "Above 1 is faster or larger.")
ratio = par("ratio", WORD, "to the ratio {}", "Width to height, such as 9:16.")
language = par("language", WORD, "in the language {}", "ISO 639 code.")
name = par("name", CONTENT, "named {}", "Its name.")
from_end = par("start_from_end", SECONDS, "over the last {} seconds", "Only the last seconds.")
span = (start, end, from_end)
part = (clip, clips_except, *span)
