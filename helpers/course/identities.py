"""What looks like an identity in a text: ids, addresses, hosts, numbers, homes. One table serves the scrubber, which replaces what is found
here, and the second look at the files, which may find nothing. What documents use as examples is no identity."""

import ipaddress
import re
from collections.abc import Callable, Iterator

from helpers.mock import catalog
from helpers.redaction import NO_SECRET

OURS = "0ff11e"  # made-up ids begin so, which tells them from real ones, also to who reads the files later
UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z])", re.I)
_OUR_UUID = re.compile(
    rf"{OURS}00-0000-4000-8000-[0-9a-f]{{12}}|[0-9a-f]{{4}}0{{4}}-0000-4000-8000-0{{8}}[0-9a-f]{{4}}|0{{8}}-.*|([0-9a-f])\1{{7}}-.*"
    r"|12345678-1234-.*|[0x]{8}-.*|0{7}[0-9a-f]-0000-0000-c000-.*|123e4567-e89b-12d3-a456-.*|f47ac10b-58cc-4372-.*|550e8400-e29b-41d4-.*",
    re.I,
)
# Constants of the service that everybody knows: the ids of its roles and of Microsoft's own applications.
PUBLIC_IDS = frozenset(
    {
        catalog.TENANT_ID, catalog.PRINCIPAL_ID, catalog.CLIENT_ID, catalog.CLIENT_ID_WITHOUT_ROLE, catalog.CLIENT_ID_EXPIRED,
        catalog.SUBSCRIPTION_ID, "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "53ca6127-db72-4b80-b1b0-d745d6d5456d",
        # Azure's built-in roles: Cognitive Services OpenAI User and Contributor, Cognitive Services User, Contributor, Owner, Reader, Azure AI Developer
        "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "a001fd3d-188f-4b5d-821b-7da978bf7442", "a97b65f3-24c7-4388-baec-2e87135dc908",
        "b24988ac-6180-42a0-ab88-20f7382dd24c", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "64702f94-c441-49e6-a78b-ef80e0188fee",
    }
)  # fmt: skip
# ids of the service: a word, a mark, and digits, as in resp_0a1b..., chatcmpl-..., call_...
SERVICE_ID = re.compile(
    r"(?<![A-Za-z0-9])(resp|msg|rs|fc|fco|conv|call|chatcmpl|ws|fs|ci|mcp|mcpl|mcpr|cntr|cfile|file|assistant|asst|thread|run|step|vs|vsfb|batch|item"
    r"|cmp|ig|mem|memupdateo|update|req|proj|org|agent|tool|st|session|ctx|trace|oai|eval|evalrun|ftjob|ft|upload|part|cs|proc|memstore|toolbox)"
    r"([_-])([A-Za-z0-9_]{14,})"
)
# Words and short numbers with something between them: long, mixed, and made by people.
_WORD = r"(?:[A-Z]?[a-z]+|[A-Z]+|[A-Z][A-Za-z]*[a-z])"
_WORDS = re.compile(
    rf"(?:[a-z]{{0,12}}(?:[A-Z][a-z]{{2,14}}\d{{0,4}}){{2,9}}|{_WORD}\d{{0,4}}|\d{{1,8}}|[A-Za-z]{{1,6}}\d{{1,4}}[a-z]{{0,4}}|\d{{1,4}}[A-Za-z]{{1,10}})"
)
RANDOM = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")

# -- hosts -------------------------------------------------------------------------------------------------------------------
# <name>.<one of these> is somebody's resource
_SUFFIXES = (
    r"services\.ai\.azure\.com|openai\.azure\.(?:com|us)|cognitiveservices\.azure\.(?:com|us)|models\.ai\.azure\.com|search\.windows\.net"
    r"|(?:blob|file|queue|table|dfs|web)\.core\.windows\.net|database\.windows\.net|vault\.azure\.net|azurewebsites\.net|azurecontainerapps\.io"
    r"|inference\.ml\.azure\.com|azurecr\.io|azure-api\.net|documents\.azure\.com|servicebus\.windows\.net|redis\.cache\.windows\.net"
    r"|postgres\.database\.azure\.com|mysql\.database\.azure\.com|kusto\.windows\.net|b2clogin\.com|ciamlogin\.com|trafficmanager\.net|azurefd\.net"
    r"|cloudapp\.azure\.com|onmicrosoft\.com|sharepoint\.com|applicationinsights\.azure\.com|visualstudio\.com|azurestaticapps\.net|crm\d{0,2}\.dynamics\.com"
    r"|usgovcloudapi\.net|chinacloudapi\.cn|azure\.(?:com|net|us|cn)|windows\.net|azure\.microsoft\.com"
)
RESOURCE = re.compile(rf"(?<![\w.-])((?:[\w-]{{1,63}}\.){{1,6}}?)({_SUFFIXES})(?![\w-]|\.[a-z])", re.I)
# Names before such a suffix that are nobody's: of the service itself, of this course, and those that documents put for a name.
_SERVICES = frozenset(
    "www management portal ai ml dev shell status docs learn graph login sts api region services.ai models.ai openai cognitiveservices search vault blob.core"
    " core database documents servicebus privatelink batch purview monitor applicationinsights app cloudapp marketplace feedback hub"
    " inference.ml azure contoso contoso-ai fabric insights west europe preview".split()
)
_PLACEHOLDER = (
    r"(?:my|your|the|an?|some|no-such)[-_]?(?:(?:azure|foundry|project|resource|ai|openai|search|storage|custom|new|unique|own|demo|test|first)[-_]?){0,4}"
    r"(?:resource|account|foundry|project|endpoint|service|services|search|storage|vault|key-?vault|app|hub|workspace|instance|openai|ai|deployment|registry|server|site"
    r"|domain|host|subdomain|website|company|org|organization|tenant|name|user|agent|index|group|subscription|connection|database)(?:[-_]?(?:name|id|here|\d{1,3}))?"
    r"|(?:resource|account|foundry|project|endpoint|service|search|storage|vault|tenant|domain|host|server|user|deployment|subscription)[-_]?(?:name|id)|your[-_].*"
    r"|example.*|sample[-_]?\w*|placeholder|contoso(?:-\w+)?|offline-mock"
    r"|demo-?(?:resource|project|group|target|other|store|storage|account|search|agent|connection|vault|deployment|organization|site|unknown)(?:-\d+)?|x{3,}|name|foo|bar|acme"
)
PLACEHOLDER = re.compile(_PLACEHOLDER, re.I)
_REGION = re.compile(r"(?:[a-z]+(?:us|europe|asia|central|uk|india|africa|north|south|east|west)\d?|eastus2?)", re.I)
_URL_HOST = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://(?:[^\s\"'<>\\/?#`@]{0,200}@)?([^\s\"'<>\\/?#`@]{1,255})", re.I)
_BARE_HOST = re.compile(r"(?<![\w.@/%-])((?:[\w-]{1,63}\.){1,6})([A-Za-z]{2,12})(?![\w(=-]|\.\w)")
_A_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,9}[^\W\d_][\w-]{1,62}")
# What ends a host that stands alone: names in code end so too, and are left out.
_NAMES_OF_NETS = frozenset(
    "com net org edu gov int mil local internal lan corp intra intranet localdomain cloud".split()
)
_COUNTRIES = frozenset(
    "ac ae af ag al am ar at au aw az ba bb bd be bg bh bn bo br bs bw by bz ca cd ch ci cl cn co cr cu cy cz de dk dz ec ee eg es et eu fi fj fr ge gg gh gl gr"
    " gt hk hn hr hu ie il im in iq ir it jm jo jp ke kg kh kr kw kz la lb li lk lt lu lv ma mc md mg mk mm mn mo mt mu mv mx my mz na ng ni nl no np nz om pa pe"
    " ph pk pt qa ro ru rw sa se sg si sk sn sv sy th tn tr tt tw tz ua ug uk us uy uz ve vn za zm zw io ai app dev tech".split()
)
_CODE = frozenset(
    "asp ado vb self os sys np pd response client request requests event events json item chunk message usage".split()
)
# Sites that everybody reads. What somebody has of their own at such a site does not stand in the host.
_SITES = (
    "microsoft.com microsoftonline.com aka.ms azure.com windows.com live.com msn.com bing.com github.com githubusercontent.com gitlab.com npmjs.com npmjs.org pypi.org python.org"
    " pythonhosted.org nodejs.org openai.com chatgpt.com anthropic.com huggingface.co kaggle.com arxiv.org doi.org acm.org ieee.org w3.org ietf.org rfc-editor.org"
    " iana.org iso.org json.org json-schema.org schema.org openapis.org swagger.io jwt.io oauth.net mozilla.org whatwg.org wikipedia.org wikimedia.org wikidata.org"
    " wiktionary.org wikivoyage.org stackoverflow.com stackexchange.com reddit.com youtube.com youtu.be vimeo.com google.com gstatic.com googleapis.com apple.com"
    " amazon.com docker.com docker.io kubernetes.io jupyter.org letsencrypt.org cloudflare.com mcr.microsoft.com"
    " visualstudio.com code.visualstudio.com nuget.org dot.net apache.org eclipse.org gnu.org mit.edu un.org europa.eu who.int oecd.org worldbank.org"
    " britannica.com nationalgeographic.com bbc.com bbc.co.uk cnn.com nytimes.com theguardian.com reuters.com lonelyplanet.com tripadvisor.com booking.com airbnb.com"
    " expedia.com skyscanner.net openstreetmap.org visitnorway.com linkedin.com twitter.com x.com facebook.com instagram.com dev.to"
    " numpy.org pydata.org scipy.org matplotlib.org djangoproject.com palletsprojects.com tiangolo.com pytest.org xkcd.com gmail.com outlook.com hotmail.com yahoo.com"
    " asp.net ado.net vb.net paint.net ml.net system.net"
).split()
_EXAMPLES = re.compile(
    r"(?:.*\.)?(?:example(?:\.\w{2,3})?|test|invalid|localhost|example\.(?:com|net|org)|contoso\.(?:com|net|org))|localhost|host\.docker\.internal",
    re.I,
)
_READ_ONLY = r"https?://(?:[\w-]+\.)?(?:youtube\.com|youtu\.be|youtube-nocookie\.com|wikipedia\.org|wikimedia\.org|learn\.microsoft\.com|aka\.ms|doi\.org|arxiv\.org|pypi\.org|files\.pythonhosted\.org|vimeo\.com)/[^\s\"'<>\\)\]}]*"
# long and random, and everybody may read it: what such sites show, and sums of files and commits
_NO_SECRET = re.compile(
    rf"{_READ_ONLY}|(?<![0-9A-Za-z])(?:sha\d+[:-])?(?:[0-9a-f]{{40}}|[0-9a-f]{{56}}|[0-9a-f]{{64}}|[0-9a-f]{{96}}|[0-9a-f]{{128}})(?![0-9A-Za-z+/=])"
    r"|sha(?:256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}|\b(?:md5|etag|checksum|digest)\W{1,4}[0-9a-f]{32}(?![0-9a-f])"
    rf"|{NO_SECRET.pattern}",
    re.I,
)

# -- the table ---------------------------------------------------------------------------------------------------------------
Place = tuple[int, int]
_IPV4 = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![0-9A-Za-z]|\.\d)"
)
_IPV4_WITH_DASHES = re.compile(r"\bip-(?:\d{1,3}-){3}\d{1,3}\b")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:.])[0-9A-Fa-f:]{3,39}(?:\.\d{1,3}){0,3}(?:%25?\w{1,15})?")
_EXAMPLE_NETS = [ipaddress.ip_network(net) for net in ("127.0.0.0/8", "0.0.0.0/32", "255.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "8.8.8.8/32", "8.8.4.4/32", "1.1.1.1/32", "169.254.169.254/32", "10.0.0.0/32", "172.16.0.0/32", "192.168.0.0/32", "2001:db8::/32", "::/127", "fe80::/128", "fc00::/128", "fd00::/128", "2001::/128")]  # fmt: skip
_USED_NETS = [
    ipaddress.ip_network(net) for net in ("2000::/3", "fc00::/7", "fe80::/10", "::ffff:0:0/96", "64:ff9b::/96")
]
_A_VERSION = re.compile(r"(?:\b(?:version|versions|release|releases|build|section|sections|chapter|step|table|figure|clause|appendix|item|paragraph|driver|firmware|package|update|patch|ver|v)\b(?:[\s,:=`'\"(]|\d|\.|\b(?:and|to|or|from|is|was|of|number)\b){0,40}|\b(?:Chrome|HeadlessChrome|Edg|Firefox|Safari|Version|AppleWebKit|OPR|Electron|Code|Python|curl|Windows)/|[=<>~!^]=\s?)$", re.I)  # fmt: skip
_CARD = re.compile(r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Fa-f:-])")  # fmt: skip
_EXAMPLE_CARD = re.compile(
    r"00.00.5e.00.53...|(00|ff|11)(?:.\1){5}|00.11.22.33.44.55|01.23.45.67.89.ab|12.34.56.78.9a.bc|aa.bb.cc.dd.ee.ff|de.ad.be.ef...[0-9a-f.]+|(0000|ffff)(?:\.\2){2}|1234\.5678\.9abc",
    re.I,
)
_PHONE = re.compile(
    r"(?<![\w+.])(?:\+[1-9]\d{0,2}(?:[ .()/-]{0,2}\d{1,4}){3,6}|\(\d{3}\) ?\d{3}[ -]\d{4}|\d{3}-\d{3}-\d{4})(?![\w-]|\.\d)"
)
_EXAMPLE_PHONE = re.compile(
    r"1?(?:\d{3})?55501\d\d|1?234567\d*|1234567890|442079460\d+|1?8(?:00|88)\d{7}"
)  # its digits
_HOME = re.compile(
    r"(?:(?<![\w.])/home/|(?<![\w.])/Users/|\b[A-Za-z]:(?:\\{1,4}|/)Users(?:\\{1,4}|/)|\\{2,4}Users\\{1,4})([\w.@-]+)",
    re.I,
)
_NOBODY = re.compile(
    r"(?:user|username|user-?name|user\d{0,2}|you|your.*|me|name|learner|student|runner|runneradmin|vscode|jovyan|root|admin|administrator|ubuntu|debian|node|app|azureuser|codespace"
    r"|public|shared|default|all users|guest|common|organizations|consumers|demo|test|example|sandbox|ec2-user|pi|work|localhost|someone|somebody|myuser|yourname|alice|bob|dev|developer|vsts|site|lib|local|share)\.?",
    re.I,
)
_MACHINE = re.compile(r"\b(?:DESKTOP|LAPTOP|WIN|PC)-[A-Z0-9]{7,12}\b|\b\w{2,40}-(?:MacBook|iMac|ThinkPad|Surface|Mac-mini|PC|Laptop|Desktop)(?:-\w{1,12}){0,3}(?:\.local)?\b|\bcpc-[a-z0-9]{3,10}-[A-Za-z0-9]{4,6}\b")  # fmt: skip
_LOGINS = (  # in a form or a connection string, in an address, in the name of a tuned model, and of a computer that shares files
    re.compile(
        r"(?:^|[?&;]\s?)(?:user(?:[ _-]?(?:id|name))?|uid|login(?:_hint)?|accountname|(?:server|data source|host)=(?:tcp:)?)=?([^\s;&\"'<>,/:@?#={}()\[\]$]{2,80})(?=[;&\s]|$)",
        re.I,
    ),
    re.compile(r"://([^\s\"'<>/:@{}\[\]$]{2,80})(?::[^\s/@\"'<>]{1,200})?@"),
    re.compile(r"\bft:[\w.-]{1,60}:([\w.-]{1,60}):"),
    re.compile(r"(?<![\w\\])\\{2}([A-Za-z][\w.-]{2,60})\\[\w$.-]{1,80}(?=\\|\s|$)"),
    re.compile(r"\b(?:directory|tenant) '([^'<{]{2,80})'"),
)
_SID = re.compile(r"\bS-1-(?:5-21|12-1)(?:-\d{4,10}){3,6}\b")


def _uuids(text: str) -> Iterator[Place]:
    for found in UUID.finditer(text):
        if not _OUR_UUID.fullmatch(found[0]) and found[0].lower() not in PUBLIC_IDS:
            yield found.span()


def _emails(text: str) -> Iterator[Place]:
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        if domain and at:
            begin = at
            while begin > max(0, at - 64) and (text[begin - 1].isalnum() or text[begin - 1] in "_.+'-"):
                begin -= 1
            while begin < at and text[begin] in "'.+-":
                begin += 1
            local = text[begin:at]
            if (
                local.lower() not in ("", "git")
                and not _EXAMPLES.fullmatch(domain[0])
                and not re.fullmatch(r"png|jpe?g|svg|js|py|tld", domain[1])
                and not PLACEHOLDER.fullmatch(domain[0].split(".")[-2])
            ):
                yield begin, domain.end()
        at = text.find("@", at + 1)


_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.){1,8}([^\W\d_]{2,24})(?![\w-])")


def _ip_addresses(text: str) -> Iterator[Place]:
    for found in _IPV4.finditer(text):
        if not _is_example_ip(found[0]) and not _A_VERSION.search(text[max(0, found.start() - 60) : found.start()]):
            yield found.span()
    for found in _IPV4_WITH_DASHES.finditer(text):
        if not _is_example_ip(found[0][3:].replace("-", ".")):
            yield found.span()
    for found in _IPV6.finditer(text) if ":" in text else ():
        value = found[0].rstrip(":.") if not found[0].endswith("::") else found[0]
        if (
            value.count(":") >= 2
            and text[found.start() + len(value) :][:1].strip(":") not in _ALNUM
            and _is_used_ip(value.partition("%")[0])
        ):
            yield found.start(), found.start() + len(value)


_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def _address(value: str):
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return None


def _is_example_ip(value: str) -> bool:
    address = _address(value)
    return address is None or any(address in net for net in _EXAMPLE_NETS if net.version == address.version)


def _is_used_ip(value: str) -> bool:
    """Whether an address of 128 bits is in a part that has been given out: text in a program can look like one, too."""
    address = _address(value)
    return bool(address) and any(address in net for net in _USED_NETS) and not _is_example_ip(value)


def _hosts(text: str) -> Iterator[Place]:
    """Hosts at no cloud that everybody knows, in addresses and alone."""
    for found in _URL_HOST.finditer(text) if "://" in text else ():
        host = found[1].rstrip(".,;:!?)]}*_|")
        host = host if host.startswith("[") else host.partition(":")[0].rstrip(".,;:!?)]}*_|")
        if _A_HOST.fullmatch(host) and not is_public(host):
            yield found.start(1), found.start(1) + len(host)
    for found in _BARE_HOST.finditer(text) if "." in text else ():
        host, labels, last = found[0], found[1].lower().split(".")[:-1], found[2].lower()
        known_end = last in _NAMES_OF_NETS or (last in _COUNTRIES and (len(labels) > 1 or "-" in labels[0]))
        if known_end and labels[0] not in _CODE and not is_public(host) and not found[0].replace(".", "").isdigit():
            yield found.span()


def is_public(host: str) -> bool:
    """Whether a host is nobody's in particular, or has a rule of its own."""
    host = host.lower()
    if RESOURCE.fullmatch(host) or _EXAMPLES.fullmatch(host) or _address(host):
        return True  # these have rules of their own
    if any(host == site or host.endswith("." + site) for site in _SITES):
        return True
    return bool(PLACEHOLDER.fullmatch(host.split(".")[-2])) or bool(
        re.fullmatch(r"(?:my|your)[-_]?\w*", host.split(".")[-2])
    )


def is_nobodys(labels: str) -> bool:
    """Whether the name before a suffix of Azure is that of a service, or stands for a name."""
    labels = labels.rstrip(".").lower()
    first = labels.split(".")[0]
    return labels in _SERVICES or bool(PLACEHOLDER.fullmatch(first)) or bool(_REGION.fullmatch(labels))


def _resources(text: str) -> Iterator[Place]:
    for found in RESOURCE.finditer(text):
        if not is_nobodys(found[1]):
            yield found.span()


def _cards(text: str) -> Iterator[Place]:
    yield from (found.span() for found in _CARD.finditer(text) if not _EXAMPLE_CARD.fullmatch(found[0]))


def _phones(text: str) -> Iterator[Place]:
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if 8 <= len(digits) <= 15 and not _EXAMPLE_PHONE.fullmatch(digits):
            yield found.span()


def _homes(text: str) -> Iterator[Place]:
    yield from (found.span(1) for found in _HOME.finditer(text) if not _NOBODY.fullmatch(found[1]))


def _machines(text: str) -> Iterator[Place]:
    yield from (found.span() for pattern in (_MACHINE, _SID) for found in pattern.finditer(text))


def _logins(text: str) -> Iterator[Place]:
    for pattern in _LOGINS:
        yield from (found.span(1) for found in pattern.finditer(text) if not _NOBODY.fullmatch(found[1]))


def _service_ids(text: str) -> Iterator[Place]:
    for found in SERVICE_ID.finditer(text):
        if is_made(found[3]):
            yield found.span()


def is_made(rest: str) -> bool:
    """Whether what follows the first word of an id was made by a machine, and not by us."""
    return not rest.startswith(OURS) and bool(re.search(r"\d", rest)) and not are_words(rest)


def are_words(text: str) -> bool:
    """Whether a text is words and short numbers with something between them."""
    return all(_WORDS.fullmatch(part) for part in re.split(r"[-_+./=]+", text) if part)


# what each looks like, in words without it; the order is that in which they are replaced
TABLE: dict[str, Callable[[str], Iterator[Place]]] = {
    "the host name of somebody's resource": _resources,
    "an e-mail address": _emails,
    "the host name of somebody's server": _hosts,
    "an IP address": _ip_addresses,
    "an id of 32 digits": _uuids,
    "an id of the service": _service_ids,
    "an address of a network card": _cards,
    "a telephone number": _phones,
    "a path in somebody's home folder": _homes,
    "the name of somebody's machine": _machines,
    "the name of a user": _logins,
}


# -- what looks random -------------------------------------------------------------------------------------------------------
def random_words(text: str) -> Iterator[str]:
    """Words that look as if a machine had made them, and nothing says what they are."""
    for found in RANDOM.finditer(_NO_SECRET.sub(" ", text)):
        whole = "+" in found[0] or "=" in found[0]
        yield from (
            word for word in ([found[0]] if whole else found[0].split("/")) if len(word) >= 20 and _is_random(word)
        )


def _is_random(word: str) -> bool:
    """Whether a long word is mixed, and neither words, nor an id of ours."""
    if len(set(word)) < 9 or not re.search(r"\d", word) or not re.search(r"[A-Za-z]", word) or OURS in word:
        return False
    odd = sum(len(part) for part in re.split(r"[-_+/=]+", word) if part and not _WORDS.fullmatch(part))
    return odd >= 8 and not UUID.fullmatch(word)


# -- e-mail addresses ----------------------------------------------------------------------------------------------------------
def is_email(value: str) -> bool:
    """Whether a value is an e-mail address and nothing else."""
    domain = _DOMAIN.match(value, value.find("@") + 1)
    return (
        value.count("@") == 1 and value[0] != "@" and " " not in value and bool(domain) and domain.end() == len(value)
    )


def is_example_email(value: str) -> bool:
    """Whether an e-mail address is at a domain that is there for examples."""
    return bool(_EXAMPLES.fullmatch(value.rpartition("@")[2]))
