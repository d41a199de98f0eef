"""The action server of a bot's own actions ends with the command that began it."""

import select
import signal
import subprocess
import sys

import pytest

from pforte.bot.own_actions import end

HEEDS = "import signal\nprint('ready', flush=True)\nsignal.pause()\n"

STAYS = """\
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    print("ready", flush=True)
signal.alarm(60)
signal.pause()
"""


@pytest.mark.parametrize(
    ("program", "patience", "ended_by"),
    [(HEEDS, 60, signal.SIGTERM), (STAYS, 0.01, signal.SIGKILL)],
)
def test_a_server_ends_with_its_workers_whether_it_heeds_or_not(
    program: str, patience: float, ended_by: signal.Signals
) -> None:
    """It is asked first; rasa-sdk's now and then stays, and no command waits for ever."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"

        end(server, patience)

        assert server.returncode == -ended_by
        # Whoever still lives keeps the pipe open.
        assert select.select([server.stdout], [], [], 10)[0]
        assert server.stdout.read() == b""
