"""TLS for localhost: a certificate authority that lives as long as the mock, and the bundle that makes clients trust it."""

import os
import ssl
from pathlib import Path

import trustme


class Certificates:
    """A local authority, never written to disk, and a certificate of its own for the names given."""

    def __init__(self, *names: str):
        self._authority = trustme.CA(organization_name="Foundry course offline mock")
        self._certificate = self._authority.issue_cert(*names)

    def server_context(self) -> ssl.SSLContext:
        """What the server presents."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context

    def write_bundle(self, path: Path, other_sites: bool) -> None:
        """What clients trust: this authority and, for the sake of other sites, all that this machine trusts already.
        SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace a client's own list, and other HTTPS in a notebook must go on working;
        but that list takes a client some 30 ms to read for each new connection."""
        own = self._authority.cert_pem.bytes()
        if not other_sites:
            path.write_bytes(own)
            return
        trusted = next(
            (
                Path(os.environ[n])
                for n in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
                if Path(os.environ.get(n, "")).is_file()
            ),
            None,
        )
        if trusted is None:
            import certifi

            trusted = Path(certifi.where())
        path.write_bytes(trusted.read_bytes().rstrip() + b"\n" + own)
