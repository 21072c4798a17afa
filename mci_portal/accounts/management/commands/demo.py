"""``make demo``: the whole portal in one process - pages, mail delivery, periodic jobs - on loopback."""

import errno
import logging
import os
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import BaseCommand, CommandError, call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import OperationalError, connections, transaction

from mci_portal import embedded
from mci_portal.accounts.demo import ACCOUNTS, PASSWORD
from mci_portal.common.background import BackgroundJobs

HOST = "127.0.0.1"


class _QuietHandler(WSGIRequestHandler):
    """What went wrong is logged by Django itself; a line per request would bury it."""

    def log_message(self, format: str, *args: Any) -> None:
        return


class Command(BaseCommand):
    help = "Run the portal with its demo world in one process, without Redis, a mail server or Docker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--reset", action="store_true", default=os.environ.get("RESET") == "1")

    def handle(self, *args: Any, port: int, reset: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo loosens sign-in and mail; it runs only with DEMO=1 (use make demo).")
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: stop.set())
        # The port comes first: nothing is migrated or reset for a demo that cannot be reached.
        server = self._bind(port)
        try:
            self._prepare(reset)
            if not stop.is_set():
                self._serve(server, stop, port)
        finally:
            server.server_close()
            connections.close_all()
        self.stdout.write("Stopped.")

    def _bind(self, port: int) -> ThreadedWSGIServer:
        try:
            return ThreadedWSGIServer((HOST, port), _QuietHandler)
        except OSError as failure:
            if failure.errno == errno.EADDRINUSE:
                raise CommandError(f"Port {port} is taken. Stop what uses it, or run: make demo PORT=8001") from None
            raise CommandError(f"Port {port} cannot be opened: {failure.strerror}.") from None
        except OverflowError:
            raise CommandError(f"There is no port {port}; choose one between 1024 and 65535.") from None

    def _prepare(self, reset: bool) -> None:
        try:
            if reset:
                self._reset()
            self.stdout.write("Preparing the database ...")
            call_command("migrate", verbosity=0, interactive=False)
        except (embedded.EmbeddedServerError, OperationalError) as failure:
            raise CommandError(str(failure).strip()) from None
        if not get_user_model()._default_manager.exists():
            self.stdout.write("Loading the catalogue and the demo world ...")
            # All or nothing: a start that was broken off begins anew the next time.
            with transaction.atomic():
                call_command(
                    "load_catalogue", settings.BASE_DIR / "engagements" / "data" / "catalogue.yaml", verbosity=0
                )
                call_command("seed_demo", verbosity=0)
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)

    def _reset(self) -> None:
        if not settings.EMBEDDED:
            raise CommandError("RESET=1 removes only the embedded database; empty the one in DATABASE_URL yourself.")
        self.stdout.write("Removing the old demo world ...")
        embedded.reset(settings.DATABASES["default"]["EMBEDDED_FOLDER"])

    def _serve(self, server: ThreadedWSGIServer, stop: threading.Event, port: int) -> None:
        server.set_app(WSGIHandler())
        pages = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="pages", daemon=True)
        pages.start()
        try:
            with BackgroundJobs(current_app._get_current_object()) as jobs:
                # Only now: Celery's start reads the logging settings once more.
                for name in ("celery.worker.control", "django.request"):  # told to stop; page not found
                    logging.getLogger(name).setLevel(logging.ERROR)
                self._welcome(port)
                while not stop.wait(0.5):
                    if dead := jobs.died():
                        raise CommandError(f"The {dead} thread died; its error stands above. Start the demo again.")
                self.stdout.write("\nStopping ...")
        finally:
            server.shutdown()
            pages.join(timeout=5)

    def _welcome(self, port: int) -> None:
        width = max(len(email) for email, _who in ACCOUNTS)
        lines = [
            "",
            f"  {settings.PRODUCT_NAME} is ready:  http://{HOST}:{port}/",
            f"  Every mail it sends:  http://{HOST}:{port}/demo/mailbox/",
            "",
            f"  Sign in with the password {PASSWORD} as",
            *(f"    {email:<{width}}  {who}" for email, who in ACCOUNTS),
            "",
            "  Ctrl-C stops it; the data stay. make demo RESET=1 starts anew.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
