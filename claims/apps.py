from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "claims"

    def ready(self) -> None:
        """Tell the outbox how messages about claims read, and listen for those that come back; tell the doors whose a
        claim is."""
        from claims import bounces, mails
        from claims.models import Claim
        from mci_portal.accounts import access
        from mci_portal.outbox.delivery import delivery_failed

        mails.register_all()
        delivery_failed.connect(bounces.note, dispatch_uid="claims.bounces")
        access.OWNERS["number"] = lambda number: (
            Claim.objects.filter(number=number).values_list("partner_id", flat=True).first()
        )
