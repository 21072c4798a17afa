"""``manage.py tell_superseded``: mail the partners whose open claims rest on a superseded template (E21)."""

from django.core.management.base import BaseCommand

from claims import superseded
from mci_portal.common.clock import database_now


class Command(BaseCommand):
    help = "Tells partners of templates that are not accepted any more. Safe to repeat: nobody is told twice."

    def handle(self, *args, **options) -> None:
        for one in superseded.affected():
            numbers = ", ".join(str(claim.number) for claim in one.claims)
            self.stdout.write(f"{one.template.requirement.engagement}: {one.template} touches {numbers}")
        self.stdout.write(f"{superseded.tell(database_now())} mails queued")
