"""Where uploaded and made files live: in the folder or the S3 bucket that ``STORAGE_URL`` names."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.storage import default_storage

# What may stand behind the question mark; the keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
S3_OPTIONS = ("endpoint_url", "region_name")


def storage_of(url: str) -> dict[str, Any]:
    """The entry of Django's STORAGES for a folder (``/srv/files``, ``file:///srv/files``) or a bucket
    (``s3://bucket?region_name=eu-north-1``, with ``endpoint_url=`` for another provider).

    Raises ImproperlyConfigured with one sentence.
    """
    if not url.startswith("s3://"):
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": url.removeprefix("file://"), "file_permissions_mode": 0o640},
        }
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if not parts.netloc or parts.path.strip("/") or not options.keys() <= set(S3_OPTIONS) or "@" in parts.netloc:
        raise ImproperlyConfigured(
            "STORAGE_URL is not understood. Write s3://bucket?region_name=...&endpoint_url=... and put the keys into"
            " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    try:
        import storages  # noqa: F401 - only installations with a bucket have it
    except ImportError:
        raise ImproperlyConfigured(
            "STORAGE_URL names a bucket. Install what speaks to it: pip install -r requirements/s3.txt"
        ) from None
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "signature_version": "s3v4",
            "default_acl": None,  # never public
            "file_overwrite": False,
            **options,
        },
    }


def keep_whole(name: str, file: File) -> str:
    """Store ``file`` under ``name``, which nobody else uses, and return the name it got. Raises OSError where there is
    no room; then nothing of it is left behind (FA13)."""
    try:
        kept: str = default_storage.save(name, file)
    except OSError:
        default_storage.delete(name)
        raise
    return kept


def names_in(folder: str) -> list[str]:
    """The files of ``folder``; none where there is no such folder yet."""
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []
