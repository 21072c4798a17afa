"""``manage.py reseal_payees``: after a new key was put in front of FIELD_ENCRYPTION_KEYS, seal everything with it."""

from django.core.management.base import BaseCommand

from eligibility import payee


class Command(BaseCommand):
    help = "Seals bank and tax data with the first of FIELD_ENCRYPTION_KEYS; the old key can go afterwards."

    def handle(self, *args, **options) -> None:
        number = payee.reseal_all()
        if options["verbosity"]:
            self.stdout.write(f"{number} payee profiles sealed anew.")
