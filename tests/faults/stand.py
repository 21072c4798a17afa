"""A whole portal on this machine for the night: PostgreSQL, Redis, web, worker, beat and stand-in as real processes."""

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mci_portal import embedded
from mci_portal.embedded import privileges
from tests.smtp_sink import free_port

ROOT = Path(__file__).parents[2]
COMMANDS = {
    # By its own script: a gunicorn that was started with -m cannot start its successor (USR2).
    "web": [
        str(Path(sys.executable).parent / "gunicorn"),
        "mci_portal.wsgi",
        "--worker-class",
        "gthread",
        "--preload",
        "--workers",
        "2",
        "--threads",
        "8",
    ],
    "worker": ["-m", "celery", "-A", "mci_portal", "worker", "--concurrency", "2", "--loglevel", "error"],
    "beat": ["-m", "celery", "-A", "mci_portal", "beat", "--loglevel", "error", "--schedule"],
    "standby": ["manage.py", "stand_by"],
}


@dataclass
class Stand:
    """``folder`` holds all data; ``smtp`` is the port of a sink. Processes are known by name and ended by their pid."""

    folder: Path
    smtp: int
    web_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TESTING": "1",
            "DATABASE_URL": embedded.database_url(self.folder / "pg"),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp}",
            "EMAIL_TIMEOUT": "150",
            "STORAGE_URL": str(self.folder / "files"),
            "LOG_LEVEL": "ERROR",
        }

    def start(self, name: str, *before: str, alias: str = "") -> None:
        """``before``: a program that runs it, such as faketime."""
        command = list(COMMANDS[name])
        if name == "web":
            command += ["--bind", f"127.0.0.1:{self.web_port}"]
        if name == "beat":
            command.append(str(self.folder / f"timetable-{alias or name}"))
        self._run(alias or name, [*before, sys.executable, *command])
        if name == "web":
            wait_for(lambda: self.get("/healthz") == 200, "the web process answers")

    def start_redis(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed"
        self._run("redis", [program, "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""])

    def _run(self, name: str, command: list[str]) -> None:
        log = (self.folder / f"{name}.log").open("a")
        self.running[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
        )

    def end(self, name: str, how: int = signal.SIGTERM) -> None:
        """TERM asks the process, which sees to its children and finishes its jobs; -9 ends all of them at once."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            if how == signal.SIGTERM:
                # A program that runs ours (faketime) would not hand it on.
                wrapped = "faketime" in Path(f"/proc/{process.pid}/cmdline").read_text().split("\0")[0]
                for pid in _children(process.pid) if wrapped else {process.pid}:
                    os.kill(pid, how)
            else:
                os.killpg(os.getpgid(process.pid), how)
        try:
            process.wait(120)
        except subprocess.TimeoutExpired as late:
            self.running[name] = process
            raise AssertionError(f"{name} did not end within two minutes") from late

    def restart_postgres(self) -> None:
        folder = self.folder / "pg"
        command = [str(embedded._binaries() / "pg_ctl"), "-D", str(folder), "-m", "fast", "-w", "restart"]
        with (self.folder / "postgres.log").open("a") as log:
            subprocess.run(
                [*command, "-l", str(folder / "server.log")],
                check=True,
                cwd="/",
                stdout=log,
                stderr=log,
                **privileges.identity(folder),
            )

    def stop_postgres(self) -> None:
        embedded._stop_server(self.folder / "pg")

    def get(self, path: str, cookie: str = "") -> int:
        return self.send("GET", path, cookie)

    def send(
        self,
        method: str,
        path: str,
        cookie: str = "",
        body: str | Iterable[bytes] = "",
        kind: str = "application/x-www-form-urlencoded",
        **head: str,
    ) -> int:
        """The status of the answer; 0 where there was none."""
        link = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=30)
        head = {"Cookie": cookie, "Content-Type": kind} | head
        try:
            link.request(method, path, body, head)
            answer = link.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            link.close()

    def replace_web(self) -> None:
        """A deploy as the README has it: a new master beside the old one, which goes when the new one has workers."""
        old = self.running["web"]
        before = _children(old.pid)
        old.send_signal(signal.SIGUSR2)
        masters = lambda: {pid for pid in _children(old.pid) - before if _children(pid)}  # noqa: E731
        wait_for(masters, "the new master has its workers")
        (new,) = masters()
        old.send_signal(signal.SIGTERM)
        old.wait(60)
        self.running["web"] = Adopted(new)

    def end_all(self) -> None:
        for name in list(self.running):
            self.end(name, signal.SIGKILL)


@dataclass(frozen=True)
class Adopted:
    """A process that one of ours left behind. It is in no session of its own, so it ends by itself."""

    pid: int

    def send_signal(self, how: int) -> None:
        os.kill(self.pid, how)

    def poll(self) -> int | None:
        return None if Path(f"/proc/{self.pid}").exists() else 0

    def wait(self, seconds: float) -> None:
        wait_for(lambda: self.poll() is not None, f"process {self.pid} has ended", seconds)


def _children(pid: int) -> set[int]:
    with contextlib.suppress(FileNotFoundError):
        return {int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    return set()


class Traffic(threading.Thread):
    """People at work: pages are read and comments written, a few a second.

    ``ledger``: the comments that were taken, and those of which nobody knows.
    """

    def __init__(self, stand: Stand, cookie: str, csrf: str, numbers: list[int], pace: float = 0.15) -> None:
        super().__init__(daemon=True)
        self.stand, self.cookie, self.csrf, self.numbers, self.pace = stand, cookie, csrf, numbers, pace
        self.done = threading.Event()
        self.answers: list[tuple[float, str, int, float]] = []  # when, method, status, seconds
        self.ledger: list = []

    def run(self) -> None:
        from claims.books import Entry

        turn = 0
        while not self.done.wait(self.pace):
            turn += 1
            number = self.numbers[turn % len(self.numbers)]
            if turn % 3:
                path = f"/incentives/claims/{number}/" if turn % 2 else "/incentives/claims/"
                self._note("GET", lambda path=path: self.stand.get(path, self.cookie))
            else:
                words = f"night-{id(self)}-{turn}"
                body = f"csrfmiddlewaretoken={self.csrf}&text={words}"
                path = f"/incentives/claims/{number}/comments/"
                status = self._note(
                    "POST", lambda path=path, body=body: self.stand.send("POST", path, self.cookie, body)
                )
                if not 400 <= status < 500:
                    self.ledger.append(Entry(number, "comment", words, answered=status in (200, 302)))

    def _note(self, method: str, ask) -> int:
        began = time.monotonic()
        status = ask()
        self.answers.append((began, method, status, time.monotonic() - began))
        return status

    def stop(self) -> Counter:
        self.done.set()
        self.join(60)
        return Counter(status for _when, _method, status, _took in self.answers)

    def outage(self) -> float:
        """Seconds from the first answer that was not fine to the last one."""
        bad = [when for when, _method, status, _took in self.answers if status not in (200, 302, 409)]
        return max(bad) - min(bad) if bad else 0.0

    def p95(self) -> float:
        took = sorted(took for _when, _method, status, took in self.answers if status in (200, 302, 409))
        return took[int(len(took) * 0.95)] if took else 0.0


def wait_for(true, what: str, seconds: float = 120) -> float:
    """How long it took until ``true()``."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"waited {seconds:.0f} s in vain until {what}")
        time.sleep(0.2)
    return time.monotonic() - began
