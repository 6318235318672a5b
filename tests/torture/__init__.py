"""The product under faults: people talk, everything that can break breaks, and the records must prove that nothing was lost.

``python -m tests.torture`` starts an installation of its own and runs the long form, with ``--short`` a short one.
Everything happens on this machine's loopback. The same seed chooses the same people, words, victims and pauses.
"""
