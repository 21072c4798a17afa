"""Uploads go to a temporary file, and stop at the size limit instead of filling the disk (R-177, G11)."""

from contextlib import suppress

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

# Room for the form's other fields and the multipart frame around the file.
OVERHEAD = 1024 * 1024


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Sets ``request.upload_too_large`` and drops the file once it is longer than ``UPLOAD_MAX_BYTES``."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        self._refused = content_length > settings.UPLOAD_MAX_BYTES + OVERHEAD
        self._received = 0

    def new_file(self, *args, **kwargs):
        if self._refused:
            self._stop()
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        self._received = start + len(raw_data)
        if self._received > settings.UPLOAD_MAX_BYTES:
            self.file.close()  # the temporary file goes with it
            self._stop()
        try:
            return super().receive_data_chunk(raw_data, start)
        except OSError:  # no room (FA13); Django would keep the half of it until the memory is tidied up
            with suppress(OSError):  # what was not written yet cannot be written now either
                self.file.close()
            raise

    def _stop(self) -> None:
        self.request.upload_too_large = True
        raise StopUpload(connection_reset=True)


def was_too_large(request) -> bool:
    """True when the request's file was cut off: the page answers 413 and asks for a smaller one."""
    request.POST  # noqa: B018 - reading the form is what runs the handler
    return getattr(request, "upload_too_large", False)
