"use strict";

// What happened, for who hears the page.
const said = document.createElement("p");
said.className = "hidden";
said.setAttribute("aria-live", "polite");
document.body.append(said);

// A button in every command; without a script, a click on the command selects it.
for (const command of document.querySelectorAll(".command")) {
  const code = command.querySelector("code");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  function show(word) {
    button.textContent = word;
    button.setAttribute("aria-label", `${word} ${code.textContent.trim().slice(0, 80)}`);
  }
  show("Copy");
  button.addEventListener("click", async () => {
    said.textContent = (await copied(code)) ? "Copied" : "Selected";
    show(said.textContent);
    setTimeout(() => { show("Copy"); said.textContent = ""; }, 2000);
  });
  command.prepend(button);
}

// Only a page that came over https, or from this machine, may write to the clipboard.
async function copied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return false;
  }
}
