"""The commands of ``python -m helpers``. Only the standard library is imported here, because the first of them run
before anything is installed."""

import argparse
import importlib.util
import sys
from pathlib import Path

from helpers.course import environment

OVERVIEW = """\
A hands-on course on Microsoft Foundry endpoints.

  python3 -m helpers lab      open the course in JupyterLab (the first time it installs what it needs)
  python3 -m helpers test     run every notebook and every test, offline
  python3 -m helpers doctor   find out what is wrong with a setup, and the fix
  python3 -m helpers mock     run the local Foundry alone, for curl and other programs
  python3 -m helpers control  open the controls of the mock that runs here

For a class
  python3 -m helpers class    run one mock for the room
  python3 -m helpers join     use the mock of the room
  python3 -m helpers leave    use your own again
  python3 -m helpers slides   make the decks, which need no network
  python3 -m helpers pack     make a folder for a memory stick, to install and teach without a network

With a project of your own
  python3 -m helpers record   replace the mock's recordings by what a live project answers
  python3 -m helpers drift    find out what a live project answers differently now

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
        present = [option for option in rest if option == "--present"]
        rest = [option for option in rest if option != "--present"]
        arguments, passed_on = ["lab", *present], rest[1:] if rest[:1] == ["--"] else rest
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
        "lab", help="open the course in JupyterLab", usage="python3 -m helpers lab [--present] [-- JUPYTERLAB OPTIONS]",
        description="Open the course in JupyterLab. Options after -- go to JupyterLab, for example: "
        "python3 -m helpers lab -- --no-browser --port 9999",
    )  # fmt: skip
    lab.add_argument(
        "--present",
        action="store_true",
        help="for a projector: large type, no side bars; your own settings stay as they are",
    )
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

    slides = commands.add_parser("slides", help="make the lessons' decks, which need no network")
    slides.add_argument("--handout", action="store_true", help="make one PDF for the room, without solutions")
    slides.set_defaults(run=_slides)

    pack = commands.add_parser(
        "pack", help="make a folder for a memory stick",
        description="Make one folder for a memory stick: the course, the decks, and packages for Linux, macOS and Windows. "
        "Run it again after an interruption: it goes on where it was.",
    )  # fmt: skip
    pack.add_argument("folder", type=Path, metavar="DIR", help="a new folder, outside of the course")
    pack.set_defaults(run=_pack)

    control = commands.add_parser(
        "control", help="open the controls of the mock that runs here",
        description="Open the page with the controls of the mock that runs on this machine, in a notebook or alone.",
    )  # fmt: skip
    control.add_argument("--port", type=int, help="the port of the mock, where several run")
    control.add_argument("--no-browser", action="store_true", help="print the address only")
    control.set_defaults(run=_control)
    _add_class_commands(commands)
    return parser


def _add_class_commands(commands) -> None:
    room = commands.add_parser(
        "class", help="run one mock for the room",
        description="Run one mock for a class until Ctrl-C. Keys and codes stay the same when it is started again.",
    )  # fmt: skip
    room.add_argument("--host", metavar="ADDRESS", help="how the laptops reach this machine: its address or host name")
    room.add_argument("--port", type=int, default=8443, help="port (default: 8443)")
    room.add_argument("--name", default="class", help="which class, if you teach several (default: class)")
    room.add_argument("--learners", type=int, metavar="N", help="print N cards, each with a code of its own")
    room.add_argument(
        "--speed", choices=("realistic", "instant"), default="realistic",
        help="how fast streams flow (default: realistic)",
    )  # fmt: skip
    room.add_argument("--no-browser", action="store_true", help="do not open the control page")
    room.set_defaults(run=_class)

    join = commands.add_parser("join", help="use the mock of a class from now on")
    join.add_argument("address", help="the address on the board, such as 192.168.1.5:8443")
    join.add_argument("code", nargs="+", help="the code on the board or on your card")
    join.add_argument(
        "--private", action="store_true", help="keep the exercises that you do out of what the class counts"
    )
    join.set_defaults(run=_join)

    leave = commands.add_parser("leave", help="use your own mock again")
    leave.set_defaults(run=_leave)


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
    present = ["--present"] if options.present else []
    environment.enter(["lab", *present, *(["--", *passed_on] if passed_on else [])])
    from helpers.course import lab

    return lab.run(passed_on, options.present)


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


def _slides(options: argparse.Namespace, passed_on: list[str]) -> int:
    environment.enter(["slides", *(["--handout"] if options.handout else [])])
    from helpers.course import slides

    return slides.run(options.handout)


def _pack(options: argparse.Namespace, passed_on: list[str]) -> int:
    environment.enter(["pack", str(options.folder)])
    from helpers.course import pack

    return pack.run(options.folder)


def _control(options: argparse.Namespace, passed_on: list[str]) -> int:
    from helpers.course import controls

    return controls.run(options.port, not options.no_browser)


def _class(options: argparse.Namespace, passed_on: list[str]) -> int:
    _enter_for_a_mock()
    from helpers.course import classroom

    return classroom.run(
        options.name, options.host, options.port, options.learners, options.speed, not options.no_browser
    )


def _join(options: argparse.Namespace, passed_on: list[str]) -> int:
    _enter_for_a_mock()
    from helpers.course import joining

    return joining.join(options.address, "".join(options.code), options.private)


def _leave(options: argparse.Namespace, passed_on: list[str]) -> int:
    _enter_for_a_mock()
    from helpers.course import joining

    return joining.leave()


def _enter_for_a_mock() -> None:
    """Go on with a Python that has what the mock needs, its own or any other."""
    if not all(importlib.util.find_spec(name) for name in ("starlette", "uvicorn", "cryptography", "jwt", "dotenv")):
        environment.enter(sys.argv[1:])


def _mock(options: argparse.Namespace, passed_on: list[str]) -> int:
    _enter_for_a_mock()
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
