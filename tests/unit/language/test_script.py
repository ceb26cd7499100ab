"""The language of a message is that of its person, not of what is quoted or named in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.language.script import LANGUAGES, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cut the first five seconds", "en"),
        ("", "en"),
        ("export", "en"),
        ("把前五秒剪掉", "zh"),
        ("导出成 mp4 发我", "zh"),
        ("最初の5秒を切って", "ja"),
        ("動画書出", "ja"),
        ("처음 5초 잘라줘", "ko"),
        ("quita los primeros cinco segundos", "es"),
        ("tira os cinco primeiros segundos", "pt"),
        ("baixa o vídeo", "pt"),
        ("schneide die ersten fünf Sekunden weg", "de"),
        ("coupe les cinq premières secondes", "fr"),
        ("haz un vídeo vertical", "es"),
        ("ponle musica tranquila", "es"),
        ("podrias ponerle una cancion de fondo", "es"),
        ("que el texto salga al final", "es"),
        ("ajusta el volumen", "es"),
        ("ajuste o volume", "pt"),
        ("apaga a ultima parte", "pt"),
        ("me dá o resultado", "pt"),
        ("regle le volume", "fr"),
        ("efface la derniere partie", "fr"),
        ("annule", "fr"),
        ("heller machen", "de"),
        ("behalte nur das tor", "de"),
        ("was kostet ein Export?", "de"),
        ("no music", "en"),
        ("undo", "en"),
        ("export in 4k", "en"),
        ("intro title Hola Mundo", "en"),
        ('add the title "你好世界，都市梦想" at the end', "en"),
        ('标题写 "Hello wonderful world of mine"', "zh"),
        ("加上字幕 and export as webm", "zh"),
    ],
)
def test_language_of_a_message(text: str, language: str) -> None:
    assert detect_language(text) == language


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_one_of_the_languages(text: str) -> None:
    assert detect_language(text) in LANGUAGES
