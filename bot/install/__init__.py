"""Setting the project up: `python3 -m bot.install`. Standard library only, and nothing of the rest of the
project.

It makes `.venv` (the product, Python 3.11 or newer) and `.venv-rasa` (Rasa, Python 3.10) from the lock files,
and does nothing when they are up to date.
"""
