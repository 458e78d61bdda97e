"""One mail to the real service: is everything still there? Ends with 0 if an answer came."""

import os
import sys

import sorter
from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential

project = AIProjectClient(
    endpoint=os.environ["FOUNDRY_PROJECT_ENDPOINT"], credential=DefaultAzureCredential(require_envvar=True)
)
word = sorter.sort(project.get_openai_client(), os.environ["FOUNDRY_MODEL_NAME"], "Please refund my last order.")
print("sorted as:", word)
sys.exit(0 if word else 1)
