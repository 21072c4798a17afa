from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mci_portal.accounts"

    def ready(self) -> None:
        """Tell the outbox how mails about roles, invitations and requests read; note when each session began."""
        from django.contrib.auth.signals import user_logged_in

        from mci_portal.accounts import idle, mails

        mails.register_all()
        user_logged_in.connect(idle.begin, dispatch_uid="accounts.idle.begin")
