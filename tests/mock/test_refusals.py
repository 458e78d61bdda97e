"""What the service refuses, the mock refuses: each wrong request beside the right one that is nearest to it, in both APIs where it
applies, streamed or not. Words and codes: helpers/mock/wire/errors.py."""

import json

import pytest

from helpers.mock import catalog

MODEL = catalog.DEFAULT_DEPLOYMENT
USER = {"role": "user", "content": "Weather?"}
PNG = "data:image/png;base64,iVBORw0KGgo="
SCHEMA = {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False,
}  # fmt: skip


def image(url: str) -> list:
    return [{"role": "user", "content": [{"type": "input_image", "image_url": url}]}]


def chat_image(url) -> list:
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]


def file_part(**fields) -> list:
    return [{"role": "user", "content": [{"type": "input_file", **fields}]}]


def schema(**changes) -> dict:
    return {**SCHEMA, **changes}


def text(schema: dict, strict: bool = True, name: str = "city") -> dict:
    return {"text": {"format": {"type": "json_schema", "name": name, "schema": schema, "strict": strict}}}


def response_format(schema: dict, strict: bool = True, name: str = "city") -> dict:
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": strict}}
    }


def tool(schema: dict = SCHEMA, strict: bool = True, name: str = "f") -> dict:
    return {"type": "function", "name": name, "parameters": schema, "strict": strict}


def chat_tool(schema: dict = SCHEMA, strict: bool = True, name: str = "f") -> dict:
    return {"type": "function", "function": {"name": name, "parameters": schema, "strict": strict}}


def deep(levels: int) -> dict:
    inner = SCHEMA
    for _ in range(levels - 1):
        inner = {"type": "object", "properties": {"a": inner}, "required": ["a"], "additionalProperties": False}
    return inner


CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "4"}
ASKS = {
    "role": "assistant", "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
}  # fmt: skip
SAID = {"role": "tool", "tool_call_id": "call_1", "content": "4"}
PICTURE = "Expected a base64-encoded data URL with an image MIME type"
PATTERN = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
EVERY = "'required' is required to be supplied and to be an array including every key in properties."

# Responses: what is wrong, what the message holds, param, code, what is right. "..." in a param: not looked at.
RESPONSES = [
    # pictures
    ({"input": image("ftp://x/y.png")}, f"Invalid 'input[0].content[0].image_url'. {PICTURE}", "input[0].content[0].image_url", "invalid_value", {"input": image("https://example.com/y.png")}),
    ({"input": image("picture.png")}, "without the 'data:' prefix", "input[0].content[0].image_url", "invalid_value", {"input": image(PNG)}),
    ({"input": image("data:application/pdf;base64,AAAA")}, "unsupported MIME type 'application/pdf'.", "input[0].content[0].image_url", "invalid_value", {"input": image("data:image/jpeg;base64,AAAA")}),
    ({"input": image("data:image/png,AAAA")}, "without the ';base64' separator", "input[0].content[0].image_url", "invalid_value", {"input": image("data:image/webp;base64,AAAA")}),
    ({"input": image("data:image/png;base64,")}, "empty base64-encoded bytes", "input[0].content[0].image_url", "invalid_value", {"input": image("data:image/gif;base64,AAAA")}),
    ({"input": image("data:image/png;base64,%%%")}, "an invalid base64-encoded value", "input[0].content[0].image_url", "invalid_value", {"input": image(PNG)}),
    ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "Missing required parameter: 'input[0].content[0].image_url'.", "input[0].content[0].image_url", "missing_required_parameter", {"input": image(PNG)}),
    # formats
    ({"text": {"format": {"type": "json_object"}}}, "must contain the word 'json'", "input", None, {"input": "Answer in JSON.", "text": {"format": {"type": "json_object"}}}),
    (text(schema(additionalProperties=True)), "Invalid schema for response_format 'city': In context=(), 'additionalProperties' is required to be supplied and to be false.", "text.format.schema", "invalid_json_schema", text(SCHEMA)),
    (text(schema(required=[])), f"In context=(), {EVERY} Missing 'city'.", "text.format.schema", "invalid_json_schema", text(schema(required=[]), strict=False)),
    (text(schema(required=["city", "x"])), "Extra required key 'x' supplied.", "text.format.schema", "invalid_json_schema", text(SCHEMA)),
    (text(schema(properties={"city": {}})), "In context=('properties', 'city'), schema must have a 'type' key.", "text.format.schema", "invalid_json_schema", text(SCHEMA)),
    (text(schema(properties={"city": {"type": "array"}})), "In context=('properties', 'city'), array schema missing items.", "text.format.schema", "invalid_json_schema", text(schema(properties={"city": {"type": "array", "items": {"type": "string"}}}))),
    (text(schema(properties={"city": {"type": "string", "default": "x"}})), "In context=('properties', 'city'), 'default' is not permitted.", "text.format.schema", "invalid_json_schema", text(schema(properties={"city": {"type": "string", "pattern": "^a"}}))),
    (text(schema(properties={"city": {"oneOf": [{"type": "string"}]}})), "'oneOf' is not permitted.", "text.format.schema", "invalid_json_schema", text(schema(properties={"city": {"anyOf": [{"type": "string"}]}}))),
    (text(deep(11)), "11 levels of nesting exceeds limit of 10.", "text.format.schema", "invalid_json_schema", text(deep(10))),
    (text(schema(properties={"city": {"enum": list(map(str, range(1001)))}})), "Expected at most 1000 enum values", "text.format.schema", "invalid_json_schema", text(schema(properties={"city": {"type": "string", "enum": list(map(str, range(1000)))}}))),
    (text({"type": "array", "items": SCHEMA}), "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.", "text.format.schema", "invalid_json_schema", text(SCHEMA)),
    (text(schema(properties={"city": {"$ref": "#/$defs/x"}})), "reference can only point to definitions defined at the top level", "text.format.schema", "invalid_json_schema", text(schema(properties={"city": {"$ref": "#/$defs/x"}}, **{"$defs": {"x": {"type": "string"}}}))),
    (text(SCHEMA, name="my city"), f"Invalid 'text.format.name': {PATTERN}", "text.format.name", "invalid_value", text(SCHEMA, name="my-city_2")),
    (text(SCHEMA, name="a" * 65), "Expected a string with maximum length 64", "text.format.name", "string_above_max_length", text(SCHEMA, name="a" * 64)),
    ({"text": {"format": {"type": "bogus"}}}, "Supported values are: 'json_object', 'json_schema', and 'text'.", "text.format.type", "invalid_value", {"text": {"format": {"type": "text"}}}),
    ({"text": {"format": {"type": "json_schema", "schema": SCHEMA}}}, "Missing required parameter: 'text.format.name'.", "text.format.name", "missing_required_parameter", text(SCHEMA)),
    ({"text": {"verbosity": "loud"}}, "Supported values are: 'low', 'medium', and 'high'.", "text.verbosity", "invalid_value", {"text": {"verbosity": "low"}}),
    # tools
    ({"tools": [tool(schema(required=[]))]}, f"Invalid schema for function 'f': In context=(), {EVERY} Missing 'city'.", "tools[0].parameters", "invalid_function_parameters", {"tools": [tool(schema(required=[]), strict=False)]}),
    ({"tools": [tool(name="get weather")]}, f"Invalid 'tools[0].name': {PATTERN}", "tools[0].name", "invalid_value", {"tools": [tool(name="get-weather")]}),
    ({"tools": [tool(name="")]}, "empty string", "tools[0].name", "empty_string", {"tools": [tool()]}),
    ({"tools": [tool(), tool()]}, "must be unique", "tools[1]", "invalid_value", {"tools": [tool(), tool(name="g")]}),
    ({"tools": [tool(name=f"f{at}") for at in range(129)]}, "Expected an array with maximum length 128, but got an array with length 129 instead.", "tools", "array_above_max_length", {"tools": [tool(name=f"f{at}") for at in range(128)]}),
    ({"tools": [{"type": "telepathy"}]}, "Invalid value: 'telepathy'. Supported values are: 'apply_patch'", "tools[0]", "invalid_value", {"tools": [{"type": "web_search"}]}),
    ({"tools": [{"type": "file_search"}]}, "Missing required parameter: 'tools[0].vector_store_ids'.", "tools[0].vector_store_ids", "missing_required_parameter", {"tools": [{"type": "web_search"}]}),
    ({"tools": [{"type": "file_search", "vector_store_ids": ["vs_nothing"]}]}, "vs_nothing", None, None, {"tools": []}),
    ({"tools": [{"type": "code_interpreter", "container": "cntr_nothing"}]}, "Container not found", None, None, {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}),
    ({"tools": [{"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-nothing"]}}]}, "file-nothing", "id", None, {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}),
    ({"tools": [{"type": "mcp", "server_label": "a"}]}, "Missing required parameter: 'tools[0].server_url'.", "tools[0].server_url", "missing_required_parameter", {"tools": [{"type": "mcp", "server_label": "a", "server_url": "https://example.com"}]}),
    ({"tool_choice": "required"}, "Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice", None, {"tools": [tool()], "tool_choice": "required"}),
    ({"tools": [tool()], "tool_choice": {"type": "function", "name": "g"}}, "Tool choice 'g' not found in 'tools' parameter.", "tool_choice", None, {"tools": [tool()], "tool_choice": {"type": "function", "name": "f"}}),
    # calls and results
    ({"input": [USER, CALL]}, "No tool output found for function call call_1.", "input", None, {"input": [USER, CALL, RESULT]}),
    ({"input": [USER, RESULT]}, "No tool call found for function call output with call_id call_1.", "input", None, {"input": [USER, CALL, RESULT]}),
    ({"input": [USER, CALL, {**RESULT, "output": {"celsius": 4}}]}, "Invalid type for 'input[2].output': expected one of a string or array of objects, but got an object instead.", "input[2].output", "invalid_type", {"input": [USER, CALL, {**RESULT, "output": [{"type": "input_text", "text": "4"}]}]}),
    ({"input": [USER, CALL, {"type": "function_call_output", "call_id": "call_1"}]}, "Missing required parameter: 'input[2].output'.", "input[2].output", "missing_required_parameter", {"input": [USER, CALL, RESULT]}),
    ({"input": [USER, {**CALL, "call_id": None}]}, "Missing required parameter: 'input[1].call_id'.", "input[1].call_id", "missing_required_parameter", {"input": [USER, CALL, RESULT]}),
    ({"input": [{"type": "mcp_approval_response", "approve": True, "approval_request_id": "mcpr_x"}]}, "mcpr_x", "input", None, {"input": [USER]}),
    # items
    ({"input": [{"type": "telegram"}]}, "Invalid value: 'telegram'. Supported values are: 'additional_tools'", "input[0]", "invalid_value", {"input": [{"type": "message", **USER}]}),
    ({"input": [{"role": "tool", "content": "x"}]}, "Supported values are: 'assistant', 'system', 'developer', and 'user'.", "input[0]", "invalid_value", {"input": [{"role": "developer", "content": "x"}, USER]}),
    ({"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, "Invalid value: 'text'. Supported values are: 'input_text'", "input[0].content[0].type", "invalid_value", {"input": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]}),
    ({"input": [{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]}, "Supported values are: 'input_text', 'input_image', 'input_file'", "input[0].content[0]", "invalid_value", {"input": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]}),
    ({"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}, USER]}, "Supported values are: 'output_text' and 'refusal'.", "input[0].content[0]", "invalid_value", {"input": [{"role": "assistant", "content": [{"type": "output_text", "text": "x"}]}, USER]}),
    ({"input": []}, "input cannot be an empty array", None, None, {"input": [USER]}),
    ({"input": ""}, 'One of "input" or "previous_response_id"', None, "missing_required_parameter", {"input": " "}),
    ({"input": {"role": "user"}}, "Invalid type for 'input': expected one of a string or array of input items, but got an object instead.", "input", "invalid_type", {"input": [USER]}),
    ({"input": [{"type": "item_reference", "id": "rs_gone"}, USER]}, "Item with id 'rs_gone' not found. Items are not persisted when `store` is set to false.", "input", None, {"input": [USER]}),
    # settings
    ({"model": "gpt-4.1-mini", "reasoning": {"effort": "low"}}, "Unsupported parameter: 'reasoning.effort' is not supported with this model.", "reasoning.effort", "unsupported_parameter", {"reasoning": {"effort": "low"}}),
    ({"reasoning": {"effort": "ultra"}}, "Invalid value: 'ultra'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'.", "reasoning.effort", "invalid_value", {"reasoning": {"effort": "xhigh"}}),
    ({"reasoning": {"effort": "minimal"}}, f"Unsupported value: 'minimal' is not supported with the '{MODEL}' model.", "reasoning.effort", "unsupported_value", {"model": "gpt-5-mini", "reasoning": {"effort": "minimal"}}),
    ({"model": "gpt-5-mini", "temperature": 0.5}, "Unsupported parameter: 'temperature' is not supported with this model.", "temperature", None, {"temperature": 0.5}),
    ({"reasoning": {"effort": "low"}, "temperature": 0.5}, "Unsupported parameter: 'temperature'", "temperature", None, {"reasoning": {"effort": "none"}, "temperature": 0.5}),
    ({"background": True, "store": False}, "'store'", "background", "invalid_value", {"background": True, "store": True}),
    ({"metadata": {str(at): "x" for at in range(17)}}, "too many properties. Expected an object with at most 16 properties, but got an object with 17", "metadata", "object_above_max_properties", {"metadata": {str(at): "x" for at in range(16)}}),
    ({"metadata": {"k": "x" * 513}}, "Expected a string with maximum length 512, but got a string with length 513 instead.", "metadata.k", "string_above_max_length", {"metadata": {"k": "x" * 512}}),
    ({"metadata": {"k" * 65: "x"}}, "Invalid property name in 'metadata'", "metadata." + "k" * 65, "property_name_above_max_length", {"metadata": {"k" * 64: "x"}}),
    ({"metadata": {"k": 5}}, "Invalid type for 'metadata.k': expected a string, but got an integer instead.", "metadata.k", "invalid_type", {"metadata": {"k": "5"}}),
    ({"truncation": "bogus"}, "Invalid value: 'bogus'. Supported values are: 'auto' and 'disabled'.", "truncation", "invalid_value", {"truncation": "auto"}),
    ({"include": ["everything"]}, "Invalid value: 'everything'. Supported values are: 'file_search_call.results'", "include[0]", "invalid_value", {"include": ["file_search_call.results"]}),
    ({"max_output_tokens": 15}, "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead.", "max_output_tokens", "integer_below_min_value", {"max_output_tokens": 16}),
    ({"temperature": 2.5}, "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.", "temperature", "decimal_above_max_value", {"temperature": 2}),
    ({"prompt_cache_key": "k" * 65}, "Expected a string with maximum length 64, but got a string with length 65 instead.", "prompt_cache_key", "string_above_max_length", {"prompt_cache_key": "k" * 64}),
    ({"previous_response_id": "resp_123"}, "Previous response with id 'resp_123' not found.", "previous_response_id", "previous_response_not_found", {}),
    ({"previous_response_id": "resp_123", "conversation": "conv_1"}, "Mutually exclusive parameters", None, "mutually_exclusive_parameters", {}),
    # the other API's shapes, and names that are none
    ({"messages": [USER]}, "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.", None, "unsupported_parameter", {}),
    ({"response_format": {"type": "text"}}, "has moved to 'text.format'", None, "unsupported_parameter", {}),
    ({"reasoning_effort": "low"}, "has moved to 'reasoning.effort'", None, "unsupported_parameter", {}),
    ({"max_completion_tokens": 20}, "has moved to 'max_output_tokens'", None, "unsupported_parameter", {}),
    ({"max_tokens": 20}, "Unknown parameter: 'max_tokens'.", "max_tokens", "unknown_parameter", {"max_output_tokens": 20}),
    ({"stor": True}, "Unknown parameter: 'stor'. Did you mean 'store'?", "stor", "unknown_parameter", {"store": True}),
    ({"tools": [chat_tool()]}, "Missing required parameter: 'tools[0].name'.", "tools[0].name", "missing_required_parameter", {"tools": [tool()]}),
    ({"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": "f"}}}, "Missing required parameter: 'tool_choice.name'.", "tool_choice.name", "missing_required_parameter", {"tools": [tool()], "tool_choice": "auto"}),
    # what a part, an item or a tool may hold
    ({"input": [{**USER, "colour": "red"}]}, "Unknown parameter: 'input[0].colour'.", "input[0].colour", "unknown_parameter", {"input": [{**USER, "status": "completed"}]}),
    ({"input": [{**USER, "status": "done"}]}, "Supported values are: 'in_progress', 'completed', and 'incomplete'.", "input[0].status", "invalid_value", {"input": [{**USER, "status": "completed"}]}),
    ({"input": file_part(filename="a.pdf", file_data="AAAA")}, "Expected a base64-encoded data URL with an application/pdf MIME type", "input[0].content[0].file_data", "invalid_value", {"input": file_part(filename="a.pdf", file_data="data:application/pdf;base64,AAAA")}),
    ({"stream": True, "stream_options": {"include_usage": True}}, "Unknown parameter: 'stream_options.include_usage'.", "stream_options.include_usage", "unknown_parameter", {"stream": True, "stream_options": {"include_obfuscation": False}}),
    ({"context_management": [{"type": "forget"}]}, "Supported values are: 'compaction'.", "context_management[0].type", "invalid_value", {"context_management": [{"type": "compaction", "compact_threshold": 5000}]}),
    ({"tools": [{"type": "web_search", "user_location": {"type": "exact"}}]}, "Supported values are: 'approximate'.", "tools[0].user_location.type", "invalid_value", {"tools": [{"type": "web_search", "user_location": {"type": "approximate", "city": "Oslo"}}]}),
    ({"tools": [{"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "3g"}}]}, "Supported values are: '1g', '4g', '16g', and '64g'.", "tools[0].container.memory_limit", "invalid_value", {"tools": [{"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "4g"}}]}),
    ({"tools": [{"type": "image_generation", "quality": "superb"}]}, "Supported values are: 'low', 'medium', 'high', and 'auto'.", "tools[0].quality", "invalid_value", {"tools": [{"type": "image_generation", "quality": "high"}]}),
    ({"tools": [{"type": "custom", "name": "x", "format": {"type": "grammar", "syntax": "bnf", "definition": "a"}}]}, "Supported values are: 'lark' and 'regex'.", "tools[0].format.syntax", "invalid_value", {"tools": [{"type": "custom", "name": "x", "format": {"type": "grammar", "syntax": "regex", "definition": "a"}}]}),
    # what a parameter may hold, in the words of each API
    ({"tools": {"type": "function"}}, "Invalid type for 'tools': expected an array of tools, but got an object instead.", "tools", "invalid_type", {"tools": []}),
    ({"truncation": {"a": 1}}, "Invalid type for 'truncation': expected one of 'auto' or 'disabled', but got an object instead.", "truncation", "invalid_type", {"truncation": None}),
    ({"text": {"verbosity": 3}}, "Invalid type for 'text.verbosity': expected one of 'low', 'medium', or 'high', but got an integer instead.", "text.verbosity", "invalid_type", {"text": {"verbosity": "low"}}),
    ({"include": "message.output_text.logprobs"}, "expected an array of one of 'fil...lts', 'web...lts', 'web...ces', 'mes...url', 'com...url', 'cod...uts', 'rea...ent', or 'mes...obs', but got a string instead.", "include", "invalid_type", {"include": []}),
    ({"tool_choice": 7}, "Invalid type for 'tool_choice': expected one of an object or 'none', 'auto', or 'required', but got an integer instead.", "tool_choice", "invalid_type", {"tool_choice": "auto"}),
    ({"input": [{**USER, "type": 7}]}, "Invalid value: ''. Supported values are: 'additional_tools'", "input[0]", "invalid_value", {"input": [{**USER, "type": "message"}]}),
    ({"input": [{**USER, "phase": "final_answer"}]}, "Unknown parameter: 'input[0].phase'.", "input[0].phase", "unknown_parameter", {"input": [{"role": "assistant", "content": "x", "phase": "final_answer"}, USER]}),
    ({"input": [{"role": "assistant", "content": "x", "phase": "prologue"}, USER]}, "Supported values are: 'commentary' and 'final_answer'.", "input[0].phase", "invalid_value", {"input": [{"role": "assistant", "content": "x", "phase": "commentary"}, USER]}),
    ({"model": "gpt-5-mini", "presence_penalty": 0.5}, "Unsupported parameter: 'presence_penalty' is not supported with this model.", "presence_penalty", None, {"presence_penalty": 0.5, "frequency_penalty": -2}),
    ({"frequency_penalty": 3}, "Expected a value <= 2, but got 3 instead.", "frequency_penalty", "decimal_above_max_value", {"frequency_penalty": 2}),
    ({"model": "gpt-5-mini", "top_logprobs": 1}, "logprobs are not supported with reasoning models.", "top_logprobs", "unsupported_parameter", {"top_logprobs": 1}),
    ({"reasoning": {"effort": "low"}, "include": ["message.output_text.logprobs"]}, "logprobs are not supported with reasoning models.", "include", "unsupported_parameter", {"include": ["message.output_text.logprobs"]}),
]  # fmt: skip
CHAT = [
    ({"messages": [{**USER, "name": "Ann Lee"}]}, "string does not match pattern.", "messages[0].name", "invalid_value", {"messages": [{**USER, "name": "Ann"}]}),
    ({"messages": [{"role": "function", "content": "4"}]}, "messages with role 'function' must have a 'name'.", "messages.[0].name", None, {"messages": [USER, {"role": "function", "name": "f", "content": "4"}]}),
    ({"messages": "hi"}, "Invalid type for 'messages': expected an array of objects, but got a string instead.", "messages", "invalid_type", {}),
    ({"tools": "x"}, "Invalid type for 'tools': expected an array of objects, but got a string instead.", "tools", "invalid_type", {"tools": [chat_tool()]}),
    ({"functions": "x"}, "Invalid type for 'functions': expected an array of function definitions, but got a string instead.", "functions", "invalid_type", {"functions": [{"name": "f"}]}),
    ({"functions": [{"name": "f"}], "function_call": {}}, "Missing required parameter: 'function_call.name'.", "function_call.name", "missing_required_parameter", {"functions": [{"name": "f"}], "function_call": {"name": "f"}}),
    ({"tools": [chat_tool()], "tool_choice": {"type": "function", "function": {}}}, "Missing required parameter: 'tool_choice.function.name'.", "tool_choice.function.name", "missing_required_parameter", {"tools": [chat_tool()], "tool_choice": {"type": "function", "function": {"name": "f"}}}),
    ({"reasoning_effort": "max"}, "Unsupported value: 'reasoning_effort' does not support 'max' with this model. Supported values are: 'none', 'low', 'medium', 'high', and 'xhigh'.", "reasoning_effort", "unsupported_value", {"reasoning_effort": "xhigh"}),
    ({"messages": [USER, ASKS, {**SAID, "tool_call_id": "call_2"}]}, "Invalid parameter: 'tool_call_id' of 'call_2' not found in 'tool_calls' of previous message.", "messages.[2].tool_call_id", None, {"messages": [USER, ASKS, SAID]}),
    ({"messages": [{"role": "user"}, {"role": "user", "content": 7}]}, "Invalid type for 'messages[1].content': expected one of a string or array of objects, but got an integer instead.", "messages[1].content", "invalid_type", {"messages": [USER, USER]}),
    ({"messages": [{"role": "developer", "content": None}, USER]}, "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead.", "messages[0].content", "invalid_type", {"messages": [{"role": "developer", "content": ""}, USER]}),
    ({"messages": [{"role": "user", "content": None}]}, "Invalid value for 'content': expected a string, got null.", "messages.[0].content", None, {"messages": [{"role": "user", "content": []}]}),
    ({"messages": [{"role": "system", "content": chat_image(PNG)[0]["content"]}]}, "Image URLs are only allowed for messages with role 'user', but this message with role 'system' contains an image URL.", "messages[0]", "invalid_value", {"messages": chat_image(PNG)}),
    ({"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]}, "Missing required parameter: 'messages[0].content[0].file.file_id'.", "messages[0].content[0].file.file_id", "missing_required_parameter", {"messages": [{"role": "user", "content": [{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}}]}]}),
    ({"max_tokens": 5, "max_completion_tokens": 5}, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination", {"max_completion_tokens": 5}),
    ({"metadata": {"a": "b"}}, "The 'metadata' parameter is only allowed when 'store' is enabled.", "metadata", None, {"metadata": {"a": "b"}, "store": True}),
    ({"function_call": "auto"}, "'function_call' is only allowed when 'functions' are specified.", "function_call", None, {"functions": [{"name": "f", "parameters": SCHEMA}], "function_call": "auto"}),
    ({"model": "gpt-4.1-mini", "logit_bias": {"Oslo": 5}}, "You should only be submitting non-negative integers.", "logit_bias", None, {"model": "gpt-4.1-mini", "logit_bias": {"50256": -100}}),
    ({"modalities": ["smell"]}, "Supported values are: 'text' and 'audio'.", "modalities[0]", "invalid_value", {"modalities": ["text"]}),
    ({"messages": chat_image("ftp://x")}, f"Invalid image URL: 'messages[0].content[0].image_url.url'. {PICTURE}", "messages[0].content[0].image_url.url", "invalid_value", {"messages": chat_image("https://example.com/x.png")}),
    ({"messages": chat_image("data:application/pdf;base64,AAAA")}, "unsupported MIME type 'application/pdf'.", "messages[0].content[0].image_url.url", "invalid_value", {"messages": chat_image(PNG)}),
    ({"response_format": {"type": "json_object"}}, "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", "messages", None, {"messages": [{"role": "user", "content": "As json"}], "response_format": {"type": "json_object"}}),
    (response_format(schema(additionalProperties=None)), "Invalid schema for response_format 'city': In context=(), 'additionalProperties' is required to be supplied and to be false.", "response_format", None, response_format(SCHEMA)),
    (response_format(schema(required=[])), "Missing 'city'.", "response_format", None, response_format(schema(required=[]), strict=False)),
    (response_format(SCHEMA, name="a b"), f"Invalid 'response_format.json_schema.name': {PATTERN}", "response_format.json_schema.name", "invalid_value", response_format(SCHEMA)),
    ({"response_format": {"type": "json_schema"}}, "Missing required parameter: 'response_format.json_schema'.", "response_format.json_schema", "missing_required_parameter", response_format(SCHEMA)),
    ({"response_format": {"type": "bogus"}}, "Invalid value: 'bogus'. Supported values are: 'json_object', 'json_schema', and 'text'.", "response_format.type", "invalid_value", {"response_format": {"type": "text"}}),
    ({"tools": [chat_tool(schema(properties={"city": {"type": "object"}}))]}, "In context=('properties', 'city'), 'additionalProperties' is required to be supplied and to be false.", "tools[0].function.parameters", "invalid_function_parameters", {"tools": [chat_tool()]}),
    ({"tools": [chat_tool(name="a.b")]}, f"Invalid 'tools[0].function.name': {PATTERN}", "tools[0].function.name", "invalid_value", {"tools": [chat_tool(name="a-b")]}),
    ({"tools": [chat_tool(), chat_tool()]}, "must be unique", "tools[1]", "invalid_value", {"tools": [chat_tool(), chat_tool(name="g")]}),
    ({"tools": [chat_tool(name=f"f{at}") for at in range(129)]}, "array too long. Expected an array with maximum length 128", "tools", "array_above_max_length", {"tools": [chat_tool(name=f"f{at}") for at in range(128)]}),
    ({"tools": [tool()]}, "Missing required parameter: 'tools[0].function'.", "tools[0].function", "missing_required_parameter", {"tools": [chat_tool()]}),
    ({"tools": [{"type": "web_search"}]}, "Supported values are: 'function' and 'custom'.", "tools[0].type", "invalid_value", {"tools": [chat_tool()]}),
    ({"tool_choice": "required"}, "'tool_choice' is only allowed when 'tools' are specified.", "tool_choice", None, {"tools": [chat_tool()], "tool_choice": "required"}),
    ({"parallel_tool_calls": True}, "'parallel_tool_calls' is only allowed when 'tools' are specified.", "parallel_tool_calls", None, {"tools": [chat_tool()], "parallel_tool_calls": True}),
    ({"tools": [chat_tool()], "tool_choice": {"type": "function", "function": {"name": "g"}}}, "no function named 'g'", "function_call", None, {"tools": [chat_tool()], "tool_choice": {"type": "function", "function": {"name": "f"}}}),
    ({"messages": [USER, SAID]}, "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", "messages.[1].role", None, {"messages": [USER, ASKS, SAID]}),
    ({"messages": [USER, ASKS]}, "did not have response messages: call_1", "messages", None, {"messages": [USER, ASKS, SAID]}),
    ({"messages": [USER, ASKS, USER]}, "did not have response messages: call_1", "messages", None, {"messages": [USER, ASKS, SAID, USER]}),
    ({"messages": [USER, ASKS, USER, SAID]}, "did not have response messages: call_1", "messages", None, {"messages": [USER, ASKS, SAID, USER]}),
    ({"messages": [USER, ASKS, SAID, SAID]}, "Duplicate value for 'tool_call_id' of 'call_1', in messages[2] and messages[3].", "messages.[3].tool_call_id", None, {"messages": [USER, ASKS, SAID]}),
    ({"messages": [USER, ASKS, {"role": "tool", "content": "4"}]}, "must have a 'tool_call_id'", "messages.[2].tool_call_id", None, {"messages": [USER, ASKS, SAID]}),
    ({"messages": [{"role": "foobar", "content": "x"}]}, "Invalid value: 'foobar'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", "messages[0].role", "invalid_value", {"messages": [{"role": "developer", "content": "x"}]}),
    ({"messages": [{"role": "user"}]}, "Invalid value for 'content': expected a string, got null.", "messages.[0].content", None, {"messages": [{"role": "user", "content": ""}]}),
    ({"messages": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]}, "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.", "messages[0].content[0].type", "invalid_value", {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}),
    ({"messages": [USER, {**ASKS, "tool_calls": []}]}, "Invalid 'messages[1].tool_calls': empty array.", "messages[1].tool_calls", "empty_array", {"messages": [USER]}),
    ({"messages": []}, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages", "empty_array", {}),
    ({"input": "x"}, "Unknown parameter: 'input'.", "input", "unknown_parameter", {}),
    ({"instructions": "x"}, "Unknown parameter: 'instructions'.", "instructions", "unknown_parameter", {}),
    ({"max_output_tokens": 20}, "Unknown parameter: 'max_output_tokens'.", "max_output_tokens", "unknown_parameter", {"max_completion_tokens": 20}),
    ({"top_logprobs": 3}, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs", None, {"logprobs": True, "top_logprobs": 3}),
    ({"max_tokens": 20}, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter", {"model": "gpt-4.1-mini", "max_tokens": 20}),
    ({"model": "gpt-5-mini", "temperature": 0.5}, "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.", "temperature", "unsupported_value", {"temperature": 0.5}),
    ({"model": "gpt-4.1-mini", "reasoning_effort": "low"}, "Unsupported parameter: 'reasoning_effort'", "reasoning_effort", "unsupported_parameter", {"reasoning_effort": "low"}),
    ({"reasoning_effort": "ultra"}, "Supported values are: 'none'", "reasoning_effort", "invalid_value", {"reasoning_effort": "high"}),
    ({"n": 0}, "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.", "n", "integer_below_min_value", {"n": 1}),
    ({"model": "gpt-4.1-mini", "stop": ["a", "b", "c", "d", "e"]}, "Expected an array with maximum length 4, but got an array with length 5 instead.", "stop", "array_above_max_length", {"model": "gpt-4.1-mini", "stop": ["a", "b", "c", "d"]}),
]  # fmt: skip
EMBEDDINGS = [
    ({"input": ""}, "'$.input' is invalid.", None, None, {"input": "x"}),
    ({"input": []}, "'$.input' is invalid.", None, None, {"input": ["x"]}),
    ({"input": ["a", ""]}, "'$.input' is invalid.", None, None, {"input": ["a", "b"]}),
    ({"input": ["a"] * 2049}, "'$.input' is invalid.", None, None, {"input": ["a"] * 20}),
    ({"input": "word " * 8000}, "This model's maximum context length is 8192 tokens, however you requested 10000 tokens (10000 in your prompt; 0 for the completion). Please reduce your prompt; or completion length.", None, None, {"input": "word " * 6000}),
    ({"input": "x", "dimensions": 3073}, "Expected a value <= 3072, but got 3073 instead.", "dimensions", "integer_above_max_value", {"input": "x", "dimensions": 3072}),
    ({"input": "x", "encoding_format": "hex"}, "Supported values are: 'float' and 'base64'.", "encoding_format", "invalid_value", {"input": "x", "encoding_format": "base64"}),
]  # fmt: skip


def _asked(session, url: str, headers: dict, base: dict, change: dict):
    body = {**base, **change}
    return session.post(url, headers=headers, json={name: value for name, value in body.items() if value is not ...})


def _told(answer) -> tuple[str, str | None, str | None]:
    error = answer.json()["error"]
    return error["message"], error.get("param"), error.get("code")


@pytest.mark.parametrize(("wrong", "message", "param", "code", "right"), RESPONSES, ids=lambda value: str(value)[:50])
def test_responses(session, project, resource, key, bearer, wrong, message, param, code, right):
    base = {"model": MODEL, "input": "What is an endpoint?"}
    for url, headers in ((project, bearer()), (resource, key)):
        for stream in (False, True):
            answer = _asked(session, url + "/openai/v1/responses", headers, {**base, "stream": stream}, wrong)
            assert answer.status_code in (400, 404), answer.text[:200]
            told = _told(answer)
            assert message in told[0]
            assert told[1:] == (param, code)
            assert answer.json()["error"]["type"] == "invalid_request_error"
    answer = _asked(session, project + "/openai/v1/responses", bearer(), base, right)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("wrong", "message", "param", "code", "right"), CHAT, ids=lambda value: str(value)[:50])
def test_chat(session, resource, key, wrong, message, param, code, right):
    base, url = {"model": MODEL, "messages": [USER]}, resource + "/openai/v1/chat/completions"
    for stream in (False, True):
        answer = _asked(session, url, key, {**base, "stream": stream}, wrong)
        assert answer.status_code == 400, answer.text[:200]
        told = _told(answer)
        assert message in told[0]
        assert told[1:] == (param, code)
    answer = _asked(session, url, key, base, right)
    assert answer.status_code == 200, answer.text


def test_options_of_a_stream_need_a_stream(session, resource, key):
    url, body = (
        resource + "/openai/v1/chat/completions",
        {"model": MODEL, "messages": [USER], "stream_options": {"include_usage": True}},
    )
    assert _told(session.post(url, headers=key, json=body)) == (
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options", None,
    )  # fmt: skip
    assert session.post(url, headers=key, json={**body, "stream": True}).status_code == 200


@pytest.mark.parametrize(("wrong", "message", "param", "code", "right"), EMBEDDINGS, ids=lambda value: str(value)[:50])
def test_embeddings(session, resource, key, wrong, message, param, code, right):
    base, url = {"model": "text-embedding-3-large"}, resource + "/openai/v1/embeddings"
    answer = _asked(session, url, key, base, wrong)
    assert answer.status_code == 400
    told = _told(answer)
    assert message in told[0]
    assert told[1:] == (param, code)
    assert _asked(session, url, key, base, right).status_code == 200


# -- what was said before counts ---------------------------------------------------------------------------------------------
def test_a_call_that_is_left_without_its_result_is_told_wherever_it_was_made(session, project, bearer):
    url, tools = project + "/openai/v1/responses", [tool()]
    first = session.post(url, headers=bearer(), json={"model": MODEL, "input": "Call it", "tools": tools}).json()
    call = first["output"][-1]
    assert call["type"] == "function_call"
    behind = {"model": MODEL, "previous_response_id": first["id"], "input": "And?", "tools": tools}
    refused = _told(session.post(url, headers=bearer(), json=behind))
    assert refused == (f"No tool output found for function call {call['call_id']}.", "input", None)
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "4"}
    assert session.post(url, headers=bearer(), json={**behind, "input": [result]}).status_code == 200

    conversation = session.post(project + "/openai/v1/conversations", headers=bearer(), json={}).json()["id"]
    inside = {"model": MODEL, "conversation": conversation, "input": "Call it", "tools": tools}
    call = session.post(url, headers=bearer(), json=inside).json()["output"][-1]
    refused = _told(session.post(url, headers=bearer(), json={**inside, "input": "And?"}))
    assert refused[0] == f"No tool output found for function call {call['call_id']}."
    result = {**result, "call_id": call["call_id"]}
    assert session.post(url, headers=bearer(), json={**inside, "input": [result]}).status_code == 200
    wrong = session.post(url, headers=bearer(), json={**inside, "input": [{**result, "call_id": "call_other"}]})
    assert "No tool call found for function call output with call_id call_other" in wrong.text


def test_thoughts_of_a_response_that_was_not_kept_cannot_be_sent_again(session, project, bearer):
    url = project + "/openai/v1/responses"
    asked = {"model": "gpt-5-mini", "input": "What is an endpoint?"}
    for store in (True, False):
        thought = session.post(url, headers=bearer(), json={**asked, "store": store}).json()["output"]
        again = session.post(url, headers=bearer(), json={**asked, "input": [USER, *thought, USER]})
        assert (again.status_code == 200) == store, again.text
    assert again.json()["error"]["message"].startswith(f"Item with id '{thought[0]['id']}' not found.")


def test_a_prompt_that_is_blocked_fails_in_the_stream_of_responses_and_before_that_of_chat(session, resource, key):
    asked = "Please trigger the content filter."
    answer = session.post(
        resource + "/openai/v1/responses", headers=key, json={"model": MODEL, "input": asked, "stream": True}
    )
    assert answer.status_code == 200
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == ["response.created", "response.failed", "error"]
    assert events[1]["response"]["error"] is None
    assert events[1]["response"]["content_filters"][0]["blocked"]
    assert events[2]["code"] == "content_policy_violation"
    body = {"model": MODEL, "messages": [{"role": "user", "content": asked}], "stream": True}
    assert session.post(resource + "/openai/v1/chat/completions", headers=key, json=body).status_code == 400
    whole = session.post(resource + "/openai/v1/responses", headers=key, json={"model": MODEL, "input": asked})
    assert (whole.status_code, whole.json()["error"]["code"]) == (400, "content_filter")


def test_what_was_filtered_says_so_in_both_places(session, resource, key):
    body = {"model": MODEL, "input": "Please filter the answer."}
    filters = session.post(resource + "/openai/v1/responses", headers=key, json=body).json()["content_filters"]
    for one in filters:
        assert one["blocked"] == any(result["filtered"] for result in one["content_filter_results"].values())
    assert [one["blocked"] for one in filters] == [False, True]


def test_a_photo_is_not_counted_as_text(session, resource, key):
    photo = "data:image/jpeg;base64," + "A" * 800_000
    body = {"model": "gpt-4o", "input": [{"role": "user", "content": [{"type": "input_image", "image_url": photo}]}]}
    answer = session.post(resource + "/openai/v1/responses", headers=key, json=body)
    assert answer.status_code == 200
    assert 500 < answer.json()["usage"]["input_tokens"] < 1500
    low = {"type": "input_image", "image_url": photo, "detail": "low"}
    body["input"][0]["content"] = [low]
    assert session.post(resource + "/openai/v1/responses", headers=key, json=body).json()["usage"]["input_tokens"] < 200


def test_a_prompt_that_is_too_long_is_told_in_the_words_of_the_api(session, resource, key):
    long = "word " * 120_000
    body = {"model": "gpt-4o", "input": long}
    told = _told(session.post(resource + "/openai/v1/responses", headers=key, json=body))
    assert told[0].startswith("Your input exceeds the context window of this model.")
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": long}]}
    told = _told(session.post(resource + "/openai/v1/chat/completions", headers=key, json=body))
    assert told[0].startswith(
        "This model's maximum context length is 128000 tokens. However, you requested 150000 tokens"
    )


@pytest.mark.parametrize("version", ["2023-05-15", "2024-04-01-preview", "2024-10-21"])
def test_api_versions_that_the_service_still_takes(session, resource, key, version):
    url = f"{resource}/openai/deployments/gpt-4o/chat/completions?api-version={version}"
    assert session.post(url, headers=key, json={"messages": [USER]}).status_code == 200


def test_a_retired_model_answers_nobody(session, resource, key):
    for path, body in (
        ("/openai/v1/responses", {"model": "gpt-5-chat", "input": "x"}),
        ("/openai/v1/chat/completions", {"model": "gpt-5-chat", "messages": [USER]}),
        ("/openai/deployments/gpt-5-chat/chat/completions?api-version=2024-10-21", {"messages": [USER]}),
    ):
        answer = session.post(resource + path, headers=key, json=body)
        assert (answer.status_code, answer.text) == (404, '{"error":{"code":"404","message": "Resource not found"}}')
        right = json.loads(json.dumps(body).replace("gpt-5-chat", "gpt-4o"))
        assert session.post(resource + path.replace("gpt-5-chat", "gpt-4o"), headers=key, json=right).status_code == 200


def test_what_a_project_keeps_is_not_the_resources(session, project, resource, bearer, key):
    made = session.post(project + "/openai/v1/responses", headers=bearer(), json={"model": MODEL, "input": "x"}).json()[
        "id"
    ]
    assert session.get(f"{project}/openai/v1/responses/{made}", headers=bearer()).status_code == 200
    assert session.get(f"{resource}/openai/v1/responses/{made}", headers=key).status_code == 404
    body = {"model": MODEL, "input": "y", "previous_response_id": made}
    assert session.post(resource + "/openai/v1/responses", headers=key, json=body).status_code == 400
    body = {"input": "y", "agent_reference": {"type": "agent_reference", "name": "any"}}
    assert _told(session.post(resource + "/openai/v1/responses", headers=key, json=body))[1:] == (
        "agent_reference",
        "unknown_parameter",
    )


def test_under_strict_the_fault_of_a_request_goes_before_the_missing_recording(session):
    from helpers.mock.server import MockServer

    server = MockServer(port=0, strict=True, other_sites=False)
    server.start()
    try:
        sent = {"headers": {"api-key": server.foundry.secrets.api_key}, "verify": server.variables["SSL_CERT_FILE"]}
        url = server.origin + "/openai/v1/responses"
        wrong = session.post(url, json={"model": MODEL, "input": "Unheard of", "temperature": 9}, **sent)
        assert wrong.json()["error"]["code"] == "decimal_above_max_value"
        right = session.post(url, json={"model": MODEL, "input": "Unheard of"}, **sent)
        assert right.json()["error"]["code"] == "mock_no_recording"
    finally:
        server.stop()


# -- what an attacker found ---------------------------------------------------------------------------------------------------
def test_thoughts_that_are_not_kept_travel_encrypted_and_come_back(session, project, bearer):
    url = project + "/openai/v1/responses"
    asked = {"model": "gpt-5-mini", "input": "What is an endpoint?", "store": False}
    plain = session.post(url, headers=bearer(), json=asked).json()["output"][0]
    assert "encrypted_content" not in plain
    asked["include"] = ["reasoning.encrypted_content"]
    thought = session.post(url, headers=bearer(), json=asked).json()["output"][0]
    assert thought["type"] == "reasoning"
    assert thought["encrypted_content"]
    assert session.post(url, headers=bearer(), json={**asked, "input": [USER, thought, USER]}).status_code == 200
    told = _told(session.post(url, headers=bearer(), json={**asked, "input": [USER, plain, USER]}))
    assert told[0].startswith(f"Item with id '{plain['id']}' not found.")


def test_an_item_of_the_response_before_is_not_sent_again(session, project, bearer):
    url = project + "/openai/v1/responses"
    first = session.post(url, headers=bearer(), json={"model": MODEL, "input": "Hello"}).json()
    again = {"model": MODEL, "previous_response_id": first["id"], "input": [*first["output"], USER]}
    told = _told(session.post(url, headers=bearer(), json=again))
    assert told[:2] == (
        f"Duplicate item found with id {first['output'][-1]['id']}. Remove duplicate items from your input and try again.",
        "input",
    )
    assert session.post(url, headers=bearer(), json={**again, "input": [USER]}).status_code == 200


def test_truncation_leaves_out_what_is_too_long(session, resource, key):
    url = resource + "/openai/v1/responses"
    old = {"role": "user", "content": "word " * 110_000}
    body = {"model": "gpt-4o", "input": [old, {"role": "assistant", "content": "So it is."}, USER]}
    assert session.post(url, headers=key, json=body).status_code == 400
    answer = session.post(url, headers=key, json={**body, "truncation": "auto"})
    assert answer.status_code == 200
    assert answer.json()["usage"]["input_tokens"] < 128_000


@pytest.mark.parametrize(
    "model, name, most", [("gpt-4o", "max_tokens", 16_384), ("gpt-4.1-mini", "max_tokens", 32_768),
                          ("gpt-5.4-mini", "max_completion_tokens", 128_000)]
)  # fmt: skip
def test_an_answer_can_be_no_longer_than_the_model_writes(session, resource, key, model, name, most):
    url = resource + "/openai/v1/chat/completions"
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    assert session.post(url, headers=key, json={**body, name: most}).status_code == 200
    told = _told(session.post(url, headers=key, json={**body, name: most + 1}))
    assert told[1:] == (name, "invalid_value")
    assert f"at most {most} completion tokens" in told[0]


def test_verbosity_is_a_setting_of_models_that_reason(session, resource, key):
    url = resource + "/openai/v1/responses"
    for model, verbosity, status in (
        ("gpt-5.4-mini", "low", 200), ("gpt-4o", "medium", 200), ("gpt-4o", "low", 400),
    ):  # fmt: skip
        body = {"model": model, "input": "Hello", "text": {"verbosity": verbosity}}
        assert session.post(url, headers=key, json=body).status_code == status, (model, verbosity)


def test_a_custom_tool_is_given_a_text_in_both_apis(session, resource, key):
    custom = {"type": "custom", "name": "note", "description": "Takes a note."}
    body = {"model": MODEL, "input": "Note this.", "tools": [custom], "tool_choice": "required"}
    call = session.post(resource + "/openai/v1/responses", headers=key, json=body).json()["output"][-1]
    assert (call["type"], call["name"]) == ("custom_tool_call", "note")
    assert isinstance(call["input"], str)
    nested = {"type": "custom", "custom": {"name": "note"}}
    chat = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Note it."}],
        "tools": [nested],
        "tool_choice": "required",
    }
    answer = session.post(resource + "/openai/v1/chat/completions", headers=key, json=chat).json()
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    assert call["type"] == "custom"
    assert call["custom"]["name"] == "note"


def test_a_stream_leaves_out_its_padding_when_asked(session, resource, key):
    body = {"model": MODEL, "input": "What is an AI application?", "stream": True}
    for options, padded in (
        (None, True),
        ({"include_obfuscation": True}, True),
        ({"include_obfuscation": False}, False),
    ):
        sent = body if options is None else {**body, "stream_options": options}
        answer = session.post(resource + "/openai/v1/responses", headers=key, json=sent)
        assert answer.status_code == 200
        assert ('"obfuscation"' in answer.text) == padded


def test_a_text_to_embed_may_be_numbers_of_tokens_that_there_are(session, resource, key):
    url = resource + "/openai/v1/embeddings"
    for given, tokens in (([1, 2, 3], 3), ([[1, 2], [3]], 3), ("12345678", 2)):
        answer = session.post(url, headers=key, json={"model": "text-embedding-3-large", "input": given})
        assert answer.json()["usage"]["prompt_tokens"] == tokens
    for given in ([-1], [[1], [999_999]], [1, True], [1.5]):
        answer = session.post(url, headers=key, json={"model": "text-embedding-3-large", "input": given})
        assert answer.status_code == 400, given
