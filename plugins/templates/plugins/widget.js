"use strict";

const content = document.getElementById("content");
const status_ = document.getElementById("status");

// --- The page. Texts go in as texts: nothing of an answer is ever read as HTML. ---

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function say(text, { wrong = false } = {}) {
  status_.setAttribute("role", wrong ? "alert" : "status");
  status_.textContent = text;
}

// --- The client: JSON-RPC by postMessage. ---

const waiting = new Map();
let lastId = 0;
let args = {};

function send(message) {
  window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
}

function ask(method, params) {
  const id = ++lastId;
  const answered = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  send({ id, method, params });
  return answered;
}

async function callTool(name, args) {
  return answerOf(await ask("tools/call", { name, arguments: args }));
}

// What a tool answered: its structured content, or the same in its text.
function answerOf(result) {
  const text = (result.content ?? []).find((each) => each.type === "text")?.text ?? "";
  if (result.isError) throw new Error(text || "It did not work, for a reason that was not told.");
  return result.structuredContent ?? JSON.parse(text);
}

// What the person did here: the model knows only what it read before.
function tellModel(text) {
  ask("ui/update-model-context", { content: [{ type: "text", text }] }).catch(() => {});
}

function openLink(url) {
  ask("ui/open-link", { url }).catch((error) => say(error.message, { wrong: true }));
}

function showResult(result) {
  content.removeAttribute("aria-busy");
  try {
    show(answerOf(result), args);
    say("");
  } catch (error) {
    content.replaceChildren();
    say(error.message, { wrong: true });
  }
}

function adapt({ theme, styles = {}, safeAreaInsets }) {
  const root = document.documentElement;
  if (theme) root.dataset.theme = theme;
  for (const [name, value] of Object.entries(styles.variables ?? {})) {
    if (value && name.startsWith("--")) root.style.setProperty(name, value);
  }
  for (const [side, pixels] of Object.entries(safeAreaInsets ?? {})) {
    document.body.style.setProperty(`padding-${side}`, `calc(1rem + ${Number(pixels)}px)`);
  }
}

function heed(method, params) {
  switch (method) {
    case "ui/notifications/tool-input":
      args = params.arguments ?? {};
      break;
    case "ui/notifications/tool-result":
      showResult(params);
      break;
    case "ui/notifications/tool-cancelled":
      showResult({ isError: true, content: [{ type: "text", text: "It was cancelled." }] });
      break;
    case "ui/notifications/host-context-changed":
      adapt(params);
      break;
  }
}

window.addEventListener("message", ({ source, data }) => {
  if (source !== window.parent || data?.jsonrpc !== "2.0") return;
  const { id, method, params = {}, result, error } = data;
  if (method === undefined) {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  } else if (id === undefined) {
    heed(method, params);
  } else if (method === "ping" || method === "ui/resource-teardown") {
    send({ id, result: {} });
  } else {
    send({ id, error: { code: -32601, message: `There is no method '${method}' here.` } });
  }
});

async function connect() {
  const { hostContext = {} } = await ask("ui/initialize", {
    protocolVersion: "2026-01-26",
    appInfo: { name: document.title, version: "1" },
    appCapabilities: { availableDisplayModes: ["inline"] },
  });
  adapt(hostContext);
  send({ method: "ui/notifications/initialized", params: {} });
  let told = "";
  new ResizeObserver(() => {
    const { width, height } = document.body.getBoundingClientRect();
    const params = { width: Math.ceil(width), height: Math.ceil(height) };
    if (!window.innerWidth) return; // out of sight
    if (told !== (told = JSON.stringify(params))) {
      send({ method: "ui/notifications/size-changed", params });
    }
  }).observe(document.body);
}
