"""Which of the eight languages a text is in, from its script and its small words. Pure."""

from __future__ import annotations

import re

from mango_skill.language.quotes import mask_mentions

LANGUAGES = ("en", "zh", "ja", "ko", "es", "pt", "de", "fr")

_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff\u3131-\u318e]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# Kanji shapes and words that Chinese does not write; they tell Japanese where no kana stands.
_KANJI_ONLY = re.compile(r"[込働辻円圧変単撮戻売読広検対応済黒]|動画|映像|書出|無音|冒頭|削除$|字幕追加|音声")
_CHINESE_ONLY = re.compile(r"[们这请吗呢吧频导载传删剪辑给视标题为个时么啊把帮]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MOST_WORDS = 200


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": _words(
        "the a an and or of to in on at it its is are was be my your me you we i this that these with for from by as"
        " how what which where when who can could please add make cut show put give send use do does did have"
        " has not don't let let's then now just more first last second"
    ),
    "es": _words(
        "el la los las un una unos unas y o de del al en que con por para mi mis tu me te lo le se su es está son como"
        " más pero no sin ya haz pon ponlo añade agrega quita corta sube baja muestra enséñame quiero puedes cuánto"
        " cuántos cuántas dónde qué cuál vídeo música título créditos hola gracias favor segundos primeros final hazlo"
        " exporta expórtalo descarga envíame mándame guarda guárdalo ahora aquí este esta archivo subir borra"
    ),
    "pt": _words(
        "o a os as um uma e ou de do da dos das no na nos nas ao em que com por para meu minha seu sua me te se é está"
        " são como mais mas não sem já faz faça põe coloca coloque adiciona adicione tira corta corte baixa aumenta"
        " mostra mostre quero você pode quanto quantos quantas onde qual vídeo música título saldo olá obrigado favor"
        " segundos primeiros exporta exporte envia envie manda mande agora aqui este esta isso arquivo deixa legenda"
        " legendas pra uns ficheiro tempo fim início eu tenho tem créditos tens baixar qual"
    ),
    "de": _words(
        "der die das den dem des ein eine einen einem einer und oder von zu zum zur im in auf an mit für aus bei ich du"
        " wir mir mich mein meine meinen dein ist sind wie was wo welche welcher wann kann kannst bitte mach mache füge"
        " hinzu schneide zeig zeige schick nicht noch kein keine mehr jetzt dann auch es sie video musik titel ersten"
        " letzten sekunden weg als hier hast habe haben viel viele exportiere exportieren hochladen herunterladen"
    ),
    "fr": _words(
        "le la les l un une des du de d et ou à au aux en dans sur avec pour par mon ma mes ton ta tes son sa me moi je"
        " tu il elle nous vous est sont c'est ce cette ces que qui quoi quel quelle combien où comment pas ne plus sans"
        " fais mets ajoute ajoutez coupe coupez enlève supprime montre peux veux s'il plaît vidéo musique titre crédits"
        " bonjour merci secondes premières fin début exporte télécharge télécharger envoie voici maintenant puis"
    ),
}
# Letters that only some of the languages write.
_LETTERS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"[ñ¿¡]"), ("es",)),
    (re.compile(r"[ãõ]"), ("pt",)),
    (re.compile(r"[äöüß]"), ("de",)),
    (re.compile(r"[èêëîïôûùœ]|\b[ldjcnsm]['’][aeiouéêhy]"), ("fr",)),
    (re.compile(r"[áíóú]"), ("es", "pt")),
    (re.compile(r"ç"), ("pt", "fr")),
    (re.compile(r"é|à"), ("fr", "pt", "es")),
    (re.compile(r"\w(?:ción|ando|iendo)\b"), ("es",)),
    (re.compile(r"\w(?:ção|ções|inho|inha|agem)\b|\b(?:nh|lh)\w"), ("pt",)),
)


def detect_language(text: str) -> str:
    """Return the language of a text: en, zh, ja, ko, es, pt, de or fr; "en" where nothing tells.

    Quotations, file names and links do not count: the language is that of the person, not of the
    content. In a mixed text the script that carries more words wins.
    """
    return detect_masked(mask_mentions(text[:1500]))


def detect_masked(masked: str) -> str:
    """Return the language of a text whose quotations, files and links are masked already."""
    kana, hangul, han = (len(pattern.findall(masked)) for pattern in (_KANA, _HANGUL, _HAN))
    words = [word.lower() for word in _WORD.findall(masked)[:_MOST_WORDS]]
    latin = [word for word in words if word[0] < "\u2000"]
    # A sentence is in the language that it begins in, unless the other clearly carries more.
    share = 0.9 if words and words[0] in latin else 0.5
    if (han + kana) / 1.5 + hangul / 2 > len(latin) * share:
        if hangul > kana and hangul * 2 > han:
            return "ko"
        if kana and kana * 6 >= han:
            return "ja"
        if han and _KANJI_ONLY.search(masked) and not _CHINESE_ONLY.search(masked):
            return "ja"
        return "zh" if han else "ja"
    return _detect_latin(" ".join(latin)) if latin else _detect_leftover(kana, hangul, han)


def _detect_latin(joined: str) -> str:
    scores = dict.fromkeys(_SMALL_WORDS, 0.0)
    for word in joined.replace("’", "'").split():
        for language, small in _SMALL_WORDS.items():
            if word in small or ("'" in word and language == "fr" and word.partition("'")[2] in small):
                scores[language] += 1
    for pattern, languages in _LETTERS:
        if count := len(pattern.findall(joined)):
            for language in languages:
                scores[language] += 1.2 * min(count, 3) / len(languages) ** 0.5
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["en"] else "en"


def _detect_leftover(kana: int, hangul: int, han: int) -> str:
    counts = {"ja": kana, "ko": hangul, "zh": han}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"
