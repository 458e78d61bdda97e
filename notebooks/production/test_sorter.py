from pathlib import Path

import httpx2
import openai
import pytest
import sorter

from helpers.exchange import Exchange

MODEL = "gpt-5.4-mini"


# -- against the local Foundry: the whole way, over HTTP and TLS
def test_a_mail_is_sorted(client):
    assert sorter.sort(client, MODEL, "Please refund my last order.") == "billing"


@pytest.mark.parametrize("kind", ["429", "503", "500", "cut"])
def test_trouble_of_the_service_is_no_trouble_of_ours(client, fault, kind):
    fault(kind)
    assert sorter.sort(client, MODEL, "Please refund my last order.") is None


def test_a_mail_that_the_content_filter_stops_is_for_a_person(client):
    assert sorter.sort(client, MODEL, "please trigger the content filter") is None


def test_a_mistake_of_ours_is_not_hidden(client):
    with pytest.raises(openai.NotFoundError):
        sorter.sort(client, "no-such-deployment", "Please refund my last order.")


# -- against a recorded exchange: no server, and any answer we like
def client_that_hears(text, status="completed"):
    recorded = Exchange.load(Path(__file__).with_name("recording.json")).response_json
    recorded["output"][0]["content"][0]["text"], recorded["status"] = text, status
    answer = httpx2.MockTransport(lambda request: httpx2.Response(200, json=recorded))
    return openai.OpenAI(base_url="https://example.com", api_key="none", http_client=httpx2.Client(transport=answer))


@pytest.mark.parametrize(
    ("said", "sorted_as"),
    [("login", "login"), ("Login.\n", "login"), ("It is about login", None), ("", None), ("LOGIN, billing", None)],
)
def test_only_a_word_of_the_list_is_believed(said, sorted_as):
    assert sorter.sort(client_that_hears(said), MODEL, "I cannot sign in since Monday.") == sorted_as


def test_no_call_is_without_a_time_out():
    waits = []
    transport = httpx2.MockTransport(
        lambda request: waits.append(request.extensions["timeout"]) or httpx2.Response(503)
    )
    http_client = httpx2.Client(transport=transport)
    client = openai.OpenAI(base_url="https://example.com", api_key="none", http_client=http_client, max_retries=0)
    sorter.sort(client, MODEL, "I cannot sign in since Monday.")
    assert all(seconds <= 30 for seconds in waits[0].values())


def test_half_an_answer_is_not_believed():
    assert sorter.sort(client_that_hears("login", "incomplete"), MODEL, "I cannot sign in since Monday.") is None
