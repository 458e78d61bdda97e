"""How long a learner waits: import of helpers, connect(), and the first answer. Each in a fresh Python, best of five,
beside the time of an empty Python in the same run."""

import os
import subprocess
import sys

STEPS = """
import time; start = time.perf_counter()
import helpers
imported = time.perf_counter()
foundry = helpers.connect()
connected = time.perf_counter()
import requests
loaded = time.perf_counter()
url, body = foundry.project_endpoint + "/openai/v1/responses", {"model": foundry.model, "input": "What is an endpoint?"}
assert requests.post(url, headers=foundry.headers("key"), json=body).status_code == 200
answered = time.perf_counter()
print("FIGURES", imported - start, connected - imported, answered - loaded)
"""


def measure() -> list[float]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FOUNDRY_", "IDENTITY_"))}
    clean["FOUNDRY_PROJECT_ENDPOINT"] = ""
    clean.pop("PYTHONDONTWRITEBYTECODE", None)  # a learner's Python keeps its compiled files
    said = subprocess.run([sys.executable, "-c", STEPS], env=clean, capture_output=True, text=True, check=True).stdout
    return [float(figure) for figure in said.splitlines()[-1].split()[1:]]


def main() -> None:
    measure()  # warm
    best = [min(figures) for figures in zip(*(measure() for _ in range(5)), strict=True)]
    for name, seconds, limit in zip(
        ("import helpers", "connect() with a new mock", "first answer after that"), best, (0.15, 0.5, 0.5), strict=True
    ):
        print(f"  {name:<28} {seconds * 1000:7.1f} ms   (wanted: under {limit * 1000:.0f} ms)")
    print(f"  {'connect() to first answer':<28} {(best[1] + best[2]) * 1000:7.1f} ms   (wanted: under 500 ms)")


if __name__ == "__main__":
    main()
