"""The control page: one file of HTML, served as it is, under a policy that lets it load and reach nothing but this mock."""

import base64
import hashlib
import re
from pathlib import Path

TEXT = Path(__file__).with_name("page.html").read_bytes()


def _hashes(element: str) -> str:
    """What a Content-Security-Policy says of the inline elements of this kind (CSP 3, section 2.3.1)."""
    inside = re.findall(rf"<{element}>(.*?)</{element}>".encode(), TEXT, re.DOTALL)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}'" for one in inside)


HEADERS = [
    ("content-type", "text/html; charset=utf-8"),
    (
        "content-security-policy",
        f"default-src 'none'; script-src {_hashes('script')}; style-src {_hashes('style')}; img-src data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-frame-options", "DENY"),
]
