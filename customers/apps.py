from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        """A directory that cannot be asked stops the start, not the first partner who adds a customer."""
        try:
            import_string(settings.TENANT_RESOLVER)
        except ImportError as problem:
            raise ImproperlyConfigured(
                f"TENANT_RESOLVER names no class that can be loaded: “{settings.TENANT_RESOLVER}”."
            ) from problem
