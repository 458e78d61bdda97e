// The same calls from JavaScript, with nothing but the variables that the mock hands out.
import OpenAI, { AzureOpenAI } from "openai";

const { FOUNDRY_RESOURCE_ENDPOINT, FOUNDRY_MODEL_NAME, FOUNDRY_API_KEY } = process.env;
const question = "What is an AI application?";
const messages = [{ role: "user", content: question }];
const client = new OpenAI({ baseURL: `${FOUNDRY_RESOURCE_ENDPOINT}/openai/v1/`, apiKey: FOUNDRY_API_KEY, maxRetries: 0 });

const response = await client.responses.create({ model: FOUNDRY_MODEL_NAME, input: question });
const chat = await client.chat.completions.create({ model: FOUNDRY_MODEL_NAME, messages });
let streamed = "";
for await (const event of await client.responses.create({ model: FOUNDRY_MODEL_NAME, input: question, stream: true })) {
  if (event.type === "response.output_text.delta") streamed += event.delta;
}
let chunks = "";
for await (const chunk of await client.chat.completions.create({ model: FOUNDRY_MODEL_NAME, messages, stream: true })) {
  chunks += chunk.choices[0]?.delta?.content ?? "";
}
const azure = new AzureOpenAI({ endpoint: FOUNDRY_RESOURCE_ENDPOINT, apiKey: FOUNDRY_API_KEY, apiVersion: "2024-10-21" });
const dated = await azure.chat.completions.create({ model: FOUNDRY_MODEL_NAME, messages });
const missing = await client.responses.create({ model: "gpt-99", input: question }).catch((error) => error);

console.log(JSON.stringify({
  texts: [response.output_text, chat.choices[0].message.content, streamed, chunks, dated.choices[0].message.content],
  missing: { status: missing.status, code: missing.code },
}));
