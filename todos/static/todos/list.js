// The page works without any of this. With it, a form is answered in place, and what a client
// changes shows by itself: the rows are asked for again and again, and mostly there is nothing new.
const EVERY = 3000; // milliseconds
const LATER = 30000; // after a refusal
const SIGNED_OUT = "You are signed out. Sign in again in another tab: what you wrote is still here.";
const rows = document.getElementById("rows");
const said = document.getElementById("said");
let turn = 0; // goes up with each form: what was asked for before is out of date
let busy = false;
let timer;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "add" && form.id !== "tick") return;
  event.preventDefault();
  if (!busy) send(form, event.submitter);
});

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/); // signing in makes a new one
  if (token) body.set("csrfmiddlewaretoken", token[1]);
  const row = button.closest("li");
  busy = true;
  turn += 1;
  row?.classList.add("busy");
  try {
    const response = await fetch(location.href, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.getElementById("rows")) throw new Error(reason(response));
    history.replaceState(null, "", response.url);
    document.title = page.title;
    const place = row ? [...row.parentElement.children].indexOf(row) : -1;
    for (const part of page.querySelectorAll("[data-swap]")) swap(part);
    if (row) (buttons()[place] ?? buttons().at(-1) ?? field()).focus();
    else if (form.id === "add") field().focus();
    else said.focus();
  } catch (error) {
    row?.classList.remove("busy");
    tell(error instanceof TypeError ? "The site did not answer. Look at the list, and try again." : error.message);
  } finally {
    busy = false;
    later(EVERY);
  }
}

function reason(response) {
  if (response.redirected) return SIGNED_OUT;
  if (response.status === 429) return "Too many requests. Wait a minute, and try again.";
  return `The site did not do it (${response.status}). Load the page again.`;
}

const buttons = () => [...rows.querySelectorAll(".tick")];
const field = () => document.querySelector("#add input:not([type=hidden])");

// The parts themselves stay, so that what is new in them is announced.
function swap(part) {
  document.getElementById(part.id).replaceChildren(...part.childNodes);
}

function tell(words) {
  const line = document.createElement("p");
  line.className = "error";
  line.textContent = words;
  said.replaceChildren(line);
}

function later(delay) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, delay);
}

async function look() {
  const asked = turn;
  let delay = EVERY;
  try {
    const response = await fetch(rows.dataset.url + location.search, {
      cache: "no-store", // so that a 304 comes here
      headers: { "If-None-Match": document.getElementById("count").dataset.etag },
    });
    if (response.redirected) {
      tell(SIGNED_OUT);
      return later(LATER);
    }
    if (response.ok && asked === turn && !busy) show(await response.text());
    if (!response.ok && response.status !== 304) delay = LATER;
  } catch {
    delay = LATER; // the site is away
  }
  later(delay);
}

// Keeps the keyboard where it is, and points out what was not there before.
function show(html) {
  const known = new Set(buttons().map((button) => button.value));
  const focused = document.activeElement.closest("#rows .tick");
  const place = buttons().indexOf(focused);
  rows.innerHTML = html;
  document.getElementById("news").textContent = document.getElementById("count").textContent;
  for (const button of buttons()) {
    button.parentElement.classList.toggle("new", !known.has(button.value));
  }
  if (focused) {
    const same = buttons().find((button) => button.value === focused.value);
    (same ?? buttons()[place] ?? field()).focus({ preventScroll: true });
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else look();
});
later(EVERY);
