"""Keeps the secrets of mailed links out of every log line and traceback (TK13). Named in ``settings.LOGGING``."""

import logging
import re

LINK = re.compile(r"/(consent|survey|invitation|opt-out|calendar|confirm-address|new-password)/[^/\s\"'?#<>]+")


def without_secrets(text: str) -> str:
    """``text`` with whatever stands in the place of a link's secret left out."""
    return LINK.sub(r"/\1/…", text)


class SecretFreeFormatter(logging.Formatter):
    """Works on the finished line, so that arguments and tracebacks are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
