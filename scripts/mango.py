"""Run Mango AI from this folder with nothing installed before: ``python3 scripts/mango.py make CLIP "..." -o OUT``.

The first run makes a private environment of pinned packages in the user's cache folder; later runs start at once.
Standard library only, and readable for old Pythons, so that they too get a plain word.
"""

import os
import sys

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.dirname(SCRIPTS)
FAILED = 9  # the command line's exit code for configuration


def say(line):
    # type: (str) -> None
    sys.stderr.write("mango: " + line + "\n")
    sys.stderr.flush()


def wanted_lists(environ):
    # type: (dict[str, str] | os._Environ[str]) -> tuple[str, ...]
    """The engine's packages are large: who has chosen the cloud does not fetch them.

    The server's packages come with either: a host gives up before they could be fetched for it.
    """
    import environment

    return tuple(
        name for name in environment.FULL if name != "local" or environ.get("MANGO_BACKEND") != "cloud"
    )


def is_server(words):
    # type: (list[str]) -> bool
    """Whether a host starts the server on standard input and output, and so waits for answers at once."""
    return words[:1] == ["mcp"] and not {"-h", "--help", "--http"} & set(words)


def run_here():
    # type: () -> int
    """Run the command line with the code of this folder; we are inside the private environment."""
    sys.path[0] = FOLDER
    from mango_skill.cli import main

    return main()


def start():
    # type: () -> int
    if sys.version_info < (3, 11):  # noqa: UP036 - this file alone must tell an old Python what is wrong
        say("Python 3.11 or newer is needed; this is {}.{}.".format(*sys.version_info[:2]))
        return FAILED
    if os.path.exists(os.path.join(sys.prefix, "mango-ready")):
        return run_here()
    import environment

    wanted = wanted_lists(os.environ)
    if is_server(sys.argv[1:]) and not environment.ready_python(wanted):
        import waiting

        return waiting.serve(wanted, [os.path.abspath(__file__), *sys.argv[1:]])
    try:
        python = environment.fetch(wanted, say=say)
    except environment.NotBuiltError as failure:
        say(str(failure))
        return FAILED
    except KeyboardInterrupt:
        say("Stopped waiting. Packages that are being fetched are there for the next run.")
        return 130
    command = [python, os.path.abspath(__file__), *sys.argv[1:]]
    if sys.platform == "win32":
        import subprocess

        # exec on Windows returns to the shell at once
        return subprocess.call(command)
    os.execv(python, command)


if __name__ == "__main__":
    sys.exit(start())
