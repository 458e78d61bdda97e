"""The local Foundry: a TLS server on this machine in the shape of the real service, for work without an account.

server.py        sockets, TLS, threads, pace; hands each request to
foundry.py       the plain function from request to answer: the table of routes, and the order of the checks
access.py        who may come in where: key, token, api-version
calls.py         a request that found its route, and how it is answered
responses.py     the Responses API and conversations
chat.py          chat completions, embeddings, base models
project.py       deployments, connections, agents, files
management.py    Azure Resource Manager: accounts, projects, deployments
identity.py      Entra ID: signed tokens, their verification, the token endpoints
control.py       faults, quotas, speed and the journal, for instructors and tests
model.py         what the model would say: a recording, or an invention that says so
prompts.py       what the model would see in a request, whichever API it came through
recordings.py    the prepared answers, matched on that
inventions.py    values that fit a JSON schema
parameters.py    which parameters each API takes
shapes.py        the bodies of successful answers
streams.py       the same as server-sent events
errors.py        the bodies of failures, layer by layer
headers.py       the response headers
limits.py        token buckets; quota.py turns them into headers and 429s
paging.py        lists in pages
ids.py           ids and times, derived from the request so that the same request gives the same bytes
state.py         what is remembered, within bounds
catalog.py       the facts of the demo resource: project, deployments, region, api-versions
certificates.py  the local certificate authority
"""
