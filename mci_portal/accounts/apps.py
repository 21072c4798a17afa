from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mci_portal.accounts"

    def ready(self) -> None:
        """Tell the outbox how mails about roles, invitations and requests read; note when each session began and
        write sign-ins down."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

        from mci_portal.accounts import access, audit, confirmation, idle, mails
        from mci_portal.outbox.models import Message

        mails.register_all()
        access.OWNERS["message_id"] = lambda pk: (
            Message.objects.filter(pk=pk).values_list("partner_id", flat=True).first()
        )
        user_logged_in.connect(idle.begin, dispatch_uid="accounts.idle.begin")
        user_logged_in.connect(confirmation.begin, dispatch_uid="accounts.confirmation")
        user_logged_in.connect(audit.signed_in, dispatch_uid="accounts.audit.signed_in")
        user_login_failed.connect(audit.sign_in_failed, dispatch_uid="accounts.audit.sign_in_failed")
        user_logged_out.connect(audit.signed_out, dispatch_uid="accounts.audit.signed_out")
