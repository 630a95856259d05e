"""The WSGI entry point; also what gunicorn loads."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from shopassist import embedded

if not settings.DATABASE_URL:
    embedded.ensure_running(settings.DATA_DIR)
application = get_wsgi_application()
