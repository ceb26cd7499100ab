"""Which of the eight languages a text is in, from its script and its small words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

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


def _plain(text: str) -> str:
    """Return a text without the accents on its letters."""
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def _words(words: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in words.split())


_SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": _words(
        "the a an and or of to in on at it its is are was be my your me you we i this that these with for from by as"
        " how what which where when who can could please add make cut show put give send use do does did have"
        " has not don't let let's then now just more first last second"
        " no not all any every both into out off up down over under back again faster slower louder quieter"
        " shorter longer bigger smaller brighter darker better black white color colour speed volume music"
        " sound voice subtitle subtitles caption captions fade blur crop rotate zoom trim split"
        " merge half intro outro credits undo redo mute funnier square"
        " background image picture scene start end beginning between while until very too so than one two"
        " three want need would like some get only save upload download remove turn"
    ),
    "es": _words(
        "el la los las un una unos unas y o de del al en que con por para mi mis tu me te lo le se su es está son como"
        " más pero no sin ya haz pon ponlo añade agrega quita corta sube baja muestra enséñame quiero puedes cuánto"
        " cuántos cuántas dónde qué cuál vídeo música título créditos hola gracias favor segundos primeros final hazlo"
        " exporta expórtalo descarga envíame mándame guarda guárdalo ahora aquí este esta archivo subir borra"
        " musica titulo subtitulos texto fondo imagen sonido voz brillo blanco negro corto largo rápido"
        " lento alto bajo abajo arriba atrás izquierda derecha grande pequeño dos tres diez veinte treinta"
        " noventa segundo minuto minutos medio mitad toma parte principio inicio gira recorta acelera"
        " ralentiza vuelve mete une divide cambia reduce dame deshaz ponle quítale ponla ponlos hacer haga"
        " hagan hazme necesito quisiera puedo podrías me nos le les esto eso ese esa algo todo toda todos"
        " todas otra otro tengo tienes hay ser hasta desde entre sobre cuando muy menos tan bonito alegre"
        " tranquilo tranquila"
        " volumen ajusta ponga ponle agregar poner quitar cortar editar eliminar elimina junta"
    ),
    "pt": _words(
        "o a os as um uma e ou de do da dos das no na nos nas ao em que com por para meu minha seu sua me te se é está"
        " são como mais mas não sem já faz faça põe coloca coloque adiciona adicione tira corta corte baixa aumenta"
        " mostra mostre quero você pode quanto quantos quantas onde qual vídeo música título saldo olá obrigado favor"
        " segundos primeiros exporta exporte envia envie manda mande agora aqui este esta isso arquivo deixa legenda"
        " legendas pra uns ficheiro tempo fim início eu tenho tem créditos tens baixar qual"
        " texto fundo imagem som voz brilho branco preto curto longo rápido lento alto baixo embaixo acima"
        " cima atrás esquerda direita grande pequeno dois duas três dez vinte trinta noventa segundo minuto"
        " minutos meio metade parte começo gira corta recorta acelera volta bota junta divide muda mude"
        " reduz reduza ajuste ajusta tire remova remove desfoque estabiliza dá dê desfaz deixe deixar fazer"
        " preciso queria posso pode poderia isto isso esse essa algo tudo toda todo todos todas outra outro"
        " ter há ser até desde entre sobre quando muito menos tão bonito alegre calma calmo tranquila graus"
        " ele ela"
    ),
    "de": _words(
        "der die das den dem des ein eine einen einem einer und oder von zu zum zur im in auf an mit für aus bei ich du"
        " wir mir mich mein meine meinen dein ist sind wie was wo welche welcher wann kann kannst bitte mach mache füge"
        " hinzu schneide zeig zeige schick nicht noch kein keine mehr jetzt dann auch es sie video musik titel ersten"
        " letzten sekunden weg als hier hast habe haben viel viele exportiere exportieren hochladen herunterladen"
        " über unter nach vor bis durch gegen ohne um am beim vom ins ans oben unten links rechts schwarz"
        " weiß weiss weißer weisser text bild ton stimme hintergrund anfang ende mitte teil pausen"
        " untertitel schneller langsamer lauter leiser heller dunkler kürzer länger größer kleiner besser"
        " machen schneiden entfernen entferne löschen lösche ändern ändere drehen dreh drehe teile verbinde"
        " leg lege gib brauche brauchen möchte möchten will wollen soll rückgängig zurück diesen diese"
        " dieser dieses alle alles etwas beide beiden zwei drei zehn zwanzig dreißig neunzig minuten grad"
        " hoher hohe hell lautstärke farbe übergang untertiteln wird werden sehr auch hier mal"
        " kostet wieviel nur kuerzer rueckgaengig groesser fuer aendere uebergang lautstaerke aufnahme"
    ),
    "fr": _words(
        "le la les l un une des du de d et ou à au aux en dans sur avec pour par mon ma mes ton ta tes son sa me moi je"
        " tu il elle nous vous est sont c'est ce cette ces que qui quoi quel quelle combien où comment pas ne plus sans"
        " fais mets ajoute ajoutez coupe coupez enlève supprime montre peux veux s'il plaît vidéo musique titre crédits"
        " bonjour merci secondes premières fin début exporte télécharge télécharger envoie voici maintenant puis"
        " le musique calme texte fond image son voix luminosité noir blanc court courte long vite lent lente"
        " haut haute bas arrière avant gauche droite grand grande petit petite deux trois dix vingt trente"
        " quatre-vingt-dix seconde minute minutes moitié partie début accélère ralentis tourne divise"
        " assemble change réduis retire augmente diminue règle rends passe annule reviens donne donne-moi"
        " fais-moi stabilise floute faire veux voudrais peux peut pourrais besoin ai as a ça cela cet ceci"
        " tout toute tous toutes autre être jusqu depuis entre quand très moins aussi joli joyeux joyeuse"
        " crédits sous-titres ils elles lui leur leurs y on degrés plan"
    ),
}
_SPEAKERS = Counter(word for small in _SMALL_WORDS.values() for word in small)
"""How many of the languages have a word: what all have tells nothing of one."""
_LETTERS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"[ñ¿¡]"), ("es",)),
    (re.compile(r"[ãõ]"), ("pt",)),
    (re.compile(r"[äöüß]"), ("de",)),
    (re.compile(r"[èêëîïôûùœ]|\b[ldjcnsm]['’][aeiouéêhy]"), ("fr",)),
    (re.compile(r"[áíóú]"), ("es", "pt")),
    (re.compile(r"ç"), ("pt", "fr")),
    (re.compile(r"é|à"), ("fr", "pt", "es")),
)
"""Letters that only some of the languages write."""
_ENDINGS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\w(?:cion|ciones|iendo|dad|illo|ito|[ae]l[oa]s?)\b|\bll"), ("es",)),
    (re.compile(r"\w(?:cao|coes|inho|inha|agem|dade|oes|eira|eiro)\b|[nl]h[aeo]"), ("pt",)),
    (re.compile(r"\w\w[ae]ndo\b"), ("es", "pt")),
    (re.compile(r"\w(?:eau|eaux|eux|euse|oir|ez|ites?|ement|aire|que|ette)\b"), ("fr",)),
    (
        re.compile(r"\w(?:ungen|ung|keit|heit|lich|isch|ieren?|eln|ern|chen|en)\b|sch|cht|\bgro(?:ss|ß)"),
        ("de",),
    ),
    (re.compile(r"\w(?:ing|ed|ly|ness|ght|sh)\b|\bth|\bwh|ee|oo"), ("en",)),
)
"""Endings and clusters that are frequent in some of them, without accents."""
_LETTER_WEIGHT, _ENDING_WEIGHT = 1.2, 0.7


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
    plain = _plain(joined)  # many type without accents
    for word in plain.replace("’", "'").split():
        for language, small in _SMALL_WORDS.items():
            known = word.partition("'")[2] if "'" in word and language == "fr" and word not in small else word
            if known in small:
                scores[language] += 1 / _SPEAKERS[known]
    for signs, text, weight in ((_LETTERS, joined, _LETTER_WEIGHT), (_ENDINGS, plain, _ENDING_WEIGHT)):
        for pattern, languages in signs:
            count = min(len(pattern.findall(text)), 3)
            for language in languages:
                scores[language] += weight * count / len(languages) ** 0.5
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["en"] else "en"


def _detect_leftover(kana: int, hangul: int, han: int) -> str:
    counts = {"ja": kana, "ko": hangul, "zh": han}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"
