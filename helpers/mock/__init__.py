"""The local Foundry: a TLS server on this machine in the shape of the real service, for work without an account.

A request comes in at server.py (sockets, TLS, threads, pace), which hands it to room.py: whose world it belongs to, where a class
has many. There foundry.py has the order of the stages. It passes

    faults.py        the fault that was asked for
    routes.py        the route of its path
    access.py        the key or the token; tokens.py makes and verifies those
    versions.py      the project and the api-version
    api/             the handler, in the file of its API
    journal.py       and is noted

What the handlers share: parts.py holds it together, model/ says what the model would say, wire/ how it looks on the wire,
state.py what is remembered, limits.py the quotas, catalog.py the facts of the demo resource. call.py is the request on its
way, answer.py what a model said. certificates.py is the local certificate authority, codes.py the code that proves it to a
learner. control/ is the instructor's hand on all of it: faults, quotas, speed, the journal, and the page that shows them.
"""
