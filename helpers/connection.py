"""connect(): which Foundry the notebooks talk to. ``.env`` decides: a project endpoint there means live, none means
the offline mock. Either way the result is printed, so that nobody is in doubt."""

import io
import logging
import os
import re
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

from helpers import auth
from helpers.redaction import redact_url

ROOT = Path(__file__).resolve().parent.parent
CLASS_FILE, CLASS_BUNDLE = ".env.class", ".env.class.pem"  # what python -m helpers join writes
# What the room of a class may set on a learner's machine; anything else it says is passed over.
OF_THE_ROOM = (
    "FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_RESOURCE_ENDPOINT", "FOUNDRY_MODEL_NAME", "FOUNDRY_API_KEY", "FOUNDRY_MOCK_CONTROL_KEY",
    "FOUNDRY_MANAGEMENT_ENDPOINT", "FOUNDRY_SUBSCRIPTION_ID", "FOUNDRY_AUTHORITY", "FOUNDRY_TENANT_ID", "FOUNDRY_CLIENT_ID",
    "FOUNDRY_CLIENT_SECRET", "FOUNDRY_SECOND_CLIENT_ID", "FOUNDRY_SECOND_CLIENT_SECRET", "IDENTITY_ENDPOINT", "IDENTITY_HEADER",
    "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
)  # fmt: skip
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
OF_A_CLASS = (
    "FOUNDRY_CLASS", "FOUNDRY_CLASS_LEARNER", "FOUNDRY_CLASS_PROGRESS", *OF_THE_ROOM, "AZURE_TOKEN_CREDENTIALS", *BUNDLES,
)  # fmt: skip
JOIN_AGAIN = "join again with the line on the board, or go back to your own mock with: python -m helpers leave"
SETTINGS = ("FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_RESOURCE_ENDPOINT", "FOUNDRY_MODEL_NAME", "FOUNDRY_API_KEY")

PROJECT_SHAPE = "https://<resource-name>.services.ai.azure.com/api/projects/<project-name>"
RESOURCE_HOST = re.compile(r"(?P<name>[^.]+)\.(services\.ai|openai|cognitiveservices)\.azure\.com$")
REGIONAL_HOST = re.compile(r"\.api\.cognitive\.microsoft\.com$")
PLACEHOLDER = re.compile(r"[<>{}]|\byour[-_ ]|\.\.\.|\bxxx|replace[-_ ]?me", re.IGNORECASE)
QUOTES = "\"'`“”‘’«»"

# Variables that lead a client elsewhere than the mock, change what it sends, or print beside the lesson. Sources: azure-identity
# 1.27 _constants.py, azure-core 1.41 settings.py, msal 1.39 managed_identity.py, openai 3.54 _client.py and _utils/_logs.py,
# Python's ssl.py, requests 2.34 utils.py.
IN_THE_WAY = re.compile(
    r"AZURE_(?!TOKEN_CREDENTIALS$|CONFIG_DIR$|EXTENSION_DIR$)\w+|OPENAI_\w+|MSI_ENDPOINT|MSI_SECRET|MSAL_FORCE_REGION"
    r"|IDENTITY_SERVER_THUMBPRINT|IMDS_ENDPOINT|SSLKEYLOGFILE|OTEL_INSTRUMENTATION_GENAI_\w+"
)
# httpx2 refuses to start with any other, though localhost is exempt
GOOD_PROXY = re.compile(r"(?:https?://)?(?:[^\s/@]*@)?(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?/?", re.IGNORECASE)
INLINE = "module://matplotlib_inline.backend_inline"

_exported: dict[str, tuple[str | None, str | None]] = {}  # what connect() set in os.environ: name -> (value, before)
_mock = None  # the mock that connect() started in this process


class SettingsError(ValueError):
    """A setting that cannot work, with the value to use instead. Notebooks show it without a traceback."""

    def _render_traceback_(self):
        return [f"SettingsError: {self}"]


@dataclass(frozen=True)
class Foundry:
    """Where requests go and how they sign in. ``api_key`` is None when there is none; ``live`` is False for the mock."""

    project_endpoint: str
    resource_endpoint: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    live: bool = False
    classroom: str = field(default="", repr=False)  # of a class: where its mock is, and who one is there

    def headers(self, sign_in: str = "token", scope: str = auth.PROJECT_SCOPE) -> dict[str, str]:
        """The header that signs a request: ``"token"`` gives Authorization with an Entra ID token for ``scope``,
        ``"key"`` gives api-key. Raises SettingsError when there is no key, ValueError for another word."""
        if sign_in == "token":
            return auth.token_headers(auth.token(scope))
        if sign_in != "key":
            shown = repr(sign_in) if len(str(sign_in)) < 8 else "what was passed"  # it may be a key
            raise ValueError(f'sign_in is "token" or "key", not {shown}')
        if not self.api_key:
            raise SettingsError("there is no API key: put it in .env as FOUNDRY_API_KEY, or sign in with a token")
        return auth.key_headers(self.api_key)

    def banner(self) -> str:
        """The lines that connect() prints."""
        if self.live:
            first = "LIVE: requests go to Azure and may cost money"
            sign_in = "Entra ID token (DefaultAzureCredential)" + (" or API key" if self.api_key else "")
        elif self.classroom:
            first = f"CLASS MOCK: {self.classroom}"
            sign_in = "Entra ID token or API key, both of your own"
        else:
            first = f"OFFLINE MOCK: no account, nothing leaves this machine, {_origin()}"
            sign_in = "Entra ID token or API key, both made by the mock"
        return "\n".join(
            [
                first,
                f"  project endpoint   {self.project_endpoint}",
                f"  resource endpoint  {self.resource_endpoint}",
                f"  model deployment   {self.model}",
                f"  sign-in            {sign_in}",
            ]
        )


def _origin() -> str:
    """Where the mock's answers come from, as far as it is true of all of them."""
    from helpers.mock.model import recordings

    kinds = recordings.kinds()
    if kinds == {"recorded"}:
        return "answers recorded from a live project"
    if "recorded" in kinds:
        return "answers recorded from a live project or written for this course"
    return "answers written for this course"


def connect() -> Foundry:
    """Read ``.env``, print where requests will go, and return it as a Foundry.

    Live when FOUNDRY_PROJECT_ENDPOINT is set. Otherwise the offline mock: the one that FOUNDRY_MOCK_ENV announces, that of the
    class that was joined, or one started in this process. In both cases the settings are put in ``os.environ`` under the names the SDK samples
    use; offline, what is in the way of the mock is set aside. Call it again after a change of ``.env``: it first takes back what it
    did. Raises SettingsError with the corrected value.
    """
    _forget()
    announced = _announced_mock()
    joined = {} if announced else class_settings()
    waiting = written_by_join()
    settings, dotenv = _read_settings(announced or joined)
    if settings["FOUNDRY_PROJECT_ENDPOINT"]:
        foundry = _live(settings)
        variables = {
            **{name: value for name, value in dotenv.items() if not os.environ.get(name)},
            "FOUNDRY_PROJECT_ENDPOINT": foundry.project_endpoint,
            "FOUNDRY_RESOURCE_ENDPOINT": foundry.resource_endpoint,
            "FOUNDRY_MODEL_NAME": foundry.model,
            "FOUNDRY_API_KEY": foundry.api_key,
        }
    else:
        variables = _reachable(announced) if announced else _reachable_class(joined) if joined else _started_mock()
        foundry = Foundry(
            project_endpoint=variables["FOUNDRY_PROJECT_ENDPOINT"],
            resource_endpoint=variables["FOUNDRY_RESOURCE_ENDPOINT"],
            model=variables["FOUNDRY_MODEL_NAME"],
            api_key=variables["FOUNDRY_API_KEY"],
            classroom=f"{joined['FOUNDRY_CLASS']}, you are {joined['FOUNDRY_CLASS_LEARNER']}" if joined else "",
        )
    if not foundry.live:
        aside = in_the_way()
        variables = {**dict.fromkeys(aside), "NETRC": os.devnull, **variables}
        for library in ("openai", "httpx2") if "OPENAI_LOG" in aside else ():  # it may have been imported already
            logging.getLogger(library).setLevel(logging.NOTSET)
    if "ipykernel" in sys.modules:
        variables["MPLBACKEND"] = INLINE  # plots belong into the notebook, whatever a shell was set to
    for name, value in variables.items():
        _set(name, value)
    print(foundry.banner())
    if not foundry.live and settings["FOUNDRY_API_KEY"]:
        print(
            "  note               FOUNDRY_API_KEY is set but FOUNDRY_PROJECT_ENDPOINT is empty, so the key is not used"
        )
    if os.environ.get("FOUNDRY_PRESENT") and not foundry.live:
        print("  controls           python3 -m helpers control")
    if waiting and not foundry.classroom:
        print("  note               {}: {}".format(*goes_before_the_class(waiting, foundry.live)))
    return foundry


def goes_before_the_class(joined: dict[str, str], live: bool) -> tuple[str, str]:
    """What keeps connect() from using the class that was joined, and how to change that."""
    place = f"the class at {joined.get('FOUNDRY_CLASS', 'an unknown address')}, which you have joined"
    if live:
        how = "for the class empty FOUNDRY_PROJECT_ENDPOINT in .env; to leave it: python -m helpers leave"
        return f"a live project goes before {place}", how
    how = "for the class unset FOUNDRY_MOCK_ENV; to leave it: python -m helpers leave"
    return f"the mock that FOUNDRY_MOCK_ENV names goes before {place}", how


# -- where settings come from ------------------------------------------------------------------------------------------
def read_settings() -> tuple[dict[str, str], dict[str, str]]:
    """The course's settings as connect() would read them now, and everything in ``.env``. Raises SettingsError for a
    ``.env`` that cannot be read."""
    return _read_settings(
        {**written_by_join(), **_announced_mock(), **{name: value for name, (value, _) in _exported.items() if value}}
    )


def _read_settings(mock: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The course's settings, and everything in ``.env``. The environment goes before ``.env``, even an empty value, as
    python-dotenv has it; only what an announced mock put there does not count."""
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    path = ROOT / ".env"
    try:
        text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""  # -sig: Windows editors add a mark
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name} is not UTF-8 text: save it again as UTF-8") from error
    for line in parse_stream(io.StringIO(text)):
        if line.error or (line.key is not None and line.value is None):
            where = f"{path.name} line {line.original.line}"
            raise SettingsError(f"{where} cannot be read: write NAME=value, and close each quote")
    dotenv = {n: v for n, v in dotenv_values(stream=io.StringIO(text), interpolate=False).items() if v}

    def value(name: str) -> str:
        from_environment = os.environ.get(name)
        if from_environment is None or from_environment == mock.get(name):
            return dotenv.get(name, "").strip()
        return from_environment.strip()

    return {name: value(name) for name in SETTINGS}, dotenv


def in_the_way() -> list[str]:
    """The variables of this environment that connect() sets aside while it is offline."""
    proxies = [
        name
        for name, value in os.environ.items()
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy") and value and not GOOD_PROXY.fullmatch(value)
    ]
    ours = {name for name, (value, _) in _exported.items() if value == os.environ.get(name)}
    return sorted({*filter(IN_THE_WAY.fullmatch, os.environ), *proxies} - ours)


def _announced_mock() -> dict[str, str]:
    """The variables of the mock that FOUNDRY_MOCK_ENV points to; empty when it points to none."""
    from dotenv import dotenv_values

    path = os.environ.get("FOUNDRY_MOCK_ENV", "").strip()
    if not path:
        return {}
    written = dotenv_values(path, interpolate=False) if Path(path).is_file() else {}
    return {**{name: value for name, value in written.items() if value}, "FOUNDRY_MOCK_ENV": path}


def announced_mock_answers() -> bool:
    """Whether FOUNDRY_MOCK_ENV names a mock. Raises SettingsError, with the fix, when that one does not answer."""
    announced = _announced_mock()
    return bool(announced and _reachable(announced))


def _reachable(announced: dict[str, str]) -> dict[str, str]:
    path = announced["FOUNDRY_MOCK_ENV"]
    again = f"start it with: python -m helpers mock --env-file {path} (or unset FOUNDRY_MOCK_ENV)"
    endpoint = urlsplit(announced.get("FOUNDRY_RESOURCE_ENDPOINT", ""))
    if not endpoint.hostname:
        raise SettingsError(
            f"FOUNDRY_MOCK_ENV names {path}, and a running mock writes that file; there is none: {again}"
        )
    try:
        socket.create_connection((endpoint.hostname, endpoint.port or 443), timeout=3).close()
    except OSError:
        raise SettingsError(f"FOUNDRY_MOCK_ENV names {path}, and no mock answers there any more: {again}") from None
    return announced


def class_settings() -> dict[str, str]:
    """The settings of the class that was joined; empty for who is in none. Raises SettingsError when they are damaged."""
    settings = written_by_join()
    if (ROOT / CLASS_FILE).exists() and not settings.keys() >= {*OF_A_CLASS}:
        raise SettingsError(f"{CLASS_FILE}, which leads to the class that you have joined, is damaged: {JOIN_AGAIN}")
    return settings


def written_by_join() -> dict[str, str]:
    """What can be read of the file that ``python -m helpers join`` has written; empty where there is none."""
    from dotenv import dotenv_values

    try:
        text = (ROOT / CLASS_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    whole = text[: text.rfind("\n") + 1]  # a last line without an end has been cut
    return {name: value for name, value in dotenv_values(stream=io.StringIO(whole), interpolate=False).items() if value}


def class_answers() -> bool:
    """Whether somebody is in a class. Raises SettingsError, with what to check, when its mock does not answer or does not know
    them."""
    joined = class_settings()
    return bool(joined and _reachable_class(joined))


def _reachable_class(joined: dict[str, str]) -> dict[str, str]:
    import http.client
    import ssl

    place, host = joined["FOUNDRY_CLASS"], urlsplit(joined["FOUNDRY_RESOURCE_ENDPOINT"])
    try:
        context = ssl.create_default_context(cafile=joined["SSL_CERT_FILE"])
    except OSError:
        raise SettingsError(f"the certificates of the class at {place} are gone or damaged: {JOIN_AGAIN}") from None
    opened = http.client.HTTPSConnection(host.hostname, host.port or 443, timeout=5, context=context)
    try:
        opened.request("GET", "/_mock", headers={"x-mock-control-key": joined.get("FOUNDRY_MOCK_CONTROL_KEY", "")})
        status = opened.getresponse().status
    except ssl.SSLError:
        raise SettingsError(
            f"what answers at {place} is not the class that you joined, so nothing was sent: {JOIN_AGAIN}"
        ) from None
    except (OSError, http.client.HTTPException):
        raise SettingsError(
            f"the class at {place} does not answer: check that you are on the room's network and that it runs. "
            f"If its address has changed, {JOIN_AGAIN}"
        ) from None
    finally:
        opened.close()
    if status != 200:
        raise SettingsError(f"the class at {place} does not know you: {JOIN_AGAIN}")
    exempt = (os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "").split(",")
    no_proxy = ",".join(dict.fromkeys([*filter(None, exempt), "localhost", "127.0.0.1", "::1", host.hostname]))
    return {**joined, "NO_PROXY": no_proxy, "no_proxy": no_proxy, "AZURE_CLIENT_ID": ""}


def _started_mock() -> dict[str, str]:
    global _mock
    if _mock is None:
        from helpers.mock.files import cannot_write
        from helpers.mock.server import MockServer

        try:
            starting = MockServer()
            starting.start()
        except OSError as error:
            raise SettingsError(f"the offline mock {cannot_write(error)}") from None
        _mock = starting
    return _mock.variables


def _set(name: str, value: str | None) -> None:
    """Set a variable (None takes it out) until the next connect()."""
    _exported[name] = (value, _exported.get(name, (None, os.environ.get(name)))[1])
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _forget() -> None:
    """Take back what the last connect() set, unless someone has changed it since."""
    for name, (value, before) in _exported.items():
        if os.environ.get(name) == value:
            if before is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = before
    _exported.clear()


# -- a live project: each setting is checked, and a bad one is answered with the value to use ----------------------------
def _live(settings: dict[str, str]) -> Foundry:
    project_endpoint = check_project_endpoint(settings["FOUNDRY_PROJECT_ENDPOINT"])
    parts = urlsplit(project_endpoint)
    return Foundry(
        project_endpoint=project_endpoint,
        # One resource answers under this host for both kinds of endpoints.
        resource_endpoint=check_resource_endpoint(settings["FOUNDRY_RESOURCE_ENDPOINT"] or f"https://{parts.netloc}"),
        model=check_model_name(settings["FOUNDRY_MODEL_NAME"]),
        api_key=check_api_key(settings["FOUNDRY_API_KEY"]) if settings["FOUNDRY_API_KEY"] else None,
        live=True,
    )


def check_project_endpoint(value: str) -> str:
    """The project endpoint without a trailing slash. Raises SettingsError with the corrected value."""
    name = "FOUNDRY_PROJECT_ENDPOINT"
    _refuse_placeholder(name, value, PROJECT_SHAPE, "The portal shows the project endpoint on the project's Home page.")
    fixed, problems = _clean_url(value)
    parts = _split(name, value, fixed)
    host = parts.hostname or ""
    resource = RESOURCE_HOST.search(host)
    project = re.match(r"/api/projects/([^/]+)(/.*)?$", re.sub("//+", "/", parts.path))
    if host == "ai.azure.com":
        problems.append("it is the address of the portal page, not an endpoint")
        fixed = PROJECT_SHAPE
    elif REGIONAL_HOST.search(host):
        problems.append("it is a regional endpoint, and a project has its own host name")
        fixed = PROJECT_SHAPE
    elif not project:
        problems.append("it is the resource endpoint; a project endpoint ends in /api/projects/<project-name>")
        host = f"{resource['name']}.services.ai.azure.com" if resource else parts.netloc
        fixed = f"https://{host}/api/projects/<project-name>"
    else:
        if re.fullmatch(r"[A-Za-z0-9]{32}|[A-Za-z0-9]{84}", project[1]):
            raise SettingsError(
                f"{name}: what stands for the project name looks like a key, so it is not shown\n  use    {PROJECT_SHAPE}"
            )
        if not re.fullmatch(r"[\w.-]+", project[1]):
            _refuse(name, value, "its project name has characters that no project name has", PROJECT_SHAPE)
        if (project[2] or "").strip("/"):
            problems.append(f"it goes on after the project name ({project[2]}), and the lessons add that part")
        netloc = parts.netloc
        if resource and ".services.ai." not in host:
            problems.append("a project lives under the host name that ends in .services.ai.azure.com")
            netloc = f"{resource['name']}.services.ai.azure.com"
        fixed = f"https://{netloc}/api/projects/{project[1]}"
    return _accept(name, value, fixed, problems)


def check_resource_endpoint(value: str) -> str:
    """The resource endpoint: scheme and host only. Raises SettingsError with the corrected value."""
    name = "FOUNDRY_RESOURCE_ENDPOINT"
    _refuse_placeholder(name, value, "https://<resource-name>.services.ai.azure.com", "It may also be left empty.")
    fixed, problems = _clean_url(value)
    parts = _split(name, value, fixed)
    if parts.path.strip("/"):
        problems.append(f"it goes on after the host ({parts.path}), and the lessons add that part")
    return _accept(name, value, f"https://{parts.netloc}", problems)


def check_model_name(value: str) -> str:
    """The deployment name. Raises SettingsError with the corrected value."""
    name, where = "FOUNDRY_MODEL_NAME", "The portal lists deployments under Models + endpoints."
    if not value:
        raise SettingsError(f"{name} is empty: set it to the name of a deployment, such as gpt-5.4-mini. {where}")
    _refuse_placeholder(name, value, "gpt-5.4-mini", where)
    fixed = value.strip(QUOTES).strip()
    problems = [] if fixed == value else ["it has quotes around it"]
    looks_secret = re.fullmatch(r"[A-Za-z0-9]{30,}", fixed) or fixed.startswith("eyJ")
    if looks_secret or not re.fullmatch(r"[\w.-]{1,64}", fixed):
        _refuse(name, value, "it is not the name of a deployment", f"gpt-5.4-mini, or your own. {where}")
    return _accept(name, value, fixed, problems)


def check_api_key(value: str) -> str:
    """The API key. Raises SettingsError; the message never holds the key."""
    name = "FOUNDRY_API_KEY"
    shown = f"a value of {len(value)} characters, not shown"
    if PLACEHOLDER.search(value):
        problem = "it still holds the placeholder; copy the key from the project's Home page, or leave it empty"
    elif value.strip(QUOTES) != value:
        problem = "it has quotes around it; write the key alone"
    elif value.lower().startswith(("bearer ", "api-key")):
        problem = "it starts with a header's words; write the key alone"
    elif value.startswith("eyJ") and value.count(".") == 2:
        problem = "it is an Entra ID token, which expires within about an hour; leave it empty to sign in with a token"
    elif any(c.isspace() or not c.isprintable() for c in value):
        problem = "it has a space or a line break in it; copy it again"
    elif value.startswith("http"):
        problem = "it is a URL; the key is the other value on that page"
    else:
        return value
    raise SettingsError(f"{name}: {problem}\n  found  {shown}")


def _clean_url(value: str) -> tuple[str, list[str]]:
    """The value as an https URL without quotes, query or trailing slash, and what had to be mended for that."""
    problems = []
    fixed = value.strip(QUOTES).strip()
    if fixed != value.strip():
        problems.append("it has quotes around it")
    if re.match(r"http://", fixed, re.IGNORECASE):
        problems.append("it starts with http://, and keys and tokens travel over https:// only")
        fixed = "https://" + fixed[7:]
    elif not re.match(r"https://", fixed, re.IGNORECASE):
        problems.append("it does not start with https://")
        fixed = "https://" + re.sub(r"^[a-z]*:?/+", "", fixed)
    fixed, *rest = re.split("[?#]", fixed, maxsplit=1)
    if rest:
        problems.append("it has a query after the path")
    return fixed.rstrip("/"), problems


def _split(name: str, value: str, url: str) -> SplitResult:
    """The URL's parts. Raises SettingsError when it has no host name, or a port that is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        right = re.fullmatch(r"[\w.-]+|[0-9a-f:]+", host) and parts.port != 0 and parts.username is None
    except ValueError:
        right = False
    if not right:
        _refuse(name, value, "it has no host name that could be right", PROJECT_SHAPE)
    return parts


def _refuse_placeholder(name: str, value: str, shape: str, where: str) -> None:
    if PLACEHOLDER.search(value):
        _refuse(name, value, "it still holds a placeholder", f"{shape}, with your own names. {where}")


def _accept(name: str, value: str, fixed: str, problems: list[str]) -> str:
    if problems:
        _refuse(name, value, "; ".join(problems), fixed)
    return fixed


def _refuse(name: str, value: str, problem: str, use: str) -> NoReturn:
    """The one form in which a setting is explained. A key may have been pasted in the wrong line, so only what looks like
    an address or a short name is shown."""
    harmless = "." in value or "<" in value or len(value) < 24
    found = redact_url(value) if harmless else f"a value of {len(value)} characters, not shown"
    corrected = redact_url(use) if harmless else PROJECT_SHAPE
    raise SettingsError(f"{name}: {problem}\n  found  {found}\n  use    {corrected}")
