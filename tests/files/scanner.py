"""A virus scanner on loopback that speaks as ClamAV's daemon does, and finds whatever holds its word."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

VIRUS = b"%%this-is-a-virus%%"


@dataclass
class Scanner:
    """``says`` replaces its verdict; ``seen`` holds what it was given."""

    says: bytes = b""
    seen: list[bytes] = field(default_factory=list)
    server: socketserver.ThreadingTCPServer | None = None

    @property
    def url(self) -> str:
        return f"clamd://127.0.0.1:{self.server.server_address[1]}"

    def start(self, port: int = 0) -> None:
        scanner = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                assert self.rfile.read(10) == b"zINSTREAM\0"
                data = b""
                while size := int.from_bytes(self.rfile.read(4), "big"):
                    data += self.rfile.read(size)
                scanner.seen.append(data)
                verdict = b"stream: Test.Virus FOUND" if VIRUS in data else b"stream: OK"
                self.wfile.write((scanner.says or verdict) + b"\0")

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", port), Conversation)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> int:
        """It is away; returns the port at which it may come back."""
        port: int = self.server.server_address[1]
        self.server.shutdown()
        self.server.server_close()
        return port


@pytest.fixture
def scanner(settings) -> Iterator[Scanner]:
    here = Scanner()
    here.start()
    settings.SCANNER_URL, settings.SCANNER_TIMEOUT = here.url, 5
    yield here
    here.stop()
