"""Which file of the project a name means. Never a path: a name is only compared with the names that are there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

from mango_skill.engine.director.asked import Asked
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.outcomes import CannotDo, MustAsk
from mango_skill.engine.director.uploads import is_untouched
from mango_skill.timeline import AssetSource, MediaKind, MediaReference, Role, edits

PICTURES = (MediaKind.VIDEO, MediaKind.IMAGE)
_NEAR = 0.8
_WORD = re.compile(r"\w+", re.UNICODE)
_FILLERS = frozenset(
    [
        "the",
        "my",
        "a",
        "an",
        "our",
        "this",
        "that",
        "file",
        "clip",
        "video",
        "image",
        "picture",
        "photo",
        "song",
        "track",
        "sound",
    ]
)
_KIND_WORDS = {
    "logo": MediaKind.IMAGE,
    "image": MediaKind.IMAGE,
    "picture": MediaKind.IMAGE,
    "photo": MediaKind.IMAGE,
    "song": MediaKind.AUDIO,
    "track": MediaKind.AUDIO,
    "music": MediaKind.AUDIO,
    "recording": MediaKind.AUDIO,
    "audio": MediaKind.AUDIO,
    "voiceover": MediaKind.AUDIO,
    "narration": MediaKind.AUDIO,
    "录音": MediaKind.AUDIO,
    "旁白": MediaKind.AUDIO,
    "video": MediaKind.VIDEO,
    "clip": MediaKind.VIDEO,
    "webcam": MediaKind.VIDEO,
    "b-roll": MediaKind.VIDEO,
    "broll": MediaKind.VIDEO,
    "图片": MediaKind.IMAGE,
    "照片": MediaKind.IMAGE,
    "标志": MediaKind.IMAGE,
    "歌": MediaKind.AUDIO,
    "音乐": MediaKind.AUDIO,
    "视频": MediaKind.VIDEO,
}


NO_CLIP: Final[Mapping[str, str]] = {
    "add_image": "source",
    "add_music": "source",
    "chroma_key": "background",
    "overlay_clip": "source",
    "pip": "source",
    "replace_audio": "source",
    "replace_music": "source",
    "watermark": "source",
}
"""Operations whose file is no clip of its own, with the parameter that names it."""


def find_source(
    desk: Desk, name: str | None, *, kinds: Collection[MediaKind], parameter: str = "source"
) -> MediaReference:
    """Return the file that a name means: exact, then without case, extension and punctuation, then nearly.

    Raises:
        MustAsk: Several files may be meant, or none has that name but there are files to choose from.
        CannotDo: There is no file of these kinds.
    """
    candidates = [media for media in desk.assets.values() if media.kind in kinds]
    if name is None:
        return _only(desk, candidates, kinds, parameter)
    matches = _matches(name, candidates)
    if len(matches) == 1:
        return matches[0]
    others = _matches(name, [media for media in desk.assets.values() if media.kind not in kinds])
    if not matches and len(others) == 1:
        raise CannotDo("wrong_kind", name=others[0].name, kind=others[0].kind.value)
    if not matches and (by_kind := _by_kind(name, candidates)) is not None:
        return by_kind
    raise _unknown(name, matches or candidates, parameter)


def claim(desk: Desk, media: MediaReference, *, tell: bool = True) -> None:
    """Take an uploaded file off the storyline when it stands there only because it was uploaded.

    Said to be a logo, a picture in picture or the music, it was never meant as a clip of its own. The only
    clip of a storyline stays. ``tell``: the user hears that the clip is gone.
    """
    clips = desk.clips
    lone = [clip for clip in clips if clip.media == AssetSource(media.id) and is_untouched(clip, media)]
    if lone and len(clips) > len(lone):
        if tell:
            desk.aside("claimed", name=media.name)
        gone = {clip.id for clip in lone}
        numbered = tuple(identity for identity in desk.numbered if identity not in gone)
        first = desk.timeline == desk.before
        arranged = edits.order_clips(desk.timeline, [clip.id for clip in clips if clip.id not in gone])
        if first:
            desk.restart(arranged.timeline)
        else:
            desk.apply(arranged)
            desk.numbered = numbered
    for track in desk.timeline.role(Role.MUSIC):
        placed = [clip for clip in track.clips if clip.media == AssetSource(media.id)]
        if placed and all(is_untouched(clip, media) for clip in placed):
            desk.timeline = edits.remove_clips(desk.timeline, {clip.id for clip in placed})


def claim_named(desk: Desk, operations: Iterable[Asked]) -> None:
    """Claim the files that a message names as something else than a clip, before any of it is carried out.

    Its times and clip numbers are those of the video without them: a caption file must not lose the cues
    that would lie over a logo.
    """
    for asked in operations:
        name = asked.parameters.get(NO_CLIP.get(asked.name, ""))
        found = _matches(name, list(desk.assets.values())) if isinstance(name, str) else []
        if len(found) == 1:
            claim(desk, found[0])


def untouched(desk: Desk, media: MediaReference) -> bool:
    """Whether a file stands on the timeline only because it was uploaded."""
    return any(
        clip.media == AssetSource(media.id) and is_untouched(clip, media) for _, clip in desk.timeline.clips()
    )


def names(candidates: Iterable[MediaReference]) -> tuple[str, ...]:
    """Return what the files are called."""
    return tuple(dict.fromkeys(media.name for media in candidates))


def _only(
    desk: Desk, candidates: list[MediaReference], kinds: Collection[MediaKind], parameter: str
) -> MediaReference:
    used = {clip.media.asset for _, clip in desk.timeline.clips() if isinstance(clip.media, AssetSource)}
    spare = [media for media in candidates if media.id not in used or untouched(desk, media)]
    clips = {clip.media.asset for clip in desk.clips if isinstance(clip.media, AssetSource)}
    fresh = [media for media in spare if not clips <= {media.id}]
    if len(fresh) == 1:
        return fresh[0]
    if not candidates:
        raise CannotDo("no_file_of_kind", kind=sorted(kind.value for kind in kinds)[0])
    raise MustAsk("which_file", missing=parameter, options=names(fresh or candidates))


def _unknown(name: str, candidates: list[MediaReference], parameter: str) -> MustAsk | CannotDo:
    if not candidates:
        return CannotDo("no_such_file", name=_shown(name))
    if len(candidates) == 1 and not _matches(name, candidates):
        return MustAsk("not_that_file", missing=parameter, options=names(candidates), name=_shown(name))
    return MustAsk("which_file_named", missing=parameter, options=names(candidates), name=_shown(name))


def _shown(name: str) -> str:
    """A name to show: the last part of what looks like a path, on one short line."""
    last = re.split(r"[\\/]", name.strip())[-1] or name.strip()
    return " ".join(last.split())[:60]


def _matches(name: str, candidates: list[MediaReference]) -> list[MediaReference]:
    for key in (_exact, _folded, _stem, _bare):
        wanted = key(name)
        found = [media for media in candidates if wanted and key(media.name) == wanted]
        if found:
            return found[-1:]  # the same name twice: the one that came last
    said = set(_WORD.findall(_fold(name))) - _FILLERS
    by_words = [media for media in candidates if said and said <= set(words_of(media.name))]
    if by_words:
        return by_words
    near = [
        media
        for media in candidates
        if SequenceMatcher(None, _stem(name)[:80], _stem(media.name)[:80]).ratio() >= _NEAR
    ]
    return near


def _by_kind(name: str, candidates: list[MediaReference]) -> MediaReference | None:
    said = _fold(name)
    if re.search(r"\.\w{2,5}$", said):
        return None  # a file name that is not there must not become another file
    kind = next((kind for word, kind in _KIND_WORDS.items() if word in said), None)
    found = [media for media in candidates if media.kind is kind]
    return found[0] if len(found) == 1 else None


def words_of(name: str) -> list[str]:
    """Return the words of a file's name, folded, also without the digits and underscores that join them."""
    return [
        part for word in _WORD.findall(_fold(name)) for part in (word, *re.split(r"[_\d]+", word)) if part
    ]


def _exact(name: str) -> str:
    return name


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _folded(name: str) -> str:
    return _fold(re.split(r"[\\/]", name)[-1])


def _stem(name: str) -> str:
    return re.sub(r"\.\w{1,5}$", "", _folded(name))


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", _stem(name))
