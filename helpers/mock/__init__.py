"""The local Foundry: a TLS server on this machine in the shape of the real service, for work without an account.

server.py        sockets, TLS, threads; hands each request to
foundry.py       the plain function from request to answer: routes, sign-in, versions, deployments
identity.py      Entra ID: signed tokens and their verification
prompts.py       what the model would see in a request, whichever API it came through
recordings.py    the prepared answers, matched on that
shapes.py        the bodies of successful answers
errors.py        the bodies of failures, layer by layer
headers.py       the response headers
ids.py           ids and times, derived from the request so that the same request gives the same bytes
catalog.py       the facts of the demo resource: project, deployments, region
"""
