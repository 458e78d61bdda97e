"""The whole path of every exercise, as a learner goes it: in one Python against one mock the lesson runs, and at each exercise
come the starter, the wrong and half-right answers that people give, each followed by its check, and then the published
solution. After any of them a further attempt can succeed, and the lesson goes on. This Python starts cold, so it is here
that a lesson first imports what it uses."""

import json
import subprocess
import sys

import nbformat
import pytest

from helpers.course import notebooks
from helpers.course.notebooks import exercises_in, solutions_of
from tests.lessons.test_exercises import LESSONS

# What people write, and a piece of what check says to it. "✅" for another right way.
ATTEMPTS: dict[str, list[tuple[str, str]]] = {
    "00.1": [("answer = 'live'", "first line"), ("answer = True", "word in quotes"), ("answer = ' OFFLINE '", "✅")],
    "00.2": [
        ("second_response = response", "still asks the first question"),
        ("second_response = response.json()", "the whole response, not a dict"),
        ("second_response = requests.post(f'{foundry.project_endpoint}/openai/v1/responses', json={'model': foundry.model, 'input': 'x'})", "carries no sign-in"),
        ("second_response = requests.post(f'{foundry.project_endpoint}/openai/v1/responses', foundry.headers(), json={})", "carries no sign-in"),
        ("second_response = requests.post(f'{foundry.project_endpoint}/openai/v1/responses', headers=foundry.headers(), json={'model': foundry.model, 'imput': 'x'})", "Did you mean 'input'?"),
        ("second_response = requests.post(f'{foundry.project_endpoint}/openai/v1/responses', headers=foundry.headers(), json={'model': foundry.model, 'input': [{'role': 'user', 'content': 'What is an endpoint?'}]})", "✅"),
    ],
    "00.3": [
        ("no_list = listing", "carries a sign-in"),
        ("no_list = refused", "the method is POST"),
        ("no_list = requests.get(f'{foundry.project_endpoint}/deployments')", "✅"),
        ("no_list = requests.get(foundry.project_endpoint)", "the list is at /deployments"),
    ],
    "01.1": [
        ("named = {'resource': 'support-bot', 'deployment': 'contoso-ai'}", "swapped"),
        ("named = {'Resource': 'contoso-ai', 'deployment': 'support-bot'}", "there is no 'resource'"),
        ("named = {'resource': 'contoso-ai.openai.azure.com', 'deployment': 'support-bot'}", "first word of the host"),
    ],
    "01.2": [
        ("mended = 'https://contoso-ai.openai.azure.com/api/projects/sales/openai/v1/responses'", "still wrong"),
        ("mended = 'https://contoso-ai.services.ai.azure.com/api/projects/sales/openai/v1/responses/'", "slash at the end"),
        ("mended = 'https://contoso-ai.services.ai.azure.com/api/projects/sales/openai/v1/responses#'", "there is a #"),
        ("mended = 'https://contoso-ai.services.ai.azure.com/api/projects/sales/openai/v1/responses?api-version=v1'", "api-version"),
    ],
    "01.3": [
        ("connections = requests.get(f'{foundry.project_endpoint}/connections?api-version=v1')", "carries no sign-in"),
        ("connections = requests.get(deployments_url, headers=foundry.headers())", "should end in /connections"),
        ("connections = requests.get(f'{foundry.project_endpoint}/connections', headers=foundry.headers())", "api-version"),
        ("connections = requests.get(f'{foundry.resource_endpoint}/connections?api-version=v1', headers=foundry.headers())", "belong to a project"),
        ("connections = requests.get(f'{foundry.project_endpoint}/connections?api-version=2024-10-21', headers=foundry.headers())", "takes api-version=v1"),
        ("connections = requests.get(f'{foundry.project_endpoint}/openai/v1/connections', headers=foundry.headers())", "it should be /api/projects/demo-project/connections"),
        ("connections = requests.get(f'{foundry.resource_endpoint}/api/projects/sales/connections?api-version=v1', headers=foundry.headers())", "it should be /api/projects/demo-project/connections"),
    ],
    "02.1": [
        ("another = response", "it should be"),
        ("another = requests.post(url, headers=headers, json={**body, 'prompt': 'What is an endpoint?'})", "expected an object"),
        ("another = requests.post(url, headers={'Authorisation': headers['Authorization']}, json=body)", "authorisation"),
    ],
    "02.2": [
        ("with_key = requests.post(v1_url, headers={'api_key': foundry.api_key}, json=body)", "no api-key header"),
        ("with_key = requests.post(v1_url, headers={'api-key': token()}, json=body)", "401"),
        ("with_key = requests.post(v1_url, headers={**headers, 'api-key': foundry.api_key}, json=body)", "Authorization header"),
        ("with_key = requests.post(v1_url, headers={'api-key': foundry.api_key}, data=json.dumps(body))", "✅"),
    ],
    "02.3": [
        ("from_curl = requests.post(f'{foundry.resource_endpoint}/openai/deployments/gpt-4o/chat/completions', headers={'api-key': foundry.api_key}, json={})", "api-version"),
        ("from_curl = requests.post(f'{foundry.resource_endpoint}/openai/deployments/gpt-4o/chat/completions?api-version=2024-05-01-preview', headers={'api-key': foundry.api_key}, json={'messages': {'role': 'user', 'content': 'x'}})", "Invalid type for 'messages'"),
        ("from_curl = requests.post(f'{foundry.resource_endpoint}/openai/deployments/gpt-4o/chat/completions?api-version=2024-05-01-preview', headers={'api-key': foundry.api_key}, json=body)", "Unknown parameter: 'input'"),
    ],
    "03.1": [
        ("second = response\ntext = text_of(response.json())", "it should be"),
        ("second = requests.post(url, headers=headers, json={**question, 'input': 'What is an endpoint?'})\ntext = text_of(data)", "not the text of this response"),
        ("second = requests.post(url, headers=headers, json={**question, 'input': 'What is an endpoint?'})\ntext = second.json()", "text is a dict"),
        ("second = requests.post(url, headers=headers, json={**question, 'input': 'What is an endpoint?'})\ntext = second.json()['output'][0]['content'][0]['text']", "✅"),
    ],
    "03.2": [
        ("weather = requests.post(url, headers=headers, json=asks)\ncity = weather.json()['output'][0]['arguments']", "as text"),
        ("weather = requests.post(url, headers=headers, json=asks)\ncity = json.loads(weather.json()['output'][0]['arguments'])", "take the city out"),
        ("weather = requests.post(url, headers=headers, json=asks)\ncity = weather.json()['output'][0]", "whole item"),
        ("weather = response\ncity = 'Oslo'", "no tools"),
    ],
    "03.3": [
        ("def cost_of(usage):\n    return usage['input_tokens'] * price['input_tokens'] + usage['output_tokens'] * price['output_tokens']", "per million"),
        ("def cost_of(usage):\n    return (usage['input_tokens'] * price['input_tokens'] + usage['output_tokens'] * price['output_tokens']) / 1_000_000", "chat completion it raises KeyError"),
        ("def cost_of(usage):\n    print(usage)", "returns nothing"),
        ("def cost_of(usage):\n    read, wrote = [usage.get(f'{one}_tokens', 0) for one in ('input', 'output')]\n    return (wrote * price['input_tokens'] + read * price['output_tokens']) / 1_000_000", "it should be 0.0012."),
        ("cost_of = 0.0012", "give the function itself"),
        ("def cost_of(usage):\n    return '0.0012'", "the dollars are a number"),
    ],
    "04.1": [
        ("by_token = requests.post(chat_url, headers=foundry.headers(), json=question)", "send chat_body"),
        ("by_token = requests.post(chat_url, headers={'Authorization': first.token}, json=chat_body)", "word Bearer is missing"),
        ("by_token = requests.post(chat_url, headers={'Authorization': f'Bearer {other_service}'}, json=chat_body)", "management.azure.com"),
        ("by_token = requests.post(chat_url, headers={'api-key': foundry.api_key}, json=chat_body)", "carries a key"),
        ("by_token = requests.post(chat_url, headers={'Authorization': f\"Bearer {credential.get_token('https://cognitiveservices.azure.com/.default').token}\"}, json=chat_body)", "✅"),
    ],
    "04.2": [
        ("mended = requests.post(url, headers={'Authorization': f'Bearer {foundry.api_key}'}, json=question)", "is no token"),
        ("mended = requests.post(url, headers={'api-key': foundry.api_key}, json=question)", "asks for a token"),
        ("mended = requests.post(url, headers={'Authorization': f'Bearer{first.token}'}, json=question)", "space is missing"),
        ("mended = requests.post(url, headers={'Authorizations': f'Bearer {first.token}'}, json=question)", "authorizations"),
        ("mended = requests.post(url, headers={'api-key': first.token}, json=question)", "behind Bearer"),
        ("mended = requests.post(url, headers={'api-key': foundry.api_key, 'Authorization': f'Bearer {first.token}'}, json=question)", "with the token alone"),
    ],
    "04.3": [
        ("import base64 as plain\n\ndef audience_of(token):\n    return json.loads(plain.b64decode(token.split('.')[1] + '=='))['aud']", "urlsafe_b64decode"),
        ("def audience_of(token):\n    return json.loads(base64.urlsafe_b64decode(token.split('.')[1]))['aud']", "raises"),
        ("def audience_of(token):\n    middle = token.split('.')[1]\n    return json.loads(base64.urlsafe_b64decode(middle + '=' * (-len(middle) % 4)))", "returns all claims"),
        ("def audience_of(token):\n    return claims['aud']", "a variable of an earlier cell"),
        ("def audience_of(token):\n    return json.loads(base64.urlsafe_b64decode(token.token.split('.')[1] + '=='))['aud']", "the text of the token itself"),
        ("def audience_of(token):\n    middle = token.split('.')[1]\n    print(json.loads(base64.urlsafe_b64decode(middle + '=' * (-len(middle) % 4)))['aud'])", "hand the claim back with return"),
        ("from helpers import decode_token\n\ndef audience_of(token):\n    return decode_token(token)['claims']['aud']", "✅"),
        ("def audience_of(token):\n    return json.loads(base64.urlsafe_b64decode(token.split('.')[1] + '='))['aud']", "multiple of four"),
        ("def audience_of(token):\n    middle = token.split('.')[0]\n    return json.loads(base64.urlsafe_b64decode(middle + '=' * (-len(middle) % 4)))['aud']", "the middle part"),
    ],
    "04.4": [
        ("def safe(headers):\n    return {**headers, 'api-key': '...', 'Authorization': '...'}", "it adds api-key"),
        ("def safe(headers):\n    return {n.lower(): '...' if n.lower() in ('api-key', 'authorization') else v for n, v in headers.items()}", "leave the names as they are spelled"),
        ("def safe(headers):\n    return {n: v[:3] + '...' if n.lower() in ('api-key', 'authorization') else v for n, v in headers.items()}", "it should be '...'"),
        ("def safe(headers):\n    headers['Authorization'] = '...'\n    return headers", "it changes the headers"),
        ("def safe(headers):\n    return {n: v for n, v in headers.items() if n.lower() not in ('api-key', 'authorization')}", "all names stay"),
        ("def safe(headers):\n    return {n: '...' if n == 'Authorization' else v for n, v in headers.items()}", "is still in it"),
        ("def safe(headers):\n    return {n: v if n == 'Content-Type' else '...' for n, v in headers.items()}", "hides User-Agent too"),
        ("def safe(headers):\n    return {n: '...' if 'key' in n.lower() or 'auth' in n.lower() else v for n, v in headers.items()}", "hides x-ratelimit-key too"),
        ("def safe(headers):\n    return {n: '...' if n.lower() in 'api-key authorization' else v for n, v in headers.items()}", "hides key too"),
    ],
    "05.1": [
        ("rules = dict.fromkeys(rules, 'required')", "refuses a date"),
        ("rules = dict.fromkeys(rules, 'refused')", "requires one"),
        ("rules = dict.fromkeys(rules, True)", "the answer is"),
    ],
    "05.2": [
        ("by_name = requests.post(f'{resource}/openai/deployments/course-chat?api-version=2024-10-21', headers=headers, json=chat)", "comes the operation"),
        ("by_name = requests.post(f'{resource}/openai/deployments/course-chat/chat/completions', headers=headers, json=chat)", "requires one"),
        ("by_name = requests.post(f'{project}/openai/v1/responses', headers=headers, json={**ask, 'model': 'course-chat'})", "a model endpoint has"),
        ("by_name = requests.post(f'{resource}/openai/deployments/course-chat/chat/completions?api-version=v1', headers=headers, json=chat, timeout=60)", "is no api-version of this door"),
        ("by_name = requests.get(f'{resource}/openai/deployments/course-chat/chat/completions?api-version=2024-10-21', headers=headers, json=chat, timeout=60)", "the method is GET"),
        ("by_name = requests.post(f'{resource}/openai/v1/openai/deployments/course-chat/chat/completions', headers=headers, json=chat, timeout=60)", "one route is too many"),
        ("by_name = requests.post(f'{resource}/openai/deployments/course-chat/chat/completions/?api-version=2024-10-21', headers=headers, json=chat, timeout=60)", "the slash at its end"),
    ],
    "05.3": [
        ("embedded = requests.post(f'{resource}/embeddings', headers=headers, json={'model': 'text-embedding-3-large', 'input': 'endpoint'}, timeout=60)", "no route is found at"),
        ("embedded = requests.get(f'{resource}/openai/v1/embeddings', headers=headers, json={'model': 'text-embedding-3-large', 'input': 'endpoint'}, timeout=60)", "the method is GET"),
        ("embedded = requests.post(f'{project}/openai/v1/embeddings', headers=headers, json={'model': 'text-embedding-3-large', 'input': 'endpoint'})", "does not route"),
        ("embedded = requests.post(f'{resource}/openai/v1/embeddings', headers=headers, json={'model': foundry.model, 'input': 'endpoint'})", "does not work with the specified model"),
        ("embedded = requests.post(f'{resource}/openai/v1/embeddings', headers=headers, json={'model': 'text-embedding-3-large', 'input': ''})", "is invalid"),
    ],
    "06.1": [
        ("mended = replies['wrong parameter']", "still has max_tokens"),
        ("mended = requests.post(f'{v1}/chat/completions', headers=headers, json={'model': 'gpt-5-mini', 'messages': hello, 'max_completion_tokens': '1000'})", "without quotes"),
        ("mended = requests.post(f'{v1}/chat/completions', headers=headers, json={**chat, 'max_completion_tokens': 1000})", "keep gpt-5-mini"),
    ],
    "06.2": [
        ("def layer_of(reply):\n    return 'gateway'", "it is the service"),
        ("def layer_of(reply):\n    return 'model' if 'type' in reply.json()['error'] else 'gateway'", "raises KeyError"),
        ("def layer_of(reply):\n    print(reply)", "returns None"),
        ("def layer_of(reply):\n    body = reply.json()\n    error = body.get('error', body)\n    if 'type' in error:\n        return 'model'\n    return 'gateway' if str(error.get('code', error.get('statusCode'))).isdecimal() else 'service'", "for an unknown agent"),
    ],
    "06.3": [
        ("def for_support(reply):\n    return f\"{reply.status_code} {reply.headers['x-request-id']}\"", "lack that header"),
        ("def for_support(reply):\n    return f\"{reply.status_code} {reply.headers['apim-request-id'][:8]}\"", "it is cut"),
        ("def for_support(reply):\n    return reply.headers['apim-request-id']", "the status, 429 this time, is not in"),
        ("def for_support(reply):\n    return f\"429 {reply.headers['apim-request-id']}\"", "the status, 503 this time, is not in"),
        ("def for_support(reply):\n    return f\"{reply.status_code}\\n{reply.headers['apim-request-id']}\"", "more than one line"),
        ("def for_support(reply):\n    return f\"{reply.headers['Date']} {reply.request.method} {reply.url} {reply.status_code} {reply.reason.upper()} {reply.headers['apim-request-id']}\"", "✅"),
        ("def for_support(reply):\n    return f\"{reply.status_code} {reply.headers.get('x-request-id') or reply.headers['apim-request-id']}\"", "put the header apim-request-id in"),
    ],
    "06.4": [
        ("nightly = requests.Session()\nnightly.mount('https://', HTTPAdapter(max_retries=Retry(total=5, read=False, status_forcelist=[429, 503], allowed_methods=['POST'])))\nanswer = nightly.post(f'{v1}/chat/completions', headers=headers, json=chat)", "give it a backoff_factor"),
        ("nightly = requests.Session()\nanswer = nightly.post(f'{v1}/chat/completions', headers=headers, json=chat)", "no Retry is mounted"),
        ("nightly = requests.Session()\nnightly.mount('https://', HTTPAdapter(max_retries=5))\nanswer = nightly.post(f'{v1}/chat/completions', headers=headers, json=chat)", "repeats no POST"),
        ("nightly = requests.Session()\nnightly.mount('https://', HTTPAdapter(max_retries=Retry(total=5, read=False, status_forcelist=[429, 503], allowed_methods=['POST'], backoff_factor=1)))\nanswer = nightly.post(f'{v1}/chat/completions', headers=headers, json={**chat, 'messages': [{'role': 'user', 'content': 'Hi'}]})", "an answer to another call"),
    ],
    "06.5": [
        ("patience = 120", "alone counts for both"),
        ("patience = (120, 5)", "the first number is for the connection"),
        ("patience = (5, 2)", "120 seconds"),
        ("patience = [5, 120]", "takes a tuple"),
        ("from urllib3.util import Timeout\npatience = Timeout(connect=5, read=120)", "✅"),
    ],
    "07.1": [
        ("streamed = requests.post(url, headers=headers, json={**body, 'stream': False, 'input': 'Explain streaming in three sentences.'})\nreceived, text = [], ''", 'no "stream": True'),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived = list(events(streamed))\ntext = [event.get('delta') for event in received]", "text is a list"),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived = list(events(streamed))\ntext = ' '.join(event['delta'] for event in received if event['type'] == 'response.output_text.delta')", "nothing in between"),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived = list(events(streamed))\ntext = ''.join(event.get('delta', '') or event.get('text', '') for event in received)", "nothing in between"),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived = list(events(streamed))\ntext = ''.join(event['delta'] for event in seen if event['type'] == 'response.output_text.delta')", "the deltas of received make"),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived, text = [], ''", "can be read only once"),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived = seen + list(events(streamed))\ntext = ''.join(event['delta'] for event in received if event['type'] == 'response.output_text.delta')", "received holds 2 streams"),
        ("streamed = requests.post(url, headers=headers, json={**body, 'input': 'Explain streaming in three sentences.'}, stream=True)\nreceived = seen\ntext = ''.join(event['delta'] for event in received if event['type'] == 'response.output_text.delta')", "answer to 'What is an AI application?'"),
    ],
    "07.2": [
        ("def is_whole(received):\n    ends = ('.completed', '.incomplete', '.failed', 'error')\n    return any(str(e.get('type')).endswith(ends) or any(c.get('finish_reason') for c in e.get('choices', [])) for e in received)", "file_search_call.completed"),
        ("def is_whole(received):\n    return received[-1]['type'] == 'response.completed'", "it should say True"),
        ("def is_whole(received):\n    return any(e.get('choices') == [] or str(e.get('type')).startswith('response.') for e in received)", "it should say False"),
        ("def is_whole(received):\n    return any(e.get('type') == 'response.completed' for e in received)", "it should say True"),
    ],
    "07.3": [
        ("def ask(prompt):\n    return requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60).json()", "return two things"),
        ("def ask(prompt):\n    data = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}).json()\n    return data['output'][0]['content'][0]['text'], data['usage']['total_tokens']", "no time-out"),
        ("def ask(prompt):\n    data = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60).json()\n    return data['output'][0]['content'][0]['text'], data['usage']['total_tokens']", "such as a reasoning item"),
        ("def ask(prompt):\n    data = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60).json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "try again"),
        ("def ask(prompt):\n    data = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60).json()\n    return next((item['content'][0]['text'] for item in data['output'][:1] if item['type'] == 'message'), ''), data['usage']['total_tokens']", "Walk by type"),
        ("def ask(prompt):\n    data = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, **body, 'input': prompt}, timeout=60).json()\n    return data['output'][0]['content'][0]['text'], data['usage']['total_tokens']", "leave stream out"),
        ("def ask(prompt):\n    for _ in range(5):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code == 200:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "three in all"),
        ("def ask(prompt):\n    return requests.post(url, json={'model': foundry.model, 'input': prompt}, timeout=60)", "carries no sign-in"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        time.sleep(float(reply.headers.get('Retry-After', 1)))\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] ), data['usage']['total_tokens']", "a refusal, which has no text"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        time.sleep(1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "sleep as long as Retry-After says"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        time.sleep(float(reply.headers['Retry-After']))\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "it raises KeyError"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        time.sleep(float(reply.headers.get('Retry-After', 0)))\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "it came back after 0.0 seconds"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    \n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "raise_for_status before you read the body"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        time.sleep(float(reply.headers.get('Retry-After', 1)))\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "a date in Retry-After"),
        ("def ask(prompt):\n    while True:\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "would go on"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code not in (429, 503):\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "the service said 500"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return data['output'][-1]['content'][-1]['text'], data['usage']['total_tokens']", "Walk by type"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return [item for item in data['output'] if item['type'] == 'message'][0]['content'][0]['text'], data['usage']['total_tokens']", "there may be several messages"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    data = reply.json()\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "raises JSONDecodeError"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': 'What is an endpoint?'}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "it was given the prompt"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "✅"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    for item in data['output']:\n        if item['type'] == 'message':\n            for part in item['content']:\n                if part['type'] == 'output_text':\n                    return part['text'], data['usage']['total_tokens']", "join all texts"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code not in (408, 429, 500, 502, 503, 504):\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 1)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "the service said 529"),
        ("def ask(prompt):\n    for _ in range(3):\n        reply = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': prompt}, timeout=60)\n        if reply.status_code != 429 and reply.status_code < 500:\n            break\n        asked = reply.headers.get('Retry-After', '')\n        time.sleep(float(asked) if asked.isdecimal() else 60)\n    reply.raise_for_status()\n    data = reply.json()\n    return ''.join(part['text'] for item in data['output'] if item['type'] == 'message' for part in item['content'] if part['type'] == 'output_text'), data['usage']['total_tokens']", "one is enough"),
    ],
    "08.1": [
        ("with wiretap() as wire:\n    client.chat.completions.create(model=foundry.model, messages=hello)\ntapped = wire[-1]", "on the resource endpoint"),
        ("tapped = response", "store one exchange"),
        ("with wiretap() as wire:\n    OpenAI(base_url=f'{foundry.resource_endpoint}/openai/v1', api_key=foundry.api_key).chat.completions.create(model=foundry.model, messages=[{'role': 'user', 'content': 'Hi'}])\ntapped = wire[-1]", "not those of hello"),
    ],
    "08.2": [
        ("caught = openai.NotFoundError", "that is the class"),
        ("try:\n    client.responses.create(model='gpt-98', input='Hello')\nexcept openai.NotFoundError as error:\n    caught = error", "asks gpt-99"),
    ],
    "08.3": [
        ("text = ''\nwith wiretap() as wire:\n    for event in client.responses.create(model=foundry.model, input='Explain streaming in three sentences.', stream=True):\n        if event.type == 'response.output_text.delta':\n            text += event.delta\n            if len(text) > 60:\n                break\nstreamed = wire[-1]", "had not come to its end"),
        ("with wiretap() as wire:\n    text = client.responses.create(model=foundry.model, input='Explain streaming in three sentences.').output_text\nstreamed = wire[-1]", "was not streamed"),
        ("with wiretap() as wire:\n    text = ' '.join(e.delta for e in client.responses.create(model=foundry.model, input='Explain streaming in three sentences.', stream=True) if e.type == 'response.output_text.delta')\nstreamed = wire[-1]", "without anything between"),
        ("with wiretap() as wire:\n    text = client.chat.completions.create(model=foundry.model, messages=hello).choices[0].message.content\nstreamed = wire[-1]", "client.responses"),
    ],
    "09.1": [
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, input='What is an endpoint?')\ntapped = wire[-1]", "asks for course-chat"),
        ("with wiretap() as wire:\n    by_hand.responses.create(model='course-chat', input='What is an endpoint?')\ntapped = wire[-1]", "another client"),
    ],
    "09.2": [
        ("brief = project.agents.create_version('brief-guide', definition=PromptAgentDefinition(model=foundry.model, instructions='Be brief.'))", "is still there"),
        ("project.agents.delete('brief-guide')\nbrief = 'brief-guide'", "store what"),
        ("brief = project.agents.create_version('brief-guide', definition=definition)\nproject.agents.delete('brief-guide')", "some of your own"),
        ("brief = project.agents.create_version('brief-guide', definition=PromptAgentDefinition(model=foundry.model, instructions=' '))\nproject.agents.delete('brief-guide')", "has no instructions"),
    ],
    "09.3": [
        ("caught = HttpResponseError", "that is the class"),
        ("try:\n    client.responses.create(model='gpt-99', input='x')\nexcept openai.NotFoundError as error:\n    caught = error", "not of azure-core's family"),
        ("try:\n    project.deployments.get('no-such-connection')\nexcept HttpResponseError as error:\n    caught = error", "another call"),
    ],
    "10.1": [
        ("with wiretap() as wire:\n    one = client.responses.create(model=foundry.model, input='Describe Oslo.')\n    client.responses.create(model=foundry.model, input='And what is it known for?', previous_response_id=one.id)\nsecond_turn = wire[0]", "store that of the second"),
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, input='And what is it known for?')\nsecond_turn = wire[-1]", "names no previous response"),
        ("with wiretap() as wire:\n    one = client.responses.create(model=foundry.model, input='Name one city in Norway.')\n    client.responses.create(model=foundry.model, input='And what is it known for?', previous_response_id=one.id)\nsecond_turn = wire[-1]", "begins with 'Describe Oslo.'"),
        ("with wiretap() as wire:\n    one = client.responses.create(model=foundry.model, input='Describe Oslo')\n    client.responses.create(model=foundry.model, input='What is it known for?', previous_response_id=one.id)\nsecond_turn = wire[-1]", "the task asks: And what"),
        ("with wiretap() as wire:\n    one = client.responses.create(model=foundry.model, input='Describe Oslo')\n    client.responses.create(model=foundry.model, input='and what is it known for', previous_response_id=one.id)\nsecond_turn = wire[-1]", "✅"),
    ],
    "10.2": [
        ("def last_turns(messages, count):\n    begins = [at for at, message in enumerate(messages) if message['role'] == 'user']\n    return messages[begins[-count]:] if count <= len(begins) else list(messages)", "a count of 0"),
        ("def last_turns(messages, count):\n    return messages[-2 * count:]", "it should be"),
        ("def last_turns(messages, count):\n    return [message['content'] for message in messages]", "return a list of messages"),
        ("def last_turns(messages, count):\n    return count", "return a list of messages"),
        ("def last_turns(messages, count):\n    del messages[:-2]\n    return messages", "changes the list"),
        ("def last_turns(messages, count):\n    begins = [at for at, message in enumerate(messages) if message['role'] == 'user']\n    return messages[begins[-count]:]", "raises IndexError"),
    ],
    "10.3": [
        ("talk, other = client.conversations.create(), client.conversations.create()\nwith wiretap() as wire:\n    client.responses.create(model=foundry.model, instructions=role, input='What is a deployment?', conversation=talk.id)\n    client.responses.create(model=foundry.model, input='What is an endpoint?', conversation=talk.id)\nboth = wire[-2:]", "not carried over"),
        ("talk, other = client.conversations.create(), client.conversations.create()\nwith wiretap() as wire:\n    client.responses.create(model=foundry.model, instructions=role, input='What is a deployment?', )\n    client.responses.create(model=foundry.model, instructions=role, input='What is an endpoint?', conversation=talk.id)\nboth = wire[-2:]", "first request is in no conversation"),
        ("talk, other = client.conversations.create(), client.conversations.create()\nwith wiretap() as wire:\n    client.responses.create(model=foundry.model, instructions=role, input='What is a deployment?', conversation=talk.id)\n    client.responses.create(model=foundry.model, instructions=role, input='What is an endpoint?', conversation=other.id)\nboth = wire[-2:]", "different conversations"),
        ("both = wire[-1]", "store both exchanges"),
        ("both = [client.responses.create(model=foundry.model, input='What is a deployment?')] * 2", "not what create() returned"),
        ("talk, other = client.conversations.create(), client.conversations.create()\nwith wiretap() as wire:\n    client.responses.create(model=foundry.model, instructions='Be brief.', input='What is a deployment?', conversation=talk.id)\n    client.responses.create(model=foundry.model, instructions='Be brief.', input='What is an endpoint?', conversation=talk.id)\nboth = wire[-2:]", "the task asks for those in role"),
        ("with wiretap() as wire:\n    talk = client.conversations.create()\n    client.responses.create(model=foundry.model, instructions=role, input='What is a deployment?', conversation=talk.id)\nboth = wire[-2:]", "store those of the two questions"),
    ],
    "11.1": [
        ("with wiretap() as wire:\n    asked = client.responses.create(model=foundry.model, input='What is the weather in Bergen?', tools=[tool])\n    call = next(item for item in asked.output if item.type == 'function_call')\n    client.responses.create(model=foundry.model, previous_response_id=asked.id, tools=[tool], input=[{'type': 'function_call_output', 'call_id': call.call_id, 'output': str(get_weather('Bergen'))}])\nbergen = wire[-1]", "json.dumps writes JSON"),
        ("with wiretap() as wire:\n    asked = client.responses.create(model=foundry.model, input='What is the weather in Bergen?', tools=[tool])\n    call = next(item for item in asked.output if item.type == 'function_call')\n    client.responses.create(model=foundry.model, previous_response_id=asked.id, input=[{'type': 'function_call_output', 'call_id': call.call_id, 'output': json.dumps(get_weather('Bergen'))}])\nbergen = wire[-1]", "pass tools again"),
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, input='What is the weather in Bergen?', tools=[tool])\nbergen = wire[-1]", "carries no function_call_output"),
        ("with wiretap() as wire:\n    asked = client.responses.create(model=foundry.model, input='What is the weather in Bergen?', tools=[tool])\n    call = next(item for item in asked.output if item.type == 'function_call')\n    try:\n        client.responses.create(model=foundry.model, previous_response_id=asked.id, tools=[tool], input=[{'type': 'function_call_output', 'call_id': call.call_id, 'output': get_weather('Bergen')}])\n    except openai.BadRequestError:\n        pass\nbergen = wire[-1]", "got an object instead"),
        ("with wiretap() as wire:\n    asked = client.responses.create(model=foundry.model, input='How is the weather in Bergen?', tools=[tool])\n    client.responses.create(model=foundry.model, previous_response_id=asked.id, input=results_of(asked), tools=[tool])\nbergen = wire[-1]", "ask What is the weather in Bergen?"),
        ("with wiretap() as wire:\n    asked = client.responses.create(model=foundry.model, input='What is the weather in Bergen?', tools=[tool])\n    call = next(item for item in asked.output if item.type == 'function_call')\n    client.responses.create(model=foundry.model, previous_response_id=asked.id, tools=[tool], input=[{'type': 'function_call_output', 'call_id': call.call_id, 'output': '{}'}])\nbergen = wire[-1]", "run get_weather with"),
    ],
    "11.2": [
        ("strict_schema = {'type': 'object', 'properties': {'name': {'type': 'string'}, 'nickname': {'type': 'null'}}, 'required': ['name', 'nickname'], 'additionalProperties': False}", "allow a string as well"),
        ("strict_schema = {'type': 'object', 'properties': {'name': {'type': ['string', 'null']}, 'nickname': {'type': ['string', 'null']}}, 'required': ['name', 'nickname'], 'additionalProperties': False}", "leave its type a string"),
        ("strict_schema = {'type': 'object', 'properties': {'name': {'type': 'string'}, 'nickname': {'$ref': '#/$defs/n'}}, '$defs': {'n': {'type': ['string', 'null']}}, 'required': ['name', 'nickname'], 'additionalProperties': False}", "✅"),
        ("strict_schema = {**loose, 'additionalProperties': False}", "Missing 'nickname'"),
        ("strict_schema = {'type': 'json_schema', 'name': 'place', 'strict': True, 'schema': {**loose, 'additionalProperties': False}}", "the schema inside it"),
        ("strict_schema = {**loose, 'additionalProperties': False, 'required': ['name', 'nickname']}", "allow null"),
        ("strict_schema = {'type': 'object', 'properties': {'name': {'type': 'string'}}, 'required': ['name'], 'additionalProperties': False}", "a property is lost"),
        ("strict_schema = {'type': 'object', 'properties': {'name': {'type': 'string'}, 'nickname': {'anyOf': [{'type': 'string'}, {'type': 'null'}]}}, 'required': ['name', 'nickname'], 'additionalProperties': False}", "✅"),
    ],
    "11.3": [
        ("place, brought = parsed.output_text, wire[-1]", "no object of a class that derives from BaseModel"),
        ("class Place(BaseModel):\n    name: str\n\nplace, brought = Place(name='Oslo'), wire[-1]", "no field population"),
        ("place, brought = parsed.output_parsed, wire[-1]", "City is the class of the lesson"),
        ("class Place(BaseModel):\n    name: str\n    population: int\n\nplace, brought = Place(name='Oslo', population=1), wire[-1]", "the task asks: Describe Oslo."),
        ("class Place(BaseModel):\n    name: str\n    population: int\n\nwith wiretap() as wire:\n    place = client.responses.parse(model=foundry.model, input='Describe Bergen.', text_format=Place).output_parsed\nbrought = wire[-1]", "the task asks: Describe Oslo."),
        ("class Place(BaseModel):\n    name: str\n    population: int\n\nwith wiretap() as wire:\n    client.responses.create(model=foundry.model, input='Describe Oslo.')\nplace, brought = Place(name='Oslo', population=1), wire[-1]", "holds no schema"),
        ("class Place(BaseModel):\n    name: str\n    population: int\n\nwith wiretap() as wire:\n    client.responses.parse(model=foundry.model, input='Describe Oslo.', text_format=Place)\nplace, brought = Place(name='Oslo', population=1), wire[-1]", "store both of one call"),
        ("class Place(BaseModel):\n    name: str\n    population: int\n\nwith wiretap() as wire:\n    place = client.chat.completions.parse(model=foundry.model, messages=[{'role': 'user', 'content': 'Describe Oslo.'}], response_format=Place).choices[0].message.parsed\nbrought = wire[-1]", "✅"),
        ("class Place(BaseModel):\n    '''A place.'''\n    name: str\n    population: int | None\n\nwith wiretap() as wire:\n    place = client.responses.parse(model=foundry.model, input='describe Oslo', text_format=Place).output_parsed\nbrought = wire[-1]", "✅"),
    ],
    "12.1": [
        ("of_agent = made", "store one exchange of the wire"),
        ("with wiretap() as wire:\n    guide = project.agents.create_version('my-guide', definition=PromptAgentDefinition(model=foundry.model, instructions=role))\nof_agent = wire[-1]", "this request made the agent"),
        ("with wiretap() as wire:\n    client.responses.create(input='What is a deployment?', extra_body={'agent_reference': {'type': 'agent_reference', 'name': 'my-guide'}})\nof_agent = wire[-1]", "names no version"),
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, instructions=role, input='What is a deployment?')\nof_agent = wire[-1]", "names no agent"),
        ("guide = project.agents.create_version('my-guide', definition=PromptAgentDefinition(model=foundry.model, instructions='Be brief.'))\nwith wiretap() as wire:\n    client.responses.create(input='What is a deployment?', extra_body={'agent_reference': {'type': 'agent_reference', 'name': 'my-guide', 'version': guide.version}})\nof_agent = wire[-1]", "the task asks for those in role"),
        ("with wiretap() as wire:\n    try:\n        client.responses.create(input='What is a deployment?', extra_body={'agent_reference': {'type': 'agent_reference', 'name': 'my-guide', 'version': '99'}})\n    except openai.NotFoundError:\n        pass\nof_agent = wire[-1]", "404"),
        ("with wiretap() as wire:\n    requests.post(url, headers=foundry.headers(), json={'input': 'What is a deployment?', 'agent_reference': {'type': 'agent_reference', 'name': 'my-guide', 'version': '1'}}, timeout=60)\nof_agent = wire[-1]", "✅"),
    ],
    "12.2": [
        ("fresh = client.files.create(file=('rules.txt', b'A hotel room in Oslo may cost 2100 kroner.'), purpose='assistants')\nstreamed_store = client.vector_stores.create(name='y', file_ids=[fresh.id])\nwith wiretap() as wire:\n    list(client.responses.create(model=foundry.model, input='How much may a hotel room in Oslo cost?', tools=[{'type': 'file_search', 'vector_store_ids': [streamed_store.id]}], stream=True))\nof_new_rules = wire[-1]", "✅"),
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, input='How much may a hotel room in Oslo cost?')\nof_new_rules = wire[-1]", "no file was searched"),
        ("old = client.files.create(file=('travel_rules.md', rules.encode()), purpose='assistants')\nboth_store = client.vector_stores.create(name='travel-rules')\nclient.vector_stores.files.create_and_poll(old.id, vector_store_id=both_store.id, poll_interval_ms=50)\nask = {'model': foundry.model, 'input': 'How much may a hotel room in Oslo cost?', 'tools': [{'type': 'file_search', 'vector_store_ids': [both_store.id]}]}\nwith wiretap() as wire:\n    client.responses.create(**ask)\nof_new_rules = wire[-1]", "still names the old price"),
        ("with wiretap() as wire:\n    client.files.create(file=('travel_rules.md', b'2100'), purpose='assistants')\nof_new_rules = wire[-1]", "store the one that asks the question"),
        ("fresh = client.files.create(file=('rules.txt', b'A hotel room in Oslo may cost 2,100 kroner.'), purpose='assistants')\nfresh_store = client.vector_stores.create(name='x', file_ids=[fresh.id])\nwhile client.vector_stores.retrieve(fresh_store.id).status != 'completed':\n    pass\nhotel = project.agents.create_version('hotel-desk', definition=PromptAgentDefinition(model=foundry.model, instructions=duties, tools=[FileSearchTool(vector_store_ids=[fresh_store.id])]))\nwith wiretap() as wire:\n    client.responses.create(input='How much may a hotel room in Oslo cost?', extra_body={'agent_reference': {'type': 'agent_reference', 'name': 'hotel-desk'}})\nof_new_rules = wire[-1]", "✅"),
    ],
    "12.3": [
        ("refused = approved", "store one exchange of the wire"),
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, input='What is a Foundry project? Look it up.', tools=[learn])\nrefused = wire[-1]", "holds no mcp_approval_response"),
        ("with wiretap() as wire:\n    client.responses.create(model=foundry.model, previous_response_id=waiting.id, input=[consent], tools=[learn])\nrefused = wire[-1]", "this approves the call"),
        ("with wiretap() as wire:\n    try:\n        client.responses.create(model=foundry.model, input=[{**consent, 'approve': False}], tools=[learn])\n    except openai.APIStatusError:\n        pass\nrefused = wire[-1]", "the service answered 40"),
    ],
    "12.4": [
        ("def may_run(name, arguments):\n    return name == 'read_mail' or 'contoso.com' in arguments", "only begins like one of ours"),
        ("def may_run(name, arguments):\n    return name == 'read_mail' or json.loads(arguments)['to'].endswith('@contoso.com')", "two addresses"),
        ("def may_run(name, arguments):\n    return 'yes'", "it should be True"),
        ("may_run = True", "give the function itself"),
        ("def may_run(name, arguments):\n    if name == 'read_mail':\n        return True\n    try:\n        to = json.loads(arguments)['to']\n    except Exception:\n        return False\n    import re\n    return name == 'send_mail' and isinstance(to, str) and bool(re.fullmatch(r'[\\w.+-]+@contoso\\.com', to, re.I))", "a field that nobody described"),
        ("def may_run(name, arguments):\n    import re\n    return name == 'read_mail' or bool(re.match(r'^[\\w.+-]+@contoso\\.com$', json.loads(arguments)['to']))", "a new line behind the address"),
        ("def may_run(name, arguments):\n    if name == 'read_mail':\n        return True\n    try:\n        fields = json.loads(arguments)\n        user, _, host = fields['to'].partition('@')\n        plain = user.replace('.', '').replace('_', '').isalnum()\n        return name == 'send_mail' and set(fields) == {'to', 'text'} and plain and host == 'contoso.com'\n    except Exception:\n        return False", "✅"),
    ],
    "13.1": [
        ("def last_question(messages):\n    return messages[-1]['content']", "it should be"),
        ("def last_question(messages):\n    return [m for m in messages if m['role'] == 'user'][-1]['content']", "raises IndexError"),
        ("def last_question(messages):\n    while messages:\n        last = messages.pop()\n        if last['role'] == 'user':\n            return last['content']\n    return ''", "it changes the list"),
    ],
    "13.2": [
        ("async def answer_as(role):\n    draft[:] = ['What came before. ']\n    async with await client.responses.create(model=picker.value, instructions=role, input=messages, stream=True, store=False) as events:\n        await receive(events)\n    return ''.join(draft)", "begin with an empty list"),
        ("async def answer_as(role):\n    with project.get_openai_client().responses.create(model=picker.value, instructions=role, input=messages, stream=True, store=False) as events:\n        return ''.join([event.delta for event in events if event.type.endswith('text.delta')])", "which is not async"),
        ("async def answer_as(role):\n    async with await client.responses.create(model=picker.value, instructions=role, input=messages[-1]['content'], stream=True, store=False) as events:\n        return ''.join([event.delta async for event in events if event.type.endswith('text.delta')])", "what was said before"),
        ("async def answer_as(role):\n    async with await client.responses.create(model=picker.value, instructions='x', input=messages, stream=True, store=False) as events:\n        return ''.join([event.delta async for event in events if event.type.endswith('text.delta')])", "pass on the role"),
        ("async def answer_as(role):\n    async with await client.responses.create(model=picker.value, instructions=role, input=messages, stream=True, store=False) as events:\n        return ''.join([event.delta async for event in events if event.type.endswith('text.delta')])[:12]", "not what came"),
        ("async def answer_as(role):\n    return client.responses.create(model=picker.value, instructions=role, input=messages, stream=True, store=False)", "still has to be awaited"),
        ("async def answer_as(role):\n    return (await client.responses.create(model=picker.value, instructions=role, input=messages, store=False)).output_text", "was not streamed"),
        ("async def answer_as(role):\n    async with await client.responses.create(model=picker.value, instructions=role, input=messages, stream=True, store=False) as events:\n        return [event async for event in events]", "put together from the deltas"),
    ],
    "13.3": [
        ("def kind_sentence(error):\n    if 'content' in str(error):\n        return 'Put it in other words.'\n    return sentence(error)", "ask for the two codes, not for words"),
        ("def kind_sentence(error):\n    return sentence(error)", "repeats the service's words"),
        ("def kind_sentence(error):\n    return 'Put it in other words.'", "it says the same"),
        ("def kind_sentence(error):\n    if error.code == 'content_filter':\n        return 'Put it in other words.'\n    return sentence(error)", "a connection that broke off it raises AttributeError"),
        ("def kind_sentence(error):\n    if isinstance(error, openai.BadRequestError) and error.code == 'content_filter':\n        return 'Put it in other words.'\n    return sentence(error)", "one that is filtered in a stream"),
        ("def kind_sentence(error):\n    if getattr(error, 'code', None) in ('content_filter', 'content_policy_violation'):\n        return f'Error code: {error.code}'\n    return sentence(error)", "a user wants a sentence"),
        ("def kind_sentence(error):\n    if 'content management policy' in sentence(error):\n        return 'Put it in other words, please.'\n    return sentence(error)", "✅"),
        ("def kind_sentence(error):\n    if 'content' in getattr(error, 'code', ''):\n        return 'Please ask in other words.'\n    return sentence(error)", "for no connection at all it raises TypeError"),
    ],
    "14.1": [
        ("def places_for(requests_per_minute, tokens_per_minute, tokens_per_answer, seconds_per_answer):\n    return requests_per_minute * seconds_per_answer / 60", "wants a whole number"),
        ("def places_for(requests_per_minute, tokens_per_minute, tokens_per_answer, seconds_per_answer):\n    return round(requests_per_minute * seconds_per_answer / 60)", "2.9"),
        ("def places_for(requests_per_minute, tokens_per_minute, tokens_per_answer, seconds_per_answer):\n    return max(1, int(requests_per_minute * seconds_per_answer / 60))", "tokens for 20 answers"),
        ("def places_for(requests_per_minute, tokens_per_minute, tokens_per_answer, seconds_per_answer):\n    return int(min(requests_per_minute, tokens_per_minute / tokens_per_answer) * seconds_per_answer / 60)", "less than one"),
        ("import math\n\ndef places_for(a, b, c, d):\n    return max(1, math.floor(min(a * d / 60, b / c * d / 60)))", "✅"),
        ("def places_for(a, b, c, d):\n    return max(1, int(min(a, b // c) * d / 60))", "tokens for 1.9 answers"),
    ],
    "14.2": [
        ("cancellation = cancelled", "store one exchange of the wire"),
        ("with wiretap() as wire:\n    started = await client.responses.create(model=foundry.model, input=long_question, background=True)\ncancellation = wire[-1]", "store the exchange of the cancellation"),
        ("with wiretap() as wire:\n    started = await client.responses.create(model=foundry.model, input=long_question)\n    try:\n        await client.responses.cancel(started.id)\n    except openai.BadRequestError:\n        pass\ncancellation = wire[-1]", "the service answered 400"),
        ("started = requests.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': 'x', 'background': True}, timeout=60).json()\nwith wiretap() as wire:\n    requests.post(f\"{url}/{started['id']}/cancel\", headers=foundry.headers(), timeout=60)\ncancellation = wire[-1]", "✅"),
    ],
    "14.3": [
        ("with wiretap() as wire:\n    for day, mail in zip(['Monday', 'Tuesday'], two_mails):\n        await client.responses.create(model=foundry.model, instructions=f'Today is {day}.\\n{rulebook}', input=mail)\nboth = wire[-2:]", "must come behind the rules"),
        ("with wiretap() as wire:\n    for day, mail in zip(['Monday', 'Tuesday'], two_mails):\n        await client.responses.create(model=foundry.model, instructions=rulebook, input=mail)\nboth = wire[-2:]", "does not say that it is Monday"),
        ("with wiretap() as wire:\n    for day in ['Monday', 'Tuesday']:\n        await client.responses.create(model=foundry.model, instructions=f'{rulebook}\\nToday is {day}.', input=two_mails[0])\nboth = wire[-2:]", "does not ask about the mail"),
        ("with wiretap() as wire:\n    for day, mail in zip(['Monday', 'Tuesday'], two_mails):\n        await client.responses.create(model=foundry.model, instructions=f'{rulebook}\\nToday is {day}.', input=mail, prompt_cache_key=day)\nboth = wire[-2:]", "prompt_cache_key differs"),
        ("both = wire[-1]", "as a list"),
        ("both = [response, response]", "not what create() returned"),
        ("with wiretap() as wire:\n    for day, mail in zip(['Monday', 'Tuesday'], two_mails):\n        await client.responses.create(model=foundry.model, instructions='Rule 120: a', input=f'Today is {day}. {mail}')\nboth = wire[-2:]", "send the whole rulebook"),
        ("with wiretap() as wire:\n    for day, mail in zip(['Monday', 'Tuesday'], two_mails):\n        await client.responses.create(model=foundry.model, instructions=f'{rulebook}\\nToday is {day}.', input=mail)\nboth = list(wire)", "✅"),
        ("with wiretap() as wire:\n    for day, mail in zip(['Monday', 'Tuesday'], two_mails):\n        await client.responses.create(model=foundry.model, input=f'{rulebook}\\nToday is {day}. {mail}')\nboth = wire[-2:]", "✅"),
    ],
    "14.4": [
        ("my_span = ...\ntraced_reply = reply.json()", "not done yet"),
        ("my_span = span\ntraced_reply = reply.json()", "the whole response, not a dict"),
        ("with tracer.start_as_current_span('x') as my_span:\n    pass\ntraced_reply = session.post(url, headers=foundry.headers(), json={'model': foundry.model, 'input': mails[0]}, timeout=60)", "carries no traceparent"),
        ("with tracer.start_as_current_span('x') as my_span:\n    pass\ntraced_reply = session.post(url, headers={**foundry.headers(), 'traceparent': 'mine'}, json={'model': foundry.model, 'input': mails[0]}, timeout=60)", "let inject write it"),
        ("with tracer.start_as_current_span('x') as my_span:\n    pass\npropagate.inject(headers)\ntraced_reply = requests.post(url, headers=headers, json={'model': foundry.model, 'input': mails[0]}, timeout=60)", "that of another span"),
        ("my_span = 'x'\ntraced_reply = reply", "store the span"),
        ("my_span = span\ntraced_reply = reply", "a name of your own"),
        ("with tracer.start_as_current_span('x', attributes={'mail': mails[0]}) as my_span:\n    h = foundry.headers()\n    propagate.inject(h)\n    traced_reply = session.post(url, headers=h, json={'model': foundry.model, 'input': mails[0]}, timeout=60)", "holds the mail"),
        ("with tracer.start_as_current_span('x') as my_span:\n    h = {}\n    propagate.inject(h)\n    traced_reply = requests.post(url, headers=h, json={'model': foundry.model, 'input': mails[0]}, timeout=60)", "carries no sign-in"),
    ],
    "15.1": [
        ("second = wait_for(manage('PUT', f'{accounts}/my-first-try', {**account, 'properties': {**account['properties'], 'customSubDomainName': 'my-first-try'}}))", "wait_for gives nothing back"),
        ("second = manage('PUT', f'{accounts}/my-try', account)", "take one name more, and write it in both places"),
        ("second = manage('PUT', f'{accounts}/my-try', {**account, 'properties': {**account['properties'], 'customSubDomainName': 'my-try'}})", "The sub domain name of this account is 'my-foundry', and cannot be changed"),
        ("second = manage('PUT', f'{accounts}/my-next-try', {**account, 'customSubDomainName': 'my-next-try'})", "Please pick a different name"),
        ("second = manage('GET', f'{accounts}/my-second')", "the method is GET"),
    ],
    "15.2": [
        ("small = manage('PUT', f'{accounts}/my-second/deployments/small', {**deployment, 'sku': {'name': 'GlobalStandard', 'capacity': 5000}})\nwait_for(small)", "it counts thousands"),
        ("small = manage('PUT', f'{accounts}/my-second/deployments/tiny', deployment)\nwait_for(small)", "/deployments/small"),
        ("tiny = manage('PUT', f'{accounts}/my-second/deployments/tiny', deployment)\nsmall = manage('PUT', f'{accounts}/my-second/deployments/small', deployment)\nwait_for(tiny)", "Another operation is being performed on the parent resource"),
    ],
    "15.3": [
        ("team_endpoint = project_endpoint", "the task asks for team"),
        ("team_endpoint = 'https://my-second.services.ai.azure.com/api/projects/team'", "PUT it into your second resource"),
        ("made = manage('PUT', f'{accounts}/my-second/projects/team', project)\nteam_endpoint = made.json()['properties']['endpoints']['AI Foundry API']", "still Creating"),
        ("team_endpoint = manage('GET', f'{accounts}/my-second').json()['properties']['endpoints']['AI Foundry API']", "no project endpoint"),
    ],
    "16.1": [
        ("way = exchanged", "a list of the exchanges"),
        ("with wiretap() as wire:\n    exchange_for(scope)\nway = list(wire)", "the scope is"),
        ("with wiretap() as wire:\n    exchange_for('https://cognitiveservices.azure.com/.default')\nway = list(wire)", "send one with the new token"),
        ("with wiretap() as wire:\n    requests.post(f'{foundry.resource_endpoint}/openai/v1/responses', headers=foundry.headers(), json={'model': foundry.model, 'input': 'x'}, timeout=60)\nway = list(wire)", "the first step is missing"),
        ("with wiretap() as wire:\n    token_of_this_run('x')\n    requests.post(f'{foundry.resource_endpoint}/openai/v1/responses', headers=foundry.headers(), json={'model': foundry.model, 'input': 'x'}, timeout=60)\nway = list(wire)", "no token was asked of Entra ID"),
        ("with wiretap() as wire:\n    exchange_for('https://cognitiveservices.azure.com/.default')\n    requests.post(f'{foundry.resource_endpoint}/openai/v1/responses', headers=foundry.headers(), json={'model': foundry.model, 'input': 'x'}, timeout=60)\nway = list(wire)", "another one, for https://ai.azure.com"),
        ("with wiretap() as wire:\n    exchange_for('https://cognitiveservices.azure.com/.default', audience='x')\nway = list(wire)", "AADSTS700212"),
        ("with wiretap() as wire:\n    fresh = exchange_for('https://cognitiveservices.azure.com/.default').json()['access_token']\n    with openai.OpenAI(base_url=f'{foundry.resource_endpoint}/openai/v1', api_key=fresh) as resource_client:\n        resource_client.responses.create(model=foundry.model, input='What is an endpoint?')\nway = wire[:]", "✅"),
    ],
    "16.2": [
        ("failing = client", "give the function itself"),
        ("def failing(status):\n    return client", "would wait and repeat"),
        ("def failing(status):\n    answer = httpx2.MockTransport(lambda request: httpx2.Response(429, json={}))\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.Client(transport=answer), max_retries=0)", "for 503 the service answers 429"),
        ("def failing(status):\n    return openai.OpenAI(base_url=f'{foundry.resource_endpoint}/openai/v1', api_key='none', max_retries=0)", "asks a server"),
        ("def failing(status):\n    return openai.OpenAI(base_url='https://localhost:1', api_key='none', max_retries=0)", "hand it a MockTransport"),
        ("def failing(status):\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.MockTransport(lambda request: httpx2.Response(status)), max_retries=0)", "http_client takes a client"),
        ("def failing():\n    return client", "raises TypeError"),
        ("def failing(status):\n    answer = httpx2.MockTransport(httpx2.Response(status))\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.Client(transport=answer), max_retries=0)", "takes a function of one argument"),
        ("def failing(status):\n    def service(request):\n        raise openai.APIStatusError('no', response=httpx2.Response(status, request=request), body=None)\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.Client(transport=httpx2.MockTransport(service)), max_retries=0)", "return the httpx2.Response, and the SDK raises"),
        ("from unittest.mock import Mock\n\ndef failing(status):\n    return Mock(openai.OpenAI)", "it returns a Mock; return an openai.OpenAI client"),
        ("def failing(status):\n    answer = httpx2.MockTransport(lambda request: status)\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.Client(transport=answer), max_retries=0)", "returns an httpx2.Response"),
        ("def failing(status):\n    global now\n    now = status\n    answer = httpx2.MockTransport(lambda request: httpx2.Response(now, text='no'))\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.Client(transport=answer), max_retries=0)", "for 429 the service answers 418"),
        ("def failing(status):\n    answer = httpx2.MockTransport(lambda request: httpx2.Response(status, text='no'))\n    return openai.OpenAI(base_url='https://example.com', api_key='none', http_client=httpx2.Client(transport=answer), max_retries=0)", "✅"),
    ],
    "16.3": [
        ("def retiring(models, today, days):\n    return [m for m in models if m.get('deprecation') and (date.fromisoformat(m['deprecation']['inference']) - today).days < days]", "its first ten characters"),
        ("from datetime import datetime\n\ndef retiring(models, today, days):\n    return [m for m in models if m.get('deprecation') and (datetime.fromisoformat(m['deprecation']['inference'][:10]) - today).days < days]", "Compare days with days"),
        ("from datetime import timedelta\n\ndef retiring(models, today, days):\n    return [m['name'] for m in models if (m.get('deprecation') or {}).get('inference', '9')]", "return pairs of name and version"),
        ("from datetime import timedelta\n\ndef retiring(models, today, days):\n    return [m['name'] for m in models if m['deprecation']['inference'][:10] <= str(today + timedelta(days=days))]", "it raises TypeError"),
        ("from datetime import timedelta\n\ndef retiring(models, today, days):\n    return [(m['name'], m['version']) for m in models if (m.get('deprecation') or {}).get('inference') and m['deprecation']['inference'][:10] <= str(today + timedelta(days=days))]", "the earliest day first"),
        ("from datetime import timedelta\n\ndef retiring(models, today, days):\n    dated = [m for m in models if (m.get('deprecation') or {}).get('inference')]\n    return [[m['name'], m['version']] for m in sorted(dated, key=lambda m: m['deprecation']['inference']) if m['deprecation']['inference'][:10] <= str(today + timedelta(days=days))]", "✅"),
    ],
}  # fmt: skip

RUNNER = """
import ast, asyncio, inspect, json, sys
steps, loop, names = json.load(sys.stdin), asyncio.new_event_loop(), {"__name__": "__main__"}
asyncio.set_event_loop(loop)

def run(source):
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = None
    for part, mode in ((tree, "exec"), (last and ast.Expression(last.value), "eval")):
        if part is not None:
            value = eval(compile(part, "cell", mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
            value = loop.run_until_complete(value) if inspect.iscoroutine(value) else value
    return value

said = []
for kind, source in steps:
    try:
        value = run(source)
        said.append(repr(value) if kind == "check" else "")
    except Exception as error:
        said.append(f"{type(error).__name__}: {error}")
print("\\n@@@" + json.dumps(said))
"""


def _path(notebook) -> tuple[list[tuple[str, str]], list[tuple[int, str, str, str]]]:
    """What is run, in order, and which of the results is looked at: its place, the exercise, what was tried, what is wanted."""
    steps, wanted, solutions = [], [], solutions_of(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for at, cell in enumerate(cells):
        number = cell.metadata.get("exercise")
        if "check" in cell.metadata.get("tags", []):
            continue
        if number is None:
            steps.append(("fails" if "raises-exception" in cell.metadata.get("tags", []) else "cell", cell.source))
            continue
        check_cell = cells[at + 1].source
        tries = [(cell.source, "not done yet"), *((f"{cell.source}\n{code}", says) for code, says in ATTEMPTS[number])]
        for code, says in [*tries, (solutions[number], "✅")]:
            steps += [("attempt", code), ("check", check_cell)]
            wanted.append((len(steps) - 1, number, code, says))
    return steps, wanted


def test_every_exercise_has_attempts():
    numbers = {cell.metadata["exercise"] for path in LESSONS for cell in exercises_in(nbformat.read(path, 4))}
    assert numbers == set(ATTEMPTS)
    assert all(len(tries) >= 2 for tries in ATTEMPTS.values())


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_exercise_can_be_tried_until_it_is_done(path):
    steps, wanted = _path(nbformat.read(path, 4))
    with notebooks.offline(strict=False) as environment:  # people ask what nobody recorded
        ran = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", RUNNER], input=json.dumps(steps), cwd=notebooks.FOLDER,
            env={**environment, "MPLBACKEND": "agg"}, capture_output=True, text=True, encoding="utf-8", timeout=120,
        )  # fmt: skip
    assert "@@@" in ran.stdout, ran.stderr[-2000:]
    said = json.loads(ran.stdout.rpartition("@@@")[2])
    wrong = [
        f"{number}: {code.splitlines()[-1][:120]!r} -> {said[at]} (wanted {says!r}; its cell: {said[at - 1]})"
        for at, number, code, says in wanted
        if says not in said[at]
    ]
    wrong += [
        f"{code!r} -> {error}" for (kind, code), error in zip(steps, said, strict=True) if kind == "cell" and error
    ]
    assert not wrong, "\n".join(wrong)
