from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "mci_portal.common"
