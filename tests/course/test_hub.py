"""The files of a hub, as far as they can be looked at without one. With one, as root: .hub/forty_learners.py."""

import asyncio
import json
import os
import re
import runpy
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml
from traitlets.config import Config

from helpers.course import lab, notebooks
from helpers.course.environment import ROOT
from tests.conftest import needs_posix

HUB = ROOT / ".hub"
# What the chart's schema knows of the keys that are used here, and of which type (zero-to-jupyterhub-k8s, values.schema.yaml,
# read on 2026-11-26). It allows no other key beside them, so a slip would stop helm.
CHART = {
    "hub": {"config": dict},
    "singleuser": {
        "image": {"name": str, "tag": str}, "cmd": str, "defaultUrl": str, "startTimeout": int, "extraEnv": dict,
        "memory": {"guarantee": str, "limit": str}, "cpu": {"guarantee": float, "limit": int},
        "storage": {"type": str, "capacity": str}, "lifecycleHooks": {"postStart": dict},
    },
    "prePuller": {"continuous": {"enabled": bool}},
    "scheduling": {"podPriority": {"enabled": bool}, "userPlaceholder": {"enabled": bool, "replicas": int}},
    "cull": {"enabled": bool, "timeout": int, "every": int},
    "ingress": {"enabled": bool, "hosts": list, "tls": list},
}  # fmt: skip


def strays(values, known, where="") -> list[str]:
    """The keys that the chart does not know, or that have another type."""
    if isinstance(known, type):
        return [] if isinstance(values, known) else [f"{where} is a {type(values).__name__}"]
    unknown = [f"{where}.{name}" for name in values if name not in known]
    for name in values.keys() & known.keys():
        unknown += strays(values[name], known[name], f"{where}.{name}")
    return unknown


def test_the_values_have_no_key_that_the_chart_does_not_know():
    values = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
    assert strays(values, CHART) == []
    assert strays({**values, "culling": {}, "cull": {"timeout": "soon"}}, CHART) == [
        ".culling",
        ".cull.timeout is a str",
    ]
    assert values["singleuser"]["defaultUrl"].endswith(lab.FIRST)


@pytest.fixture
def config(monkeypatch):
    """The hub's configuration, read as JupyterHub reads it."""
    read = Config()
    monkeypatch.delenv("HUB_URL", raising=False)
    runpy.run_path(str(HUB / "jupyterhub_config.py"), {"get_config": lambda: read})
    return read


@needs_posix
def test_only_the_learners_of_the_class_sign_in_and_idle_servers_are_stopped(config):
    assert config.JupyterHub.authenticator_class == "pam"
    assert config.PAMAuthenticator.allowed_groups == {"learners"}
    assert "allow_all" not in config.PAMAuthenticator
    assert config.JupyterHub.services[0]["command"][1:] == ["-m", "jupyterhub_idle_culler", "--timeout=5400"]
    assert config.JupyterHub.load_roles[0]["services"] == [config.JupyterHub.services[0]["name"]]
    assert config.Spawner.default_url.endswith(lab.FIRST)
    assert "--KernelManager.transport=ipc" in config.Spawner.args, (
        "nobody else's kernel can be reached, and no port is taken"
    )
    assert {
        one for one in lab.command([]) if "check_for" in one or "extension_manager" in one or "app_settings" in one
    } <= set(config.Spawner.args)


@needs_posix
def test_a_learner_has_helpers_of_their_own_so_that_a_class_they_join_is_theirs(config, monkeypatch):
    import pwd  # Windows has none

    monkeypatch.setattr(pwd, "getpwnam", lambda name: SimpleNamespace(pw_dir=f"/home/{name}"))
    spawner = SimpleNamespace(user=SimpleNamespace(name="learner-01"))
    assert config.Spawner.environment["PYTHONPATH"](spawner) == "/home/learner-01/foundry-course"
    values = yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8"))
    assert values["singleuser"]["extraEnv"] == {"PYTHONPATH": "/home/jovyan/foundry-course"}


@needs_posix
@pytest.mark.parametrize("there", [True, False], ids=["second day", "first day"])
def test_lessons_that_cannot_be_pulled_stop_nobody_who_has_some(config, monkeypatch, tmp_path, there):
    import pwd  # Windows has none

    me = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(
        pwd, "getpwnam", lambda name: SimpleNamespace(pw_uid=me.pw_uid, pw_gid=me.pw_gid, pw_dir=str(tmp_path))
    )
    puller = tmp_path / "gitpuller"
    puller.write_text("#!/bin/sh\necho no network; exit 1\n")
    puller.chmod(puller.stat().st_mode | stat.S_IXUSR)
    config.Spawner.pre_spawn_hook.__globals__["BIN"] = tmp_path
    # only root can run a program as somebody else
    started = asyncio.create_subprocess_exec
    monkeypatch.setattr(
        asyncio, "create_subprocess_exec", lambda *line, user, group, extra_groups, **options: started(*line, **options)
    )
    if there:
        (tmp_path / "foundry-course").mkdir()
    warned = []
    spawner = SimpleNamespace(
        user=SimpleNamespace(name="learner-01"), log=SimpleNamespace(warning=lambda *words: warned.append(words))
    )
    if there:
        asyncio.run(config.Spawner.pre_spawn_hook(spawner))
    else:
        with pytest.raises(RuntimeError, match="could not be fetched"):
            asyncio.run(config.Spawner.pre_spawn_hook(spawner))
    assert "no network" in str(warned)


@needs_posix
def test_the_script_that_makes_learners_wants_a_number():
    assert subprocess.run(["bash", "-n", str(HUB / "learners.sh")]).returncode == 0
    said = subprocess.run(["bash", str(HUB / "learners.sh")], capture_output=True, text=True)
    assert said.returncode == 1
    assert "How many learners?" in said.stderr


def test_what_the_forty_learners_run_runs():
    lesson = runpy.run_path(str(HUB / "forty_learners.py"))["LESSON"]
    with notebooks.offline() as environment:
        said = subprocess.run(
            [sys.executable, "-c", lesson], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
        )
    result = json.loads(said.stdout.partition("RESULT ")[2])
    assert result["statuses"] == [200] * 20 == [200] * len(result["took"])
    assert result["known_as"] == ""


def test_the_packages_of_the_hub_are_pinned_and_the_values_name_the_same_nbgitpuller():
    pins = (HUB / "requirements.txt").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", one) for one in pins)
    assert next(one for one in pins if one.startswith("nbgitpuller")) in (HUB / "values.yaml").read_text(
        encoding="utf-8"
    )
