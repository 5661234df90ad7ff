// The official client in TypeScript, first generation: it knows the revisions with a handshake.
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { servers } = JSON.parse(await text(process.stdin));
const results = {};
for (const { slug, url, headers, calls } of servers) {
  const client = new Client({ name: "tests", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  const answers = {};
  for (const [name, given] of calls) {
    const { isError, structuredContent } = await client.callTool({ name, arguments: given });
    answers[name] = isError ? { isError } : structuredContent;
  }
  results[slug] = { tools: tools.map((tool) => tool.name), answers };
  await client.close();
}
console.log(JSON.stringify(results));
