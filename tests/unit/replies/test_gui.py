"""The chat's talk of a screen reaches nobody; what it says about the video stays word for word."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.actions import Action
from mango_skill.replies.gui import has_interface_words, translate

INTERFACE_WORD = re.compile(
    r"\bclick|\bdrag|\bdrop\b|\bbutton|\bpanel|\bsidebar|\bdropdown|\btoolbar|\bdialog|\bmenu\b|\btab\b|\bopen\b"
    r"|点击|单击|拖拽|拖动|按钮|面板|菜单|侧边栏|工具栏|打开|界面|预览窗口",
    re.IGNORECASE,
)

INTERFACE = [
    "Click the Export button",
    "click **Export** in the top right corner",
    "Open the Assets panel",
    "drag the clip to the timeline",
    "Drag and drop your files into the upload window",
    "You can preview it in the timeline panel",
    "Preview in timeline",
    "check your account page",
    "Go to Settings > Export > MP4",
    "tap the Play button",
    "select the clip in the sidebar",
    "choose 1080p from the dropdown menu",
    "press the Save button",
    "The Export button is in the toolbar",
    "点击导出按钮",
    "点击右上角的“导出”按钮即可下载",
    "打开素材面板",
    "将片段拖拽到时间线末尾",
    "在预览窗口中查看",
    "设置 → 导出 → MP4",
    "请在右侧面板中选择字幕",
    "单击“保存”按钮",
]

CONTENT = [
    "I've added upbeat music at 20%.",
    "The video is 30 seconds long.",
    "I highlighted the export button with a red circle.",
    "I added a mouse click sound at 0:03.",
    "The opening drags, so I cut 4 seconds.",
    'Added the title "Click here to subscribe" at the end.',
    "The video opens with a drone shot of the sea, then cuts to the street.",
    "Would you like captions too?",
    "The scene by the window is 5 s longer now.",
    "If you want changes, just tell me.",
    "已添加鼠标点击音效。",
    "我把音乐音量调到了30%。",
    "您的视频时长为30秒。",
    "已为第二段加上字幕，颜色是黄色。",
]


@pytest.mark.parametrize("text", CONTENT)
def test_content_stays_word_for_word(text: str) -> None:
    found = translate(text, language="en", allowed=())
    assert found.text == text
    assert found.actions == found.offers == ()


@pytest.mark.parametrize("text", INTERFACE)
def test_interface_talk_goes(text: str) -> None:
    assert has_interface_words(text)
    assert not INTERFACE_WORD.search(translate(text, language="en", allowed=()).text)
    assert not INTERFACE_WORD.search(translate(text + "。", language="zh", allowed=()).text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "I've added music. Click **Export** in the top right corner to download your video.",
            "I've added music.",
        ),
        ('Your video is ready — click "Export" to save it.', "Your video is ready."),
        (
            "I trimmed the intro to 3 seconds, which you can hear by clicking the Play button, and added a title.",
            "I trimmed the intro to 3 seconds, and added a title.",
        ),
        ("已为您添加字幕，点击右上角的“导出”按钮即可下载。", "已为您添加字幕。"),
        ("请点击“导出”。您的视频时长为30秒。", "您的视频时长为30秒。"),
        ("我把音乐音量调到了30%，您可以在预览窗口查看效果。", "我把音乐音量调到了30%。"),
        (
            "- **Music**: calm piano at 20%\n- **Export**: click the Export button",
            "- **Music**: calm piano at 20%",
        ),
        ("The clips are now in the timeline panel on the left.", "The clips are now on the timeline."),
        ("I can make it shorter, or you can drag the clip edges in the editor.", "I can make it shorter."),
    ],
)
def test_interface_talk_goes_from_the_middle_of_content(text: str, kept: str) -> None:
    assert translate(text, language="en", allowed=()).text.partition("\n\n")[0] == kept


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Click the Export button.", Action.EXPORT),
        ("点击导出按钮", Action.EXPORT),
        ("Settings > Export > MP4", Action.EXPORT),
        ("Open the assets panel.", Action.STATE),
        ("打开素材面板", Action.STATE),
        ("Preview in timeline.", Action.STATE),
        ("Check your account or billing page.", Action.CREDITS),
        ("Drag the second clip to the end.", Action.CHAT),
        ("把片段拖拽到结尾", Action.CHAT),
    ],
)
def test_what_the_interface_would_do_is_carried_out_only_when_asked_for(text: str, action: Action) -> None:
    asked = translate(text, language="en", allowed={action})
    assert asked.actions == (action,)
    assert asked.offers == ()
    unasked = translate(text, language="en", allowed=set(Action) - {action})
    assert unasked.actions == ()
    assert unasked.offers == (action,)
    assert unasked.text


def test_drag_goes_back_as_an_edit() -> None:
    found = translate("Drag the second clip to the end of the track.", language="en", allowed={Action.CHAT})
    assert found.edits == ("move the second clip to the end of the track",)


def test_offer_is_made_in_the_user_s_language() -> None:
    assert "导出" in translate("Click Export.", language="zh", allowed=()).text
    assert "exporta" in translate("Click Export.", language="es", allowed=()).text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(INTERFACE), min_size=1, max_size=5),
    st.sampled_from([". ", ", then ", "\n", "\n- ", "; ", "。", " and "]),
    st.sampled_from(["en", "zh", "de", "ja"]),
)
def test_no_interface_word_survives_in_text_made_of_them(
    phrases: list[str], joint: str, language: str
) -> None:
    found = translate(joint.join(phrases) + ".", language=language, allowed=())
    assert not INTERFACE_WORD.search(found.text), found.text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(CONTENT), min_size=1, max_size=4), st.sampled_from(INTERFACE))
def test_content_beside_interface_talk_stays_word_for_word(content: list[str], phrase: str) -> None:
    found = translate("\n".join([*content, phrase + "."]), language="en", allowed=())
    for sentence in content:
        assert sentence in found.text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_translated_without_failing(text: str) -> None:
    translate(text, language="zh", allowed=set(Action))


@pytest.mark.parametrize(
    "text", ["click " * 1_700, "点击" * 5_000, "(" * 10_000, "Settings > " * 900, "in the " * 1_400]
)
def test_long_text_costs_little(text: str) -> None:
    translate(text, language="en", allowed=())
    begin = time.process_time()
    translate(text, language="en", allowed=())
    assert time.process_time() - begin < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "I've placed the title at the top right corner of the frame.",
        "The text now sits in the bottom left corner.",
        "在右上角添加了台标，持续5秒。",
        "画面右上角加了logo。",
        "The restaurant's menu is shown for 3 seconds.",
        "I replaced the menu shot with the kitchen shot.",
        "Do you want me to export the video?",
    ],
)
def test_places_of_the_picture_are_not_places_of_the_screen(text: str) -> None:
    assert translate(text, language="en", allowed=()).text == text
