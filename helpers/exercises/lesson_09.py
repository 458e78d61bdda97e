"""Checks of 09_the_foundry_sdk."""

from helpers.exercises import exercise
from helpers.exercises.requests_sent import ROLE, field, path, question, refusal, same_words, tapped


@exercise("09.1")
def asked_through_the_project(exchange):
    """A question to course-chat that the project's OpenAI client sent."""
    exchange = tapped(exchange)
    if not path(exchange).endswith("/openai/v1/responses"):
        return f"the path is {path(exchange)}; a response is created at /openai/v1/responses."
    if "AIProjectClient" not in exchange.request_headers.get("user-agent", ""):
        return "another client sent this: use the one from project.get_openai_client()."
    if field(exchange, "model") != "course-chat":
        return f"the deployment is {field(exchange, 'model')!r:.60}; the task asks for course-chat."
    if not same_words(question(exchange), "What is an endpoint?"):
        return f"the input is {field(exchange, 'input')!r:.60}; the task asks another question."
    return refusal(exchange)


@exercise("09.2")
def agent_made_and_deleted(agent, project):
    """What create_version returned for brief-guide, and a project in which it is gone."""
    name = getattr(agent, "name", None)
    if not getattr(agent, "version", None) or not getattr(agent, "definition", None):
        return f"store what project.agents.create_version(...) returns, not {type(agent).__name__}."
    if name != "brief-guide":
        return f"the agent is called {name!r:.60}; the task asks for brief-guide."
    instructions = agent.definition.instructions or ""
    if not instructions.strip():
        return "the agent has no instructions."
    if instructions == ROLE:
        return "these are the instructions of the lesson's agent; make a definition with some of your own."
    if any(one.name == name for one in project.agents.list()):
        return "brief-guide is still there: delete it with project.agents.delete."
    return None


@exercise("09.3")
def caught_error(error):
    """The exception of azure-core for a connection that is not there."""
    from azure.core.exceptions import HttpResponseError

    if isinstance(error, type) and issubclass(error, Exception):
        return "that is the class; store the exception that was raised, from except ... as error."
    if not isinstance(error, Exception):
        return f"store the exception, not {error!r:.60}."
    if not isinstance(error, HttpResponseError):
        return f"that is {type(error).__name__}, which is not of azure-core's family."
    asked = str(getattr(getattr(error.response, "request", None), "url", ""))
    if error.status_code != 404 or "/connections/no-such-connection" not in asked:
        return f"that is a {error.status_code} of another call; ask for the connection no-such-connection."
    return None
