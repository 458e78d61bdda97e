"""Test data for a redactor of HTTP exchanges (Microsoft Foundry / Azure OpenAI course).

SECRETS  = [(where, text, secret), ...]   the secret must not survive in the redacted text
HARMLESS = [(where, text), ...]           must come back byte for byte unchanged

Every secret is made up and generated at import time from a fixed seed: no literal
secret stands in this file.  For "sse" rows the secret is spread over deltas:
sse_deltas(text) gives the deltas, secret_pieces(text, secret) the parts of the
secret in each delta (each part of 8 characters or more must not survive).

Some rows name as `secret` only the tail, the signature or the longest run of the
whole secret, so that a half redacted secret is noticed.

Templates: the section sign stands for the secret, <<hex:50>>, <<an:24>>, <<uuid>>,
<<up:8>>, <<int:6>> for made-up identifiers that are no secrets.
"""

import base64
import json
import random
import re
import string
import struct
import urllib.parse
import zlib
from pathlib import Path

SEED = 20250611
WHERES = ("text", "json", "form", "multipart", "url", "header", "sse", "xml", "yaml", "curl", "python", "env")
SECRETS = []
HARMLESS = []

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
HEX = "0123456789abcdef"


# ------------------------------------------------------------------ generators
def pick_chars(rng, alphabet, n):
    return "".join(rng.choice(alphabet) for _ in range(n))


def mixed(rng, alphabet, n):
    """n characters with at least one small letter, one capital and one digit,
    first and last of them letters or digits."""
    while True:
        s = pick_chars(rng, alphabet, n)
        if (
            s[0] in ALNUM
            and s[-1] in ALNUM
            and any(c in LOWER for c in s)
            and any(c in UPPER for c in s)
            and any(c in DIGITS for c in s)
        ):
            return s


def key84(rng):
    return mixed(rng, ALNUM, 84)


def key84m(rng):
    """84 characters with the markers that newer Azure keys carry."""
    return (
        mixed(rng, ALNUM, 52)
        + "JQQJ"
        + "99"
        + "B"
        + pick_chars(rng, UPPER, 1)
        + "AC"
        + pick_chars(rng, ALNUM, 5)
        + "XJ3"
        + "w3"
        + "AAAB"
        + "AC"
        + "OG"
        + mixed(rng, ALNUM, 4)
    )


def hex32(rng):
    while True:
        s = pick_chars(rng, HEX, 32)
        if any(c in DIGITS for c in s) and any(c in "abcdef" for c in s):
            return s


def key52(rng):
    return mixed(rng, ALNUM, 52)


def base64_44(rng):
    return base64.b64encode(rng.randbytes(32)).decode()


def base64_88(rng):
    while True:
        s = base64.b64encode(rng.randbytes(64)).decode()
        if "+" in s and "/" in s and max(s.rfind("+"), s.rfind("/")) < 70:
            return s


def function_key(rng):
    """Azure Functions key, ready for a URL."""
    return urllib.parse.quote(mixed(rng, ALNUM + "-_", 54) + "==", safe="")


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _jwt(rng, alg):
    head = b64url(
        json.dumps({"typ": "JWT", "alg": alg, "kid": pick_chars(rng, ALNUM, 12)}, separators=(",", ":")).encode()
    )
    body = b64url(
        json.dumps(
            {
                "aud": "https://ai.azure.com",
                "oid": uuid(rng),
                "exp": 1750000000 + rng.randrange(10**6),
                "uti": pick_chars(rng, ALNUM, 22),
            },
            separators=(",", ":"),
        ).encode()
    )
    return head, body


def jwt(rng):
    return ".".join(_jwt(rng, "RS256")) + "." + b64url(rng.randbytes(64))


def jwt_unsigned(rng):
    """Header and body of a JWT of alg none (the template adds the last dot)."""
    return ".".join(_jwt(rng, "none"))


def opaque(rng):
    return mixed(rng, ALNUM, 40)


def client_secret(rng):
    return mixed(rng, ALNUM, 3) + "~8Q~" + mixed(rng, ALNUM + "~._-", 33)


def client_secret40(rng):
    return mixed(rng, ALNUM, 3) + "8Q~" + mixed(rng, ALNUM + "~._-", 34)


def sas_sig(rng):
    while True:
        s = urllib.parse.quote(base64_44(rng), safe="")
        if "%2B" in s and "%2F" in s and max(s.rfind("%2B"), s.rfind("%2F")) < 38:
            return s


def enc_base64_88(rng):
    return urllib.parse.quote(base64_88(rng), safe="")


def enc_client_secret(rng):
    return urllib.parse.quote_plus(client_secret(rng)).replace("~", "%7E")


def pw(rng):
    """A password with special characters that need no quoting within quotes."""
    while True:
        s = mixed(rng, ALNUM * 3 + "!*_-.", 18)
        if re.search(r"[!*]", s):
            return s


def pw_an(rng):
    return mixed(rng, ALNUM, 18)


def pw_enc(rng):
    """A password of three parts, percent-encoded."""
    return "%26".join((mixed(rng, ALNUM, 6), mixed(rng, ALNUM, 5) + "%40", mixed(rng, ALNUM, 8)))


def basic(rng):
    return base64.b64encode(("lena:" + mixed(rng, ALNUM, 21)).encode()).decode()


def uuid(rng):
    h = pick_chars(rng, HEX, 32)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{rng.choice('89ab')}{h[17:20]}-{h[20:]}"


def sk(rng):
    return "sk-" + mixed(rng, ALNUM, 48)


def sk_proj(rng):
    return "sk-" + "proj-" + mixed(rng, ALNUM + "_-", 74) + "T3Blbk" + "FJ" + mixed(rng, ALNUM + "_-", 74)


def ghp(rng):
    return "ghp" + "_" + mixed(rng, ALNUM, 36)


def ghs(rng):
    return "ghs" + "_" + mixed(rng, ALNUM, 36)


def github_pat(rng):
    return "github" + "_pat_" + mixed(rng, ALNUM, 22) + "_" + mixed(rng, ALNUM, 59)


def glpat(rng):
    return "glpat" + "-" + mixed(rng, ALNUM, 20)


def akia(rng):
    return "AK" + "IA" + pick_chars(rng, UPPER + "234567", 16)


def aws_secret(rng):
    return mixed(rng, ALNUM + "/+", 40)


def xoxb(rng):
    return (
        "xo"
        + "xb-"
        + pick_chars(rng, DIGITS[1:], 12)
        + "-"
        + pick_chars(rng, DIGITS[1:], 13)
        + "-"
        + mixed(rng, ALNUM, 24)
    )


def hf(rng):
    return "hf" + "_" + pick_chars(rng, LOWER + UPPER, 34)


def aiza(rng):
    return "AI" + "za" + mixed(rng, ALNUM + "_-", 35)


def npm(rng):
    return "npm" + "_" + mixed(rng, ALNUM, 36)


def pem_lines(rng, n=6):
    body = base64.b64encode(rng.randbytes(48 * n - 10)).decode()
    return [body[i : i + 64] for i in range(0, len(body), 64)]


# ------------------------------------------- which part of a secret is looked for
def tail(s):
    return s[-16:]


def head(s):
    return s[:16]


def payload(s):
    return s.split(".")[1]


def signature(s):
    return s.split(".")[2]


def longest_run(s):
    return max(re.findall(r"[A-Za-z0-9]+", s), key=len)


# ------------------------------------------------------------------ row builders
def expand(template, rng):
    def one(m):
        kind, n = m.group(1), int(m.group(2) or 0)
        if kind == "uuid":
            return uuid(rng)
        return pick_chars(
            rng,
            {"hex": HEX, "hexup": HEX.upper(), "an": ALNUM, "up": UPPER + DIGITS, "low": LOWER, "int": DIGITS[1:]}[
                kind
            ],
            n,
        )

    return re.sub(r"<<(uuid|hexup|hex|an|up|low|int)(?::(\d+))?>>", one, template)


def S(where, template, gen, pick=None, wrap=None):
    """One row.  wrap: how the secret is written in the text; pick: what to look for."""
    rng = random.Random(SEED * 1000 + len(SECRETS))
    secret = gen(rng)
    text = expand(template, rng).replace("§", wrap(secret) if wrap else secret)
    SECRETS.append((where, text, pick(secret) if pick else secret))


def S_each(where, template, *gens):
    """§1 §2 ...: one row per secret of the same text."""
    rng = random.Random(SEED * 1000 + len(SECRETS))
    secrets = [g(rng) for g in gens]
    text = expand(template, rng)
    for i, s in enumerate(secrets, 1):
        text = text.replace(f"§{i}", s)
    for s in secrets:
        SECRETS.append((where, text, s))


def S_pem(where, kind, template, newline="\n", indent=""):
    """A private key: first, middle and last line of the body are looked for."""
    rng = random.Random(SEED * 1000 + len(SECRETS))
    lines = pem_lines(rng)
    block = (newline + indent).join(["-----BEGIN " + kind + "-----", *lines, "-----END " + kind + "-----"])
    text = template.replace("§", block)
    for line in (lines[0], lines[3], lines[-1]):
        SECRETS.append((where, text, line))


def H(where, template):
    rng = random.Random(SEED * 7000 + len(HARMLESS))
    HARMLESS.append((where, expand(template, rng)))


# ------------------------------------------------------------------ event streams
def split(rng, s, n):
    """n pieces of at least 8 characters."""
    while True:
        cuts = sorted(rng.sample(range(8, len(s) - 7), n - 1))
        pieces = [s[a:b] for a, b in zip([0, *cuts], [*cuts, len(s)], strict=True)]
        if all(len(p) >= 8 for p in pieces):
            return pieces


def jd(o):
    return json.dumps(o, separators=(",", ":"), ensure_ascii=False)


def stream_responses(deltas, rng, done=False):
    item = "msg_" + pick_chars(rng, HEX, 50)
    out = []
    for i, d in enumerate(deltas):
        out.append(
            "event: response.output_text.delta\ndata: "
            + jd(
                {
                    "type": "response.output_text.delta",
                    "sequence_number": i + 4,
                    "item_id": item,
                    "output_index": 0,
                    "content_index": 0,
                    "delta": d,
                    "logprobs": [],
                    "obfuscation": pick_chars(rng, ALNUM, rng.randrange(1, 15)),
                }
            )
            + "\n\n"
        )
    if done:
        out.append(
            "event: response.output_text.done\ndata: "
            + jd(
                {
                    "type": "response.output_text.done",
                    "sequence_number": len(deltas) + 4,
                    "item_id": item,
                    "output_index": 0,
                    "content_index": 0,
                    "text": "".join(deltas),
                    "logprobs": [],
                }
            )
            + "\n\n"
        )
    return "".join(out)


def stream_responses_plain(deltas, rng, done=False):
    return "".join(
        "event: response.output_text.delta\ndata: " + jd({"type": "response.output_text.delta", "delta": d}) + "\n\n"
        for d in deltas
    )


def stream_chat(deltas, rng, done=True):
    cid = "chatcmpl-" + pick_chars(rng, ALNUM, 29)
    out = []
    for d in deltas:
        out.append(
            "data: "
            + jd(
                {
                    "id": cid,
                    "object": "chat.completion.chunk",
                    "created": 1750000123,
                    "model": "gpt-4.1-mini-2025-04-14",
                    "system_fingerprint": "fp_" + pick_chars(rng, HEX, 10),
                    "choices": [{"index": 0, "delta": {"content": d}, "logprobs": None, "finish_reason": None}],
                    "obfuscation": pick_chars(rng, ALNUM, rng.randrange(1, 15)),
                }
            )
            + "\n\n"
        )
    return "".join(out) + ("data: [DONE]\n\n" if done else "")


def stream_chat_plain(deltas, rng, done=True):
    return (
        "".join("data: " + jd({"choices": [{"delta": {"content": d}}]}) + "\n\n" for d in deltas) + "data: [DONE]\n\n"
    )


def stream_arguments(deltas, rng, done=False):
    item = "fc_" + pick_chars(rng, HEX, 50)
    out = []
    for i, d in enumerate(deltas):
        out.append(
            "event: response.function_call_arguments.delta\ndata: "
            + jd(
                {
                    "type": "response.function_call_arguments.delta",
                    "sequence_number": i + 3,
                    "item_id": item,
                    "output_index": 0,
                    "delta": d,
                }
            )
            + "\n\n"
        )
    if done:
        out.append(
            "event: response.function_call_arguments.done\ndata: "
            + jd(
                {
                    "type": "response.function_call_arguments.done",
                    "sequence_number": len(deltas) + 3,
                    "item_id": item,
                    "output_index": 0,
                    "arguments": "".join(deltas),
                }
            )
            + "\n\n"
        )
    return "".join(out)


def stream_tool_calls(deltas, rng, done=True):
    return (
        "".join(
            "data: "
            + jd(
                {
                    "choices": [
                        {
                            "index": 0,
                            "delta": {"tool_calls": [{"index": 0, "function": {"arguments": d}}]},
                            "finish_reason": None,
                        }
                    ]
                }
            )
            + "\n\n"
            for d in deltas
        )
        + "data: [DONE]\n\n"
    )


def sse_deltas(text):
    """The deltas of an event stream, in order."""
    out = []
    for line in text.splitlines():
        if not line.startswith("data:") or line[5:].strip() == "[DONE]":
            continue
        o = json.loads(line[5:])
        if isinstance(o.get("delta"), str):
            out.append(o["delta"])
        for c in o.get("choices") or []:
            d = c.get("delta") or {}
            if d.get("content"):
                out.append(d["content"])
            for t in d.get("tool_calls") or []:
                out.append((t.get("function") or {}).get("arguments") or "")
    return out


def secret_pieces(text, secret):
    """The part of the secret that stands in each delta."""
    deltas = sse_deltas(text)
    start = "".join(deltas).find(secret)
    if start < 0:
        return []
    end, pos, pieces = start + len(secret), 0, []
    for d in deltas:
        a, b = max(start, pos), min(end, pos + len(d))
        if a < b:
            pieces.append(d[a - pos : b - pos])
        pos += len(d)
    return pieces


def S_sse(stream, gen, n, before=(), after=(), glue_before="", glue_after="", done=False, crlf=False):
    """before/after: deltas of their own; glue_*: text in the delta of the first/last piece."""
    rng = random.Random(SEED * 1000 + len(SECRETS))
    secret = gen(rng)
    pieces = split(rng, secret, n)
    pieces[0] = glue_before + pieces[0]
    pieces[-1] += glue_after
    text = stream(list(before) + pieces + list(after), rng, done)
    if crlf:
        text = text.replace("\n", "\r\n")
    SECRETS.append(("sse", text, secret))


# =========================================================================== SECRETS
# --- keys pasted in a prompt: 84 letters and digits
S("text", "§", key84)
S("text", "§ is my key, why do I get a 401?", key84)
S("text", "I called the endpoint with § and it answers 401, what is wrong?", key84)
S("text", "Why does this not work with my key § in the notebook", key84m)
S("text", "Here is my Azure OpenAI key: §", key84m)
S("text", 'My key is "§", please write the client code.', key84)
S("text", "My key is '§', please write the client code.", key84)
S("text", "Use `§` as the api key in the example.", key84m)
S("text", "I pasted the key (§) into the portal and it failed.", key84)
S("text", "The key is § and the region is swedencentral.", key84)
S("text", "My key:\n§\nWhat do I do with it?", key84)
S("text", "Mein Schlüssel lautet §. Warum bekomme ich einen Fehler 401?", key84)
S("text", "Is this a valid key?§?", key84, wrap=lambda s: " " + s)
S("text", "Two lines:\r\n§\r\nEnd.", key84m)
S("text", "```\n§\n```\nThis is the key that I copied from the portal.", key84)
# --- 32 hex digits
S("text", "§ is my api key, why do I get a 401?", hex32)
S("text", "I use the key § against https://contoso.openai.azure.com and get 401.", hex32)
S("text", "Here is my Azure OpenAI key: §", hex32)
S("text", 'The key is "§".', hex32)
S("text", "The key is '§', is that right?", hex32)
S("text", "My subscription key is `§`", hex32)
S("text", "I sent my api key (§) in the header.", hex32)
S("text", "My api key is:\n§\nPlease check it.", hex32)
S("text", "API key = §", lambda r: hex32(r).upper())
# --- base64 keys
S("text", "The storage account key is § and the account is contosodata.", base64_88)
S("text", "The storage account key is § and the account is contosodata.", base64_88, tail)
S("text", "account key: §", base64_88)
S("text", "My Cosmos DB primary key is '§'", base64_88, head)
S("text", "The shared access key of the event hub is §", base64_44)
S("text", "SharedAccessKey: §\nEntityPath: telemetry", base64_44)
# --- client secrets of Entra ID
S("text", "The client secret of my app registration is § and it expires in May.", client_secret)
S("text", "I created the secret § for the app, now what?", client_secret40)
S("text", "Client secret: `§`", client_secret40, tail)
S("text", 'AZURE_CLIENT_SECRET is "§"', lambda r: client_secret40(r)[:-1] + "~")
S("text", "az login --service-principal -u <<uuid>> -p § --tenant <<uuid>>", client_secret40)
S("text", 'az login --service-principal --username <<uuid>> --password "§" --tenant <<uuid>>', client_secret)
# --- JWTs
S("text", "§", jwt)
S("text", "What does this token say? §", jwt)
S("text", "What does this token say? § Please decode it.", jwt, payload)
S("text", "What does this token say?\n§\nPlease decode it.", jwt, signature)
S("text", "Authorization: Bearer §", jwt, signature)
S("text", "Decode §. please, it has no signature.", jwt_unsigned)
S("text", "token=§.", jwt_unsigned, lambda s: s.split(".")[1])
S("text", "The session cookie is session=§; Path=/", jwt)
# --- log lines, header lines in text, shell
S("text", "2025-06-11T08:15:04Z DEBUG httpx request headers: api-key: § content-type: application/json", key84)
S("text", "POST /openai/v1/responses HTTP/1.1\r\nHost: contoso.openai.azure.com\r\napi-key: §\r\n\r\n{}", key84m)
S("text", "GET /v1/models HTTP/1.1\nHost: api.example.com\nx-api-key: §\n\n", opaque)
S("text", "> Authorization: Bearer §\n> Accept: */*", opaque)
S("text", "x-functions-key: §", lambda r: mixed(r, ALNUM + "-_", 54) + "==")
S("text", "Ocp-Apim-Subscription-Key: §", hex32)
S("text", "DEBUG headers={'authorization': 'Bearer §', 'accept': 'application/json'}", opaque)
S("text", "login ok user=lena password=§ from 10.0.0.7", pw_an)
S("text", "Password: §", pw)
S("text", "PASSWORD=§", pw_an)
S("text", "export AZURE_OPENAI_API_KEY=§", key84)
S("text", 'export FOUNDRY_API_KEY="§"\npython hello.py', key84m)
S("text", "set AZURE_OPENAI_API_KEY=§", hex32)
S("text", 'setx AZURE_OPENAI_KEY "§"', key84)
S("text", '$env:OPENAI_API_KEY = "§"', sk)
S("text", "$Env:AZURE_CLIENT_SECRET='§'", client_secret40)
S("text", 'Invoke-RestMethod -Uri $uri -Headers @{ "api-key" = "§" }', key84)
S("text", "docker run -e OPENAI_API_KEY=§ -p 8000:8000 course-app", sk_proj)
S("text", "git clone https://§@github.com/contoso/course.git", ghp)
S("text", "git clone https://x-access-token:§@github.com/contoso/course.git", ghs)
S("text", "git remote set-url origin https://lena:§@dev.azure.com/contoso/course/_git/app", opaque)
S("text", "pip install --index-url https://build:§@pkgs.example.com/simple foundry-helpers", pw_an)
S("text", "npm config set //registry.npmjs.org/:_authToken=§", npm)
S("text", "The app connects to postgres://app:§@db.contoso.com:5432/course", pw_an)
S("text", "postgresql+psycopg://app:§@localhost/course", pw)
S("text", "mongodb+srv://app:§@cluster0.ab1cd.mongodb.net/?retryWrites=true", pw_an)
S("text", "redis://:§@cache.contoso.com:6379/0", opaque)
S(
    "text",
    "rediss://default:§@contoso.redis.cache.windows.net:6380",
    base64_44,
    wrap=lambda s: urllib.parse.quote(s, safe=""),
    pick=longest_run,
)
S("text", "amqp://guest1:§@rabbit.contoso.com:5672/%2f", pw_an)
S("text", "mysql://root:§@127.0.0.1/course", pw_an)
# --- connection strings
S(
    "text",
    "DefaultEndpointsProtocol=https;AccountName=contosodata;AccountKey=§;EndpointSuffix=core.windows.net",
    base64_88,
)
S(
    "text",
    "DefaultEndpointsProtocol=https;AccountName=contosodata;AccountKey=§;EndpointSuffix=core.windows.net",
    base64_88,
    tail,
)
S("text", "AccountEndpoint=https://contoso.documents.azure.com:443/;AccountKey=§;", base64_88)
S(
    "text",
    "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=§",
    base64_44,
)
S("text", "HostName=contoso.azure-devices.net;DeviceId=dev1;SharedAccessKey=§", base64_44)
S(
    "text",
    "BlobEndpoint=https://contosodata.blob.core.windows.net/;SharedAccessSignature=sv=2024-11-04&ss=b&srt=co&sp=rl&se=2025-12-31T00:00:00Z&sig=§",
    sas_sig,
)
S("text", "InstrumentationKey=§;IngestionEndpoint=https://swedencentral-0.in.applicationinsights.azure.com/", uuid)
S("text", "Server=tcp:contoso.database.windows.net,1433;Database=course;User ID=app;Password=§;Encrypt=True;", pw)
S("text", "Driver={ODBC Driver 18 for SQL Server};Server=contoso.database.windows.net;Uid=app;Pwd=§;", pw_an)
S("text", "host=db.contoso.com port=5432 dbname=course user=app password=§ sslmode=require", pw_an)
# --- well-known prefixes
S("text", "I use § in my notebook", sk)
S("text", "OpenAI says: Incorrect API key provided: §. You can find your key on the platform page.", sk_proj)
S("text", "The project key § stopped working", sk_proj, tail)
S("text", "My GitHub token is §.", ghp)
S("text", "echo § | docker login ghcr.io -u lena --password-stdin", github_pat)
S("text", "(§)", github_pat, tail)
S("text", "GitLab: §", glpat)
S("text", "aws_access_key_id = §", akia)
S("text", "aws_secret_access_key = §", aws_secret)
S("text", "Slack bot §", xoxb)
S("text", "huggingface-cli login --token §", hf)
S("text", "https://maps.googleapis.com/maps/api/js?key=§&callback=init", aiza)
S("text", "The Google key § is used for the maps", aiza)
S("text", "//registry.npmjs.org/:_authToken=§", npm)
# --- private keys
S_pem("text", "PRIVATE KEY", "Here is my key file:\n§\nHow do I load it?")
S_pem("text", "RSA PRIVATE KEY", "§\n")
S_pem("text", "OPENSSH PRIVATE KEY", "cat ~/.ssh/id_ed25519\n§")
S_pem("json", "PRIVATE KEY", '{"type":"service_account","project":"course","private_key":"§\\n"}', "\\n")
S_pem("json", "EC PRIVATE KEY", '{"input": "Why is this refused?\\n§"}', "\\n")
S_pem("env", "PRIVATE KEY", 'SIGNING_KEY="§"\nPORT=8000\n', "\\n")
S_pem("yaml", "RSA PRIVATE KEY", "tls:\n  key: |\n    §\n", "\n", "    ")

# --- JSON fields
S("json", '{"password": "§"}', pw)
S("json", '{"user":"lena","pwd":"§"}', pw_an)
S("json", '{"login": {"user": "lena", "passwd": "§"}}', pw)
S("json", '{"passphrase": "§"}', pw)
S("json", '{"Password":"§"}', pw_an)
S("json", '{"DB_PASSWORD":"§"}', pw_an)
S("json", '{"privateKey": "§"}', base64_88)
S("json", '{"private_key": "§"}', base64_44)
S("json", '{"grant_type":"client_credentials","client_id":"<<uuid>>","client_secret":"§"}', client_secret)
S("json", '{"tenantId": "<<uuid>>", "clientId": "<<uuid>>", "clientSecret": "§"}', client_secret40)
S("json", '{"apiKey": "§"}', key84)
S("json", '{\n  "api_key": "§",\n  "model": "gpt-4.1-mini"\n}\n', key84m)
S("json", '{"api-key":"§","content-type":"application/json"}', hex32)
S("json", '{"headers": {"x-api-key": "§"}}', opaque)
S("json", '{"API_KEY": "§"}', opaque)
S("json", '{"ApiKey": "§"}', key52)
S("json", '{"apikey": "§"}', hex32)
S("json", '{"AZURE_OPENAI_API_KEY": "§"}', key84)
S("json", '{"token_type":"Bearer","expires_in":3599,"access_token":"§"}', jwt)
S("json", '{"access_token": "§", "scope": "openid"}', opaque)
S("json", '{"refresh_token": "§"}', lambda r: "1.AX" + mixed(r, ALNUM + "-_", 160))
S("json", '{"id_token":"§"}', jwt, signature)
S("json", '{"accessToken": "§", "expiresOn": "2025-06-11 10:15:04.000000"}', jwt, payload)
S("json", '{"accountKey": "§"}', base64_88)
S("json", '{"accountKey": "§"}', lambda r: base64_88(r), longest_run, lambda s: s.replace("+", "\\u002B"))
S("json", '{"storage":{"accountKey":"§"}}', lambda r: base64_88(r), longest_run, lambda s: s.replace("/", "\\/"))
S_each("json", '{"primaryKey": "§1", "secondaryKey": "§2"}', hex32, hex32)
S_each("json", '{"key1": "§1", "key2": "§2"}', key84, key84m)
S_each("json", '{\n  "key1": "§1",\n  "key2": "§2"\n}\n', hex32, hex32)
S("json", '{"subscription-key": "§"}', hex32)
S("json", '{"Ocp-Apim-Subscription-Key": "§"}', hex32)
S("json", '{"subscriptionKey":"§"}', hex32)
S(
    "json",
    '{"connectionString": "DefaultEndpointsProtocol=https;AccountName=contosodata;AccountKey=§;EndpointSuffix=core.windows.net"}',
    base64_88,
)
S(
    "json",
    '{"connection_string":"Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=§"}',
    base64_44,
)
S("json", '{"secret": "§"}', client_secret)
S("json", '{"secret":"§"}', opaque)
S("json", '{"token": "§"}', opaque)
S("json", '{"sharedKey": "§"}', base64_88)
S("json", '{"Authorization": "Bearer §"}', opaque)
S("json", '{"authorization":"Basic §"}', basic)
S("json", '{"name": "api-key", "value": "§"}', key84)
S("json", '{"value": "§", "name": "api-key"}', hex32)
S("json", '{"key": "Authorization", "value": "Bearer §"}', opaque)
S("json", '{"value":"Bearer §","key":"Authorization"}', jwt)
S(
    "json",
    '{"log":{"entries":[{"request":{"method":"POST","headers":[{"name":"Accept","value":"*/*"},{"name":"Ocp-Apim-Subscription-Key","value":"§"}]}}]}}',
    hex32,
)
S("json", '[{"name": "FOUNDRY_API_KEY", "value": "§", "slotSetting": false}]', key84)
S("json", '{"headers": [["accept", "*/*"], ["api-key", "§"]]}', key84)
S("json", '{"a":{"b":{"c":{"d":{"e":{"api_key":"§"}}}}}}', opaque)
S("json", '{"a": [{"b": [{"c": [{"password": "§"}]}]}]}', pw)
S_each("json", '{"api_keys": ["§1", "§2"]}', opaque, opaque)
S_each("json", '{"keys":["§1","§2"]}', key84, key84m)
S("json", '{"input": "My key is § and I get a 401", "model": "gpt-4.1"}', key84)
S("json", '{"messages":[{"role":"user","content":"Here is my Azure OpenAI key: §"}]}', hex32)
S(
    "json",
    '{"messages":[{"role":"user","content":[{"type":"text","text":"curl -H \\"api-key: §\\" https://contoso.openai.azure.com/"}]}]}',
    hex32,
)
S("json", '{"input": "headers = {\\"Authorization\\": \\"Bearer §\\"}"}', opaque)
S("json", '{"input":"client = OpenAI(api_key=\'§\')"}', opaque)
S("json", '{"body": "{\\"api_key\\": \\"§\\"}"}', opaque)
S(
    "json",
    '{"type":"function_call","call_id":"call_<<an:24>>","name":"login","arguments":"{\\"user\\":\\"lena\\",\\"password\\":\\"§\\"}"}',
    pw,
)
S("json", '{"outer": "{\\"inner\\": \\"{\\\\\\"client_secret\\\\\\": \\\\\\"§\\\\\\"}\\"}"}', client_secret)
S(
    "json",
    '{"type":"mcp","server_label":"docs","server_url":"https://mcp.example.com","headers":{"Authorization":"Bearer §"}}',
    opaque,
)
S("json", '{"type":"mcp","server_label":"docs","server_url":"https://mcp.example.com","authorization":"§"}', jwt)
S(
    "json",
    '{"url": "https://contosodata.blob.core.windows.net/in/a.png?sv=2024-11-04&se=2025-12-31&sr=b&sp=r&sig=§"}',
    sas_sig,
)
S("json", '{"database_url":"postgres://app:§@db.contoso.com/course"}', pw_an)
S("json", '{"error":{"message":"Incorrect API key provided: §.","code":"invalid_api_key"}}', sk)
S("json", '"§"', key84)

# --- forms
S(
    "form",
    "grant_type=client_credentials&client_id=<<uuid>>&client_secret=§&scope=https%3A%2F%2Fai.azure.com%2F.default",
    client_secret,
)
S("form", "client_id=<<uuid>>&client_secret=§&grant_type=client_credentials", enc_client_secret)
S("form", "username=lena&password=§", pw_enc)
S("form", "username=lena&password=§&grant_type=password", pw_enc, lambda s: s[-8:])
S("form", "grant_type=refresh_token&refresh_token=§", lambda r: "0.AX" + mixed(r, ALNUM + "-_", 120))
S("form", "accountKey=§&account=contosodata", enc_base64_88)
S("form", "api_key=§", opaque)
S("form", "API-KEY=§&q=oslo", opaque)
S(
    "form",
    "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=§",
    jwt,
)
S("form", "header=Authorization%3A+Bearer+§&x=1", opaque)
S("form", "conn=AccountName%3Dcontosodata%3BAccountKey%3D§%3BEndpointSuffix%3Dcore.windows.net", enc_base64_88, head)

# --- multipart
MP = '--b7f1c0\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
MPEND = "--b7f1c0--\r\n"
S("multipart", MP % ("model", "whisper") + MP % ("api_key", "§") + MPEND, opaque)
S("multipart", MP % ("password", "§") + MP % ("user", "lena") + MPEND, pw)
S("multipart", MP % ("client_secret", "§") + MPEND, client_secret40)
S("multipart", MP % ("token", "§") + MP % ("purpose", "assistants") + MPEND, opaque)
S(
    "multipart",
    '--b7f1c0\r\nContent-Disposition: form-data; name="file"; filename=".env"\r\n'
    "Content-Type: text/plain\r\n\r\nFOUNDRY_API_KEY=§\nPORT=8000\n\r\n" + MPEND,
    key84,
)
S(
    "multipart",
    '--b7f1c0\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n'
    'Content-Type: application/json\r\n\r\n{"apiKey": "§"}\r\n' + MPEND,
    hex32,
)
S("multipart", MP % ("prompt", "My key is § and I get 401") + MPEND, key84m)

# --- URLs
S("url", "https://contoso.azurewebsites.net/api/ask?code=§", function_key)
S("url", "https://contoso.azurewebsites.net/api/ask?name=lena&code=§&v=1", function_key)
S("url", "https://login.example.com/token?client_id=<<uuid>>&client_secret=§", client_secret)
S("url", "https://contoso.azure-api.net/chat?subscription-key=§", hex32)
S("url", "https://contoso.azure-api.net/chat?api-version=2024-10-21&Subscription-Key=§", hex32)
S("url", "https://contoso.openai.azure.com/openai/v1/models?api-key=§&api-version=preview", key84)
S("url", "wss://contoso.openai.azure.com/openai/realtime?deployment=gpt-realtime&api-key=§", key84m)
S("url", "https://api.example.com/v1/me?access_token=§", opaque)
S("url", "https://app.example.com/callback#access_token=§&token_type=bearer&expires_in=3600", jwt)
S("url", "https://app.example.com/callback#state=7&id_token=§", jwt, payload)
S(
    "url",
    "https://contosodata.blob.core.windows.net/in/a.png?sv=2024-11-04&se=2025-12-31T00%3A00%3A00Z&sr=b&sp=r&sig=§",
    sas_sig,
)
S("url", "https://contosodata.blob.core.windows.net/in/a.png?sig=§&sv=2024-11-04&sr=b", sas_sig, tail)
S("url", "https://contosodata.blob.core.windows.net/in?restype=container&comp=list&sv=2024-11-04&sig=§", sas_sig, head)
S("url", "https://lena:§@api.example.com/v1/items", pw_an)
S("url", "https://§@github.com/contoso/course.git", ghp)
S("url", "https://§:x-oauth-" + "basic@github.com/contoso/course.git", github_pat)
S("url", "https://api.example.com/items?password=§", pw_enc)
S("url", "https://api.example.com/items?API_KEY=§", opaque)

# --- headers
S("header", "api-key: §", key84)
S("header", "Api-Key: §", hex32)
S("header", "API-KEY: §", key84m)
S("header", "x-api-key: §", opaque)
S("header", "Ocp-Apim-Subscription-Key: §", hex32)
S("header", "ocp-apim-subscription-key: §", key84)
S("header", "x-functions-key: §", lambda r: mixed(r, ALNUM + "-_", 54) + "==")
S("header", "Authorization: Bearer §", opaque)
S("header", "Authorization: Bearer §", jwt)
S("header", "authorization: bearer §", jwt, signature)
S("header", "Authorization: Bearer §.", jwt_unsigned)
S("header", "Authorization: Basic §", basic)
S("header", "Authorization: SharedKey contosodata:§", base64_44)
S(
    "header",
    "Authorization: SharedAccessSignature sr=contoso.servicebus.windows.net&sig=§&se=1767139200&skn=send",
    sas_sig,
)
S("header", "Proxy-Authorization: Basic §", basic)
S("header", "Cookie: theme=dark; session=§; lang=no", opaque)
S("header", "Cookie: auth=§", jwt)
S("header", "Set-Cookie: session=§; Path=/; HttpOnly; Secure; SameSite=Lax", opaque)
S("header", "set-cookie: connect.sid=§; Path=/; HttpOnly", opaque)
S("header", "Location: https://app.example.com/callback#access_token=§&token_type=bearer", jwt)
S("header", "aeg-sas-key: §", base64_44)
S("header", "Referer: https://contoso.azurewebsites.net/api/ask?code=§", function_key)

# --- XML
S("xml", "<settings><apiKey>§</apiKey></settings>", hex32)
S("xml", '<?xml version="1.0"?>\n<config>\n  <ApiKey>§</ApiKey>\n</config>\n', opaque)
S("xml", '<configuration><appSettings><add key="ApiKey" value="§"/></appSettings></configuration>', opaque)
S("xml", '<appSettings><add value="§" key="AzureOpenAI:ApiKey" /></appSettings>', key84)
S("xml", "<login><user>lena</user><password>§</password></login>", pw)
S(
    "xml",
    '<connectionStrings><add name="Db" connectionString="Server=tcp:contoso.database.windows.net;User ID=app;Password=§;" /></connectionStrings>',
    pw_an,
)
S("xml", '<server id="build"><username>lena</username><password>§</password></server>', opaque)
S("xml", '<client id="<<uuid>>" clientSecret="§"/>', client_secret40)
S("xml", "<oauth><access_token>§</access_token></oauth>", jwt)

# --- YAML
S("yaml", "api_key: §\nmodel: gpt-4.1-mini\n", opaque)
S("yaml", 'foundry:\n  api-key: "§"\n  endpoint: https://contoso.openai.azure.com\n', key84)
S("yaml", "db:\n  user: app\n  password: '§'\n", pw)
S("yaml", "db:\n  user: app\n  password: §\n  port: 5432\n", pw_an)
S("yaml", "auth:\n  token: >-\n    §\n  type: bearer\n", jwt)
S("yaml", "azure:\n  clientSecret: §\n", client_secret)
S("yaml", 'env:\n  - name: FOUNDRY_API_KEY\n    value: "§"\n', key84)
S("yaml", "environment:\n  - OPENAI_API_KEY=§\n", sk)
S(
    "yaml",
    'storage:\n  connection_string: "AccountName=contosodata;AccountKey=§;EndpointSuffix=core.windows.net"\n',
    base64_88,
)

# --- curl
CURL = "curl https://contoso.openai.azure.com/openai/v1/responses "
S("curl", CURL + '-H "api-key: §" -d "{}"', key84)
S("curl", CURL + "-H 'api-key: §' -H 'Content-Type: application/json'", hex32)
S(
    "curl",
    CURL + '\\\n  -H "Content-Type: application/json" \\\n  -H "Authorization: Bearer §" \\\n  -d @body.json',
    opaque,
)
S("curl", CURL + "-H 'Authorization: Bearer §'", jwt)
S("curl", CURL + "--header 'authorization: Bearer §'", opaque)
S("curl", "curl -H 'Ocp-Apim-Subscription-Key: §' https://contoso.azure-api.net/chat", hex32)
S("curl", "curl -H api-key:§ https://contoso.openai.azure.com/openai/v1/models", opaque)
S("curl", "curl -u lena:§ https://api.example.com/v1/items", pw_an)
S("curl", "curl -u 'lena:§' https://api.example.com/v1/items", pw)
S("curl", 'curl --user "lena:§" https://api.example.com/v1/items', pw_an)
S("curl", "curl https://lena:§@api.example.com/v1/items", pw_an)
S(
    "curl",
    "curl -X POST https://login.microsoftonline.com/<<uuid>>/oauth2/v2.0/token -d 'grant_type=client_credentials' -d 'client_secret=§'",
    client_secret,
)
S("curl", 'curl https://api.example.com/login -d \'{"user": "lena", "password": "§"}\'', pw_an)
S("curl", "curl https://api.example.com/me -b 'session=§'", opaque)
S("curl", "curl 'https://contosodata.blob.core.windows.net/in/a.png?sv=2024-11-04&sr=b&sp=r&sig=§'", sas_sig)
S("curl", 'curl.exe -H "x-api-key: §" https://api.example.com/v1/items', opaque)
S("curl", 'API_KEY=§ && curl -H "api-key: $API_KEY" https://contoso.openai.azure.com/', opaque)

# --- Python
S("python", 'from openai import OpenAI\nclient = OpenAI(api_key="§")\n', opaque)
S(
    "python",
    'client = OpenAI(\n    base_url="https://contoso.openai.azure.com/openai/v1/",\n    api_key="§",\n)\n',
    key84,
)
S("python", "client = AzureOpenAI(api_version='2024-10-21', api_key = '§')\n", hex32)
S("python", "api_key = '§'\n", opaque)
S("python", 'API_KEY: str = "§"\n', opaque)
S("python", 'KEY = "§"\nprint(len(KEY))\n', key84)
S("python", 'api_key = """§"""\n', opaque)
S("python", 'credential = AzureKeyCredential("§")\n', key52)
S("python", "credential = AzureKeyCredential('§')\n", hex32)
S("python", 'credential = AzureKeyCredential(key="§")\n', key84)
S("python", 'credential = ClientSecretCredential("<<uuid>>", "<<uuid>>", "§")\n', client_secret)
S("python", 'credential = ClientSecretCredential(\n    tenant_id,\n    client_id,\n    "§",\n)\n', client_secret40)
S("python", 'credential = ClientSecretCredential(tenant_id=t, client_id=c, client_secret="§")\n', client_secret40)
S("python", 'import os\nos.environ["FOUNDRY_API_KEY"] = "§"\n', opaque)
S("python", "os.environ['AZURE_CLIENT_SECRET']='§'\n", client_secret)
S("python", 'key = os.getenv("FOUNDRY_API_KEY", "§")\n', key84)
S("python", 'os.environ.setdefault("OPENAI_API_KEY", "§")\n', sk)
S("python", 'headers = {"Authorization": "Bearer §"}\n', opaque)
S("python", "headers = {'api-key': '§', 'Content-Type': 'application/json'}\n", hex32)
S("python", 'headers["Authorization"] = "Bearer §"\n', jwt)
S("python", 'headers["api-key"] = "§"\n', opaque)
S("python", 'client = httpx.Client(headers=[("api-key", "§")])\n', opaque)
S("python", 'r = requests.get(url, auth=("lena", "§"))\n', opaque)
S("python", 'config = dict(api_key="§", model="gpt-4.1")\n', opaque)
S("python", 'conn = psycopg.connect("host=db user=app password=§ dbname=course")\n', pw_an)
S("python", 'conn = connect(host="db", user="app", password="§")\n', pw)
S("python", 'engine = create_engine("postgresql://app:§@db/course")\n', pw_an)
S("python", 'service = BlobServiceClient(account_url=url, credential="§")\n', base64_88)
S(
    "python",
    'service = BlobServiceClient.from_connection_string("AccountName=contosodata;AccountKey=§;EndpointSuffix=core.windows.net")\n',
    base64_88,
)
S("python", 'body = \'{"api_key": "§"}\'\n', opaque)
S("python", 'body = "{\\"api_key\\": \\"§\\"}"\n', opaque)
S("python", 'token = "§"\n', jwt)
S("python", 'login(token="§")\n', hf)
S("python", 'password = "§"\n', pw)
S("python", 'client = SecretsStore(secret="§")  # do not do this\n', opaque)

# --- dotenv
S("env", "FOUNDRY_API_KEY=§\n", opaque)
S("env", 'AZURE_OPENAI_API_KEY="§"\nAZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com\n', key84)
S("env", "AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com\nAZURE_OPENAI_KEY='§'\n", hex32)
S("env", "export OPENAI_API_KEY=§\n", sk_proj)
S("env", "AZURE_TENANT_ID=<<uuid>>\nAZURE_CLIENT_ID=<<uuid>>\nAZURE_CLIENT_SECRET=§\n", client_secret)
S(
    "env",
    'AZURE_STORAGE_CONNECTION_STRING="DefaultEndpointsProtocol=https;AccountName=contosodata;AccountKey=§;EndpointSuffix=core.windows.net"\n',
    base64_88,
)
S("env", "DATABASE_URL=postgres://app:§@db/course\n", pw_an)
S("env", "DB_PASSWORD=§\nDB_USER=app\n", pw_an)
S("env", "GITHUB_TOKEN=§\n", ghp)
S("env", "HF_TOKEN=§\n", hf)
S("env", "AUTH_TOKEN = §  # from the portal\n", opaque)
S(
    "env",
    "APPLICATIONINSIGHTS_CONNECTION_STRING=InstrumentationKey=§;IngestionEndpoint=https://swedencentral-0.in.applicationinsights.azure.com/\n",
    uuid,
)
S("env", "api_key=§\n", opaque)
S("env", "AWS_ACCESS_KEY_ID=§\n", akia)
S("env", "SLACK_BOT_TOKEN=§\n", xoxb)

# --- event streams
S_sse(stream_responses, key84, 2, before=["Your", " key is", " "])
S_sse(stream_responses, key84m, 3, before=["Use "], after=[" as", " the key."], done=True)
S_sse(stream_responses, jwt, 4, before=["The token is "])
S_sse(stream_responses, jwt, 5, done=True)
S_sse(stream_responses, ghp, 3, before=["git clone https://"], glue_after="@github.com/contoso/course.git")
S_sse(stream_responses, sk, 2, glue_before='client = OpenAI(api_key="', glue_after='")')
S_sse(
    stream_responses, opaque, 3, before=["curl -H 'Authorization", ": Bearer "], after=["'", " https://api.example.com"]
)
S_sse(stream_responses, sk_proj, 5, before=["export OPENAI_API_KEY="], after=["\n", "python app.py"], crlf=True)
S_sse(stream_responses_plain, key84, 4)
S_sse(stream_responses_plain, jwt, 2, glue_before="Authorization: Bearer ")
S_sse(stream_responses_plain, hex32, 2, glue_before="Your api key is ", after=["."])
S_sse(stream_responses_plain, client_secret40, 3, before=["AZURE_CLIENT", "_SECRET="])
S_sse(stream_chat, key84, 3, before=["My", " key", ": "])
S_sse(stream_chat, key84m, 5, glue_before="`", glue_after="`")
S_sse(stream_chat, jwt, 2, before=["Bearer "])
S_sse(stream_chat, jwt, 5, after=["\n", "Done."])
S_sse(stream_chat, github_pat, 4, before=["The GitHub token is "])
S_sse(stream_chat, opaque, 2, glue_before='headers = {"api-key": "', glue_after='"}')
S_sse(stream_chat_plain, key84, 2)
S_sse(stream_chat_plain, jwt, 3, before=["Here it is: "])
S_sse(stream_chat_plain, sk, 3, before=["OPENAI_API_KEY", "="])
S_sse(stream_chat_plain, hex32, 3, before=["The ", "api", " key", " is "], after=[" ."])
S_sse(stream_arguments, key84, 2, before=['{"', "api_key", '":"'], after=['"}'])
S_sse(stream_arguments, opaque, 3, before=['{"city":"Oslo","'], glue_before='api_key":"', glue_after='"}', done=True)
S_sse(stream_arguments, jwt, 5, before=['{"access_token":"'], after=['"}'], done=True)
S_sse(stream_arguments, hex32, 2, glue_before='{"subscription-key": "', glue_after='", "n": 3}')
S_sse(stream_tool_calls, key84, 3, before=['{"api', '_key":"'], after=['"}'])
S_sse(stream_tool_calls, jwt, 4, glue_before='{"token":"', glue_after='"}')


# ========================================================================== HARMLESS
# --- prose
for _t in (
    "What is an API key?",
    "The token expires in an hour: renew it.",
    "password: at least 12 characters are required",
    "The key: be patient and keep reading",
    "a secret: nobody knows the answer",
    "Bearer tokens are sent in a header",
    "Authorization: Bearer is a scheme",
    "Explain the difference between a token of a language model and an access token.",
    "Put your key in the api-key header, never in the code.",
    "The header is called Authorization and its value starts with Bearer, then a space, then the token.",
    "Each token is about four characters long, so 1000 tokens are about 750 words.",
    "A JWT starts with eyJ and has three parts separated by dots.",
    "Keys of Azure OpenAI are 84 characters long, older ones have 32 hex digits.",
    "The secret of good bread: time.",
    "Password rules: one capital, one digit and one special character.",
    "The answer key: question 1 is B, question 2 is D.",
    "Press any key to continue: the quiz starts now.",
    "key=value",
    "Write each setting as key=value on a line of its own.",
    "monkey=banana",
    "turkey=5",
    "keyboard: qwerty",
    "tokenizer: cl100k_base",
    "A hotkey is a key combination: Ctrl+Shift+P opens the palette.",
    "The primary key (id) is referenced by a foreign key in the other table.",
    "CREATE TABLE city (id INTEGER, name TEXT, PRIMARY KEY (id), FOREIGN KEY (country_id) REFERENCES country (id));",
    "Sort with `sorted(cities, key=lambda c: c.lower())`.",
    "The call ends with a key argument: sorted(words, key=len)",
    "Set FOUNDRY_API_KEY in your .env file and read it with os.environ.",
    "Donaudampfschifffahrtsgesellschaftskapitän und Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    "Pneumonoultramicroscopicsilicovolcanoconiosis is the longest word in the dictionary.",
    "ATGGCGTACGCTTGATCCGATTACAGGCTAACGTTAGCCATGGATCCAAGTCTGACTGA",
    "Translate the DNA string GATTACAGATTACAGATTACAGATTACAGATTACA into RNA.",
    "Use #1a2b3c for the text, #ffcc00 for the border and #0f0 for the tick.",
    "The deployment gpt-4.1-mini-2025-04-14 answered on 2025-06-11T08:15:04Z.",
    "Compare gpt-4o-2024-08-06, o4-mini, text-embedding-3-large and Phi-4-mini-instruct.",
    "Open https://contoso.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
    "The project endpoint is https://contoso.services.ai.azure.com/api/projects/course?api-version=2025-05-15-preview",
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.",
    "Unauthorized. Access token is missing, invalid, audience is incorrect (https://ai.azure.com), or have expired.",
    "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 20 seconds.",
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130412 tokens.",
    "AADSTS50126: Error validating credentials due to invalid username or password.",
    "KeyError: 'FOUNDRY_API_KEY'",
    "openai.OpenAIError: The api_key client option must be set either by passing api_key to the client or by setting the OPENAI_API_KEY environment variable",
    "TypeError: f() got an unexpected keyword argument 'token'",
    "<details><summary>What is an API key?</summary>\n<p>A key names the caller: keep it to yourself.</p>\n</details>",
    '<label for="pw">Password</label> <input type="password" id="pw" name="password" required>',
    "export FOUNDRY_API_KEY=<your-api-key>",
    'export AZURE_OPENAI_API_KEY="YOUR_API_KEY"',
    "set AZURE_OPENAI_API_KEY=%MY_KEY%",
    '$env:OPENAI_API_KEY = "<your-api-key>"',
    "api-key: {{token}}",
    "Authorization: Bearer {{token}}",
    "Authorization: Bearer ${TOKEN}",
    "Authorization: Bearer %TOKEN%",
    "Authorization: Bearer [redacted]",
    "Authorization: Bearer ***",
    "Authorization: Bearer <token>",
    "api-key: [redacted]",
    "api-key: ***",
    "api-key: <your-api-key>",
    "password=***",
    "postgres://${DB_USER}:${DB_PASSWORD}@db/course",
    "input_tokens=12 output_tokens=40 total_tokens=52",
    "usage: prompt tokens: 12, completion tokens: 40",
    "The text was cut: finish_reason=length, max_tokens=5.",
    "Rotate key1 first, then key2, so that the app keeps running.",
    "Rolle: Schlüssel sind geheim. Ein Token ist ein Wortteil: im Deutschen sind es mehr als im Englischen.",
    "git log shows commit <<hex:40>>",
    "git checkout <<hex:40>>",
    "sha256-<<hex:64>>",
    "FROM python@sha256:<<hex:64>>",
    "openai==1.90.0 --hash=sha256:<<hex:64>>",
    "request id: <<uuid>>",
    "The tenant id is <<uuid>> and the subscription id is <<uuid>>.",
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '<<uuid>>'.",
    "/subscriptions/<<uuid>>/resourceGroups/rg-course/providers/Microsoft.CognitiveServices/accounts/contoso",
    "traceparent: 00-<<hex:32>>-<<hex:16>>-01",
    "The response resp_<<hex:50>> is stored for 30 days.",
    "previous_response_id=resp_<<hex:50>>",
    "az cognitiveservices account keys list --name contoso --resource-group rg-course",
    "az account get-access-token --resource https://ai.azure.com --query accessToken -o tsv",
    "TOKEN=$(az account get-access-token --resource https://ai.azure.com --query accessToken -o tsv)",
):
    H("text", _t)

# --- JSON
for _t in (
    '{"key": {"type":"string"}}',
    '{"token": 5}',
    '{"keys": ["a","b"]}',
    '{"token_count": 12}',
    '{"max_tokens": 5}',
    '{"usage": {"input_tokens": 3}}',
    '{"tokens": ["Hel","lo"]}',
    '{"token": "Hello", "logprob": -0.1, "bytes": [72]}',
    '{"logprobs":{"content":[{"token":"Hello","logprob":-0.31725305,"bytes":[72,101,108,108,111],"top_logprobs":[{"token":"Hello","logprob":-0.31725305,"bytes":[72,101,108,108,111]},{"token":"Hi","logprob":-1.3190403,"bytes":[72,105]}]}]}}',
    '{"token": " world", "logprob": -1.5e-05, "bytes": [32, 119, 111, 114, 108, 100], "top_logprobs": []}',
    '{"token":"\\n\\n","logprob":0.0,"bytes":[10,10],"top_logprobs":[]}',
    '{"type":"object","properties":{"key":{"type":"string","description":"The name of the setting"},"token":{"type":"string"}},"required":["key","token"]}',
    '{"type": "object", "properties": {"password": {"type": "string", "description": "At least 12 characters", "minLength": 12}, "secret": {"type": "string"}}}',
    '{\n  "type": "function",\n  "name": "create_user",\n  "parameters": {\n    "type": "object",\n    "properties": {\n      "user": {"type": "string"},\n      "password": {"type": "string", "description": "The password the user chose"},\n      "apiKey": {"type": ["string", "null"], "description": "Optional key"}\n    },\n    "required": ["user", "password", "apiKey"],\n    "additionalProperties": false\n  },\n  "strict": true\n}\n',
    '{"properties":{"api_key":{"$ref":"#/$defs/Key"},"access_token":{"anyOf":[{"type":"string"},{"type":"null"}]}}}',
    '{"components":{"securitySchemes":{"ApiKeyAuth":{"type":"apiKey","in":"header","name":"api-key"},"bearerAuth":{"type":"http","scheme":"bearer"}}}}',
    '{"required": ["key", "token"]}',
    '{"type":"string","enum":["password","token"]}',
    '{"api_key": null}',
    '{"password": ""}',
    '{"token": true, "secret": false}',
    '{"api_key": "<your-api-key>"}',
    '{"api_key": "YOUR_API_KEY"}',
    '{"password": "***"}',
    '{"access_token": "[redacted]"}',
    '{"token": "{{token}}"}',
    '{"clientSecret": "${CLIENT_SECRET}"}',
    '{"api-key": "..."}',
    '{"headers": {"Authorization": "Bearer ${AUTH_TOKEN}"}}',
    '{"key_vault_name": "contoso"}',
    '{"prompt_cache_key":"course-1"}',
    '{"model":"gpt-4.1-mini","input":"What is an API key?","prompt_cache_key":"lesson-3","safety_identifier":"student-7","max_output_tokens":200}',
    '{"id":"resp_<<hex:50>>","object":"response","created_at":1750000123,"status":"completed","previous_response_id":"resp_<<hex:50>>","output":[{"id":"msg_<<hex:50>>","type":"message","role":"assistant","content":[{"type":"output_text","text":"Oslo","annotations":[]}]}]}',
    '{"type":"function_call","id":"fc_<<hex:50>>","call_id":"call_<<an:24>>","name":"get_weather","arguments":"{\\"city\\":\\"Oslo\\"}"}',
    '{"type":"function_call_output","call_id":"call_<<an:24>>","output":"{\\"temperature\\": 4.0}"}',
    '{"id":"chatcmpl-<<an:29>>","object":"chat.completion","model":"gpt-4o-2024-08-06","system_fingerprint":"fp_<<hex:10>>","choices":[{"index":0,"message":{"role":"assistant","content":"Oslo","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10,"completion_tokens_details":{"reasoning_tokens":0},"prompt_tokens_details":{"cached_tokens":0}}}',
    '{"id":"conv_<<hex:16>><<an:34>>","object":"conversation","created_at":1750000123,"metadata":{"topic":"keys"}}',
    '{"id": "file-<<an:24>>", "object": "file", "bytes": 1204, "filename": "tokens.jsonl", "purpose": "assistants"}',
    '{"id":"asst_<<an:24>>","object":"assistant","model":"gpt-4.1"}',
    '{"thread_id":"thread_<<an:24>>","run_id":"run_<<an:24>>","assistant_id":"asst_<<an:24>>"}',
    '{"vector_store_ids":["vs_<<an:24>>"]}',
    '{"request_id": "<<uuid>>", "apim-request-id": "<<uuid>>"}',
    '{"tenantId":"<<uuid>>","subscriptionId":"<<uuid>>","clientId":"<<uuid>>","principalId":"<<uuid>>"}',
    '{"traceparent": "00-<<hex:32>>-<<hex:16>>-01"}',
    '{"commit": "<<hex:40>>", "digest": "sha256-<<hex:64>>"}',
    '{"image":"contoso.azurecr.io/course@sha256:<<hex:64>>"}',
    '{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}',
    '{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://ai.azure.com), or have expired." }',
    '{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}',
    '{"error":{"message":"Unsupported parameter: \'max_tokens\' is not supported with this model. Use \'max_completion_tokens\' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}',
    '{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599}',
    '{"input":"sorted(words, key=len) and max(d, key=d.get)"}',
    '{"input": "client = OpenAI(api_key=os.environ[\\"FOUNDRY_API_KEY\\"])"}',
    '{"input":"headers = {\\"Authorization\\": f\\"Bearer {token}\\"}"}',
    '{"messages":[{"role":"user","content":"password: at least 12 characters are required. Is that a good rule?"}]}',
    '{"embedding":[0.0023064255,-0.009327292,1e-05,-0.0,3.5e-4],"index":0}',
    '{"data":[1,2,3.0,4.50,-1E+2,1e5]}',
    '{ "name" : "S\\u00f8rlandet" ,\t"big": 12345678901234567890, "emoji": "\\ud83d\\ude00", "slash": "a\\/b" }\r\n',
    '{"background":"#1a2b3c","accent":"#ffcc00"}',
    '{"monkey":"banana","turkey":5,"keyboard":"qwerty","hotkey":"Ctrl+K","tokenizer":"cl100k_base"}',
    '{"sql":"CREATE TABLE t (id INT, PRIMARY KEY (id))"}',
    '{"sequence":"GATTACAGATTACAGATTACAGATTACAGATTACAGATTACA"}',
    '{"text":{"format":{"type":"json_schema","name":"login","schema":{"type":"object","properties":{"user":{"type":"string"},"password":{"type":"string"}},"required":["user","password"],"additionalProperties":false},"strict":true}}}',
    '{"name":"Content-Type","value":"application/json"}',
    '[{"name":"api-version","value":"2024-10-21"},{"name":"x-ratelimit-remaining-tokens","value":"119000"}]',
    '"What is an API key?"',
    "[]",
    '{"token_ids": [15496, 995], "special_tokens": {"pad_token": 0}}',
):
    H("json", _t)


def _png_data(rng, w=12, h=12):
    raw = b"".join(b"\0" + rng.randbytes(3 * w) for _ in range(h))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(raw, 0))
        + chunk(b"IEND", b"")
    )
    return base64.b64encode(png).decode()


def _wav_data(rng):
    pcm = rng.randbytes(400)
    return base64.b64encode(
        b"RIFF"
        + struct.pack("<I", 36 + len(pcm))
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
        + b"data"
        + struct.pack("<I", len(pcm))
        + pcm
    ).decode()


_r = random.Random(SEED + 1)
H(
    "json",
    jd(
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "What is in the picture?"},
                        {"type": "input_image", "image_url": "data:image/png;base64," + _png_data(_r)},
                    ],
                }
            ]
        }
    ),
)
H(
    "json",
    jd(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64," + _png_data(_r, 9, 14)}}
                    ],
                }
            ]
        }
    ),
)
H("json", json.dumps({"created": 1750000123, "data": [{"b64_json": _png_data(_r)}]}, indent=2))
H("json", jd({"type": "input_audio", "input_audio": {"data": _wav_data(_r), "format": "wav"}}))
H(
    "json",
    jd(
        {
            "object": "list",
            "data": [
                {
                    "object": "embedding",
                    "index": 0,
                    "embedding": base64.b64encode(
                        struct.pack("<96f", *(_r.gauss(0, 0.03) for _ in range(96)))
                    ).decode(),
                }
            ],
            "model": "text-embedding-3-small",
            "usage": {"prompt_tokens": 4, "total_tokens": 4},
        }
    ),
)
H("json", jd({"embedding": [round(_r.gauss(0, 0.03), 9) for _ in range(64)]}))
H("text", "![dot](data:image/png;base64," + _png_data(_r) + ")")
H("xml", '<img alt="dot" src="data:image/png;base64,' + _png_data(_r, 10, 10) + '" />')

# --- forms, multipart, URLs
for _t in (
    "purpose=assistants&limit=20",
    "monkey=banana&turkey=5&keyboard=qwerty",
    "max_tokens=5&model=gpt-4.1-mini",
    "grant_type=client_credentials&client_id=<<uuid>>&scope=https%3A%2F%2Fai.azure.com%2F.default",
    "q=what+is+an+api+key&lang=en",
    "prompt=sorted%28words%2C+key%3Dlen%29",
):
    H("form", _t)
H("multipart", MP % ("model", "whisper") + MP % ("response_format", "json") + MPEND)
H(
    "multipart",
    MP % ("purpose", "assistants") + '--b7f1c0\r\nContent-Disposition: form-data; name="file"; '
    'filename="tokens.txt"\r\nContent-Type: text/plain\r\n\r\nWhat is a token? The key: be patient.\n\r\n' + MPEND,
)
H(
    "multipart",
    '--b7f1c0\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n'
    'Content-Type: application/jsonl\r\n\r\n{"messages": [{"role": "user", "content": "Hei"}], "max_tokens": 5}\n\r\n'
    + MPEND,
)
for _t in (
    "https://contoso.openai.azure.com/openai/deployments/gpt-4.1-mini/chat/completions?api-version=2024-10-21",
    "https://contoso.openai.azure.com/openai/v1/responses/resp_<<hex:50>>?api-version=preview",
    "https://contoso.services.ai.azure.com/api/projects/course/agents?api-version=2025-05-15-preview",
    "https://login.microsoftonline.com/<<uuid>>/oauth2/v2.0/token",
    "https://management.azure.com/subscriptions/<<uuid>>/resourceGroups/rg-course?api-version=2024-03-01",
    "https://github.com/contoso/course/blob/<<hex:40>>/hello.py#L12",
    "https://learn.microsoft.com/en-us/azure/key-vault/general/basic-concepts",
    "https://contoso.openai.azure.com/openai/v1/files/file-<<an:24>>/content",
    "https://example.com/search?q=monkey&max_tokens=5&hotkey=k",
    "https://contoso-kv.vault.azure.net/",
):
    H("url", _t)

# --- headers
for _t in (
    "Content-Type: application/json",
    "Content-Type: multipart/form-data; boundary=b7f1c0",
    "Accept: text/event-stream",
    "x-ratelimit-remaining-tokens: 119000",
    "x-ratelimit-limit-tokens: 120000",
    "x-ratelimit-remaining-requests: 119",
    "x-ratelimit-reset-tokens: 60",
    "apim-request-id: <<uuid>>",
    "x-request-id: <<uuid>>",
    "x-ms-client-request-id: <<uuid>>",
    "traceparent: 00-<<hex:32>>-<<hex:16>>-01",
    'ETag: "0x8D<<hexup:12>>"',
    'ETag: W/"<<hex:16>>"',
    'If-None-Match: "<<hex:16>>"',
    "x-ms-region: Sweden Central",
    "openai-processing-ms: 412",
    "User-Agent: OpenAI/Python 1.90.0",
    "Retry-After: 20",
    "Date: Wed, 11 Jun 2025 08:15:04 GMT",
    "Host: contoso.openai.azure.com",
    'WWW-Authenticate: Bearer authorization_uri="https://login.microsoftonline.com/<<uuid>>"',
    "Access-Control-Allow-Headers: api-key, authorization, content-type",
    "Vary: Authorization",
    "Authorization: Bearer $AUTH_TOKEN",
    "api-key: <your-api-key>",
    "Authorization: Bearer [redacted]",
):
    H("header", _t)

# --- XML and YAML
for _t in (
    '<appSettings><add key="Endpoint" value="https://contoso.openai.azure.com" /></appSettings>',
    '<appSettings>\n  <add key="ApiVersion" value="2024-10-21"/>\n  <add key="MaxTokens" value="800"/>\n</appSettings>\n',
    '<xs:element xmlns:xs="http://www.w3.org/2001/XMLSchema" name="password" type="xs:string"/>',
    "<usage><tokens>12</tokens><maxTokens>800</maxTokens></usage>",
    "<apiKey></apiKey>",
    "<zoo><monkey>banana</monkey><turkey>5</turkey></zoo>",
    "<password>***</password>",
):
    H("xml", _t)
for _t in (
    "model: gpt-4.1-mini\nmax_tokens: 800\ntokenizer: cl100k_base\n",
    "api_key: ${FOUNDRY_API_KEY}\n",
    "env:\n  FOUNDRY_API_KEY: ${{ secrets.FOUNDRY_API_KEY }}\n",
    "permissions:\n  id-token: write\n  contents: read\n",
    "- uses: actions/cache@v4\n  with:\n    path: ~/.cache/pip\n    key: ${{ runner.os }}-pip-${{ hashFiles('requirements.txt') }}\n",
    "env:\n  - name: FOUNDRY_API_KEY\n    valueFrom:\n      secretKeyRef:\n        name: foundry\n        key: api-key\n",
    "securitySchemes:\n  ApiKeyAuth:\n    type: apiKey\n    in: header\n    name: api-key\n",
    "properties:\n  password:\n    type: string\n    minLength: 12\n  token:\n    type: integer\n",
    "keyboard: qwerty\nmonkey: banana\n",
    'password:\napi_key: null\ntoken: ""\n',
):
    H("yaml", _t)

# --- curl
for _t in (
    CURL + '-H "Authorization: Bearer $AUTH_TOKEN"',
    CURL + '-H "api-key: $FOUNDRY_API_KEY" -H "Content-Type: application/json"',
    CURL
    + '\\\n  -H "Content-Type: application/json" \\\n  -H "api-key: ${FOUNDRY_API_KEY}" \\\n  -d \'{"model": "gpt-4.1-mini", "input": "Hi", "max_output_tokens": 20}\'',
    CURL + "-H 'api-key: <your-api-key>'",
    CURL + '-H "api-key: YOUR_API_KEY"',
    CURL + '-H "api-key: %FOUNDRY_API_KEY%"',
    CURL + "-H 'Authorization: Bearer {{token}}'",
    'curl -u "$USER:$PASSWORD" https://api.example.com/v1/items',
    'curl "https://contoso.openai.azure.com/openai/models?api-version=2024-10-21" -H "Authorization: Bearer $(az account get-access-token --resource https://cognitiveservices.azure.com --query accessToken -o tsv)"',
):
    H("curl", _t)

# --- Python
for _t in (
    "sorted(words, key=len)\n",
    "best = max(d, key=d.get)\n",
    "d = dict(key=value)\n",
    "def f(key, token=None):\n    return key, token\n",
    "token = tokenizer.encode(text)\n",
    "password = getpass.getpass()\n",
    'password = input("Password: ")\n',
    'client = OpenAI(api_key=os.environ["FOUNDRY_API_KEY"])\n',
    'client = OpenAI(\n    base_url=os.environ["FOUNDRY_ENDPOINT"],\n    api_key=os.getenv("FOUNDRY_API_KEY"),\n)\n',
    "client = OpenAI(base_url=endpoint, api_key=token_provider)\n",
    'r = httpx.post(url, headers={"api-key": foundry.api_key})\n',
    'header = f"Bearer {token}"\n',
    'headers = {"Authorization": f"Bearer {AUTH_TOKEN}"}\n',
    'headers = {"Authorization": "Bearer " + token}\n',
    'headers["api-key"] = key\n',
    'credential = AzureKeyCredential(os.environ["FOUNDRY_API_KEY"])\n',
    "credential = ClientSecretCredential(tenant_id, client_id, client_secret)\n",
    'token_provider = get_bearer_token_provider(DefaultAzureCredential(), "https://ai.azure.com/.default")\n',
    'token = credential.get_token("https://cognitiveservices.azure.com/.default").token\n',
    "normalize = lambda key: key.lower()\n",
    "cities.sort(key=lambda c: c.lower())\n",
    "for key, value in settings.items():\n    print(key, value)\n",
    'key, _, value = line.partition("=")\n',
    "secret = random.randint(1, 100)\n",
    "secret = secrets.token_hex(16)\n",
    'secret = client.get_secret("foundry").value\n',
    "if token is None:\n    raise ValueError('token expected')\n",
    "class Login(BaseModel):\n    user: str\n    password: str = Field(min_length=12)\n    api_key: str | None = None\n",
    'parser.add_argument("--api-key", required=True)\n',
    'API_KEY = "<your-api-key>"\n',
    "api_key = 'YOUR_API_KEY'\n",
    'client = OpenAI(api_key="...")\n',
    'api_key = ""\n',
    "token = None\n",
    "tokens = text.split()\nprint(len(tokens))\n",
    "response = client.responses.create(model='gpt-4.1-mini', input='What is a token?', max_output_tokens=200)\n",
    "words = itertools.groupby(sorted(words, key=str.lower), key=str.lower)\n",
    'pattern = re.compile(r"Bearer\\s+\\S+")\n',
    "print(response.usage.input_tokens, response.usage.output_tokens)\n",
    "next_token = max(candidates, key=lambda t: t.logprob)\n",
):
    H("python", _t)

# --- dotenv
for _t in (
    "FOUNDRY_API_KEY=\n",
    "FOUNDRY_API_KEY=<your-api-key>\nFOUNDRY_ENDPOINT=https://contoso.openai.azure.com/openai/v1/\n",
    'AZURE_OPENAI_API_KEY="YOUR_API_KEY"\n',
    "MAX_TOKENS=800\nMODEL=gpt-4.1-mini\n",
    "KEY_VAULT_NAME=contoso-kv\nTOKENIZERS_PARALLELISM=false\n",
    "AZURE_TENANT_ID=<<uuid>>\nAZURE_CLIENT_ID=<<uuid>>\nAZURE_SUBSCRIPTION_ID=<<uuid>>\n",
    "AUTH_TOKEN=${TOKEN}\n",
    "# the key stands in the key vault: do not write it here\nMONKEY=banana\n",
):
    H("env", _t)

# --- event streams without secrets
_r = random.Random(SEED + 2)
for _s, _d in (
    (stream_responses, ["The", " capital", " of", " Norway", " is", " Oslo", "."]),
    (stream_responses, ["A", " token", ":", " a", " piece", " of", " a", " word", "."]),
    (stream_responses_plain, ["Use", " sorted", "(words", ", key", "=len", ")", "."]),
    (stream_chat, ["Hel", "lo", ",", " world", "!"]),
    (stream_chat, ["An", " API", " key", " is", " sent", " in", " the", " api", "-key", " header", "."]),
    (stream_chat_plain, ["Donau", "dampf", "schiff", "fahrts", "gesellschaft"]),
    (stream_chat_plain, ["api", "_key", "=os", ".environ", '["', "FOUNDRY", "_API", "_KEY", '"]']),
    (stream_arguments, ['{"', "city", '":"', "Oslo", '"}']),
    (stream_tool_calls, ['{"', "city", '":"', "Bergen", '"}']),
):
    HARMLESS.append(("sse", _s(_d, _r, True)))
HARMLESS.append(("sse", stream_responses(["Hei", " hei"], _r, True).replace("\n", "\r\n")))
H(
    "sse",
    'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_<<hex:50>>","object":"response","created_at":1750000123,"status":"in_progress","max_output_tokens":200,"model":"gpt-4.1-mini","output":[],"prompt_cache_key":"course-1","usage":null}}\n\n',
)
H(
    "sse",
    'data: {"choices":[{"index":0,"delta":{"content":"Hel"},"logprobs":{"content":[{"token":"Hel","logprob":-0.02,"bytes":[72,101,108],"top_logprobs":[{"token":"Hel","logprob":-0.02,"bytes":[72,101,108]}]}]},"finish_reason":null}],"obfuscation":"<<an:9>>"}\n\ndata: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}\n\ndata: [DONE]\n\n',
)


# ---------------------------------------------------------------------------- check
def check():
    import ast
    import xml.etree.ElementTree as ET

    source = Path(__file__).read_text(encoding="utf-8")
    bad = []

    def syntax(label, where, text):
        try:
            if where == "json":
                json.loads(text)
            elif where == "python":
                ast.parse(text)
            elif where == "xml":
                ET.fromstring(text)
            elif where == "sse":
                sse_deltas(text)
            elif where == "form":
                urllib.parse.parse_qsl(text, strict_parsing=True)
            elif where == "header" and not re.match(r"[\w-]+: \S", text):
                raise ValueError("no header")
        except Exception as e:
            bad.append((label, where, text[:90], repr(e)))
        if "§" in text or "<<" in text:
            bad.append((label, where, text[:90], "template left"))
        if where not in WHERES:
            bad.append((label, where, text[:90], "where"))

    for i, (where, text, secret) in enumerate(SECRETS):
        syntax(f"S{i}", where, text)
        if where == "sse":
            pieces = secret_pieces(text, secret)
            if not 2 <= len(pieces) <= 5 or "".join(pieces) != secret or min(map(len, pieces)) < 8:
                bad.append((f"S{i}", where, text[:90], "pieces"))
        elif secret not in text:
            bad.append((f"S{i}", where, text[:90], "secret not in text"))
        if len(secret) < 8 or secret in source:
            bad.append((f"S{i}", where, text[:90], "secret short or literal"))
    for i, (where, text) in enumerate(HARMLESS):
        syntax(f"H{i}", where, text)
        for _, _, secret in SECRETS:
            if secret in text:
                bad.append((f"H{i}", where, text[:90], "holds a secret"))
    if len(set(HARMLESS)) != len(HARMLESS) or len(set(SECRETS)) != len(SECRETS):
        bad.append("double rows")
    return bad


if __name__ == "__main__":
    from collections import Counter

    print(len(SECRETS), dict(Counter(r[0] for r in SECRETS)))
    print(len(HARMLESS), dict(Counter(r[0] for r in HARMLESS)))
    for b in check():
        print("BAD", b)
