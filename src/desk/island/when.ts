/** Hides the parts of a form that are about another choice than the one that is chosen: without script all of them stand there. */
function look(): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-when]")) {
    const name = part.dataset["when"] ?? "";
    const chosen = [...document.querySelectorAll<HTMLSelectElement | HTMLInputElement>("select,input")].find(
      (element) =>
        element.name === name && (element instanceof HTMLSelectElement || element.type !== "radio" || element.checked),
    );
    const isMeant = (part.dataset["is"] ?? "").split(" ").includes(chosen?.value ?? "");
    // What somebody has just chosen is opened for them.
    if (isMeant && part.hidden && part instanceof HTMLDetailsElement) part.open = true;
    part.hidden = !isMeant;
  }
}

document.addEventListener("change", look);
look();
