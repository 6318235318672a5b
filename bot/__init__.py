"""An assistant for the young people of an employment caravan: WhatsApp, Telegram and SMS."""

try:
    import zoneinfo
except ImportError:
    # A Python too old for the product: there the set-up gets as far as the sentence that says so.
    pass
else:
    # Morocco changes its clock by decree. All processes use the tzdata package of the lock files: the
    # system's may be older, and they must agree with one another.
    zoneinfo.reset_tzpath(to=())

__version__ = "0.1.0"
