// node-fetch uploads a file as a stream: in chunks, with no Content-Length.
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fetch, { FormData, File } from "node-fetch";
import { formDataToBlob } from "formdata-polyfill/esm.min.js";

const { url, headers, name, content } = JSON.parse(await text(process.stdin));
const form = new FormData();
form.set("file", new File([content], name, { type: "text/plain" }));
const blob = formDataToBlob(form);
const response = await fetch(url, {
  method: "POST",
  headers: { ...headers, "Content-Type": blob.type },
  body: Readable.from(blob.stream()),
});
console.log(JSON.stringify({ status: response.status, body: await response.text() }));
