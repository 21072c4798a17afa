"""A mail server on loopback that keeps what it gets and misbehaves as told."""

import asyncio
import email
import socket
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

OK = "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Sink:
    """``script[address]`` lists the answers to come for that recipient; when it is used up, the answer is OK.

    An answer is an SMTP line, ``"silent"`` (the mail is taken and never answered) or ``"drop"`` (the mail is taken
    and the connection cut before the answer), ``"slow"`` (answered after 0.2 seconds).
    """

    port: int = field(default_factory=free_port)
    script: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    received: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    on_mail: Callable[[], object] | None = None  # called with each mail, before it is answered
    _controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.received]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = self.script[address]
        if answers and answers[0].startswith("5"):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server, session, envelope):
        answers = self.script[envelope.rcpt_tos[0]]
        answer = answers.pop(0) if answers else OK
        if answer.startswith("4"):
            return answer
        self.received.append(email.message_from_bytes(envelope.content, policy=default))
        if self.on_mail is not None:
            self.on_mail()
        if answer == "silent":
            await asyncio.sleep(3)
        if answer == "slow":
            await asyncio.sleep(0.2)
        if answer == "drop":
            server.transport.abort()
        return OK


@pytest.fixture
def sink(settings):
    """The portal's mail goes to a sink; no conversation waits longer than half a second."""
    server = Sink()
    server.start()
    use(settings, server.port)
    yield server
    server.stop()


def use(settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 0.5
