"""The stage after the sign-in: whether the project is there, and whether the api-version is one that its path takes."""

from helpers.mock.access import MANAGEMENT, OPEN
from helpers.mock.call import Call
from helpers.mock.state import State
from helpers.mock.wire import errors


class Versions:
    """What the path names. ``check`` is the stage."""

    def __init__(self, state: State):
        self._state = state

    def check(self, call: Call) -> None:
        """Raises the ServiceError for a project that is not there, and for an api-version that is missing, unknown or not
        wanted."""
        door, version = call.route.door, call.query.get("api-version")
        if door is OPEN or door is MANAGEMENT:
            return  # the management plane has words of its own for it
        if call.names.get("project", "_project") not in self._state.projects:
            raise errors.project_not_found()
        if door.versions is None:
            if version is not None and version not in self._state.tolerated:
                raise errors.version_not_allowed()
        elif not version and not door.routed:
            raise errors.version_required()
        elif version not in door.versions:
            raise errors.not_found()
