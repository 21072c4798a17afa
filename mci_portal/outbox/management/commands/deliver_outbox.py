from django.core.management.base import BaseCommand

from mci_portal.outbox import delivery


class Command(BaseCommand):
    help = "Send every mail that is due, then stop."

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{delivery.drain()} mails left.")
