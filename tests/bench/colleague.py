"""Somebody who edits claims while the sweep runs. Runs in a process that knows no Django: keep this file free of it."""

import random
import time

import psycopg


def edit(parameters: dict, ids: list[int], stop, times) -> None:
    """Change one claim after the other until told to stop, then hand over how long each took."""
    taken: list[float] = []
    with psycopg.connect(**parameters) as link:
        times.put(0)
        while not stop.is_set():
            started = time.perf_counter()
            pk = random.choice(ids)
            link.execute("SELECT status FROM claims_claim WHERE id = %s FOR UPDATE", [pk])
            link.execute("UPDATE claims_claim SET customer_title = 'Head of IT' WHERE id = %s", [pk])
            link.commit()
            taken.append((time.perf_counter() - started) * 1000)
            time.sleep(0.001)
    times.put(taken)
