"""In which language somebody is written to whose address is all that is known, as a claim's partner contact (R-014).

His own, if the address signs in here; else that of the member who owns the claim; else English.
"""

from django.db import connection

# ``{email}`` and ``{owner}`` are SQL: a column or a parameter.
LANGUAGE = """coalesce(
    (SELECT person.language FROM accounts_user AS person WHERE lower(person.email) = lower({email})),
    (SELECT person.language FROM accounts_user AS person WHERE person.id = {owner}), 'en')"""


def language_of(email: str, owner_id: int | None) -> str:
    """The language for a mail to ``email`` about something that ``owner_id`` owns. One query."""
    with connection.cursor() as cursor:
        statement = "SELECT " + LANGUAGE.format(email="%(email)s", owner="%(owner)s::bigint")
        cursor.execute(statement, {"email": email, "owner": owner_id})
        return cursor.fetchone()[0]
