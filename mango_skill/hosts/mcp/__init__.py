"""The MCP server: the tools, the timeline and the finished files for any host that speaks the protocol.

``server`` says what is answered, ``lines`` and ``web`` how it is carried: standard input and output, or HTTP
on loopback. Nothing of a job depends on the server: whoever ends it finds the job again by its id.
"""
