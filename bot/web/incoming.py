"""How the web service stores what providers bring: by the services, a transaction each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.messages import Channel, DeliveryReceipt, InboundMessage
from bot.core.texts import Texts
from bot.services import receipts, receiving, telegram_link
from bot.store.clock import Clock
from bot.store.engine import Sessions, transaction
from bot.store.locks import LATER, Later

TWILIO_CHANNELS = (Channel.WHATSAPP, Channel.SMS)


@dataclass(frozen=True, kw_only=True)
class Messages:
    """Messages of people: their ids, None for those that are stored already or are no matter for the assistant."""

    sessions: Sessions
    clock: Clock
    texts: Callable[[], Texts]

    def key(self, message: InboundMessage) -> tuple[Channel, str]:
        """A conversation's messages stay in order."""
        return message.channel, message.address

    def together(self, arrived: Sequence[InboundMessage]) -> list[int | Later | None]:
        """All but codes of the staff, which are a matter of their own."""
        plain = [message for message in arrived if not telegram_link.is_code(message)]
        now = self.clock()
        with transaction(self.sessions) as session:
            stored = iter(receiving.receive_all(session, plain, now=now))
            return [LATER if telegram_link.is_code(message) else next(stored) for message in arrived]

    def alone(self, message: InboundMessage) -> int | None:
        """Any message."""
        now = self.clock()
        with transaction(self.sessions) as session:
            if telegram_link.take(session, message, texts=self.texts, now=now):
                return None
            return receiving.receive(session, message, now=now)


@dataclass(frozen=True, kw_only=True)
class Receipts:
    """Twilio's receipts: whether they name a message of ours."""

    sessions: Sessions
    clock: Clock

    def key(self, receipt: DeliveryReceipt) -> int | str:
        """A message's receipts stay in order."""
        return receipt.outbound_id or receipt.provider_id

    def together(self, found: Sequence[DeliveryReceipt]) -> list[bool | Later]:
        """Those that only say how far a message has come."""
        now = self.clock()
        with transaction(self.sessions) as session:
            return receipts.record_all(session, found, now=now)

    def alone(self, receipt: DeliveryReceipt) -> bool:
        """Any receipt."""
        now = self.clock()
        with transaction(self.sessions) as session:
            return receipts.record(session, receipt, channels=TWILIO_CHANNELS, now=now)
