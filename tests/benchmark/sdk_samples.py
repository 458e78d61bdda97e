"""How many of the SDKs' own samples end without an error on the mock. They come with the source of azure-ai-projects and of
openai, in the versions that are locked, and run as they are, each with a mock of its own. It needs the network.

    python -m tests.benchmark.sdk_samples [PATTERN ...]     only the samples whose path holds one of these

A path begins with the package: openai/demo.py. The sources, and the packages that samples need beyond the course (tracing, for
one), are kept in the system's temporary folder: .venv stays as it is. Left out are the folders of what the mock does not claim
to be: evaluations, fine-tuning, hosted and voice agents, realtime, the use of a browser or a computer, and others.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from shutil import copytree, ignore_patterns
from threading import Lock
from typing import NamedTuple

from helpers.course.environment import ROOT
from helpers.course.notebooks import LOOPBACK_ONLY, plain_environment
from helpers.mock import catalog
from helpers.mock.server import MockServer

SECONDS = 60  # for one sample
AT_ONCE = 2
CACHE = Path(tempfile.gettempdir()) / "foundry-sdk-samples"


class Suite(NamedTuple):
    """The samples of a package: where they are in its source, and what they need. ``floor`` of them must end with 0."""

    package: str
    folder: str
    pattern: str
    folders: list[str]
    packages: list[str]
    floor: int


SUITES = (
    Suite(
        "azure-ai-projects", "samples", "sample_*.py",
        """
            agents agents/telemetry agents/tools chat_completions connections deployments files logs memories models
            responses telemetry toolboxes
        """.split(),
        "azure-core-tracing-opentelemetry azure-monitor-opentelemetry jsonref opentelemetry-sdk".split(), 83,
    ),
    Suite("openai", "examples", "[!_]*.py", [".", "responses"], ["rich"], 19),
)  # fmt: skip

MAKING = Lock()  # mocks are made one at a time

# Why a sample cannot end well whatever the mock answers, or what it asks for that the mock does not claim to be.
SKIPPED = {
    "sample_agent_memory_search": "it goes on to use a client that it has closed",
    "sample_agent_memory_search_async": "it goes on to use a client that it has closed",
    "sample_models_basic": "it uploads with a program that must be installed, azcopy",
    **dict.fromkeys("azure azure_ad module_client".split(), "the host that it calls is an example, written into it"),
    **dict.fromkeys("bedrock bedrock_runtime".split(), "it calls the service of another cloud"),
    **dict.fromkeys(
        "mtls_httpx mtls_httpx2 mtls_httpx2_async mtls_httpx_async".split(), "it needs a client certificate"
    ),
    **dict.fromkeys(
        "multi_agent_streaming multi_agent_websocket".split(), "no source says that Foundry has this beta of OpenAI's"
    ),
    "uploads": "it needs a large file, made by another program",
    **dict.fromkeys("audio speech_to_text text_to_speech".split(), "the mock neither speaks nor listens"),
    **dict.fromkeys("image_stream picture video".split(), "the mock makes no pictures for this API, and no videos"),
}

# The names that samples call models by, and what is deployed under them.
DEPLOYED = {
    "gpt-4o-2024-08-06": "gpt-4o",
    "gpt-4o-mini": "gpt-4.1-mini",  # the mock has no deployment of it
    "gpt-5": "gpt-5",
    "gpt-5.2": "gpt-5.2",
    "gpt-5.5": "gpt-5.5",
}

QUESTION = "What is an AI application?"
ASKED = "A2A AI_SEARCH BING_CUSTOM FABRIC FABRIC_IQ SHAREPOINT WEB_IQ WORK_IQ".split()
CONNECTED = """
    A2A AI_SEARCH BING BING_CUSTOM_SEARCH BROWSER_AUTOMATION FABRIC FABRIC_IQ MCP OPENAPI SHAREPOINT WEB_IQ WORK_IQ
""".split()
ACCOUNT = (
    f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/{catalog.RESOURCE_GROUP}/providers/"
    f"Microsoft.CognitiveServices/accounts/{catalog.RESOURCE}"
)
CONNECTION = f"{ACCOUNT}/projects/{catalog.PROJECT}/connections/demo-custom"
# What samples read beyond the mock's own variables. Those with a default that fits are left out.
SETTINGS = {
    "FOUNDRY_AGENT_NAME": "MyAgent",
    "MODEL_PUBLISHER": "OpenAI",
    "CONNECTION_NAME": "demo-openai",
    "COMPUTER_USE_MODEL_DEPLOYMENT_NAME": catalog.DEFAULT_DEPLOYMENT,
    "IMAGE_GENERATION_MODEL_DEPLOYMENT_NAME": catalog.DEFAULT_DEPLOYMENT,
    "MEMORY_STORE_CHAT_MODEL_DEPLOYMENT_NAME": catalog.DEFAULT_DEPLOYMENT,
    "MEMORY_STORE_EMBEDDING_MODEL_DEPLOYMENT_NAME": "text-embedding-3-large",
    "AI_SEARCH_INDEX_NAME": "demo-index",
    "BING_CUSTOM_SEARCH_INSTANCE_NAME": "demo-instance",
    "STORAGE_INPUT_QUEUE_NAME": "demo-input",
    "STORAGE_OUTPUT_QUEUE_NAME": "demo-output",
    "STORAGE_QUEUE_SERVICE_ENDPOINT": "https://demostorage.queue.core.windows.net",
    "A2A_ENDPOINT": "https://agent.example.com",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    **{f"{service}_PROJECT_CONNECTION_ID": CONNECTION for service in CONNECTED},
    **{f"{service}_USER_INPUT": QUESTION for service in ASKED},
}


class Outcome(NamedTuple):
    """How a sample ended: "ok", "failed" or "skipped", and why."""

    name: str
    verdict: str
    why: str = ""


def fetch(suite: Suite) -> tuple[Path, Path]:
    """The folders of the samples and of the packages they need; both are fetched when they are not there yet."""
    locked = (ROOT / "requirements.txt").read_text()
    version = re.search(rf"^{suite.package}==(\S+)", locked, re.MULTILINE)[1]
    source = CACHE / f"{suite.package.replace('-', '_')}-{version}"
    packages = CACHE / f"{source.name}-packages"
    pip = [sys.executable, "-m", "pip", "-qq"]
    with tempfile.TemporaryDirectory(dir=CACHE) as name:  # what is complete is moved out of it
        folder = Path(name)
        if not source.is_dir():
            wanted = ["--no-deps", "--no-binary", suite.package, f"{suite.package}=={version}"]
            subprocess.run([*pip, "download", "--dest", name, *wanted], check=True)
            with tarfile.open(folder / f"{source.name}.tar.gz") as archive:
                archive.extractall(folder, filter="data")
            (folder / source.name).rename(source)
        if not packages.is_dir():
            exact = folder / "constraints.txt"
            # but for OpenTelemetry, of which the samples' exporter wants its own version
            others = ("-e", "opentelemetry", "azure-core-tracing")
            exact.write_text("\n".join(line for line in locked.splitlines() if not line.startswith(others)))
            into = ["--target", str(folder / "packages"), "--constraint", str(exact)]
            subprocess.run([*pip, "install", *into, *suite.packages], check=True)
            (folder / "packages").rename(packages)
    return source / suite.folder, packages


def scripts(suite: Suite, samples: Path, patterns: list[str]) -> list[str]:
    """The samples, by their path in the folder, that have one of the patterns in it; all without patterns."""
    found = [path for folder in suite.folders for path in sorted((samples / folder).glob(suite.pattern))]
    names = [path.relative_to(samples).as_posix() for path in found]
    return [one for one in names if not patterns or any(pattern in f"{suite.package}/{one}" for pattern in patterns)]


def run(samples: Path, packages: Path, name: str) -> Outcome:
    """One sample in a copy of the folder, with a fresh mock."""
    if (stem := Path(name).stem) in SKIPPED:
        return Outcome(name, "skipped", SKIPPED[stem])
    with MAKING:
        server = MockServer(port=0, speed="instant", other_sites=False)
    server.foundry.state.deployments.update({one: catalog.Deployment(one, model) for one, model in DEPLOYED.items()})
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / samples.name
        copytree(samples, copy, ignore=ignore_patterns("hosted_agents"))  # those are large, and not run
        environment = {
            **plain_environment(), **server.variables, **SETTINGS, "PYTHONUTF8": "1", "TMPDIR": folder,
            "OPENAI_BASE_URL": f"{server.origin}/openai/v1", "OPENAI_API_KEY": server.variables["FOUNDRY_API_KEY"],
            "PYTHONPATH": os.pathsep.join(map(str, (LOOPBACK_ONLY, folder, packages))),
        }  # fmt: skip
        try:
            server.start()
            ended = subprocess.run(
                [sys.executable, str(copy / name)], cwd=(copy / name).parent, env=environment, timeout=SECONDS,
                input=f"{QUESTION}\n" * 3, encoding="utf-8", errors="replace", stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
            why = _last_line(ended.stdout) if ended.returncode else ""
        except subprocess.TimeoutExpired:
            why = f"not done after {SECONDS} s"
        finally:
            server.stop()
    refused = [one.redacted() for one in server.foundry.journal.entries if one.status >= 400]
    if why and refused:
        path = re.sub(r"https://[^/]+(/api/projects/[^/]+)?", "", refused[-1].url)
        why += f"\n{'':12}last refused: {refused[-1].method} {path[:100]} -> {refused[-1].status}"
    return Outcome(name, "failed" if why else "ok", why)


def _last_line(text: str) -> str:
    """The last line that names an error; the last one of all where none does."""
    lines = text.strip().splitlines()
    named = [line for line in lines if re.match(r"([\w.]*(Error|Exception|Exit|Interrupt)\b)", line)]
    return (named or lines or ["it said nothing"])[-1][:200]


def main(patterns: list[str]) -> int:
    CACHE.mkdir(mode=0o700, exist_ok=True)
    missed = False
    for suite in SUITES:
        samples, packages = fetch(suite)
        wanted = scripts(suite, samples, patterns)
        count: Counter[str] = Counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for one in pool.map(partial(run, samples, packages), wanted):
                count[one.verdict] += 1
                why = f"\n{'':12}{one.why}" if one.why else ""
                print(f"  {one.verdict:<8}  {suite.package}/{one.name}{why}", flush=True)
        ended = f"{count['ok']} of {len(wanted)} end with 0, {count['skipped']} skipped"
        print(f"  {suite.package}: {ended}   (wanted: at least {suite.floor})")
        missed |= not patterns and count["ok"] < suite.floor
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
