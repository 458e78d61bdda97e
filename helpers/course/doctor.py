"""``python -m helpers doctor``: what is wrong with a setup, and the fix. Each check gives one or more findings. Without
``live`` nothing leaves this machine."""

import importlib.metadata
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from helpers import connection
from helpers.connection import SettingsError
from helpers.course import environment
from helpers.course.environment import LOCK, ROOT, installed_version
from helpers.mock.catalog import DEFAULT_DEPLOYMENT, DEPLOYMENTS, PORT
from helpers.redaction import redact_text

INSTALL = "python3 -m helpers lab"
MARKS = {"ok": "OK", "note": "note", "problem": "PROBLEM"}
NODE = (20, 0)
CAPACITY = 30  # thousand tokens a minute: a rehearsal of all lessons comes to half of that
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
APPLICATION = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)(?: *; *(.*))?$")
INSTEAD_OF_A_SECRET = ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
PRINTING = ("PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONVERBOSE", "PYTHONASYNCIODEBUG", "OPENAI_LOG", "AZURE_LOG_LEVEL")
OF_THE_MOCK = ("FOUNDRY_MANAGEMENT_ENDPOINT", "FOUNDRY_SUBSCRIPTION_ID")
# An SDK that was retired, and the one to use: snippets for it end in 404.
RETIRED = {"azure-ai-inference": "it was retired on 2026-08-26; use openai with /openai/v1"}


@dataclass(frozen=True)
class Finding:
    """``state`` is "ok", "note" (worth knowing, nothing to do) or "problem"; a problem has a ``fix``."""

    state: str
    subject: str
    text: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{MARKS[self.state]:8} {self.subject:12} {self.text}"
        return f"{line}\n{'':21} fix: {self.fix}" if self.fix else line


def diagnose(live: bool = False) -> list[Finding]:
    """All findings. With ``live`` sign-in, endpoint, role and deployment are tried: a token, a list, and a prompt of two
    words for each sign-in."""
    findings: list[Finding] = []
    checks = [_python, _node, _port, _certificates, _proxy]
    if not _before_the_first_install():  # the others are about packages, or need them
        checks += [_packages, _settings, _aside, _credentials, _mock, _class, *([_reached] if live else [])]
    for check in checks:
        findings += _guarded(check)
    return list(dict.fromkeys(findings))  # two checks may meet the same unreadable .env


def report(findings: list[Finding]) -> str:
    """The findings as lines of text, with a summary."""
    problems = sum(finding.state == "problem" for finding in findings)
    if problems:
        summary = f"{problems} problem{'s' if problems > 1 else ''} to mend."
    elif not any(finding.subject == "packages" for finding in findings):
        summary = "Nothing is wrong so far. Run this again after that command: it looks at packages and settings too."
    else:
        summary = "Everything needed is here."
    return "\n".join([*map(str, findings), "", summary])


def run(live: bool) -> int:
    """Print the report; returns 1 when there is a problem."""
    findings = diagnose(live)
    print(report(findings))
    return int(any(finding.state == "problem" for finding in findings))


def _guarded(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check that fails is a finding itself: the doctor looks at broken setups."""
    findings: list[Finding] = []
    try:
        for finding in check():
            findings.append(finding)
    except SettingsError as error:
        findings.append(
            Finding(
                "problem", "settings", redact_text(str(error)), "mend .env; .env.example shows how a line is written"
            )
        )
    except Exception as error:
        name = check.__name__.strip("_").replace("reached", "live")
        what = f"could not be checked ({redact_text(f'{type(error).__name__}: {error}')[:160]})"
        optional = check in (_node, _port)
        fix = "" if optional else "mend what it names, and run this again"
        findings.append(Finding("note" if optional else "problem", name, what, fix))
    return findings


# -- this machine ------------------------------------------------------------------------------------------------------
def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", "Python", f"{version}{'' if _in_venv() else ', outside the .venv of the course'}")
    state = environment.state()
    if state == environment.NOT_YET:
        yield Finding("note", ".venv", state, f"run {INSTALL}")
    elif state:
        writable = os.access(environment.VENV, os.W_OK)
        yield Finding(
            "problem",
            ".venv",
            state,
            f"run {INSTALL}" if writable else f"make .venv writable, or delete it, and run {INSTALL}",
        )


def _in_venv() -> bool:
    return Path(sys.prefix).resolve() == environment.VENV.resolve()


def _locked() -> dict[str, str]:
    """The packages that the lock has for this machine, with their versions."""
    lines = map(LOCKED.match, map(str.strip, LOCK.read_text(encoding="utf-8").splitlines()))
    return {found[1]: found[2] for found in lines if found and _applies(found[3])}


def _before_the_first_install() -> bool:
    """Whether nothing has been installed for the course yet. Where there is no .venv, what it needs may still be there: an image
    brings it along."""
    nothing = environment.state() == environment.NOT_YET and LOCK.is_file()
    return nothing and not all(map(installed_version, _locked()))


def _packages() -> Iterator[Finding]:
    wrong, missing, damaged, locked = [], [], [], _locked()
    for name, wanted in locked.items():
        here = installed_version(name)
        if here is None:
            missing.append(name)
        elif here != wanted:
            wrong.append(f"{name} {here} instead of {wanted}")
        elif not _is_whole(name):
            damaged.append(name)
    again = f"delete .venv and run {INSTALL}"
    if missing:
        yield Finding(
            "problem", "packages", f"{len(missing)} of {len(locked)} are not installed, such as {missing[0]}", again
        )
    if wrong:
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        yield Finding("problem", "packages", f"{', '.join(wrong[:2])}{more}", again)
    if damaged:
        yield Finding("problem", "packages", f"files of {', '.join(damaged[:3])} are gone", again)
    if not missing and not wrong and not damaged:
        yield Finding("ok", "packages", f"{len(locked)}, as requirements.txt has them")
    for name, why in RETIRED.items():
        if installed_version(name):
            yield Finding("note", "packages", f"{name} is installed: {why}")


def _applies(marker: str | None) -> bool:
    """Whether a locked line is meant for this Python and system."""
    if not marker:
        return True
    try:
        from packaging.markers import Marker
    except ImportError:  # not installed yet: then neither is the rest
        return True
    return Marker(marker).evaluate()


def _is_whole(package: str) -> bool:
    """Whether the modules of an installed package are where it says. Its own list stays when somebody deletes a folder."""
    files = importlib.metadata.files(package) or []
    return all(one.locate().exists() for one in files if one.name == "__init__.py" and len(one.parts) == 2)


def _node() -> Iterator[Finding]:
    node = shutil.which("node")
    if not node:
        yield Finding("note", "Node", "not installed; only one cell of lesson 09 would use it")
        return
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout.strip()
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    old = version < NODE
    yield Finding(
        "note" if old else "ok", "Node", f"{said.lstrip('v')}{', and lesson 09 wants 20 or newer' if old else ''}"
    )


def _port() -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex(("127.0.0.1", PORT)) == 0
    if os.environ.get("FOUNDRY_RESOURCE_ENDPOINT") == f"https://localhost:{PORT}":  # put there by connect()
        yield Finding("ok", "port", f"{PORT} is that of the mock in use")
    elif taken:
        yield Finding("note", "port", f"{PORT} is in use, so a new mock takes the next free one")
    else:
        yield Finding("ok", "port", f"{PORT} is free for the mock")


def _certificates() -> Iterator[Finding]:
    named = {name: os.environ[name] for name in BUNDLES if os.environ.get(name)}
    wrong = False
    for name, path in named.items():
        fix = f"unset {name}, or name the file with your company's certificates"
        if name == "REQUESTS_CA_BUNDLE" and Path(path).is_dir():
            continue  # requests takes a folder too
        if not Path(path).is_file():
            wrong = True
            yield Finding("problem", "certificates", f"{name} names {path}, and there is no such file", fix)
        elif b"BEGIN CERTIFICATE" not in Path(path).read_bytes():
            wrong = True
            yield Finding("problem", "certificates", f"{name} names {path}, which holds no certificates (PEM)", fix)
    if named and not wrong:
        yield Finding("ok", "certificates", f"{', '.join(named)} set, and the mock adds its own to that file's")
    if not named:
        yield Finding("ok", "certificates", "no bundle of your own is set; the usual one is used")


def _proxy() -> Iterator[Finding]:
    named = [name for name in PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
    if not named:
        yield Finding("ok", "proxy", "none is set")
        return
    exempt = (os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "").replace(" ", "").split(",")
    if "localhost" in exempt or "*" in exempt:
        yield Finding("ok", "proxy", f"{', '.join(named)} set, and localhost is exempt")
    else:
        text = f"{', '.join(named)} set; connect() exempts localhost for itself, other programs need NO_PROXY=localhost"
        yield Finding("note", "proxy", text)


# -- the settings --------------------------------------------------------------------------------------------------------
def _settings() -> Iterator[Finding]:
    dotenv = ROOT / ".env"
    values, written = connection.read_settings()
    yield from _names(dotenv)
    for name in connection.SETTINGS:
        if written.get(name) and values[name] != written[name].strip():
            yield Finding("note", "settings", f"{name} of the environment counts, not the one in .env")
    if not values["FOUNDRY_PROJECT_ENDPOINT"]:
        where = "no .env" if not dotenv.is_file() else "no project endpoint in .env"
        mock = "mock of the class" if connection.written_by_join() else "offline mock"
        yield Finding("ok", "settings", f"{where}: notebooks use the {mock}")
        if values["FOUNDRY_API_KEY"]:
            fix = "set FOUNDRY_PROJECT_ENDPOINT as well, or take the key out"
            yield Finding("problem", "settings", "FOUNDRY_API_KEY is set and FOUNDRY_PROJECT_ENDPOINT is empty", fix)
        return
    problems = False
    checks = {
        "FOUNDRY_PROJECT_ENDPOINT": connection.check_project_endpoint,
        "FOUNDRY_RESOURCE_ENDPOINT": connection.check_resource_endpoint,
        "FOUNDRY_MODEL_NAME": connection.check_model_name,
        "FOUNDRY_API_KEY": connection.check_api_key,
    }
    for name, check in checks.items():
        if not values[name] and name in ("FOUNDRY_RESOURCE_ENDPOINT", "FOUNDRY_API_KEY"):
            continue
        try:
            shown = check(values[name])
            yield Finding("ok", "settings", f"{name} {'is set' if 'KEY' in name else 'is ' + shown}")
        except connection.SettingsError as error:
            problems = True
            problem, *lines = str(error).splitlines()
            use = next(
                (line.strip().removeprefix("use").strip() for line in lines if line.strip().startswith("use")), ""
            )
            yield Finding("problem", "settings", problem, f"use {use}" if use else "mend that line of .env")
    if not values["FOUNDRY_API_KEY"]:
        yield Finding("note", "settings", "no FOUNDRY_API_KEY: cells that show a key need one, the others use az login")
    if not problems:
        yield Finding("note", "settings", "LIVE: notebooks send requests to Azure, which may cost money")


def _names(dotenv: Path) -> Iterator[Finding]:
    """Lines of ``.env`` that nothing reads: a misspelled name, or a name that is there twice."""
    if not dotenv.is_file() or not (ROOT / ".env.example").is_file():
        return
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    found = re.findall(r"^\s*(?:export\s+)?([A-Z_]+)\s*=", dotenv.read_text(encoding="utf-8-sig"), re.M)
    for name in dict.fromkeys(found):
        if name.startswith("FOUNDRY_") and name not in known and "MOCK" not in name and name not in OF_THE_MOCK:
            near = get_close_matches(name, known, 1)
            fix = f"write {near[0]}" if near else "see .env.example for the names"
            yield Finding("problem", "settings", f"{name} in .env is no setting of the course", fix)
        if found.count(name) > 1:
            yield Finding(
                "problem", "settings", f"{name} is in .env {found.count(name)} times, and the last counts", "keep one"
            )


def _aside() -> Iterator[Finding]:
    """What connect() sets aside while it is offline, so that nobody wonders why a variable does nothing."""
    if not connection.read_settings()[0]["FOUNDRY_PROJECT_ENDPOINT"] and (names := connection.in_the_way()):
        what = f"{', '.join(names)} set: connect() sets {'them' if len(names) > 1 else 'it'} aside while it is offline"
        yield Finding("note", "environment", f"{what}; other programs that use the mock do not")
    keys = os.environ.get("SSLKEYLOGFILE")
    if keys and not os.access(keys if Path(keys).exists() else Path(keys).parent, os.W_OK):
        yield Finding(
            "problem", "environment", f"SSLKEYLOGFILE names {keys}, which cannot be written", "unset SSLKEYLOGFILE"
        )
    printing = [name for name in PRINTING if os.environ.get(name)]
    if printing:
        yield Finding("note", "environment", f"{', '.join(printing)} set: cells may show more than the lessons do")


def _credentials() -> Iterator[Finding]:
    settings = {**connection.read_settings()[1], **os.environ}  # connect() passes on what .env says
    given = [name for name in APPLICATION if settings.get(name)]
    missing = [name for name in APPLICATION if name not in given]
    if "AZURE_CLIENT_SECRET" in missing and any(settings.get(name) for name in INSTEAD_OF_A_SECRET):
        missing.remove("AZURE_CLIENT_SECRET")
    if given and missing and given != ["AZURE_CLIENT_ID"]:  # that one alone names a managed identity
        fix = f"set {', '.join(missing)} too, or unset {', '.join(given)}"
        yield Finding("problem", "sign-in", f"{', '.join(given)} set without {', '.join(missing)}", fix)
    choice = settings.get("AZURE_TOKEN_CREDENTIALS")
    if choice:
        yield Finding("note", "sign-in", f"AZURE_TOKEN_CREDENTIALS={choice}: DefaultAzureCredential tries nothing else")
    tool = shutil.which("az")
    text = "the Azure CLI is here" if tool else "no Azure CLI; it is needed to sign in live with az login"
    yield Finding("ok" if tool else "note", "sign-in", text)


def _mock() -> Iterator[Finding]:
    path = os.environ.get("FOUNDRY_MOCK_ENV", "").strip()
    if not path:
        return
    fix = f"unset FOUNDRY_MOCK_ENV, or run python3 -m helpers mock --env-file {path}"
    if not Path(path).is_file():
        yield Finding("problem", "mock", f"FOUNDRY_MOCK_ENV names {path}, which a running mock would have written", fix)
        return
    if connection.read_settings()[0]["FOUNDRY_PROJECT_ENDPOINT"]:
        yield Finding("note", "mock", "FOUNDRY_MOCK_ENV is set and not used, since the settings are live")
        return
    try:
        connection.announced_mock_answers()
    except SettingsError:
        yield Finding("problem", "mock", f"FOUNDRY_MOCK_ENV names {path}, and no mock answers there any more", fix)
    else:
        yield Finding("ok", "mock", "FOUNDRY_MOCK_ENV names a running mock's file: notebooks share that mock")


def _class() -> Iterator[Finding]:
    live = bool(connection.read_settings()[0]["FOUNDRY_PROJECT_ENDPOINT"])
    try:
        joined = connection.class_settings()
        if joined and (live or os.environ.get("FOUNDRY_MOCK_ENV", "").strip()):
            yield Finding("note", "class", *connection.goes_before_the_class(joined, live))
            return
        if not connection.class_answers():
            return
    except SettingsError as error:
        problem, _, fix = str(error).partition(": ")
        yield Finding("problem", "class", problem, fix)
        return
    counted = "counted" if joined["FOUNDRY_CLASS_PROGRESS"] == "yes" else "not counted"
    yield Finding(
        "ok",
        "class",
        f"you are {joined['FOUNDRY_CLASS_LEARNER']} at {joined['FOUNDRY_CLASS']}; your exercises are {counted}",
    )


# -- live ----------------------------------------------------------------------------------------------------------------
def _reached() -> Iterator[Finding]:
    import requests

    from helpers import auth

    values, written = connection.read_settings()
    if not values["FOUNDRY_PROJECT_ENDPOINT"]:
        yield Finding("note", "live", "FOUNDRY_PROJECT_ENDPOINT is empty, so there is nothing live to try")
        return
    try:
        project = connection.check_project_endpoint(values["FOUNDRY_PROJECT_ENDPOINT"])
        model = connection.check_model_name(values["FOUNDRY_MODEL_NAME"])
        if values["FOUNDRY_API_KEY"]:
            connection.check_api_key(values["FOUNDRY_API_KEY"])
    except connection.SettingsError:
        yield Finding("note", "live", "not tried: mend the settings first")
        return
    logging.getLogger("azure.identity").setLevel(logging.ERROR)  # it would say the same before the findings
    added = {name: value for name, value in written.items() if name.startswith("AZURE_") and not os.environ.get(name)}
    before = dict(os.environ)
    try:
        os.environ.update(added)  # as connect() does
        headers = auth.token_headers(auth.token())
        yield Finding("ok", "sign-in", "got a token for https://ai.azure.com")
    except Exception as error:
        install = "" if shutil.which("az") else "install the Azure CLI, then "
        fix = f"{install}run az login, in the tenant of the resource"
        state = "note" if values["FOUNDRY_API_KEY"] else "problem"  # with a key most lessons go on
        yield Finding(state, "sign-in", f"no token ({_first_line(error)})", fix)
        headers = {}
    finally:
        os.environ.clear()
        os.environ.update(before)
    try:
        listed = requests.get(f"{project}/deployments?api-version=v1", headers=headers, timeout=20)
    except (requests.RequestException, OSError) as error:
        fix = "check the host name, the network, the proxy and the certificates"
        yield Finding("problem", "reach", f"no answer from {project} ({type(error).__name__})", fix)
        return
    yield Finding("ok", "reach", f"{project.split('/')[2]} answers")
    if headers:
        yield _role(listed)
    if listed.status_code == 200:
        there = _deployments_of(listed, headers)
        yield _deployment({name: one.get("modelName", "") for name, one in there.items()}, model)
        yield from _for_recording(there, model)
    sign_ins = {"token": headers} if headers else {}
    if values["FOUNDRY_API_KEY"]:
        sign_ins["key"] = auth.key_headers(values["FOUNDRY_API_KEY"])
    for name, sign_in in sign_ins.items():
        body = {"model": model, "input": "Say hello.", "max_output_tokens": 16}
        reply = requests.post(f"{project}/openai/v1/responses", headers=sign_in, json=body, timeout=60)
        yield _prompt(name, reply)
    if sign_ins and (region := reply.headers.get("x-ms-region")):
        yield Finding("ok", "region", f"answered from {region}")
    if sign_ins and reply.status_code == 200:
        yield _kind(model, reply.json())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]


def _said(reply) -> tuple[str, str]:
    """code and message of an error in any of the service's shapes."""
    try:
        body = reply.json()
    except ValueError:
        return "", reply.text[:160]
    error = body.get("error", body) if isinstance(body, dict) else {}
    return (str(error.get("code") or ""), str(error.get("message") or "")) if isinstance(error, dict) else ("", "")


def _role(reply) -> Finding:
    code, message = _said(reply)
    if reply.status_code == 200:
        return Finding("ok", "role", "the project lets you list its deployments")
    if code == "PermissionDenied":
        fix = "have the role Foundry User assigned on the resource (Owner is not enough), then wait some minutes"
        return Finding("problem", "role", f"signed in, and a role is missing: {message[:200]}", fix)
    return _refusal("role", reply)


def _deployments_of(listed, headers: dict[str, str]) -> dict[str, dict]:
    """What is deployed, by name, from all pages; empty when it is no such list."""
    import requests

    found: dict[str, dict] = {}
    for _ in range(20):
        try:
            body = listed.json()
            found |= {one["name"]: one for one in body["value"]}
            following = body.get("nextLink")
        except (ValueError, KeyError, TypeError, AttributeError):
            return found
        if not following:
            return found
        listed = requests.get(following, headers=headers, timeout=20)
    return found


def _for_recording(there: dict[str, dict], model: str) -> Iterator[Finding]:
    """What ``record`` needs beside the one deployment: those that lessons name, and room for some hundred calls."""
    from helpers.course.recorder import deployments_needed

    needed = {name for name in deployments_needed() if not DEPLOYMENTS[name].model.is_retired} - {DEFAULT_DEPLOYMENT}
    missing = sorted(needed - there.keys())
    if there and missing:
        example = f"az cognitiveservices account deployment create --deployment-name {missing[0]} --model-name {DEPLOYMENTS[missing[0]].model_name} --help"
        what = f"lessons also name {', '.join(missing)}; cells that ask them fail live and are not recorded"
        yield Finding("note", "deployment", what, f"deploy them before a recording ({example})")
    elif there:
        yield Finding("ok", "deployment", "all that the lessons name are there")
    sku = there.get(model, {}).get("sku")
    capacity = sku.get("capacity") if isinstance(sku, dict) else None
    if isinstance(capacity, int | float) and capacity < CAPACITY:
        what = f"{model} has {capacity:g} thousand tokens a minute; a recording waits often below {CAPACITY}"
        yield Finding("note", "capacity", what, "raise it in the portal, under Models + endpoints, Edit")
    elif isinstance(capacity, int | float):
        yield Finding("ok", "capacity", f"{model} has {capacity:g} thousand tokens a minute")


def _deployment(found: dict[str, str], model: str) -> Finding:
    if not found:
        return Finding("problem", "deployment", "no list of deployments came back", "deploy a model first")
    if model in found:
        return Finding("ok", "deployment", f"{model} is there ({found[model]})")
    same_model = [name for name, of in found.items() if of == model]
    fix = f"set FOUNDRY_MODEL_NAME to a deployment: {', '.join(same_model or found) or 'deploy a model first'}"
    what = "is the name of a model, not of a deployment" if same_model else "is no deployment of this project"
    return Finding("problem", "deployment", f"{model} {what}", fix)


def _prompt(name: str, reply) -> Finding:
    if reply.status_code == 200:
        return Finding("ok", "prompt", f"answered, signed in with the {name}")
    return _refusal(f"prompt, {name}", reply)


def _kind(model: str, response: dict) -> Finding:
    """Whether the model reasoned before it answered this response, which says where its text stands."""
    if any(item.get("type") == "reasoning" for item in response.get("output") or ()):
        text = f"{model} reasons before it answers: output begins with an item of type reasoning, before the message"
    else:
        text = f"{model} answers without reasoning first, unless a request asks for it"
    return Finding("ok", "model", text)


def _refusal(subject: str, reply) -> Finding:
    """The refusals that a setup can cause, each with its fix."""
    code, message = _said(reply)
    known = (
        (
            "audience is incorrect",
            "the token is for another audience or tenant: az login --tenant <tenant of the resource>",
        ),
        ("does not match resource tenant", "az login --tenant <tenant of the resource>"),
        ("invalid subscription key", "copy the key of this very resource again"),
        ("OperationNotSupported", "set FOUNDRY_MODEL_NAME to a deployment that can chat"),
        ("The project does not exist", "compare FOUNDRY_PROJECT_ENDPOINT with the portal, letter by letter"),
        (
            "lacks the required data action",
            "have the role Foundry User assigned on the resource, then wait some minutes",
        ),
        ("does not have access to API", "a new role takes some minutes; try again"),
        (
            "Key based authentication is disabled",
            "keys are turned off: empty FOUNDRY_API_KEY and sign in with az login",
        ),
        ("Virtual Network/Firewall", "call from a network that the resource admits"),
        ("custom subdomain", "use the host name that begins with the resource's name"),
        ("DeploymentNotFound", "set FOUNDRY_MODEL_NAME to the name of a deployment"),
        ("API deployment for this resource does not exist", "set FOUNDRY_MODEL_NAME to the name of a deployment"),
        ("RateLimitReached", "the deployment's quota is used up: wait a minute, or raise its capacity"),
        ("Resource not found", "compare FOUNDRY_PROJECT_ENDPOINT with the portal, letter by letter"),
    )
    fix = next((fix for words, fix in known if words in f"{code} {message}"), "see lesson 06 for this error")
    code = "" if code == str(reply.status_code) else code
    short = message if len(message) <= 160 else message[:160].rpartition(" ")[0] + " ..."
    return Finding("problem", subject, " ".join(filter(None, [str(reply.status_code), code, short])), fix)
