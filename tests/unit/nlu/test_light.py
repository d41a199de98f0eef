"""What understanding a message has to load."""

import subprocess
import sys
from pathlib import Path

import nlu.interpreter

FUNCTIONS = Path(nlu.interpreter.__file__).parents[1]


def test_a_message_is_understood_without_models() -> None:
    """The interpreter tells plain values: pydantic would take 9 MB."""
    imported = subprocess.run(
        [sys.executable, "-c", "import sys, nlu.interpreter; print('\\n'.join(sys.modules))"],
        cwd=FUNCTIONS,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "nlu.interpreter" in imported
    assert "pydantic" not in imported
