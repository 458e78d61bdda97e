"""The commands of ``python -m helpers``. Only the standard library is imported here, because the first of them run
before anything is installed."""

import argparse
import importlib.util
import sys
from pathlib import Path

from helpers.course import environment

OVERVIEW = """\
A hands-on course on Microsoft Foundry endpoints.

  python3 -m helpers lab     open the course in JupyterLab (the first time it installs what it needs)
  python3 -m helpers test    run every notebook and every test, offline
  python3 -m helpers doctor  find out what is wrong with a setup, and the fix
  python3 -m helpers mock    run the local Foundry alone, for curl and other programs
  python3 -m helpers record  replace the mock's recordings by what a live project answers
  python3 -m helpers drift   find out what a live project answers differently now

Add --help to a command for its options. Start with: python3 -m helpers lab"""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    parser = _parser()
    if not arguments:
        print(OVERVIEW)
        return 0
    command, *rest = arguments
    passed_on: list[str] = []
    if command == "lab" and not {"-h", "--help"} & set(rest):
        arguments, passed_on = ["lab"], rest[1:] if rest[:1] == ["--"] else rest
    options = parser.parse_args(arguments)
    try:
        return options.run(options, passed_on)
    except environment.SetupProblem as problem:
        print(f"{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python3 -m helpers", description=OVERVIEW, formatter_class=_AsWritten)
    commands = parser.add_subparsers(metavar="command", required=True)

    lab = commands.add_parser(
        "lab", help="open the course in JupyterLab", usage="python3 -m helpers lab [-- JUPYTERLAB OPTIONS]",
        description="Open the course in JupyterLab. Options after -- go to JupyterLab, for example: "
        "python3 -m helpers lab -- --no-browser --port 9999",
    )  # fmt: skip
    lab.set_defaults(run=_lab)

    test = commands.add_parser("test", help="run every notebook and every test, offline")
    what = test.add_mutually_exclusive_group()
    what.add_argument("--update", action="store_true", help="run the notebooks and store their outputs")
    what.add_argument("--benchmark", action="store_true", help="measure speed and print the figures")
    test.set_defaults(run=_test)

    doctor = commands.add_parser("doctor", help="find out what is wrong with a setup, and the fix")
    doctor.add_argument(
        "--live", action="store_true", help="try sign-in, role and deployment with the settings of .env"
    )
    doctor.set_defaults(run=_doctor)

    record = commands.add_parser("record", help="replace recordings by what the live project of .env answers")
    record.add_argument("lessons", nargs="*", metavar="LESSON", help="numbers of lessons, such as 03 (default: all)")
    record.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")
    record.add_argument("--yes", action="store_true", help="send without a question")
    record.set_defaults(run=_record)

    drift = commands.add_parser(
        "drift",
        help="ask the live project each recorded request again, and say what has changed",
        description="Exit code 0: nothing has changed; 10: there is more than before; 20: something is missing or different.",
    )
    drift.add_argument("--json", action="store_true", help="print the report as JSON")
    drift.set_defaults(run=_drift)

    mock = commands.add_parser(
        "mock", help="run the local Foundry alone", description="Run the local Foundry until Ctrl-C."
    )
    mock.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    mock.add_argument("--port", type=int, help="port (default: 8443, or the next free one)")
    mock.add_argument("--env-file", type=Path, metavar="F", help="write the variables that lead clients here to F")
    mock.add_argument(
        "--speed", choices=("realistic", "instant"), default="realistic",
        help="how fast streams flow (default: realistic)",
    )  # fmt: skip
    mock.add_argument("--strict", action="store_true", help="refuse prompts that have no recording")
    mock.add_argument(
        "--quota", type=_quota, metavar="R,T",
        help="limit each deployment to R requests and T tokens a minute (default: no limit)",
    )  # fmt: skip
    mock.set_defaults(run=_mock)
    return parser


def _check_env_file(path: Path) -> None:
    """The mock writes this file when it starts and removes it when it ends, so it must not be anybody else's."""
    problem = ""
    if not path.parent.is_dir():
        problem = f"there is no folder {path.parent}"
    elif path.is_symlink():
        problem = f"{path} is a link; name the file itself"
    elif path.exists() and not path.is_file():
        problem = f"{path} is not a file; name one to write, such as mock.env"
    elif path.exists() and path.stat().st_size and "FOUNDRY_MOCK_ENV=" not in path.read_text(errors="replace"):
        problem = f"{path} holds something else and would be overwritten; name a new file"
    else:
        existed = path.exists()
        try:
            path.touch(mode=0o600)
            if not existed:
                path.unlink()
        except OSError as error:
            problem = f"{path} cannot be written: {error.strerror}"
    if problem:
        raise environment.SetupProblem(f"--env-file: {problem}")


def _quota(text: str) -> tuple[int, int]:
    requests, tokens = (int(part) for part in text.split(","))
    if min(requests, tokens) < 1:
        raise ValueError
    return requests, tokens


class _AsWritten(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, *args, **options):
        pass  # the overview says it better


def _lab(options: argparse.Namespace, passed_on: list[str]) -> int:
    environment.enter(["lab", *(["--", *passed_on] if passed_on else [])])
    from helpers.course import lab

    return lab.run(passed_on)


def _test(options: argparse.Namespace, passed_on: list[str]) -> int:
    flags = [flag for flag, given in (("--update", options.update), ("--benchmark", options.benchmark)) if given]
    environment.enter(["test", *flags])
    from helpers.course import gate

    if options.update:
        return gate.update()
    return gate.benchmark() if options.benchmark else gate.run()


def _doctor(options: argparse.Namespace, passed_on: list[str]) -> int:
    environment.switch(["doctor", *(["--live"] if options.live else [])])  # it looks, and installs nothing
    from helpers.course import doctor

    return doctor.run(options.live)


def _record(options: argparse.Namespace, passed_on: list[str]) -> int:
    environment.enter(sys.argv[1:])
    from helpers.course import recorder

    return recorder.run(options.lessons, options.dry_run, options.yes)


def _drift(options: argparse.Namespace, passed_on: list[str]) -> int:
    environment.enter(sys.argv[1:])
    from helpers.course import drift

    return drift.run(options.json)


def _mock(options: argparse.Namespace, passed_on: list[str]) -> int:
    if not all(importlib.util.find_spec(name) for name in ("starlette", "uvicorn", "cryptography", "jwt", "dotenv")):
        environment.enter(sys.argv[1:])
    if options.env_file:
        _check_env_file(options.env_file.absolute())
    from helpers.mock.files import cannot_write
    from helpers.mock.server import LOOPBACK, MockServer, PortTaken

    if options.host not in LOOPBACK:
        print(
            f"WARNING: on {options.host} everyone who can reach this machine can use the mock. "
            "It holds no real data, but use it only on a network you trust.",
            file=sys.stderr,
        )
    try:
        server = MockServer(options.host, options.port, options.env_file, options.strict, options.speed, options.quota)
        server.serve()
    except (PortTaken, ValueError) as problem:
        raise environment.SetupProblem(str(problem)) from None
    except OSError as problem:
        raise environment.SetupProblem(f"The mock {cannot_write(problem)}.") from None
    return 0
