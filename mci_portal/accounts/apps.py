from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mci_portal.accounts"

    def ready(self) -> None:
        """Tell the outbox how mails about roles, invitations and requests read."""
        from mci_portal.accounts import mails

        mails.register_all()
