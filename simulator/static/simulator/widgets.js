"use strict";

// A host of widgets (MCP Apps, SEP-1865): each in a sandbox within a sandbox, both of no origin.
// What a widget asks for goes to this site, which asks the person by the rules of the model's calls.

const csrf = document.querySelector("input[name=csrfmiddlewaretoken]").value;
const dark = matchMedia("(prefers-color-scheme: dark)");
const HEIGHT_MAX = 1200; // pixels

// One request at a time, however many widgets ask; a site that is busy is asked again.
let busy = Promise.resolve();
function patiently(send) {
  const answered = busy.then(async () => {
    for (let tries = 0; ; tries += 1) {
      const response = await send();
      if (response.status !== 503 || tries === 12) return response;
      await new Promise((resolve) => setTimeout(resolve, 1000 * (Number(response.headers.get("Retry-After")) || 5)));
    }
  });
  busy = answered.catch(() => {});
  return answered;
}

class Widget {
  constructor(place) {
    this.place = place;
    this.url = place.dataset.widget;
    this.frame = null;
  }

  async start() {
    const response = await patiently(() => fetch(this.url));
    if (response.status === 503) return this.say("The site is busy. Load the page again in a moment.", true);
    const said = await response.json();
    if (!response.ok) return this.say(said.detail, true);
    this.shown = said;
    this.frame = document.createElement("iframe");
    this.frame.title = `Widget of ${said.tool}`;
    this.frame.setAttribute("sandbox", "allow-scripts");
    this.frame.src = document.getElementById("talk").dataset.sandbox;
    window.addEventListener("message", (event) => this.receive(event));
    dark.addEventListener("change", () => this.notify("host-context-changed", this.context));
    this.place.replaceChildren(this.frame);
  }

  get context() {
    return { theme: dark.matches ? "dark" : "light", displayMode: "inline", availableDisplayModes: ["inline"] };
  }

  say(text, wrong = false) {
    this.said?.remove();
    this.said = document.createElement("p");
    this.said.className = wrong ? "state wrong" : "state";
    this.said.setAttribute("role", wrong ? "alert" : "status");
    this.said.textContent = text;
    this.place.append(this.said);
    return this.said;
  }

  send(message) {
    this.frame.contentWindow?.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  notify(method, params) {
    this.send({ method: `ui/notifications/${method}`, params });
  }

  receive({ source, data }) {
    if (source !== this.frame.contentWindow || data?.jsonrpc !== "2.0") return;
    const { id, method, params = {} } = data;
    if (method === undefined) return;
    if (id !== undefined) {
      this.requested(method, params).then(
        (result) => this.send({ id, result }),
        (error) => this.send({ id, error: { code: -32000, message: error.message } }),
      );
    } else if (method === "ui/notifications/sandbox-proxy-ready") {
      this.notify("sandbox-resource-ready", { html: this.shown.html, sandbox: "allow-scripts" });
    } else if (method === "ui/notifications/initialized") {
      this.notify("tool-input", { arguments: this.shown.arguments });
      this.notify("tool-result", this.shown.result);
    } else if (method === "ui/notifications/size-changed" && Number(params.height) > 0) {
      this.frame.style.height = `${Math.min(Math.ceil(params.height) + 2, HEIGHT_MAX)}px`;
    }
  }

  async requested(method, params) {
    switch (method) {
      case "ui/initialize":
        return {
          protocolVersion: "2026-01-26",
          hostInfo: { name: "example-plugins", version: "1" },
          hostCapabilities: { serverTools: {}, openLinks: {}, updateModelContext: { text: {} } },
          hostContext: this.context,
        };
      case "ping":
        return {};
      case "tools/call":
        return this.call(params);
      case "ui/update-model-context":
        return this.tellModel(params);
      case "ui/open-link":
        return this.offerLink(params);
      case "ui/request-display-mode":
        return { mode: "inline" };
    }
    throw new Error(`There is no method '${method}' here.`);
  }

  async call({ name, arguments: values = {} }, decision = "") {
    const response = await this.post("call/", { name, arguments: JSON.stringify(values), decision });
    if (response.status === 503) throw new Error("The site is busy. Call it again in a moment.");
    const said = await response.json();
    if (said.waits) {
      const decided = await ask(said.waits);
      if (decided !== "yes" && decided !== "always") throw new Error("The person declined this call.");
      return this.call({ name, arguments: values }, decided);
    }
    if (!response.ok) throw new Error(said.detail);
    await refresh();
    return said.result;
  }

  async tellModel({ content = [], structuredContent }) {
    const texts = content.filter((each) => each.type === "text").map((each) => each.text);
    if (structuredContent) texts.push(JSON.stringify(structuredContent));
    const response = await this.post("context/", { text: texts.join("\n") });
    if (!response.ok) throw new Error((await response.json()).detail);
    await refresh();
    return {};
  }

  // It leads out only when the person follows it.
  async offerLink({ url }) {
    const { protocol, href } = new URL(url);
    if (protocol !== "https:" && protocol !== "http:") throw new Error("Only web addresses are opened.");
    const link = document.createElement("a");
    Object.assign(link, { href, target: "_blank", rel: "noopener noreferrer", textContent: href });
    this.say("The widget offers a link: ").append(link);
    return {};
  }

  post(path, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...fields, csrfmiddlewaretoken: csrf })) body.append(name, value);
    return patiently(() => fetch(`${this.url}${path}`, { method: "POST", body }));
  }
}

// One question at a time: two widgets, or one that asks twice, wait for each other.
let asking = Promise.resolve();
function ask(call) {
  const answered = asking.then(() => decided(call));
  asking = answered.catch(() => {});
  return answered;
}

function decided({ name, arguments: values, may_be_allowed: mayBeAllowed }) {
  const dialog = document.getElementById("decide");
  dialog.querySelector(".name").textContent = name;
  dialog.querySelector(".arguments").textContent = values;
  dialog.querySelector("[value=always]").hidden = !mayBeAllowed;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

function show(item) {
  for (const place of item.querySelectorAll("[data-widget]")) {
    const widget = new Widget(place);
    widget.start().catch(() => widget.say("The widget could not be loaded.", true));
  }
}

document.addEventListener("message-shown", ({ detail }) => show(detail));
show(document);
