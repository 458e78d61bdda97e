// The question of lesson 02 in JavaScript, sent to the resource. connect() has put the settings in the environment.
import OpenAI from "openai";

const { FOUNDRY_RESOURCE_ENDPOINT, FOUNDRY_MODEL_NAME, FOUNDRY_API_KEY } = process.env;

// fetch is what the SDK sends requests with: look at one on its way
async function look(url, request) {
  const { pathname } = new URL(url);
  console.log(request.method, pathname, new Headers(request.headers).get("user-agent"));
  console.log(request.body);
  return fetch(url, request);
}

const client = new OpenAI({ baseURL: `${FOUNDRY_RESOURCE_ENDPOINT}/openai/v1`, apiKey: FOUNDRY_API_KEY, fetch: look });
const response = await client.responses.create({ model: FOUNDRY_MODEL_NAME, input: "What is an AI application?" });
console.log(response.output_text);
