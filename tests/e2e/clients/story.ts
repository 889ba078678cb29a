// The main story with openapi-typescript's types and openapi-fetch. Usage: story.js BASE_URL.
import createClient, { type Client, type Middleware } from "openapi-fetch";

import type { components, paths } from "./api.js";

type Document = components["schemas"]["DocumentDetailOut"];

const PASSWORD = "tram-lantern-42-orbit";
const RUNBOOK = "# Disk is full\n\nIf the disk of a node is full, delete archived logs older than 14 days.\n";
const QUESTION = "What do I do if the disk of a node is full?";
const READING_MS = 60_000;
const POLL_MS = 200;

function found<T>(answer: { data?: T; error?: components["schemas"]["Problem"] }): T {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`not true: ${what}`);
}

async function readDocument(client: Client<paths>, documentId: string): Promise<Document> {
  for (const endsAt = Date.now() + READING_MS; Date.now() < endsAt; ) {
    const document = found(
      await client.GET("/api/v1/documents/{document_id}", {
        params: { path: { document_id: documentId } },
      }),
    );
    if (document.state === "ready" || document.state === "failed") return document;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("the document was not read");
}

async function main(baseUrl: string): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const email = `${crypto.randomUUID()}@example.com`;
  const account = found(
    await client.POST("/api/v1/auth/register", { body: { email, password: PASSWORD } }),
  );
  expect(account.role === "user", "the account has the role user");
  const session = found(
    await client.POST("/api/v1/auth/login", { body: { email, password: PASSWORD } }),
  );
  const bearer: Middleware = {
    onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${session.access_token}`);
    },
  };
  client.use(bearer);

  // `format: binary` is a string in TypeScript: the serializer puts the file itself into the form.
  const file = new Blob([RUNBOOK], { type: "text/markdown" });
  const uploaded = found(
    await client.POST("/api/v1/documents/upload", {
      body: { file: "disk.md" },
      bodySerializer: (body) => {
        const form = new FormData();
        if ("file" in body) form.append("file", file, body.file);
        return form;
      },
    }),
  );
  const document = "document" in uploaded ? uploaded.document : uploaded;
  const read = await readDocument(client, document.id);
  expect(read.state === "ready", `the document is ready: ${read.failure?.detail}`);

  const agent = found(await client.POST("/api/v1/agents", { body: { name: "On call" } }));
  const answer = found(
    await client.POST("/api/v1/agents/{agent_id}/ask", {
      params: { path: { agent_id: agent.id } },
      body: { question: QUESTION },
    }),
  );
  expect(answer.status === "answered", "the question is answered");
  expect(answer.citations[0]?.document_id === document.id, "the document is cited");

  const unknown = await client.GET("/api/v1/agents/{agent_id}", {
    params: { path: { agent_id: crypto.randomUUID() } },
  });
  expect(unknown.error?.code === "agent_not_found", "an unknown agent is a problem");

  const wallet = found(
    await client.POST("/api/v1/wallets/generate", { body: { network: "aptos" } }),
  );
  expect(wallet.address.startsWith("0x"), "the wallet has an address");
  const balance = found(await client.GET("/api/v1/users/balance"));
  expect(balance.available === "0.000000", "nothing is available yet");
  console.log("played");
}

await main(process.argv[2] ?? "http://localhost:8000");
