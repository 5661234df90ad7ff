// The official client in TypeScript, second generation: both eras of the protocol.
import { text } from "node:stream/consumers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const { era, servers } = JSON.parse(await text(process.stdin));
const results = {};
for (const { slug, url, headers, calls } of servers) {
  const mode = era === "modern" ? { pin: "2026-07-28" } : era;
  const client = new Client({ name: "tests", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  if (client.getProtocolEra() !== era) throw new Error(client.getProtocolEra());
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
