"use strict";

// An answer is put into the page as it stands: nothing is scrolled away, and to load the page again
// sends nothing twice. What is sent, and what comes back, is what a form without this would.
for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const operation = form.closest(".operation");
    const answer = operation.querySelector(".answer");
    if (answer.getAttribute("aria-busy") === "true") return;
    answer.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(location.pathname, { method: "POST", body: new FormData(form) });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const answered = page.getElementById(operation.id);
      if (!answered) throw new Error(`The site answered ${response.status}.`);
      answer.replaceChildren(...answered.querySelector(".answer").childNodes);
      operation.querySelector(".curl").textContent = answered.querySelector(".curl").textContent;
    } catch (error) {
      answer.textContent = `It could not be sent. Load the page again, and try once more. ${error.message}`;
    }
    answer.removeAttribute("aria-busy");
    answer.focus();
  });
}

// An address may name an operation, or its answer.
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  named?.closest("details")?.setAttribute("open", "");
}
addEventListener("hashchange", openNamed);
openNamed();
