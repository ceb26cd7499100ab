"""What in a message is not the message: quoted text, file names, links.

Quoted text is content and never an instruction, so whoever looks for words masks it first. A mask
keeps the length of the text: offsets found in the masked text hold in the original.

Everything here reads the text a bounded number of times and never fails on any input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

QUOTE_FILL = "\ue001"
FILE_FILL = "\ue002"
LINK_FILL = "\ue003"

# Opening mark -> the marks that may close it. German closes with what English opens with, Polish with ”.
_PAIRS: dict[str, str] = {
    '"': '"',
    "＂": "＂",
    "“": '”"',
    "„": '“”"',
    "”": "“",
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "﹁": "﹂",
    "`": "`",
    "‘": "’",
    "‚": "‘’",
    "'": "'",
}
_OPENERS = re.compile("[" + "".join(map(re.escape, _PAIRS)) + "]")
_NESTING = frozenset("「『《«")
# More mentions than this in one message are noise.
_MOST_MENTIONS = 300
_NEVER = -1
_NOT_THIS = -2
_APOSTROPHES = frozenset("'’‘")
# Words that begin with an apostrophe; the mark opens no quotation.
_ELISIONS = re.compile(r"['’‘](?:\d0s\b|(?:cause|til|till|em|tis|twas|n|bout|cuz)\b)", re.IGNORECASE)


def _split(words: str) -> list[str]:
    return words.split()


MEDIA_EXTENSIONS: dict[str, str] = {
    **dict.fromkeys(
        _split("mp4 mov m4v avi webm mkv mpg mpeg mts m2ts 3gp wmv flv mxf ogv qt braw r3d"), "video"
    ),
    **dict.fromkeys(_split("mp3 wav m4a aac flac ogg opus aiff aif wma amr caf"), "audio"),
    **dict.fromkeys(
        _split("jpg jpeg png gif webp heic heif bmp tif tiff svg avif psd dng cr2 nef arw"), "image"
    ),
    **dict.fromkeys(_split("srt vtt ass ssa sub lrc"), "captions"),
    **dict.fromkeys(
        _split("cube 3dl txt pdf doc docx md zip rar 7z ttf otf fcpxml edl aaf otio prproj json csv pptx"),
        "other",
    ),
}
_EXTENSION = "(?:" + "|".join(sorted(MEDIA_EXTENSIONS, key=len, reverse=True)) + ")"
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_STOP = r"\s<>\"“”„«»「」『』《》，。！？；、：（）【】()\[\]{}|*?\ue001-\ue00f"
_AFTER = r"(?![A-Za-z0-9_])(?!\.[A-Za-z0-9])"

_LINK = re.compile(
    r"(?:(?:https?|ftp|s3|gs)://|www\.)[!#-&(-;=?-~]{1,2000}(?:(?<=[/_=-])["
    + _CJK
    + r"]{1,80}[!#-&(-;=?-~]{0,80}\."
    + _EXTENSION
    + r")?",
    re.IGNORECASE,
)
_BARE_LINK = re.compile(
    r"(?<![\w@./\\-])(?:[a-z0-9-]{1,40}\.){1,4}(?:com|net|org|io|be|tv|cn|jp|kr|de|fr|es|br|co|me|app|dev|ly|gl|ai|us|uk)"
    r"/[!#-&(-;=?-~]{2,500}",
    re.IGNORECASE,
)
_LINK_TAIL = ".,;:!?'\")]}>*_"

_BRACKETED = re.compile(
    r"[\[(（【]\s*(?:files?|attached|attachments?|datei|anhang|archivo|adjunto|arquivo|anexo|fichier|pièce jointe"
    r"|文件|附件|上传文件|添付|ファイル|파일|첨부|첨부파일)\s*[:：]\s*([^\]\[()（）【】\n]{1,300})[\])）】]",
    re.IGNORECASE,
)
_ROOT = r"(?:[A-Za-z]:[\\/]|\\\\[^\\\s]{1,80}\\|~/|\.{1,2}[\\/]|file://|/(?=[^\s/]))"
_ROOTED = re.compile(r"(?<![\w/\\:.~])" + _ROOT + "[^" + _STOP + r",;!]{0,300}", re.IGNORECASE)
_PATH_END = re.compile(r"\." + _EXTENSION + _AFTER, re.IGNORECASE)
_NAMED = re.compile(
    r"(?<![\w./\\%+@-])(?:[\w.%+@~-]{1,120}[\\/]){0,12}[\w.%+@~&#'-]{0,119}[\w)]\." + _EXTENSION + _AFTER,
    re.IGNORECASE,
)
_LEADING_CJK_WORDS = re.compile(
    r"^(?:请|帮我|麻烦|先|再|然后|把|将|用|使用|加上|加入|添加|插入|导入|上传|接上|换成|改成|替换成|放上|放|读取|打开|剪辑|处理|这是|这个是"
    r"|我的|素材是?|文件是?|视频是?|音乐是?|字幕用|和|与|跟|及|在|叫|从|剪|加|存成|保存为|导出为|导出成|输出为|命名为|这个|素材|视频|文件)+"
)
# "5到9秒用broll.mp4": words of a sentence that run into a name written in Latin letters.
_CJK_SENTENCE = re.compile(
    r"^(?=[^.]*(?:[用把将换接放插叠盖贴配垫导]|加[上入个]|改成|第.{1,3}[段个]|片头|片尾|开头|结尾|[0-9]秒|[左右][上下]角))[^.]*?[\u4e00-\u9fff](?=[A-Za-z][A-Za-z0-9_-]*\.[A-Za-z0-9]+$)"
)
_SPACED_NAME_STOPS = frozenset(
    _split("and then with into onto plus or in on at as to from is use add y e et und mit con com avec")
)


@dataclass(frozen=True)
class Quote:
    """A quotation: ``text`` without its marks, ``start``/``end`` of the whole with them.

    ``inner_start`` and ``inner_end`` bound the text alone. ``closed`` is false where the closing mark
    is missing and the quotation was taken to the end of its line.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    text: str
    closed: bool = True


@dataclass(frozen=True)
class FileMention:
    """A file or folder that the text names, as written there.

    ``kind`` is video, audio, image, captions, other or folder. ``quoted``: the whole of a quotation.
    ``bracketed``: written out as attached, "[file: clip.mp4]".
    """

    start: int
    end: int
    path: str
    kind: str
    quoted: bool = False
    bracketed: bool = False


@dataclass(frozen=True)
class Link:
    """A web address in the text, without the punctuation that follows it."""

    start: int
    end: int
    url: str


def find_quotes(text: str) -> tuple[Quote, ...]:
    """Return the quotations of a text in order, outermost only.

    Apostrophes ("don't", "the dogs' bed", "the '90s"), inch and foot marks are not quotations.
    """
    found: list[Quote] = []
    position = 0
    dead: set[str] = set()
    # Nested marks are paired only where they balance; elsewhere the first closing mark closes.
    nesting = frozenset(mark for mark in _NESTING if 1 < text.count(mark) == text.count(_PAIRS[mark]) < 200)
    while match := _OPENERS.search(text, position):
        start, mark = match.start(), match.group()
        position = start + 1
        if mark in dead or not _opens(text, start):
            continue
        end = _find_close(text, start, nesting)
        if end == _NOT_THIS:
            continue
        if end == _NEVER:
            if mark in "'`‘‚»”〈":
                # No mark of this kind closes from here on; do not look again.
                dead.add(mark)
                continue
            if mark == '"' and (start == 0 or text[start - 1].isdigit()):
                continue
            line = text.find("\n", start)
            end = len(text) if line < 0 else line
            if end - start > 1:
                found.append(Quote(start, end, start + 1, end, text[start + 1 : end], closed=False))
            position = end
            continue
        found.append(Quote(start, end + 1, start + 1, end, text[start + 1 : end]))
        position = end + 1
    return tuple(found)


def _opens(text: str, start: int) -> bool:
    mark = text[start]
    before = text[start - 1] if start else " "
    after = text[start + 1] if start + 1 < len(text) else " "
    if mark in _APOSTROPHES:
        if after.isspace() or (_is_word(before) and not _is_cjk(before)) or before in _APOSTROPHES:
            return False
        return not _ELISIONS.match(text, start)
    if mark == '"':
        return not (before.isdigit() and (after.isspace() or after in ",.;x×"))
    if mark in "»”":
        return not after.isspace() and not _is_word(before)
    return not (mark == "`" and after == "`")


def _find_close(text: str, start: int, nesting: frozenset[str]) -> int:
    """Return the offset of the mark that closes the one at ``start``, _NEVER or _NOT_THIS."""
    mark = text[start]
    closers = _PAIRS[mark]
    if mark in _APOSTROPHES or mark == "‚":
        return _find_single_close(text, start, closers)
    if mark in nesting:
        return _find_nested_close(text, start, mark, closers)
    escapes = mark == '"' and not re.match(r"[A-Za-z]:\\|\\\\", text[start + 1 : start + 4])
    position = start + 1
    while True:
        ends = [at for at in (text.find(closer, position) for closer in closers) if at >= 0]
        if not ends:
            return _NEVER
        end = min(ends)
        if not (escapes and _is_escaped(text, end)):
            return end
        position = end + 1


def _is_escaped(text: str, at: int) -> bool:
    slashes = 0
    while at - 1 - slashes >= 0 and text[at - 1 - slashes] == "\\" and slashes < 64:
        slashes += 1
    return slashes % 2 == 1


def _find_nested_close(text: str, start: int, mark: str, closer: str) -> int:
    depth, first, position = 1, _NEVER, start + 1
    while depth:
        close = text.find(closer, position)
        if close < 0:
            return first
        first = close if first < 0 else first
        deeper = text.find(mark, position, close)
        depth, position = (depth + 1, deeper + 1) if deeper >= 0 else (depth - 1, close + 1)
    return position - 1


def _find_single_close(text: str, start: int, closers: str) -> int:
    """Find the closing single mark: after a character, before none; a newer opening mark wins."""
    position = start + 1
    while position < len(text):
        ends = [at for at in (text.find(closer, position) for closer in closers) if at >= 0]
        if not ends:
            return _NEVER
        end = min(ends)
        before = text[end - 1]
        after = text[end + 1] if end + 1 < len(text) else " "
        if end > start + 1 and not before.isspace() and (not _is_word(after) or _is_cjk(after)):
            return end
        if text[start] == "'" and before.isspace() and not after.isspace() and not _ELISIONS.match(text, end):
            return _NOT_THIS
        position = end + 1
    return _NEVER


def find_links(text: str) -> tuple[Link, ...]:
    """Return the web addresses of a text in order; a bare domain counts only with a path behind it."""
    found: list[Link] = []
    for pattern in (_LINK, _BARE_LINK):
        for match in pattern.finditer(text):
            url = match.group().rstrip(_LINK_TAIL)
            start, end = match.start(), match.start() + len(url)
            if len(url) > 6 and not any(link.start < end and start < link.end for link in found[-40:]):
                found.append(Link(start, end, url))
    return tuple(sorted(found, key=lambda link: link.start))


def _find_files(text: str, quotes: tuple[Quote, ...], links: tuple[Link, ...]) -> tuple[FileMention, ...]:
    """Return the files and folders that a text names, in order: bare names with a known ending, paths of
    any system, quotations that are a name as a whole, and "[file: name]". Links are not files.
    """
    taken = [(link.start, link.end) for link in links]
    found: list[FileMention] = []

    def add(start: int, end: int, *, quoted: bool = False, bracketed: bool = False) -> None:
        path = text[start:end]
        if path and not any(s < end and start < e for s, e in taken):
            taken.append((start, end))
            found.append(FileMention(start, end, path, kind_of(path), quoted, bracketed))

    for match in _BRACKETED.finditer(text):
        for part in re.finditer(r"[^,，、;；]+", match.group(1)):
            inner = part.group()
            begin = match.start(1) + part.start() + len(inner) - len(inner.lstrip())
            add(begin, begin + len(inner.strip()), bracketed=True)
    for quote in quotes:
        if _is_name(quote.text):
            add(quote.inner_start, quote.inner_end, quoted=True)
        # What else stands in quotation marks is content: its file names are none.
        taken.append((quote.start, quote.end))
        if len(taken) > _MOST_MENTIONS:
            return tuple(sorted(found, key=lambda mention: mention.start))
    for match in _ROOTED.finditer(text):
        start, end = match.start(), _end_path(text, match.start(), match.end())
        if end > start and _is_path(text[start:end]):
            add(start, end)
        if len(taken) > _MOST_MENTIONS:
            break
    for match in _NAMED.finditer(text):
        start = match.start() + _leading_words(match.group())
        add(start, match.end())
        if len(taken) > _MOST_MENTIONS:
            break
    return tuple(sorted(found, key=lambda mention: mention.start))


def kind_of(path: str) -> str:
    """Return video, audio, image, captions, other or (without a known ending) folder."""
    return MEDIA_EXTENSIONS.get(path.rpartition(".")[2].lower(), "folder")


def mask(text: str, spans: Iterable[tuple[int, int]], *, fill: str = QUOTE_FILL) -> str:
    """Return the text with each span overwritten by ``fill``, one character for one: offsets stay."""
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        begin = max(start, position)
        pieces += [text[position:begin], fill * (end - begin)]
        position = end
    return "".join(pieces) + text[position:]


@dataclass(frozen=True)
class Mentions:
    """A text with all that it quotes and names: see ``read_mentions``."""

    text: str
    masked: str
    quotes: tuple[Quote, ...]
    files: tuple[FileMention, ...]
    links: tuple[Link, ...]


def read_mentions(text: str) -> Mentions:
    """Find quotations, files and links in one go, and mask each kind with its own fill character.

    Offsets in ``masked`` hold in ``text``. A quotation that is a file name as a whole is masked as a
    file, marks included.
    """
    quotes, links = find_quotes(text), find_links(text)
    files = _find_files(text, quotes, links)
    names = {(file.start, file.end) for file in files if file.quoted}
    masked = mask(text, ((link.start, link.end) for link in links), fill=LINK_FILL)
    masked = mask(masked, ((f.start, f.end) for f in files if not f.quoted), fill=FILE_FILL)
    for is_name, fill in ((True, FILE_FILL), (False, QUOTE_FILL)):
        spans = [(q.start, q.end) for q in quotes if ((q.inner_start, q.inner_end) in names) is is_name]
        masked = mask(masked, spans, fill=fill) if spans else masked
    return Mentions(text, masked, quotes, files, links)


def mask_mentions(text: str) -> str:
    """Return the text with links, files and quotations overwritten by their own fill characters."""
    return read_mentions(text).masked


def _is_name(inner: str) -> bool:
    inner = inner.strip()
    return (
        len(inner) < 260
        and "\n" not in inner
        and (
            bool(re.fullmatch(r"(?:" + _ROOT + r")?[^<>|*?\"]{1,240}\." + _EXTENSION, inner, re.IGNORECASE))
            or bool(re.fullmatch(_ROOT + r"[^<>|*?\"\n]{2,240}", inner) and _is_path(inner))
        )
    )


def _is_path(path: str) -> bool:
    """Tell a path from a slash command ("/export"): it has an ending, a home or drive, or two segments."""
    if path.rpartition(".")[2].lower() in MEDIA_EXTENSIONS:
        return True
    segments = [segment for segment in re.split(r"[\\/]", path) if segment.strip(".~:")]
    return len(segments) > (1 if path.startswith("/") else 0)


def _end_path(text: str, start: int, end: int) -> int:
    """Return where the path that begins at ``start`` ends: at its ending, or over a few spaced words."""
    if inside := _PATH_END.search(text, start, end):
        return inside.end()
    tail = text[end : end + 80].partition("\n")[0]
    if tail.startswith(" ") and (rest := _PATH_END.search(tail)):
        words = tail[: rest.end()].split()
        plain = not re.search("[" + _STOP.replace(r"\s", "") + ",;]|[/~]", tail[: rest.end()])
        if plain and len(words) <= 4 and not _SPACED_NAME_STOPS & {word.lower() for word in words}:
            return end + rest.end()
    # Chinese or Japanese text may follow a folder without a space; a full stop is the sentence's.
    return start + len(text[start:end].rstrip(".:'"))


def _leading_words(name: str) -> int:
    """Return how many characters in front of a name are Chinese words about it, not part of it."""
    sentence = _CJK_SENTENCE.match(name)
    if sentence:
        return sentence.end()
    match = _LEADING_CJK_WORDS.match(name)
    return match.end() if match and not name[match.end() :].startswith(".") else 0


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _is_cjk(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" or "\uf900" <= char <= "\ufaff"
