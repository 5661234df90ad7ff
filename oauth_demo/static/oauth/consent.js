"use strict";

// Agree waits until the page has been in sight for a moment. Another site can put this page under a click
// that was meant for its own: by a window that closes between the two clicks of a double click, no frame
// is needed. Refuse never waits. One answer is sent, however often it is clicked.
const WAIT = 700; // milliseconds: longer than a double click
const form = document.getElementById("consent");
const agree = document.getElementById("agree");
const told = document.getElementById("told");
let timer;
let answered = false;

function hold() {
  agree.setAttribute("aria-disabled", "true");
  clearTimeout(timer);
  if (document.visibilityState === "visible" && document.hasFocus()) timer = setTimeout(release, WAIT);
}

function release() {
  agree.removeAttribute("aria-disabled");
}

form.addEventListener("submit", event => {
  const soon = event.submitter === agree && agree.hasAttribute("aria-disabled");
  if (answered || soon) {
    event.preventDefault();
    if (!answered) told.textContent = "That was too soon after this page came up. Read it, and press Agree again.";
    return;
  }
  answered = true;
});

for (const name of ["focus", "blur", "pageshow"]) addEventListener(name, hold);
document.addEventListener("visibilitychange", hold);
addEventListener("pageshow", () => { answered = false; }); // back from where the answer led
hold();
