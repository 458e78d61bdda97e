"""TLS: a certificate authority that lives as long as the mock, or as a class, and the bundle that makes clients trust it.

The authority may vouch for the names that the mock serves, that of a class for the addresses of private networks too, and for no
other (RFC 5280 section 4.2.1.10), and for a year: whoever got hold of its key could not play another site with it. The key is
never written to disk, unless a class keeps it.
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

# What the authority of a class may vouch for besides its own address: addresses of private networks (RFC 1918, 3927, 4193, 4291,
# 6598), this machine, and endings that belong to nobody on the internet (RFC 6761, 6762, 8375).
PRIVATE_NETWORKS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1",
)  # fmt: skip
LOCAL_NAMES = ("localhost", "local", "lan", "internal", "home.arpa")
LIFE = datetime.timedelta(days=365)
SLACK = datetime.timedelta(days=1)  # a clock of a client that is behind


class Authority:
    """A local certificate authority, which may vouch for ``names`` and for nothing else: host names, addresses, or networks such
    as 10.0.0.0/8; a host name stands for those that end in it too."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate):
        self.key, self.certificate = key, certificate

    @classmethod
    def made(cls, names: Iterable[str]) -> "Authority":
        """A new one."""
        key, name = ec.generate_private_key(ec.SECP256R1()), _named("Foundry course offline mock, authority")
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = (
            _builder(name, name, key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.NameConstraints([*_permitted(names)], None), critical=True)
            .add_extension(identifier, critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def read(cls, pem: bytes) -> "Authority":
        """The one that ``pem`` holds. Raises ValueError."""
        key = serialization.load_pem_private_key(pem, None)
        return cls(key, x509.load_pem_x509_certificate(pem))

    def pem(self) -> bytes:
        """Key and certificate, for ``read``. Whoever has it can play the mock to those who trust it."""
        return _private(self.key) + _pem(self.certificate)

    def public_pem(self) -> bytes:
        """The certificate alone."""
        return _pem(self.certificate)

    def der(self) -> bytes:
        """The certificate, as its fingerprint is taken."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def permits(self, name: str) -> bool:
        """Whether it may vouch for a host name or an address."""
        permitted = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
        return any(_covers(one, _general(name)) for one in permitted or ())

    def lasts(self, days: int) -> bool:
        """Whether it is good for so many days more."""
        left = self.certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
        return left > datetime.timedelta(days=days)


class Certificates:
    """A certificate for the names given, host names or addresses, from an authority; from one of its own without it."""

    def __init__(self, *names: str, authority: Authority | None = None):
        self.authority = authority or Authority.made(names)
        signing, issuer = self.authority.key, self.authority.certificate
        self._own_key, own = ec.generate_private_key(ec.SECP256R1()), _named("Foundry course offline mock")
        identifier = x509.SubjectKeyIdentifier.from_public_key(signing.public_key())
        self._certificate = (
            _builder(own, issuer.subject, self._own_key, until=issuer.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._own_key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(signing, hashes.SHA256())
        )

    def server_context(self) -> ssl.SSLContext:
        """What the server presents. The ssl module reads files only, so its own key is in one for a moment, for this user's
        eyes."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        number, name = tempfile.mkstemp(suffix=".pem")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_private(self._own_key) + _pem(self._certificate))
            context.load_cert_chain(name)
        finally:
            Path(name).unlink()
        return context

    def write_bundle(self, path: Path, other_sites: bool) -> None:
        """What clients trust: this authority and, for the sake of other sites, all that this machine trusts already."""
        own = self.authority.public_pem()
        path.write_bytes(beside_others(own) if other_sites else own)


def beside_others(authority: bytes) -> bytes:
    """An authority's certificate, and all that this machine trusts already. SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace a
    client's own list, and other HTTPS in a notebook must go on working; but that list takes a client some 30 ms to read for each
    new connection."""
    named = (Path(os.environ.get(name, "")) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"))
    trusted = next((path for path in named if path.is_file() and _can_be_read(path)), None)
    if trusted is None:
        import certifi

        trusted = Path(certifi.where())
    return trusted.read_bytes().rstrip() + b"\n" + authority


def limited_to(der: bytes, host: str) -> bool:
    """Whether an authority can vouch for nothing but private networks, local names and this host: whoever joins a class trusts
    its authority, and must not have to trust it with other sites."""
    local = {_subtree(name) for name in (*PRIVATE_NETWORKS, *LOCAL_NAMES, host)}
    try:
        certificate = x509.load_der_x509_certificate(der)
        found = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except (ValueError, x509.ExtensionNotFound):
        return False
    permitted = found.value.permitted_subtrees or []
    kinds = {type(one) for one in permitted}  # a kind that is not named is not limited
    limited = all(one in local or _is_private(one) for one in permitted)
    return found.critical and kinds == {x509.DNSName, x509.IPAddress} and limited


def _is_private(name: x509.GeneralName) -> bool:
    """Whether this is an address of a private network, such as one that the room had before, or a local name."""
    if isinstance(name, x509.DNSName):
        return name.value.rpartition(".")[2] in LOCAL_NAMES
    networks = map(ipaddress.ip_network, PRIVATE_NETWORKS)
    return any(one.version == name.value.version and name.value.subnet_of(one) for one in networks)


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


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime.datetime | None = None
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(until or now + LIFE)
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


def _covers(permitted: x509.GeneralName, name: x509.GeneralName) -> bool:
    """Whether a constraint lets a name through (RFC 5280 section 4.2.1.10)."""
    if isinstance(permitted, x509.IPAddress) and isinstance(name, x509.IPAddress):
        return name.value in permitted.value  # False where one is IPv4 and the other IPv6
    if isinstance(permitted, x509.DNSName) and isinstance(name, x509.DNSName):
        return f".{name.value.lower()}".endswith(f".{permitted.value}")
    return False


def _permitted(names: Iterable[str]) -> Iterable[x509.GeneralName]:
    """The names as constraints, where an address stands as a network of one."""
    return map(_subtree, names)


def _subtree(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_network(name))
    except ValueError:
        return x509.DNSName(name.lower())


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
