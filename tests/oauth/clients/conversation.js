// How a script here talks with the test: one line of JSON each way.
import { createInterface } from "node:readline/promises";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const setup = JSON.parse(process.argv[2]);

// Sends the person to a URL; returns the one to which they are sent back.
export async function visit(url) {
  console.log(JSON.stringify({ visit: url }));
  return new URL((await lines.next()).value);
}

export function done(result) {
  console.log(JSON.stringify({ result }));
  process.exit(0);
}

export async function todos(token, method, body) {
  const response = await fetch(`${setup.site}/todos/ann`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body,
  });
  return response.status === 200 ? response.json() : response.status;
}
