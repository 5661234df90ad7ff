// The page works without any of this. With it, saving says how far it is, and a refusal keeps what
// was filled in, the file too: the form stays, and what is wrong is written into it.
const form = document.getElementById("document");
const progress = document.getElementById("progress");
const title = document.title;

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = tooLarge();
  if (wrong) refuse(wrong);
  else if (progress.hidden) send();
});

// What there is to say of a file that was read, beside that it was saved.
const said = document.getElementById("said");
for (const note of JSON.parse(sessionStorage.getItem("notes") ?? "[]")) {
  const line = document.createElement("p");
  line.className = "warning";
  line.textContent = note;
  said?.append(line);
}
sessionStorage.removeItem("notes");
said?.focus();

// What is too large is said before it is sent.
function tooLarge() {
  const { files, dataset } = form.elements.file;
  const sizes = [...files].map((file) => file.size);
  const text = new Blob([form.elements.text.value]);
  if (sizes.reduce((sum, size) => sum + size, 0) > dataset.max) {
    const what = sizes.length > 1 ? "These files have" : "This file has";
    return { file: [`${what} ${mebibytes(sizes.reduce((sum, size) => sum + size, 0))} MiB, ${mebibytes(dataset.max)} at most at a time. Split ${sizes.length > 1 ? "them" : "it"}.`] };
  }
  if (sizes.length > dataset.most) {
    return { file: [`These are ${sizes.length} files, ${dataset.most} at most at a time. Put them into a zip, and send that.`] };
  }
  if (text.size > form.elements.text.dataset.max) {
    return { text: ["This text is too long. Save it in parts, or as a file."] };
  }
  return null;
}

const mebibytes = (bytes) => (bytes / 1024 ** 2).toFixed(1).replace(/\.0$/, "");

function send() {
  const request = new XMLHttpRequest(); // fetch does not say how much of a form it has sent
  const bar = progress.querySelector("progress");
  let read = 0; // lines of the answer
  let done = false;
  show({});
  progress.hidden = false;
  bar.value = 0;
  tell("Sending …");
  request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
  request.upload.onload = () => {
    bar.removeAttribute("value"); // how long the rest takes, nobody knows
    tell("Sent. Waiting for the site …");
  };
  request.onprogress = () => {
    const lines = request.responseText.split("\n");
    if (request.getResponseHeader("Content-Type") !== "application/x-ndjson") return;
    while (read < lines.length - 1) {
      const { stage, done: part, place, notes, errors } = JSON.parse(lines[read]);
      read += 1;
      if (stage) tell(stage);
      if (part) bar.value = part;
      if (errors) refuse(errors);
      if (place) {
        sessionStorage.setItem("notes", JSON.stringify(notes ?? []));
        location.assign(place);
      }
      done ||= Boolean(place || errors);
    }
  };
  request.onloadend = () => {
    request.onprogress();
    if (done) return;
    progress.hidden = true;
    if (new URL(request.responseURL || form.action).pathname !== new URL(form.action).pathname) {
      refuse({ __all__: ["You are signed out. Sign in again in another tab, and then save: what you filled in is still here."] });
    } else if (request.status === 0 || request.status === 200) {
      refuse({ __all__: ["No answer came back. Look whether it is among the documents, and try again."] });
    } else if (request.status === 413) {
      refuse({ file: ["It is too large. Split it."] });
    } else if (request.status === 429) {
      refuse({ __all__: ["Too many requests. Wait a minute, and try again."] });
    } else {
      form.submit(); // let the browser show what the site says: to sign in again, perhaps
    }
  };
  request.open("POST", form.action.split("#")[0]);
  request.setRequestHeader("Accept", "application/x-ndjson");
  const body = new FormData(form);
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/); // signing in makes a new one
  if (token) body.set("csrfmiddlewaretoken", token[1]);
  request.send(body);
}

// What is saved in the background shows by itself how far it is. The parts of the page stay, and so does what
// has the keyboard; when something has ended, the documents show it.
const EVERY = 2000; // milliseconds
const loads = document.getElementById("loads");
let open = loads?.querySelectorAll("[data-open]").length;
if (open) setTimeout(look, EVERY);

async function look() {
  try {
    const response = await fetch(location.href, { cache: "no-store" });
    if (response.redirected) return; // signed out
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const left = page.querySelectorAll("#loads [data-open]").length;
    if (response.ok && page.getElementById("loads")) {
      swap("loads", page);
      if (left !== open) swap("documents", page);
      open = left;
    }
  } catch {
    // The site is away; it is asked again.
  }
  if (open) setTimeout(look, document.hidden ? 10 * EVERY : EVERY);
}

function swap(id, page) {
  const part = document.getElementById(id);
  const before = document.activeElement;
  const focused = part.contains(before) && before.value;
  const unfolded = part.querySelector("details[open]");
  if (unfolded && id === "documents") return; // somebody is about to delete
  part.replaceChildren(...page.getElementById(id).childNodes);
  if (focused) part.querySelector(`button[value="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function tell(words) {
  const line = progress.querySelector("[role=status]");
  if (line.textContent !== words) line.textContent = words;
}

function refuse(errors) {
  progress.hidden = true;
  show(errors);
  document.title = `Error: ${title.replace(/^Error: /, "")}`;
  const first = form.querySelector("[aria-invalid]") ?? form.querySelector("[role=alert]");
  first.focus();
}

// As the site's own forms show them.
function show(errors) {
  document.title = title.replace(/^Error: /, "");
  document.getElementById("wrong")?.remove();
  for (const old of form.querySelectorAll(".errorlist, [role=alert]")) old.remove();
  for (const field of form.querySelectorAll(".field")) {
    const input = field.querySelector("input, select, textarea");
    const wrong = errors[input.name];
    const described = [`${input.id}_helptext`, ...(wrong ? [`${input.id}_error`] : [])];
    field.classList.toggle("wrong", Boolean(wrong));
    if (wrong) {
      input.setAttribute("aria-invalid", "true");
      field.closest("details")?.setAttribute("open", "");
      input.after(listOf(wrong, `${input.id}_error`));
    } else {
      input.removeAttribute("aria-invalid");
    }
    input.setAttribute("aria-describedby", described.filter((id) => document.getElementById(id)).join(" "));
  }
  if (errors.__all__) {
    const alert = document.createElement("div");
    alert.setAttribute("role", "alert");
    alert.tabIndex = -1;
    alert.append(listOf(errors.__all__, "id_all_error"));
    form.prepend(alert);
  }
}

function listOf(messages, id) {
  const list = document.createElement("ul");
  list.className = "errorlist";
  list.id = id;
  for (const message of messages) {
    const item = document.createElement("li");
    item.textContent = message;
    list.append(item);
  }
  return list;
}
