"""TLS for localhost: a certificate authority that lives as long as the mock, and the bundle that makes clients trust it.

The authority may vouch for the names that the mock serves and for no other (RFC 5280 section 4.2.1.10), and for a year: whoever
got hold of its key could not play another site with it. Its key is never written to disk.
"""

import datetime
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = datetime.timedelta(days=365)
SLACK = datetime.timedelta(days=1)  # a clock of a client that is behind


class Certificates:
    """A local authority and a certificate of its own for the names given: host names or addresses."""

    def __init__(self, *names: str):
        self._key, self._own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        authority, own = _named("Foundry course offline mock, authority"), _named("Foundry course offline mock")
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._authority = (
            _builder(authority, authority, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.NameConstraints([*_permitted(names)], None), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._certificate = (
            _builder(own, authority, self._own_key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._own_key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def server_context(self) -> ssl.SSLContext:
        """What the server presents. The ssl module reads files only, so its own key is in one for a moment, for this user's
        eyes."""
        key = self._own_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        number, name = tempfile.mkstemp(suffix=".pem")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(key + _pem(self._certificate))
            context.load_cert_chain(name)
        finally:
            Path(name).unlink()
        return context

    def write_bundle(self, path: Path, other_sites: bool) -> None:
        """What clients trust: this authority and, for the sake of other sites, all that this machine trusts already.
        SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace a client's own list, and other HTTPS in a notebook must go on working;
        but that list takes a client some 30 ms to read for each new connection."""
        own = _pem(self._authority)
        if not other_sites:
            path.write_bytes(own)
            return
        named = (Path(os.environ.get(name, "")) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"))
        trusted = next((path for path in named if path.is_file() and _can_be_read(path)), None)
        if trusted is None:
            import certifi

            trusted = Path(certifi.where())
        path.write_bytes(trusted.read_bytes().rstrip() + b"\n" + own)


def _can_be_read(bundle: Path) -> bool:
    """Whether clients could read this list; one that they cannot would make them refuse the mock's certificate too."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(bundle)
    except (ssl.SSLError, OSError):
        return False
    return True


def _named(name: str) -> x509.Name:
    # an organization, not a common name: clients could take that for a host name, which the constraints do not permit
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + LIFE)
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    """What a key may be used for: an authority's signs certificates, a server's signs handshakes."""
    others = (
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        **dict.fromkeys(others, False),
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _permitted(names: Iterable[str]) -> Iterable[x509.GeneralName]:
    """The names as constraints, where an address stands as a network of one."""
    for name in names:
        general = _general(name)
        yield x509.IPAddress(ipaddress.ip_network(name)) if isinstance(general, x509.IPAddress) else general


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
