"""Takes what the staff labelled in the console into the training sentences."""

from __future__ import annotations

import argparse

from bot.config import load_settings
from bot.data_dir import PROJECT_ROOT
from bot.progress import say
from bot.supervise import database


def configure(parser: argparse.ArgumentParser) -> None:
    """``export``."""
    parser.add_argument("what", choices=("export",), help="write labelled messages to nlu_data/nlu")


def execute(arguments: argparse.Namespace) -> int:
    """Writes what is new; the exit code is 1 where a label contradicts a sentence that is there."""
    # Imported here: the other commands do not pay for the store and the services.
    from bot.services import label_files, labelling
    from bot.services.label_files import Labelled
    from bot.store.clock import real_clock
    from bot.store.engine import make_engine, make_sessions, transaction

    with database.available(load_settings()) as url:
        engine = make_engine(url)
        try:
            with transaction(make_sessions(engine)) as session:
                rows = labelling.to_export(session)
                found = [
                    Labelled(id=row.id, text=row.text, intent=row.intent or "", variety=row.variety or "")
                    for row in rows
                ]
                outcome = label_files.add(PROJECT_ROOT / "nlu_data" / "nlu", found)
                refused = {one.id for one, _ in outcome.contradictions}
                for row in rows:
                    row.exported_at = None if row.id in refused else real_clock()
        finally:
            engine.dispose()
    say(f"Written: {len(outcome.written)}. Known already: {len(outcome.known)}.")
    for one, there in outcome.contradictions:
        say(f"Not written: «{one.text}» is labelled {one.intent}, but stands under {there}.")
    return 1 if outcome.contradictions else 0
