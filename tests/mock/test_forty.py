"""Forty learners at once in one class: nobody sees, limits or breaks another."""

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from tests.mock.classes import a_class, serving
from tests.mock.lessons_played import Client, play

LEARNERS = 40
KEPT = 10  # responses and conversations that each has at the end


def test_forty_learners_do_six_lessons_at_once_and_nobody_sees_limits_or_breaks_another():
    with serving(a_class(), speed="instant") as server, ExitStack() as opened:
        joined = [server.room.join(server.room.of.code(), "", "192.0.2.7") for _ in range(LEARNERS)]
        for world in server.room.worlds():
            world.limits._clock = lambda: 0.0  # the quotas of lesson 06 stand still, however long this takes
        context = ssl.create_default_context(cafile=server.variables["SSL_CERT_FILE"])
        clients = [opened.enter_context(closing(Client("localhost", server.port, one, context))) for one in joined]
        together = threading.Barrier(LEARNERS, timeout=60)

        def learner(number: int) -> tuple[list[str], list[str]]:
            together.wait()
            return play(clients[number], number)

        with ThreadPoolExecutor(LEARNERS) as room:
            played = list(room.map(learner, range(LEARNERS)))
        assert {one.name: wrong for one, (wrong, _) in zip(joined, played, strict=True) if wrong} == {}
        kept = [path for _, mine in played for path in mine]
        assert len(kept) == len(set(kept)) == KEPT * LEARNERS, "no id is given twice"
        for client, (_, mine), (_, others) in zip(clients, played, played[1:] + played[:1], strict=True):
            assert [client.ask("GET", path).status for path in mine] == [200] * KEPT
            assert [client.ask("GET", path).status for path in others] == [404] * KEPT
        requests = {len(world.journal.entries) and world.journal.answered for world in server.room.worlds()[2:]}
        assert len(requests) == 1, "each did the same, and the journal has it under their name"
        assert server.room.own.journal.answered == 2 * LEARNERS, "requests without a key of the class belong to nobody"
        assert server.room.speed == "instant"
