"""Secrets and identities where nobody would list them, and texts of the field that look like some and are none. Everything is made
at import time from a seed: no secret stands in this file."""

import base64
import gzip
import json
import random
import unicodedata
import uuid
from dataclasses import replace
from urllib.parse import quote

import jwt

from tests.course.planted import KEY, MIXED, TENANT, answer, streamed

_random = random.Random("attacks")
HEX = "0123456789abcdef"


def _some(length: int, alphabet: str = MIXED) -> str:
    return "".join(_random.choice(alphabet) for _ in range(length))


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


MAIL = "kim@tailspin-hr.com"
ID = str(uuid.UUID(int=_random.getrandbits(128), version=4))
JWT = jwt.encode({"upn": MAIL, "oid": ID}, _some(40), algorithm="HS256")
SCOPE = f"/subscriptions/{ID}/resourceGroups/rg-tailspin/providers/Microsoft.CognitiveServices/accounts/tailspin-ai"
NFD = unicodedata.normalize("NFD", "Ingrid Østergård Åse")[:-4]
PACKED = base64.b64encode(gzip.compress(f"owner {MAIL}".encode(), mtime=0)).decode()
SIG = quote(base64.b64encode(_random.randbytes(32)).decode(), safe="")
PASSWORD = _some(9) + "7x"


_deep = MAIL
for _ in range(7):
    _deep = _b64(_deep)


def _spread(text: str):
    """A stream that says a text letter by letter, in events that no API has."""
    events = [f"data: {json.dumps({'type': 'x', 'words': letter})}\n\n".encode() for letter in text]
    return replace(streamed("Hi", 2), chunks=tuple((0.1 * at, event) for at, event in enumerate(events)))


def asked(**fields):
    """An exchange whose request has these fields."""
    return replace(answer(), request_body=json.dumps(fields).encode())


# What, where it stands (a text is that of the answer), and what may not be left of it.
SECRETS = {
    # people whom the token names
    "name in NFD": (f"Hello {NFD}", [NFD, "Østergård", "Ingrid"]),
    "name in capitals": ("by OSTERGARD", ["OSTERGARD"]),
    "name without accents": ("by Ingrid Ostergard", ["Ostergard"]),
    "name with letters for accents": ("Frau Oestergaard", ["Oestergaard"]),
    "last name first": ("Østergård, Ingrid wrote", ["Østergård", "Ingrid"]),
    "initial": ("I. Østergård and iostergard", ["stergård", "iostergard"]),
    "one word": ("IngridOstergard", ["Ingrid"]),
    "genitive": ("Østergårds rapport, Ingrids mail", ["stergård", "Ingrid"]),
    "names of files": ("INGRID_OSTERGARD.pdf, ingrid-ostergard.pdf, Ingrid.Ostergard", ["OSTERGARD", "ostergard", "Ingrid"]),
    "a name in two elements": (answer(more={"l": ["Ingrid", "Østergård"]}), ["Ingrid", "stergård"]),
    # names that somebody has given
    "agent": (answer(more={"agent_reference": {"type": "agent_reference", "name": "hr-helper-kovacs", "version": "1"}}), ["kovacs"]),
    "agent in another field": (answer(more={"agent": {"name": "hr-helper-kovacs"}}), ["kovacs"]),
    "vector store": (answer("Gehaltslisten 2026 has it", more={"v": {"object": "vector_store", "name": "Gehaltslisten 2026"}}), ["Gehalts"]),
    "file": (answer("as in Lohn-Kovacs.xlsx", more={"f": {"object": "file", "filename": "Lohn-Kovacs.xlsx"}}), ["Kovacs"]),
    "file of a container": (answer(more={"annotations": [{"container_id": f"cntr_{_some(40, HEX)}", "filename": "kovacs.csv"}]}), ["kovacs"]),
    "MCP server": (asked(tools=[{"type": "mcp", "server_label": "tailspin_hr", "server_url": "https://mcp.tailspin.io/sse"}]), ["tailspin"]),
    "one of several in a chat": (asked(messages=[{"role": "user", "name": "kovacs_m", "content": "hi"}]), ["kovacs"]),
    "metadata": (answer(more={"metadata": {"customer": "Tailspin Toys"}}), ["Tailspin"]),
    "values for a user": (answer(more={"user": "kovacs-4711", "safety_identifier": "emp-4711-kovacs"}), ["kovacs"]),
    "tuned model": (answer(more={"model": "ft:gpt-4o-mini:tailspin-gmbh::abc12345"}), ["tailspin"]),
    # hosts of nobody's cloud
    "host in an address": ("see https://wiki.tailspin-toys.de/x", ["tailspin"]),
    "host alone": ("see wiki.tailspin-toys.de now, or tailspin-toys.com", ["tailspin"]),
    "host of a network": ("ssh to build7.tailspin.local", ["tailspin"]),
    "host with letters of a language": ("https://bücher-kovacs.de/x", ["kovacs"]),
    "host as a citation": (answer(more={"annotations": [{"type": "url_citation", "url": "https://intranet.tailspin.corp/wiki"}]}), ["tailspin"]),
    "host in a header": (answer(headers=(("link", '<https://wiki.tailspin.de/x>; rel="next"'),)), ["tailspin"]),
    "host of a service": ("https://tailspin.atlassian.net/wiki, https://tailspin.slack.com/x, https://tailspin.zoom.us/j/1", ["tailspin"]),
    "bucket": ("https://tailspin-hr.s3.eu-west-1.amazonaws.com/x", ["tailspin"]),
    "cluster": ("tailspin-dns-1a2b3c.hcp.westeurope.azmk8s.io", ["tailspin"]),
    "site": ("https://tailspin.sharepoint.com/sites/HR-Kovacs/Lohn.docx", ["tailspin", "Kovacs"]),
    "organization": ("https://dev.azure.com/tailspin/hr, https://tailspin.visualstudio.com, https://mkovacs@dev.azure.com/tailspin", ["tailspin", "mkovacs"]),
    # resources
    "operation in headers": (answer(headers=(("azure-asyncoperation", f"https://management.azure.com{SCOPE}/operationResults/1?api-version=1"), ("location", f"https://tailspin-ai.cognitiveservices.azure.com/x/{ID}"), ("operation-location", SCOPE))), [ID, "tailspin"]),
    "correlation": (answer(headers=(("x-ms-correlation-request-id", ID), ("x-ms-routing-request-id", f"SWEDEN:2026:{ID}"), ("x-ms-arm-service-request-id", ID))), [ID]),
    "part of a path": ("resourceGroups/rg-tailspin/providers/Microsoft.Search/searchServices/tailspin-s", ["tailspin"]),
    "path below a project": (f"{SCOPE}/projects/tsp-proj/connections/tsp-conn", [ID, "tsp-", "tailspin"]),
    "path with percent signs": (quote(SCOPE, safe=""), [ID, "tailspin"]),
    "refusal of a role": (f"The client '{MAIL}' with object id '{ID}' does not have authorization over scope '{SCOPE}'.", [ID, "tailspin"]),
    "refusal of a sign-in": (f"AADSTS700016: Application '{ID}' was not found in the directory 'Tailspin Toys'.", [ID, "Tailspin"]),
    "where to sign in": (answer(headers=(("www-authenticate", f'Bearer authorization_uri="https://login.microsoftonline.com/{ID}"'),)), [ID]),
    # ids in other forms
    "GUID without dashes": (ID.replace("-", ""), [ID.replace("-", "")]),
    "GUID in braces": ("{" + ID.upper() + "}", [ID.upper()]),
    "GUID as a URN": (f"urn:uuid:{ID}", [ID]),
    "bytes of a GUID": (base64.b64encode(uuid.UUID(TENANT).bytes_le).decode(), [base64.b64encode(uuid.UUID(TENANT).bytes_le).decode()[:16]]),
    "security identifier": ("S-1-12-1-1234567890-1234567891-1234567892-1234567893", ["1234567891"]),
    # people whom nobody has named
    "mail with percent signs, twice": (quote(quote(MAIL, safe=""), safe=""), ["tailspin"]),
    "mail at a host of a language": ("kim@xn--tailspn-4va.de, kim@tailspïn.de", ["kim@"]),
    "mail as the name of a field": (answer(more={"by_user": {MAIL: 3}}), ["tailspin"]),
    "mail in HTML": ("&#107;im&#64;tailspin-hr.com <a href='mailto:kim@tailspin-hr.com?x'>", ["tailspin"]),
    "mail with escapes": ("\\x6bim\\x40tailspin-hr.com and \\u006bim\\u0040tailspin-hr.com", ["tailspin"]),
    "mail with letters that nobody sees": ("kim@tail\u200bspin-hr.com", ["kim@tail"]),
    "mail with another at": ("kim＠tailspin-hr.com", ["kim"]),
    "mail in a reason": (replace(answer(), reason=f"Denied for {MAIL}"), ["tailspin"]),
    "mail in a tag": (answer(headers=(("etag", f'W/"{MAIL}"'),)), ["tailspin"]),
    "mail in hexadecimal": (MAIL.encode().hex(" ") + " " + MAIL.encode().hex(), ["6b 69 6d", MAIL.encode().hex()[:20]]),
    "mail in UTF-16": (replace(answer(), response_body=json.dumps({"m": MAIL}).encode("utf-16")), ["tailspin"]),
    "JSON lines": (replace(answer(), response_body="\n".join(json.dumps({"created_by": "Marta Kovacs", "i": i}) for i in range(3)).encode()), ["ovacs"]),
    "events in a text": ("log:\ndata: " + json.dumps({"created_by": "Marta Kovacs"}) + "\n\ndata: [DONE]", ["ovacs"]),
    "users in forms": (replace(answer(), request_body=f"grant_type=password&username=mkovacs&password={PASSWORD}&client_assertion={JWT}".encode()), ["mkovacs", PASSWORD, "eyJ"]),
    "user in a field of text": (answer(more={"x": f"grant_type=password&username=mkovacs&password={PASSWORD}"}), ["mkovacs", PASSWORD]),
    "homes": ("C:\\Users\\mkovacs\\x, C:/Users/mkovacs, /Users/mkovacs, file:///home/mkovacs/x", ["mkovacs"]),
    "share": ("see \\\\tailspin-fs01\\hr$\\x", ["tailspin"]),
    "telephone": ("+47 22 85 50 50, tel:+4722855050, (425) 882-8080, +49 (0)89 3176-0", ["85 50", "22855050", "8080", "3176"]),
    "machines": ("DESKTOP-4KD83JQ, Martas-MacBook-Pro.local", ["4KD83JQ", "Martas"]),
    "machine in a header": (answer(headers=(("x-ms-useragent", "python (Martas-MacBook-Pro.local)"), ("tracestate", "az=LAPTOP-1AB2C3D4"))), ["Martas", "1AB2C3"]),
    # networks
    "forwarded": (answer(headers=(("x-forwarded-for", "51.140.1.9, 10.2.3.4"), ("x-ms-note", "from 51.140.1.9"))), ["51.140", "10.2.3"]),
    "IPv6 with a zone": ("fe80::1c2d:3e4f%eth0, http://[2603:1020:5:1::4f]:80/x, ::ffff:51.140.12.77", ["1c2d", "2603", "51.140"]),
    "addresses of a network": ("10.7.3.0/24, 51.140.12.77:443, 77.12.140.51.in-addr.arpa, ip-10-7-3-4", ["10.7.3", "51.140", "77.12", "10-7-3"]),
    "network cards": ("00:0d:3a:4b:5c:6d, 00-0D-3A-4B-5C-6D, 000d.3a4b.5c6d", ["3a:4b", "3A-4B", "3a4b"]),
    "address before a sign": ("ssh kovacs@51.140.12.77, Host/51.140.12.78", ["12.77", "12.78"]),
    # what begins like something of ours, and is not
    "user": (answer(more={"user": "learner.kovacs@tailspin.com"}), ["kovacs"]),
    "number of a user": (answer(more={"user": 4711123}), ["4711123"]),
    "name of a file": (answer(more={"f": {"object": "file", "filename": "file-kovacs.xlsx"}}), ["kovacs"]),
    "address of a server": (answer(more={"server_url": "https://example.com/mcp-kovacs"}), ["kovacs"]),
    "demo": ("https://demo-tailspin.openai.azure.com, /subscriptions/<id>/resourceGroups/demo-tailspin", ["tailspin"]),
    # in pieces, and twice
    "a field that comes twice": ('{"a":"kim@tailspin-hr.com","a":"x"}', ["tailspin"]),
    "a known field that comes twice": ('{"a":"fabrikam-prod-eus","a":"x"}', ["fabrikam"]),
    "base64, seven times": (_deep, [_deep[:40]]),
    "key in two lines": (f"{KEY[:40]}\n{KEY[40:]}", [KEY[:40]]),
    "key in two texts": (f'"{KEY[:40]}" + "{KEY[40:]}"', [KEY[:40]]),
    "key that was cut": (f"it begins {KEY[:24]}... and ends in {KEY[-22:]}", [KEY[:24], KEY[-22:]]),
    "tenant in two lines": (f"{TENANT[:18]}\n{TENANT[18:]}", [TENANT[:18]]),
    "letters in a field that nobody lists": (_spread("fabrikam-prod-eus is it"), ['"f"}', "fabrikam"]),
    # names where texts are expected
    "name of a header": (answer(headers=(("x-fabrikam-prod-eus-id", "1"),)), ["fabrikam"]),
    "name of a parameter": (answer(url="?kim%40tailspin-hr.com=1"), ["tailspin"]),
    "directory": ("CN=Ingrid Østergård,OU=HR,DC=fabrikam-payroll,DC=com, Bericht_IngridØstergård.docx, Ingrid\u00a0Østergård", ["Ingrid", "stergård", "fabrikam"]),
    "portal": (f"https://ai.azure.com/resource/overview?wsid={SCOPE}/projects/tsp-x&tid={ID}, https://portal.azure.com/#@tailspin.onmicrosoft.com/resource{SCOPE}", [ID, "tailspin", "tsp-x"]),
    "picture with a text": ("data:image/svg+xml;base64," + _b64(f"<svg><text>{MAIL}</text></svg>"), [_b64(f"<svg><text>{MAIL}</text></svg>")[16:40]]),
    "card": (f"BEGIN:VCARD\nTEL;TYPE=work:+4722855050\nEMAIL:{MAIL}\nORGANIZER;CN=x:MAILTO:{MAIL}", ["22855050", "tailspin"]),
    "proxies": ("https_proxy=http://proxy.tailspin.corp:3128, Received: from mail.tailspin.de (10.3.4.5)", ["tailspin", "10.3.4"]),
    # secrets
    "token in JSON in an event": (streamed(json.dumps({"log": f"data: {json.dumps({'t': JWT})}"}), 50), ["tailspin", ID, "eyJ0"]),
    "token in base64, twice": (_b64(_b64(json.dumps({"t": JWT}))), [_b64(_b64(json.dumps({"t": JWT})))[20:60]]),
    "address of data": ("data:application/json;base64," + _b64(json.dumps({"mail": MAIL})), [_b64(json.dumps({"mail": MAIL}))[10:30]]),
    "packed": (PACKED, [PACKED[20:40]]),
    "base64 in lines": ("\n".join(_b64("x" * 40 + f" {MAIL} " + "y" * 60)[at : at + 76] for at in range(0, 160, 76)), [_b64("x" * 42 + MAIL)[60:70]]),
    "base64 that was cut": (_b64(f"hello, my mail is {MAIL} ok")[:-3], [_b64(f"hello, my mail is {MAIL} ok")[24:40]]),
    "picture with a signature": (f"![x](https://tailspinimg.blob.core.windows.net/i/a.png?sp=r&sv=2024-11-04&sr=b&sig={SIG})", ["tailspin", SIG]),
    "cookies in several lines": (answer(headers=(("set-cookie", "a=1; Path=/"), ("Set-Cookie", f"s={(cookie := _some(24))}; HttpOnly"))), [cookie]),
    "databases": (f"Server=tcp:tailspin-sql.database.windows.net;User ID=kovacs;Password={PASSWORD};Server=TSPSQL01;x", ["tailspin", "kovacs", PASSWORD, "TSPSQL"]),
    "addresses of databases": (f"postgres://kovacs:{PASSWORD}@db.tailspin.io:5432/x mongodb+srv://kovacs:{PASSWORD}@tailspin.abcde.mongodb.net", ["tailspin", "kovacs", PASSWORD]),
    "account of a store": ("AccountName=tailspindata;EndpointSuffix=core.windows.net", ["tailspindata"]),
    "hooks": (f"https://hooks.slack.com/services/T0AB12CD3/B0EF45GH6/{(hook := _some(24))}", [hook]),
    "sign-in in a text": ("Authorization: Basic " + _b64(f"kovacs:{PASSWORD}"), [_b64(f"kovacs:{PASSWORD}")]),
    "a key to sign in with": (f"ssh-rsa AAAA{(key := _some(200))} kovacs@x", [key]),
}  # fmt: skip

_SHA1, _SHA256 = _some(40, HEX), _some(64, HEX)
HARMLESS = (
    # sums, versions, sizes
    f"The file's sha256 is {_SHA256}.", f"sha256:{_SHA256}", f"commit {_SHA1} fixes it", f"git checkout {_SHA1[:7]}", f"md5 {_SHA1[:32]} of an empty file", f"mcr.microsoft.com/azure-cli:2.60.0@sha256:{_SHA256}",
    "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC", "version 10.0.1.25 of the driver", "Update to v10.0.1.25 today", "pip install thing==10.0.1.25", "Versions 10.0.1.24 and 10.0.1.25 differ",
    "Chrome/120.0.6099.129 Safari/537.36 Edg/120.0.0.0", "see section 3.2.1.4 and step 1.2.3.4", "Standard_D2s_v5, Standard_NC24ads_A100_v4, Standard_ND96isr_H100_v5", "gpt-5.4-mini-2026-03-17, gpt-4o-realtime-preview-2025-06-03, o4-mini-2025-04-16",
    "Llama-3.3-70B-Instruct, DeepSeek-R1-Distill-Qwen-32B, Cohere-command-r-plus-08-2024", "UTF-8, RFC 9110 section 5.3, TLS_AES_256_GCM_SHA384, ECDHE-RSA-AES128-GCM-SHA256", "Ubuntu 24.04.1 LTS, Linux 6.8.0-49-generic x86_64", "Windows 11 23H2 (22631.4460), Python 3.13.1",
    # what documents put for a name
    "https://my-resource.openai.azure.com/openai/v1/", "https://YOUR-RESOURCE-NAME.openai.azure.com", "https://your-resource.services.ai.azure.com/api/projects/your-project", "https://<resource>.openai.azure.com/", "https://{account}.blob.core.windows.net",
    "https://my-project-resource.cognitiveservices.azure.com", "mystorageaccount.blob.core.windows.net", "https://contoso.openai.azure.com", "eastus2.api.cognitive.microsoft.com", "cd /home/user/docs", "C:\\Users\\you\\Documents, /Users/username/x, /home/<name>/", "/home/runner/work/x/x, /home/ubuntu/app",
    "GET /subscriptions/{subscriptionId}/resourceGroups/{rg}/providers/Microsoft.CognitiveServices/accounts/{account}", "/subscriptions/<id>/x", "resource group my-resource-group in /resourceGroups/my-resource-group/x", "use the projects/overview page and /projects/list",
    "person@example.com, a@contoso.com, name@domain.tld", "call 555-0123 or +1 (425) 555-0100", "00:11:22:33:44:55 is an example", "127.0.0.1, 0.0.0.0, 192.0.2.7 and 8.8.8.8", "IPv6 such as 2001:db8::1, ::1 and fe80::/10", "192.168.0.0/16 is private",
    "00000000-0000-0000-0000-000000000000, 12345678-1234-1234-1234-123456789abc, 123e4567-e89b-12d3-a456-426614174000", "a97b65f3-24c7-4388-baec-2e87135dc908 is the role Cognitive Services User",
    # public sites
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf", "https://youtu.be/dQw4w9WgXcQ?si=Ab3dEf5hIj7lMn9pQr1tUv3x", "https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/responses?tabs=python-secure#x", "https://en.wikipedia.org/wiki/Oslo",
    "https://github.com/openai/openai-python/blob/main/src/openai/types/responses/response.py#L12", "git@github.com:openai/openai-python.git", "npm i @azure/ai-projects@1.0.0", "https://ai.azure.com/.default and https://cognitiveservices.azure.com/.default", "https://management.azure.com/",
    "https://login.microsoftonline.com/common/oauth2/v2.0/token", "https://www.visitnorway.com/oslo", "https://doi.org/10.1038/s41586-021-03819-2, arXiv:2303.08774", "https://api.openai.com/v1/chat/completions", "https://numpy.org/doc/stable/", "http://example.com:8080/path?q=1#frag",
    # code
    "the text fade::dad and add::bad, std::vector, a::b", "Foo::Bar::baz and abc::def", "call mcp__microsoft_docs_search_2025_v2 first", "tool_microsoft_docs_search_v2, run_step_number_2_of_3_today, call_weather_api_v2_2025", "file_search_result_number_12345, agent_reference_2025_11_15_preview",
    "use json.loads, os.path.join, client.responses.create(model=x)", "Open settings.json, README.md, main.py, docker-compose.yml", "Use Node.js, ASP.NET, Vue.js and Next.js", "import azure.ai.projects; from azure.ai.projects.models import X", "response.output.text, response.usage.total_tokens",
    "requests.exceptions.HTTPError, urllib3.util.retry.Retry", "@dataclass and @app.get('/x')", "x = df.groupby('a').agg({'b': 'sum'}).reset_index()", "print(\"HELLO\\nworld\\t\\u00e9\")", "snake_case_name_with_2_numbers_and_more_words, kebab-case-name-with-2-numbers",
    "CamelCaseNameWith2Numbers AndMoreOf3Words", "https://example.com/a?user=alice&n=1", "?user=me&limit=10", "export AZURE_OPENAI_API_KEY=<your-api-key>", "docker run -p 8080:80 nginx:1.27.0-alpine", "SELECT * FROM users WHERE user = 'x' AND host='y'", "/usr/local/bin/python3, /etc/hosts, /mnt/data/plot.png",
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n", "x-ms-client-request-id, x-ratelimit-remaining-tokens, apim-request-id", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "the `api-key` header, `Authorization: Bearer $TOKEN`", "C:\\Windows\\System32",
    # prose and numbers
    "at 12:34:56 on 2026-11-27T10:20:30Z", "about 1,234,567,890 tokens, 10 000 000 of them, 3.14159265358979", "2026-11-27 1795468427 0.0000123, 6.02214076e23", "ISBN 978-3-16-148410-0, CVE-2024-3094, KB5034441", "Oslo (59.9139, 10.7522) and Bergen (60.39299, 5.32415)", "1f4b:1 ratio 16:9 and 4:3::2",
    "e.g. this, i.e. that, a.m. and p.m., U.S. and U.K.", "I think so.It works.And well.", "Mark my words: rose, may, will.", "Die Straße in München, Ærø and Łódź, naïve café", "日本語のテキスト、価格は1,000円です。", "Привет, мир! Как дела?", "🎉👩‍💻 done, Ⅷ ½ ﬁ ㎏ x²", "A\u00adB soft hyphen and z\u200bw",
    "pi = 3.14159265358979323846264338327950288419716939937510", "Q: 17 * 23 = 391; 2^64 = 18446744073709551616", "H2O, CO2, C6H12O6, NaHCO3", "a 32k context, 128k, 1M, H100, A100-80GB", "SAS flight SK4035 at 07:05", "base64: SGVsbG8sIHdvcmxkIQ==", "50% of 10%20 is 5%25, %E2%9C%93", "&lt;b&gt; &amp;nbsp; &#39;",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "=" * 40, "a" * 40, "|---" * 12,
)  # fmt: skip

# What repeated a million times must be read in its own time: for each kind of place in a pattern something that fits almost.
HOSTILE = (
    *"a1A-_/+=.:@%&;,'\"\\ \n{[(<~*!|#é", "ab", "a.", "a@", "a@a.", "a@a.a@", "-a@", "1.", "10.0.1.", "0:", "::", "00:", "%20", "%25", "\\u0041", "\\n", "&amp;", "&#65;", "data: x\n\n", "data: {\n", '{"a":',
    "a-", "/a", "a/", "=a", "call_", "resp_1", "eyJ", "eyJhIjo.", "://", "http://a", "https://a.b/", "/home/", "C:\\Users\\a", "/subscriptions/", "/providers/Microsoft.X/a/b", "sig=", "key=", "Bearer ", "password: 'a", "Cookie: a=b; ",
    "+1 234 ", "DESKTOP-", "S-1-5-21-1111-", "xn--", "a\u0301", "A1b2", "QUJD", "414243", "aa\n", "a" * 70 + "\n",
)  # fmt: skip
