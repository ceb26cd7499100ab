"""Where one wish ends and the next begins."""

from __future__ import annotations

import re

# Commas, stops, lines, and the words that chain wishes. Numbers and quotations are marks by now.
_BREAK = re.compile(
    r"\s*(?:[+＋](?![\d<])|[,，;；。！!？?\n]+|\.(?=\s|$)|\s[-–—]\s|(?<=\S)\s+(?:and then|then|after that|afterwards|and also|and finally|also|plus|as well as|and lastly|followed by|along with|together with|before (?:exporting|you export))\s+"
    r"|(?<=\S)\s+(?:&|and|but|n(?= [a-z]{3})|while(?= (?:keep|leav|also)))\s+(?!a half|white(?! |$)|out(?:,|\s|$))"
    r"|(?<=[^\s,，])(?:然后|接着|之后再|随后|另外|还有|顺便|最后再|并且|同时|再(?![放来播](?:<n|一))(?=[加把改剪调放配做切删去给换导上来生打用添插裁放变转将])|并(?=[加把改剪调放配做切删去给换导输用添插将])|最后(?=[加导把再配输改])|以及|，|而且|但是?(?=[保别不])|但(?=[只第]))(?![段])"
    r")+\s*"
)
_LEAD = re.compile(
    r"^(?:(?:and|then|also|but|so|ok|okay|first|firstly|second|secondly|third|finally|lastly|next|now|please|hey|hi|hello|well|um|plus|after that|afterwards|alright|thanks|just(?! (?:the|my|a|an|clips?|from|keep)(?![a-z])| <)|maybe|actually|oh)(?![a-z])[\s,:]*|(?:请|先|再|然后|最后(?=[把加导用将])|接着|另外|还有|麻烦你?|帮我|帮忙|给我|你|能不能|可以|可不可以|能|就|那|嗯|好的?|ok|同时|并|也|顺便|还要|还(?!原)|我想要?|我要|想要|希望|需要)(?![<段个])(?![a-z]))+"
)
_LATIN_LEAD = re.compile(
    r"^(?:(?:can|could|would|will) (?:you|we)(?: please| just)*|i(?:'d| would) like(?: you)? to|i want(?: you)? to|i need(?: you)? to|i wanna|let's|lets|let us|you should|we should|please|help me|kindly|go ahead and|try to|feel free to|make sure (?:to|that)|don't forget to|be sure to|i think you should|would you mind)(?![a-z])\s*"
)
MOST_CLAUSES = 60


def split_clauses(text: str) -> list[str]:
    """Split a lower-case, annotated message into clauses, polite words in front taken off."""
    pieces = [piece.strip() for piece in _BREAK.split(text)]
    return [piece for piece in pieces if piece]


def strip_lead(clause: str) -> str:
    """Take connecting and polite words off the front of a clause."""
    while True:
        shorter = _LATIN_LEAD.sub("", _LEAD.sub("", clause, count=1), count=1).strip()
        if shorter == clause or not shorter:
            return shorter or clause
        clause = shorter
