"""How many of the SDK's own samples end without an error on the mock. They come with the source of azure-ai-projects, in the
version that is locked, and run as they are, each with a mock of its own. It needs the network.

    python -m tests.benchmark.sdk_samples [PATTERN ...]     only the samples whose path holds one of these

The source, and the packages that samples need beyond the course (tracing, for one), are kept in the system's temporary folder:
.venv stays as it is. Left out are the folders of what the mock does not claim to be: evaluations, fine-tuning, hosted and voice
agents, and others.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree, ignore_patterns
from threading import Lock
from typing import NamedTuple

from helpers.course.environment import ROOT
from helpers.course.notebooks import LOOPBACK_ONLY, plain_environment
from helpers.mock import catalog
from helpers.mock.server import MockServer

FLOOR = 83  # samples that must end with 0
SECONDS = 60  # for one sample
AT_ONCE = 2
CACHE = Path(tempfile.gettempdir()) / "foundry-sdk-samples"
FOLDERS = """
    agents agents/telemetry agents/tools chat_completions connections deployments files logs memories models responses
    telemetry toolboxes
""".split()
PACKAGES = "azure-core-tracing-opentelemetry azure-monitor-opentelemetry jsonref opentelemetry-sdk".split()

MAKING = Lock()  # mocks are made one at a time

# Why a sample cannot end well, whatever the mock answers.
SKIPPED = {
    "sample_agent_memory_search": "it goes on to use a client that it has closed",
    "sample_agent_memory_search_async": "it goes on to use a client that it has closed",
    "sample_models_basic": "it uploads with a program that must be installed, azcopy",
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


def fetch() -> tuple[Path, Path]:
    """The folders of the SDK's source and of the packages; both are fetched when they are not there yet."""
    locked = (ROOT / "requirements.txt").read_text()
    version = re.search(r"^azure-ai-projects==(\S+)", locked, re.MULTILINE)[1]
    source, packages = CACHE / f"azure_ai_projects-{version}", CACHE / f"packages-{version}"
    pip = [sys.executable, "-m", "pip", "-qq"]
    with tempfile.TemporaryDirectory(dir=CACHE) as name:  # what is complete is moved out of it
        folder = Path(name)
        if not source.is_dir():
            wanted = ["--no-deps", "--no-binary", "azure-ai-projects", f"azure-ai-projects=={version}"]
            subprocess.run([*pip, "download", "--dest", name, *wanted], check=True)
            with tarfile.open(folder / f"{source.name}.tar.gz") as archive:
                archive.extractall(folder, filter="data")
            (folder / source.name).rename(source)
        if not packages.is_dir():
            exact = folder / "constraints.txt"
            exact.write_text("\n".join(line for line in locked.splitlines() if not line.startswith("-e")))
            into = ["--target", str(folder / "packages"), "--constraint", str(exact)]
            subprocess.run([*pip, "install", *into, *PACKAGES], check=True)
            (folder / "packages").rename(packages)
    return source / "samples", packages


def scripts(samples: Path, patterns: list[str]) -> list[Path]:
    """The samples that have one of the patterns in their path; all without patterns."""
    found = [path for folder in FOLDERS for path in sorted((samples / folder).glob("sample_*.py"))]
    names = {path: path.relative_to(samples).as_posix() for path in found}
    return [path for path in found if not patterns or any(pattern in names[path] for pattern in patterns)]


def run(samples: Path, packages: Path, script: Path) -> Outcome:
    """One sample in a copy of the folder, with a fresh mock."""
    name = script.relative_to(samples).as_posix()
    if script.stem in SKIPPED:
        return Outcome(name, "skipped", SKIPPED[script.stem])
    with MAKING:
        server = MockServer(port=0, speed="instant", other_sites=False)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "samples"
        copytree(samples, copy, ignore=ignore_patterns("hosted_agents"))  # those are large, and not run
        environment = {
            **plain_environment(), **server.variables, **SETTINGS, "PYTHONUTF8": "1", "TMPDIR": folder,
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
    samples, packages = fetch()
    wanted = scripts(samples, patterns)
    count: Counter[str] = Counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for one in pool.map(lambda script: run(samples, packages, script), wanted):
            count[one.verdict] += 1
            print(f"  {one.verdict:<8}  {one.name}" + (f"\n{'':12}{one.why}" if one.why else ""), flush=True)
    print(f"  {count['ok']} of {len(wanted)} end with 0, {count['skipped']} skipped   (wanted: at least {FLOOR})")
    return 1 if not patterns and count["ok"] < FLOOR else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
