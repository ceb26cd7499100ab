"""What an export is asked to be beyond its format, in every language of the router."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mango_skill.actions import Action
from mango_skill.router import Route, route
from mango_skill.tools.sending import export_arguments


def asked(text: str) -> dict[str, Any]:
    decided = route(text)
    steps: tuple[Route, ...] = (decided, *decided.then)
    return next(export_arguments(step) for step in steps if step.action is Action.EXPORT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("save a picture of 0:05", {"at_s": 5.0, "format": "jpg"}),
        ("grab a frame at 5s", {"at_s": 5.0, "format": "jpg"}),
        ("export a still of 1:02.5 as png", {"at_s": 62.5, "format": "png"}),
        ("save the last frame as png", {"at_s": -0.001, "format": "png"}),
        ("can you send me a jpeg of the frame at 1:15", {"at_s": 75.0, "format": "jpg"}),
        ("导出第5秒的截图", {"at_s": 5.0, "format": "jpg"}),
        ("保存第十二秒的画面", {"at_s": 12.0, "format": "jpg"}),
        ("guarda una imagen del segundo 5", {"at_s": 5.0, "format": "jpg"}),
        ("salva uma imagem aos 5 segundos", {"at_s": 5.0, "format": "jpg"}),
        ("speichere ein Standbild bei 0:05", {"at_s": 5.0, "format": "jpg"}),
        ("enregistre une image à 0:05", {"at_s": 5.0, "format": "jpg"}),
        ("5秒のところの静止画を保存して", {"at_s": 5.0, "format": "jpg"}),
        ("5초 장면을 이미지로 저장해줘", {"at_s": 5.0, "format": "jpg"}),
    ],
)
def test_a_picture_of_an_instant_is_an_export_of_that_picture(text: str, expected: dict[str, Any]) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("give me a thumbnail", {"format": "jpg"}),
        ("make a gif of it", {"format": "gif"}),
        ("导出前3秒的动图", {"format": "gif", "end_s": 3.0}),
        ("把最后5秒导出成mp3", {"format": "mp3", "start_s": -5.0}),
        ("mach ein GIF daraus", {"format": "gif"}),
        ("fais-moi une miniature", {"format": "jpg"}),
        ("hazme un gif de los primeros 3 segundos", {"format": "gif", "end_s": 3.0}),
        ("cria uma miniatura", {"format": "jpg"}),
        ("サムネを作って", {"format": "jpg"}),
        ("썸네일 하나 줘", {"format": "jpg"}),
        ("export an EDL", {"format": "xml"}),
    ],
)
def test_a_small_file_of_the_video_is_exported_at_once(text: str, expected: dict[str, Any]) -> None:
    assert asked(text) == expected


def test_a_project_format_that_is_not_made_is_told() -> None:
    assert route("export an EDL").arguments["asked"] == "EDL"
    assert "asked" not in route("export as otio").arguments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export the first 3 seconds as a gif", {"end_s": 3.0, "format": "gif"}),
        ("export the first three seconds as a gif", {"end_s": 3.0, "format": "gif"}),
        ("export from 0:10 to 0:20 as mp4", {"start_s": 10.0, "end_s": 20.0, "format": "mp4"}),
        ("export seconds 5 to 8 as a gif", {"start_s": 5.0, "end_s": 8.0, "format": "gif"}),
        ("export the first second", {"end_s": 1.0}),
        ("export the last minute", {"start_s": -60.0}),
        ("export 5 to 8 seconds", {"start_s": 5.0, "end_s": 8.0}),
        ("export only 10s-20s as mp3", {"start_s": 10.0, "end_s": 20.0, "format": "mp3"}),
        ("export the last 5 seconds", {"start_s": -5.0}),
        ("export from 0:10 on", {"start_s": 10.0}),
        ("export up to 1:30", {"end_s": 90.0}),
        ("把前三秒导出成gif", {"end_s": 3.0, "format": "gif"}),
        ("导出10秒到20秒", {"start_s": 10.0, "end_s": 20.0}),
        ("导出最后5秒", {"start_s": -5.0}),
        ("exporta los primeros 3 segundos como gif", {"end_s": 3.0, "format": "gif"}),
        ("exporta os primeiros 3 segundos em gif", {"end_s": 3.0, "format": "gif"}),
        ("exportiere die ersten 3 Sekunden als GIF", {"end_s": 3.0, "format": "gif"}),
        ("exporte les 3 premières secondes en gif", {"end_s": 3.0, "format": "gif"}),
        ("最初の3秒をGIFで書き出して", {"end_s": 3.0, "format": "gif"}),
        ("처음 3초를 GIF로 내보내줘", {"end_s": 3.0, "format": "gif"}),
    ],
)
def test_a_part_is_exported_alone(text: str, expected: dict[str, Any]) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export it and call it Holiday", {"name": "Holiday"}),
        ('save it as "My Trip" in mp4', {"name": "My Trip", "format": "mp4"}),
        ("导出视频，文件名叫假期", {"name": "假期"}),
        ("exportiere es und nenne es Urlaub", {"name": "Urlaub"}),
        ("expórtalo y llámalo vacaciones", {"name": "vacaciones"}),
        ("export as otio", {"format": "otio"}),
        ("export the timeline for Premiere", {"format": "xml"}),
        ("export a compatible mp4", {"format": "mp4", "compatible": True}),
        ("export a smaller file", {"quality": "small"}),
        ("export in original quality", {"quality": "source"}),
        ("export with an srt next to it", {"captions": "sidecar"}),
        ("export without subtitles", {"captions": "none"}),
        ("导出兼容模式的mp4", {"format": "mp4", "compatible": True}),
        ("give me the subtitles as vtt", {"format": "vtt"}),
        ("export as webp", {"format": "webp"}),
    ],
)
def test_name_quality_and_what_lies_beside_are_read(text: str, expected: dict[str, Any]) -> None:
    assert asked(text) == expected


@pytest.mark.parametrize(
    "text",
    ["export", "export in 720p at 30 fps", "export it as mp4 under 20 mb", "render it in 16:9", "导出成1080p", "remove the last 5 seconds and export"],
)  # fmt: skip
def test_an_export_of_all_stays_one_of_all(text: str) -> None:
    assert not {"start_s", "end_s", "at_s", "name"} & set(asked(text))


@pytest.mark.parametrize(
    "text", ["freeze the frame at 0:05", "add a screenshot at 0:05", "put a thumbnail at the start", "cut the first 3 seconds", "在第5秒加一张图片"]
)  # fmt: skip
def test_an_edit_of_an_instant_or_part_stays_an_edit(text: str) -> None:
    assert route(text).action is Action.CHAT


@given(st.text(max_size=60))
def test_any_words_behind_an_export_are_read_without_harm(words: str) -> None:
    found = export_arguments(route(f"export {words}"))
    assert found.get("end_s", 1) >= 0
