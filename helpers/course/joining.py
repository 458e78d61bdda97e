"""``python -m helpers join`` and ``leave``: a learner's way into a class and out of it.

Nothing is believed that was not checked. The room's certificate authority is fetched from whoever answers; the code says whether
it is the right one. Only then the code is sent, over a connection that this authority vouches for.
"""

import hashlib
import hmac
import http.client
import json
import os
import ssl
from urllib.parse import urlsplit

from helpers import connection
from helpers.course.environment import SetupProblem
from helpers.mock import codes
from helpers.mock.catalog import PORT
from helpers.mock.certificates import beside_others, limited_to
from helpers.mock.files import write_private, write_variables

WAIT = 10  # seconds
LONGEST = 64 * 1024  # bytes of an answer
ENDPOINTS = ("FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_RESOURCE_ENDPOINT", "FOUNDRY_MANAGEMENT_ENDPOINT", "FOUNDRY_AUTHORITY", "IDENTITY_ENDPOINT", "ACTIONS_ID_TOKEN_REQUEST_URL")  # fmt: skip
NOT_THE_ROOM = (
    "Refused: what answers at {} is not the class of this code, and it was told nothing. Compare address and code with the "
    "board. If both are right, something stands between you and the room: tell your instructor."
)


def join(address: str, code: str, private: bool) -> int:
    """Join the class at an address. Raises SetupProblem, with what to check, and changes nothing then."""
    host, port = _place(address)
    try:
        read = codes.read(code)
    except ValueError as error:
        raise SetupProblem(f"{str(error).capitalize()}.") from None
    place = f"{f'[{host}]' if ':' in host else host}:{port}"
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    status, pem = _asked(place, host, port, blind, "GET", "/_mock/authority")
    try:
        der = ssl.PEM_cert_to_DER_cert(pem.decode("ascii")) if status == 200 else b""
        right = bool(der) and hmac.compare_digest(codes.pin(der).to_bytes(8, "big"), read.pin.to_bytes(8, "big"))
    except ValueError:
        right = False
    if not right:
        raise SetupProblem(NOT_THE_ROOM.format(place))
    authority = ssl.DER_cert_to_PEM_cert(der)
    if not limited_to(der, host):
        raise SetupProblem(
            f"Refused: the authority of the class at {place} could vouch for other sites. Join with the address on the board; if you did, tell your instructor."
        )
    admitted = _admitted(place, host, port, authority, code)
    variables = _checked(admitted.get("variables"), place)
    learner, name = (_plain(admitted.get(what), place) for what in ("learner", "class"))
    bundle = connection.ROOT / connection.CLASS_BUNDLE
    settings = {
        "FOUNDRY_CLASS": place,
        "FOUNDRY_CLASS_LEARNER": learner,
        "FOUNDRY_CLASS_PROGRESS": "no" if private else "yes",
        **variables,
        "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
        **dict.fromkeys(connection.BUNDLES, str(bundle)),
    }
    try:
        write_private(bundle, beside_others(authority.encode()).decode("utf-8", "replace"))
        write_variables(connection.ROOT / connection.CLASS_FILE, settings)
    except OSError as error:
        raise SetupProblem(
            f"The course's folder cannot be written to ({error.strerror}): copy it to a folder of yours."
        ) from None
    print(f"You are {learner} in the class {name} at {place}.")
    print("connect() uses its mock from now on; python3 -m helpers leave takes that back.")
    print("Your instructor can see the requests that you send there, with keys and tokens hidden.")
    if private:
        print("Exercises that you try and do are not counted.")
    else:
        print("check() tells the class that an exercise was tried or done. The room's are counted: no name, no answer.")
        print("To leave that out, join with --private.")
    if problem := _goes_first():
        print(f"note: {problem}")
    return 0


def leave() -> int:
    """Leave the class; returns 0 also when there is none to leave."""
    files = [connection.ROOT / name for name in (connection.CLASS_FILE, connection.CLASS_BUNDLE)]
    was_in = files[0].is_file()
    for file in files:
        file.unlink(missing_ok=True)
    print("You have left the class. Run connect() again." if was_in else "You are in no class.")
    return 0


def _place(address: str) -> tuple[str, int]:
    """Host and port of what was typed. Raises SetupProblem."""
    text = address.strip().removeprefix("https://").rstrip("/")
    if text.count(":") > 1 and not text.startswith("["):  # an IPv6 address alone
        text = f"[{text}]"
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.path or parts.username is not None or port == 0 or "%" in host:
        raise SetupProblem(f"{address} is no address: type the one on the board, such as 192.168.1.5:{PORT}")
    return host, port or PORT


def _asked(
    place: str, host: str, port: int, context: ssl.SSLContext, method: str, path: str, body: dict | None = None
) -> tuple[int, bytes]:
    """Status and body of an answer. Raises SetupProblem when there is none, and ssl.SSLCertVerificationError."""
    opened = http.client.HTTPSConnection(host, port, timeout=WAIT, context=context)
    try:
        text = json.dumps(body) if body is not None else None
        opened.request(method, path, text, {"content-type": "application/json"} if text else {})
        answer = opened.getresponse()
        return answer.status, answer.read(LONGEST)
    except ssl.SSLCertVerificationError:
        raise
    except (OSError, http.client.HTTPException) as error:
        why = str(getattr(error, "strerror", None) or error or type(error).__name__)
        raise SetupProblem(
            f"No class answers at {place} ({why}). Check that you are on the room's network, that the address is the one on "
            "the board, and that no VPN is on; the class may not run yet, or its firewall may keep laptops out."
        ) from None
    finally:
        opened.close()


def _admitted(place: str, host: str, port: int, authority: str, code: str) -> dict:
    """What the room says to the code. Raises SetupProblem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority)
    known = connection.written_by_join().get("FOUNDRY_API_KEY", "")
    sent = {"code": code, "known": hashlib.sha256(known.encode()).hexdigest() if known else ""}
    try:
        status, said = _asked(place, host, port, context, "POST", "/_mock/join", sent)
    except ssl.SSLCertVerificationError as error:
        if "mismatch" in str(error) or "not valid for" in str(error):
            raise SetupProblem(
                f"The class has no certificate for the name {host}: type its address as it is on the board."
            ) from None
        raise SetupProblem(NOT_THE_ROOM.format(place)) from None
    try:
        answer = json.loads(said)
        if status == 200 and isinstance(answer, dict):
            return answer
        message = str(answer["error"]["message"])[:300]
    except (ValueError, KeyError, TypeError):
        message = f"it answers with status {status}, as no class does"
    raise SetupProblem(f"The class at {place} did not let you in: {message}")


def _checked(given: object, place: str) -> dict[str, str]:
    """The settings that the room gives. Raises SetupProblem for what could lead elsewhere."""
    given = given if isinstance(given, dict) else {}
    variables = {name: _plain(given.get(name), place) for name in connection.OF_THE_ROOM}
    origin = variables["FOUNDRY_RESOURCE_ENDPOINT"]
    if not all(urlsplit(variables[name])[:2] == urlsplit(origin)[:2] for name in ENDPOINTS) or not origin.startswith(
        "https://"
    ):
        raise SetupProblem(f"The class at {place} sent settings that lead elsewhere. Tell your instructor.")
    return variables


def _plain(value: object, place: str) -> str:
    """A text for one line of a file. Raises SetupProblem for anything else."""
    if isinstance(value, str) and 0 < len(value) <= 300 and value.isascii() and value.isprintable():
        return value
    raise SetupProblem(f"The class at {place} runs another version of the course. Update both, and join again.")


def _goes_first() -> str:
    """What would keep connect() from using the class, in a sentence; "" when nothing does."""
    try:
        live = bool(connection.read_settings()[0]["FOUNDRY_PROJECT_ENDPOINT"])
    except connection.SettingsError as error:
        return str(error)
    if not live and not os.environ.get("FOUNDRY_MOCK_ENV", "").strip():
        return ""
    return "{}: {}".format(*connection.goes_before_the_class(connection.written_by_join(), live))
