from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"

    def ready(self) -> None:
        """Tell the outbox how messages about claims read, and listen for those that come back."""
        from claims import bounces, mails
        from mci_portal.outbox.delivery import delivery_failed

        mails.register_all()
        delivery_failed.connect(bounces.note, dispatch_uid="claims.bounces")
