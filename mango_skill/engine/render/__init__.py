"""From a timeline to a file: a pure plan, one place that runs it, and a look at what came out.

``plan``, ``profile`` and what they are made of are pure. Everything that opens media is imported by the
render process alone (``python -m mango_skill.engine.render.worker``).
"""
