"""The tools of a request, in the form of either API: chat completions nests a function, Responses does not."""

from typing import Any

from helpers.mock.wire import errors, schemas
from helpers.mock.wire.kinds import kind_of, needed, optional

MOST = 128
DESCRIPTION = 1024  # characters, in chat completions
CHAT_TYPES = ("function", "custom")
# Sources: the openai SDK's tool types, and those that azure-ai-projects adds for the project service.
TYPES = (
    "apply_patch", "code_interpreter", "computer", "computer_use_preview", "custom", "file_search", "function",
    "image_generation", "local_shell", "mcp", "namespace", "programmatic_tool_calling", "shell", "tool_search", "web_search",
    "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11",
)  # fmt: skip
PROJECT_TYPES = (
    "a2a", "a2a_preview", "azure_ai_search", "azure_function", "bing_custom_search_preview", "bing_grounding",
    "browser_automation", "browser_automation_preview", "capture_structured_outputs", "fabric_dataagent_preview", "fabric_iq_preview",
    "memory_search", "memory_search_preview", "openapi", "reminder_preview", "sharepoint_grounding_preview",
    "toolbox_search_preview", "web_iq_preview", "work_iq_preview",
)  # fmt: skip
NEEDED = {  # what a tool of a type cannot do without: its name and JSON type
    "file_search": (("vector_store_ids", "an array"),),
    "mcp": (("server_label", "a string"),),
    "code_interpreter": (("container", "an object or a string"),),
    "openapi": (("openapi", "an object"),),
    "custom": (("name", "a string"),),
    "computer_use_preview": (
        ("display_width", "an integer"),
        ("display_height", "an integer"),
        ("environment", "a string"),
    ),
    "memory_search_preview": (("memory_store_name", "a string"), ("scope", "a string")),
}
AMONG = {  # what a field of a tool may hold, by the type of the tool (the openai SDK's types)
    "image_generation": {
        "quality": ("low", "medium", "high", "auto"), "background": ("transparent", "opaque", "auto"),
        "output_format": ("png", "webp", "jpeg"), "moderation": ("auto", "low"), "input_fidelity": ("high", "low"),
    },
    "computer_use_preview": {"environment": ("windows", "mac", "linux", "ubuntu", "browser")},
    "custom": {"format.type": ("text", "grammar"), "format.syntax": ("lark", "regex")},
    "code_interpreter": {"container.memory_limit": ("1g", "4g", "16g", "64g")},
    "web_search": {"user_location.type": ("approximate",)},
    "web_search_preview": {"user_location.type": ("approximate",)},
}  # fmt: skip
APPROVALS = ("always", "never")
SIZES = ("low", "medium", "high")
CHOICES = ("none", "auto", "required")


def check(given: list[Any] | None, nested: bool, in_agent: bool = False) -> None:
    """Raises ServiceError for the first wrong tool; ``nested`` in the form of chat completions. An agent's tools may leave to
    the service what a request must say."""
    if len(given or ()) > MOST:
        raise errors.list_too_long("tools", MOST, len(given))
    if given == [] and nested:
        raise errors.list_empty("tools")
    seen = set()
    for at, tool in enumerate(given or ()):
        where = f"tools[{at}]"
        if not isinstance(tool, dict):
            raise errors.parameter_type(where, "an object", kind_of(tool))
        kind, allowed = needed(where, tool, "type"), CHAT_TYPES if nested else TYPES
        if kind not in allowed and (nested or kind not in PROJECT_TYPES):
            raise errors.value_not_supported(f"{where}.type" if nested else where, kind, allowed)
        if kind == "function":
            name = _check_function(where, tool, nested)
            if name in seen:
                raise errors.tool_twice(name, where)
            seen.add(name)
        elif not nested:
            _check_hosted(where, kind, tool, in_agent)
        elif not isinstance(tool.get(kind), dict):
            raise errors.parameter_missing(f"{where}.{kind}")


def _check_function(where: str, tool: dict[str, Any], nested: bool) -> str:
    """The name of a function, which is right."""
    inside = where
    if nested:
        inside, tool = f"{where}.function", needed(where, tool, "function", "an object")
    name = needed(inside, tool, "name")
    schemas.check_name(f"{inside}.name", name)
    description = optional(inside, tool, "description")
    if nested and len(description or "") > DESCRIPTION:
        raise errors.string_too_long(f"{inside}.description", DESCRIPTION, len(description))
    strict = optional(inside, tool, "strict", "a boolean")
    parameters = optional(inside, tool, "parameters", "an object")
    if parameters is not None:
        fault = schemas.fault(parameters, bool(strict), function=True)
        if fault:
            raise errors.function_schema_refused(name, fault, f"{inside}.parameters")
    return name


def _check_hosted(where: str, kind: str, tool: dict[str, Any], in_agent: bool) -> None:
    for name, wanted in NEEDED.get(kind, ()):
        if not (in_agent and name == "container" and tool.get(name) is None):
            needed(where, tool, name, wanted)
    if kind == "file_search":
        if not tool["vector_store_ids"]:
            raise errors.list_empty(f"{where}.vector_store_ids")
        for at, name in enumerate(tool["vector_store_ids"]):
            if not isinstance(name, str):
                raise errors.parameter_type(f"{where}.vector_store_ids[{at}]", "a string", kind_of(name))
        count = tool.get("max_num_results")
        if count is not None and not (isinstance(count, int) and 1 <= count <= 50):
            low = isinstance(count, int) and count < 1
            raise errors.number_outside(f"{where}.max_num_results", count, 1 if low else 50, above=not low)
    if kind == "mcp":
        allowed = tool.get("allowed_tools")
        named = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
        if named is not None and not isinstance(named, list):
            raise errors.parameter_type(f"{where}.allowed_tools", "an array or an object", kind_of(allowed))
        if not any(tool.get(one) for one in ("server_url", "connector_id", "project_connection_id")):
            raise errors.parameter_missing(f"{where}.server_url")
        approval = tool.get("require_approval")
        if approval is not None and not isinstance(approval, dict) and approval not in APPROVALS:
            raise errors.value_not_supported(f"{where}.require_approval", str(approval), APPROVALS)
        for when in APPROVALS if isinstance(approval, dict) else ():
            rule = approval.get(when)
            if rule is not None and not (isinstance(rule, dict) and isinstance(rule.get("tool_names", []), list)):
                raise errors.parameter_type(f"{where}.require_approval.{when}", "an object", kind_of(rule))
    for path, allowed in AMONG.get(kind, {}).items():
        outer, _, inner = path.rpartition(".")
        holder = tool.get(outer) if outer else tool
        value = holder.get(inner) if isinstance(holder, dict) else None
        if value is not None and value not in allowed:
            raise errors.value_not_supported(f"{where}.{path}", str(value), allowed)
    size = tool.get("search_context_size")
    if kind.startswith("web_search") and size is not None and size not in SIZES:
        raise errors.value_not_supported(f"{where}.search_context_size", str(size), SIZES)
    if (
        kind == "code_interpreter"
        and isinstance(tool.get("container"), dict)
        and tool["container"].get("type") != "auto"
    ):
        raise errors.value_not_supported(f"{where}.container.type", str(tool["container"].get("type") or ""), ("auto",))


def name_of(tool: dict[str, Any]) -> str | None:
    """The name of a function, as a tool or as a choice, in the form of either API."""
    function = tool.get("function")
    name = tool.get("name") or (function.get("name") if isinstance(function, dict) else None)
    return name if isinstance(name, str) else None


def check_choice(body: dict[str, Any], nested: bool, with_agent: bool = False) -> None:
    """Raises the ServiceError for a choice that is none, or that there is no tool for. An agent's tools are in its definition."""
    choice, given = body.get("tool_choice"), body.get("tools") or []
    names = {name_of(tool) for tool in given}
    if isinstance(choice, str):
        if choice not in CHOICES:
            raise errors.value_not_supported("tool_choice", choice, CHOICES)
        if choice == "required" and not given and not with_agent:
            raise errors.only_with("tool_choice", "tools") if nested else errors.choice_without_tools()
    elif isinstance(choice, dict):
        kind = needed("tool_choice", choice, "type")
        if kind == "allowed_tools":
            inner = choice.get("allowed_tools", choice) if nested else choice
            if not isinstance(inner, dict):
                raise errors.parameter_type("tool_choice.allowed_tools", "an object", kind_of(inner))
            if not isinstance(inner.get("tools"), list):
                raise errors.parameter_missing("tool_choice.tools")
            for at, tool in enumerate(inner["tools"]):
                if not isinstance(tool, dict) or not isinstance(tool.get("type"), str):
                    raise errors.parameter_type(f"tool_choice.tools[{at}]", "an object", kind_of(tool))
        elif kind == "function" and nested and not isinstance(choice.get("function"), dict):
            raise errors.parameter_missing("tool_choice.function")
        elif kind == "function" and (choice["function"] if nested else choice).get("name") is None:
            raise errors.parameter_missing("tool_choice.function.name" if nested else "tool_choice.name")
        elif kind == "function" and not with_agent and name_of(choice) not in names:
            if nested and not given:
                raise errors.only_with("tool_choice", "tools")
            raise errors.choice_not_found(name_of(choice), nested)
        elif kind != "function" and not nested and not with_agent and kind not in {tool.get("type") for tool in given}:
            raise errors.choice_not_found(str(kind), nested)
