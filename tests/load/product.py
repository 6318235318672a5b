"""The product as it is measured: its own start command, with a provider of ours in Twilio's place."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests.e2e.product import Product
from tests.load.provider import Provider
from tests.load.wire import Wire
from tests.torture.people import QUESTIONS

PEOPLE = 1200
"""Enough that nobody writes more often than people do: the product keeps to the providers' limits for each chat."""
PATH = "/webhooks/twilio/messages"
_TICKS = os.sysconf("SC_CLK_TCK")


class MeasuredProduct(Product):
    """``more`` replaces settings."""

    def __init__(self, *, root: Path, home: Path, models: Path, more: dict[str, str]) -> None:
        super().__init__(root=root, home=home, models=models)
        self.provider_port = self.port + 9
        self._more = more

    def environment(self) -> dict[str, str]:
        """As people's, and the address of our provider."""
        api = f"http://127.0.0.1:{self.provider_port}"
        return {**super().environment(), "TWILIO_API_BASE_URL": api, **self._more}

    def programs(self) -> dict[str, list[Path]]:
        """The processes of each program, by the program's name."""
        found: dict[str, list[Path]] = defaultdict(list)
        setting = f"DATA_DIR={self.home}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                variables = (process / "environ").read_bytes().split(b"\0")
                names = [
                    v.partition(b"=")[2].decode()
                    for v in variables
                    if v.startswith(b"SUPERVISOR_PROCESS_NAME=")
                ]
                if names and (setting in variables or names[0] == "db"):
                    found[names[0]].append(process)
            except OSError:
                continue  # it has ended, or is another user's
        # PostgreSQL's own children write over what says whose they are.
        found["db"] += [child for parent in found["db"] for child in _children(parent)]
        return found

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time that each program has used since it started."""
        return {name: sum(map(_cpu, processes)) for name, processes in self.programs().items()}

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each program; what processes share is divided among them."""
        return {name: sum(map(_memory, processes)) for name, processes in self.programs().items()}


def _children(parent: Path) -> list[Path]:
    try:
        names = (parent / "task" / parent.name / "children").read_text().split()
    except OSError:
        return []
    return [Path("/proc") / name for name in names]


def _cpu(process: Path) -> float:
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own, and that of children that have ended: each connection to PostgreSQL is one.
    return sum(map(int, fields[11:15])) / _TICKS


def _memory(process: Path) -> float:
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


class Writers:
    """People on WhatsApp who write to the product, each in turn."""

    def __init__(self, product: MeasuredProduct, provider: Provider) -> None:
        secrets = json.loads((product.home / "secrets.json").read_text(encoding="utf-8"))
        self._validator = RequestValidator(secrets["twilio_auth_token"])
        self._to = f"whatsapp:{secrets['twilio_whatsapp_from']}"
        self._url = f"{product.url}{PATH}"
        self._provider = provider
        self.wire = Wire(product.port)
        self._sent = 0

    @property
    def strangers(self) -> int:
        """How many people have not written yet."""
        return max(0, PEOPLE - self._sent)

    async def write(self, number: int) -> bool:
        """One message; done when it is acknowledged."""
        return await self._post(self._next(), number)

    async def converse(self, number: int) -> bool:
        """One message; done when the product has called the provider with the answer."""
        phone = self._next()
        called = self._provider.next_call(phone)
        if not await self._post(phone, number):
            return False
        await called
        return True

    def _next(self) -> str:
        self._sent += 1
        return f"+21267{self._sent % PEOPLE:07d}"

    async def _post(self, phone: str, number: int) -> bool:
        fields = {
            "MessageSid": f"SM{os.urandom(16).hex()}",
            "From": f"whatsapp:{phone}",
            "To": self._to,
            "WaId": phone[1:],
            "Body": QUESTIONS[number % len(QUESTIONS)],
            "NumMedia": "0",
            "MessageType": "text",
            "ProfileName": "Sara",
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._validator.compute_signature(self._url, fields),
        }
        answer = await self.wire.post(PATH, headers, urlencode(fields).encode())
        return answer.status == 200
