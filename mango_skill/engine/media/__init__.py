"""What a file is and what is in it: sniffing, probing, analysis, fonts and synthesised sound.

Footage is hostile until proven otherwise. ``sniff`` and ``info`` are pure and may be used anywhere;
``probe``, ``silence``, ``loudness``, ``tempo``, ``scenes`` and ``pictures`` import PyAV, numpy or Pillow
and are run in a child process through ``worker.run_isolated``.
"""
