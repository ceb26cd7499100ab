"""Messages in languages whose edit words are not known: nothing in them is guessed at."""

from __future__ import annotations

import re

from mango_skill.language.quotes import mask_mentions
from mango_skill.language.script import detect_language

# Plain words of the languages that are read by the letters of English, enough to tell them apart.
_WORDS = re.compile(
    r"(?<![^\W\d_])(?:und|oder|bitte|das|der|die|ein|eine|einen|den|dem|nicht|mit|für|von|vom|zum|zur|auf|ich|mach|mache|schneide|entferne|füge|hinzu|hinzufügen|untertitel|ersten|letzten|sekunden|lauter|leiser|schneller|langsamer|musik|clip(?=s? löschen)"
    r"|les|des|une|du|et|avec|pour|dans|sur|s'il|vous|plaît|ajoute|ajoutez|coupe|coupez|supprime|supprimez|mets|mettez|premières|dernières|secondes|musique|vidéo|sous-titres|titre|le|la"
    r"|el|los|las|una|unos|y|con|por|favor|para|del|quita|quitar|corta|cortar|añade|añadir|agrega|pon|poner|elimina|primeros|últimos|segundos|música|subtítulos|título|sube|baja|haz|más"
    r"|o|os|as|um|uma|e|com|corte|cortar|adicione|adiciona|remova|tire|coloque|primeiros|legendas|vídeo|deixe|mais|il|lo|gli|della|e|taglia|aggiungi|primi|secondi)(?![^\W\d_])"
)
_LATIN_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_OTHERS = frozenset({"de", "fr", "es", "pt", "it", "ja", "ko"})


def is_foreign(text: str) -> bool:
    """Tell whether a message is in a language other than English and Chinese, as a whole."""
    if len(text) > 2_000:
        return False
    plain = mask_mentions(text).lower()
    if detect_language(plain) not in _OTHERS:
        return False
    if re.search(r"[\u3040-\u30ff\uac00-\ud7af]", plain):
        return True
    words = _LATIN_WORD.findall(plain)
    known = len(_WORDS.findall(plain))
    return known >= 2 and known * 2 >= len(words)
