"""What is said on the wire, once: addresses, headers, codes, events, and the draft as a timeline.

Both ends import this room and it imports neither. Facts marked ``[S]`` are stated by the skill document,
``[P]`` by the vendor's public documents, ``[ours]`` are additions that the engine alone understands.
"""
