"""People who edit claims while the sweep runs. Runs in a process that knows no Django: keep this file free of it."""

import random
import time

import psycopg

EVERY = 0.01  # seconds


def edit(parameters: dict, ids: list[int], stop, times) -> None:
    """Change a claim at every hundredth of a second until told to stop, then hand over how long each took.

    An edit that has to wait makes those behind it late, and they count from when they were due: else a sweep that stops
    everybody for half a minute would be one slow edit among thousands of quick ones.
    """
    taken: list[float] = []
    with psycopg.connect(**parameters) as link:
        times.put(0)
        due = time.perf_counter()
        while not stop.is_set():
            time.sleep(max(0.0, due - time.perf_counter()))
            pk = random.choice(ids)
            link.execute("SELECT status FROM claims_claim WHERE id = %s FOR UPDATE", [pk])
            link.execute("UPDATE claims_claim SET customer_title = 'Head of IT' WHERE id = %s", [pk])
            link.commit()
            taken.append((time.perf_counter() - due) * 1000)
            due += EVERY
        ended = time.perf_counter()
    while due < ended:  # still waiting for their turn
        taken.append((ended - due) * 1000)
        due += EVERY
    times.put(taken)
