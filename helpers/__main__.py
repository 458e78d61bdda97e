"""``python3 -m helpers``: says which Python is needed, in words any Python understands; the rest is in course/commands.py."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "This course needs Python 3.11 or newer, and this is Python %d.%d. "
        "Install one from https://www.python.org/downloads/ and run it by name, for example: python3.13 -m helpers %s"
        % (sys.version_info[0], sys.version_info[1], " ".join(sys.argv[1:]))
    )

from helpers.course.commands import main

sys.exit(main(sys.argv[1:]))
