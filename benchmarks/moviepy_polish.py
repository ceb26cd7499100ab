"""The polished video with moviepy 2; runs in the peers' environment: ``python moviepy_polish.py ORDER``.

The order is JSON: film, bed, title (a picture), output, fps, kept ([start, end, dissolved] in seconds), dissolve_s,
title_s ([from, to]), bed_gain. Every range opens the film anew: one reader for two dissolving ranges would be sent to
and fro for every picture.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from moviepy import (
    AudioFileClip,
    CompositeAudioClip,
    CompositeVideoClip,
    ImageClip,
    VideoFileClip,
    afx,
    concatenate_videoclips,
    vfx,
)


def main(order_file: str) -> None:
    order = json.loads(Path(order_file).read_text(encoding="utf-8"))
    half = order["dissolve_s"] / 2
    groups, group, length = [], [], 0.0
    kept = order["kept"]
    for place, (start, end, dissolved) in enumerate(kept):
        leaving = place + 1 < len(kept) and kept[place + 1][2]
        begin, stop = start - (half if dissolved else 0), end + (half if leaving else 0)
        clip = VideoFileClip(order["film"]).subclipped(begin, stop)
        if dissolved:
            clip = clip.with_start(length - 2 * half).with_effects([vfx.CrossFadeIn(2 * half)])
            clip = clip.with_effects([afx.AudioFadeIn(2 * half)])
            length += stop - begin - 2 * half
        else:
            length = stop - begin
        if leaving:
            clip = clip.with_effects([afx.AudioFadeOut(2 * half)])
        group.append(clip)
        if not leaving:
            groups.append(CompositeVideoClip(group) if len(group) > 1 else group[0])
            group = []
    joined = concatenate_videoclips(groups, method="chain")
    first, last = order["title_s"]
    title = ImageClip(order["title"], duration=last - first).with_start(first).with_position(("center", 800))
    bed = AudioFileClip(order["bed"]).with_effects([afx.MultiplyVolume(order["bed_gain"])])
    video = CompositeVideoClip([joined, title]).with_duration(joined.duration)
    video = video.with_audio(CompositeAudioClip([joined.audio, bed.with_duration(joined.duration)]))
    video.write_videofile(
        order["output"],
        fps=order["fps"],
        codec="libx264",
        preset="veryfast",
        ffmpeg_params=["-crf", "20"],
        audio_codec="aac",
        audio_bitrate="160k",
        audio_fps=48000,
        logger=None,
    )


if __name__ == "__main__":
    main(sys.argv[1])
