"""``python -m bot.rasa_components.lean_parse MODEL IN OUT`` does what :mod:`bot.rasa_components.parse_file` does, without
TensorFlow: sooner, and with less memory."""

from __future__ import annotations

import importlib
import logging
import sys

from bot.rasa_components.lean_rasa import only_understand


def main() -> int:
    """Reads the command line as ``parse_file`` does."""
    # Rasa and what it stands on warn about their own insides at each start; nobody who waits for parses can do anything about it.
    logging.captureWarnings(True)
    only_understand()
    parsed: int = importlib.import_module("bot.rasa_components.parse_file").main()
    return parsed


if __name__ == "__main__":
    sys.exit(main())
