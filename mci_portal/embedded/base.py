"""Django's PostgreSQL backend, which starts the embedded server before the first connection."""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from mci_portal import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            embedded.start(Path(self.settings_dict["EMBEDDED_FOLDER"]))
        except embedded.EmbeddedServerError as failure:
            raise OperationalError(str(failure)) from failure
        return super().get_new_connection(conn_params)
