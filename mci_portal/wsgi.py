"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mci_portal.settings")
# Somebody waits for the answer; jobs and commands get longer (11.7).
os.environ.setdefault("STATEMENT_TIMEOUT", "10s")
application = get_wsgi_application()
