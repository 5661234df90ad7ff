"use strict";

// Shows answers as they come. Without it, each form leads to a page that has all of the answer.

const talk = document.getElementById("talk");
const log = document.getElementById("log");
const progress = document.getElementById("progress");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-answers]")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  answer(form.getAttribute("action"), data).catch(() => {
    progress.textContent = "The connection ended. What was answered so far is kept.";
    log.removeAttribute("aria-busy");
    refresh();
  });
});

// Who asks goes on typing with Enter, and breaks a line with Shift.
document.addEventListener("keydown", (event) => {
  if (event.target.id === "question" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

async function answer(url, data) {
  const controls = document.getElementById("controls");
  controls.inert = true;
  progress.textContent = "Waiting for the answer …";
  log.setAttribute("aria-busy", "true"); // read out when it is whole
  const response = await fetch(url, { method: "POST", body: data, headers: { Accept: "text/event-stream" } });
  if (response.redirected) return location.reload(); // signed out meanwhile
  if (!response.ok || !response.body) {
    const said = await refusal(response);
    controls.inert = false;
    log.removeAttribute("aria-busy");
    progress.textContent = "";
    complain(controls, said);
    return;
  }
  let coming = null;
  for await (const event of events(response.body)) {
    if (event.text !== undefined) {
      coming ??= begin();
      coming.append(event.text);
      coming.parentElement.scrollIntoView({ block: "nearest" });
    } else if (event.message !== undefined) {
      coming?.parentElement.remove();
      coming = null;
      if (event.html) put(event.message, event.html); // else it has nothing but calls
    } else if (event.end) {
      log.removeAttribute("aria-busy");
      progress.textContent = "";
      await refresh({ asked: true });
      return;
    }
  }
  throw new Error("It ended before its end.");
}

async function refusal(response) {
  if (response.status === 409) return response.text();
  if (response.status === 503) return "As many answers are under way as this site takes. Try again in a moment.";
  return "It could not be sent. Load the page again.";
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (waiting + value).split("\n\n");
    waiting = parts.pop();
    for (const part of parts) yield JSON.parse(part.slice("data: ".length));
  }
}

function complain(controls, text) {
  controls.querySelector("[role=alert]")?.remove();
  const said = document.createElement("p");
  said.className = "problem";
  said.setAttribute("role", "alert");
  said.textContent = text;
  controls.prepend(said);
}

// The model's text while it comes: as text, whatever is in it.
function begin() {
  const item = document.createElement("li");
  item.className = "assistant";
  const heading = document.createElement("h2");
  heading.textContent = "Model";
  const said = document.createElement("p");
  said.className = "said";
  item.append(heading, said);
  talk.append(item);
  return said;
}

// A message as the site wrote it, in the place of what was there of it.
function put(id, html) {
  const made = new DOMParser().parseFromString(html, "text/html").querySelector("li");
  const before = document.getElementById(`message-${id}`);
  if (before) before.replaceWith(made);
  else talk.append(made);
  made.scrollIntoView({ block: "nearest" });
  document.dispatchEvent(new CustomEvent("message-shown", { detail: made }));
}

// The page as it is now: what there is to decide or ask, and messages that are not here yet.
async function refresh({ asked = false } = {}) {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return location.reload();
  const now = new DOMParser().parseFromString(await response.text(), "text/html");
  const before = document.getElementById("question");
  const typed = document.activeElement === before;
  const text = asked ? "" : before?.value;
  document.getElementById("controls").replaceWith(now.getElementById("controls"));
  const question = document.getElementById("question");
  if (question && text) question.value = text;
  for (const item of now.querySelectorAll("#talk > li")) {
    if (!document.getElementById(item.id)) put(item.id.replace("message-", ""), item.outerHTML);
  }
  const waits = document.querySelector("#controls .wait h2");
  const next = waits ?? question;
  if (asked || typed) next?.focus();
}
