# The request of lesson 02. It wants two variables: FOUNDRY_PROJECT_ENDPOINT and AUTH_TOKEN.
curl -sS -X POST "$FOUNDRY_PROJECT_ENDPOINT/openai/responses?api-version=2025-11-15-preview" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer $AUTH_TOKEN" \
  -d '{
        "model": "gpt-4.1-mini",
        "input": "What is an AI application?"
}'
