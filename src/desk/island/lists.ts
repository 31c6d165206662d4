/** Adds entries to lists of a form without asking for the page anew: the blank entry is the pattern of the next. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[name="_step"][value="more"]')) {
  button.addEventListener("click", (event) => {
    const list = button.closest<HTMLElement>("[data-list]");
    const entries = list === null ? [] : [...list.querySelectorAll<HTMLElement>(":scope > [data-entry]")];
    const last = entries.at(-1);
    const name = list?.dataset["list"];
    if (last === undefined || name === undefined) return;
    event.preventDefault();
    const pattern = new RegExp(`(^|\\b)(${name.replaceAll(/[^\w]/g, "\\W")}\\W)(\\d+)`);
    const next = last.cloneNode(true) as HTMLElement;
    for (const element of next.querySelectorAll<HTMLElement>(
      "[id],[name],[for],[list],[aria-describedby],[data-when]",
    )) {
      for (const attribute of ["id", "name", "for", "list", "aria-describedby", "data-when"]) {
        const value = element.getAttribute(attribute);
        if (value !== null)
          element.setAttribute(
            attribute,
            value.replace(
              pattern,
              (_all, before: string, start: string, index: string) => `${before}${start}${Number(index) + 1}`,
            ),
          );
      }
      if (element instanceof HTMLInputElement && element.type !== "checkbox" && element.type !== "radio")
        element.value = "";
      if (element instanceof HTMLInputElement && (element.type === "checkbox" || element.type === "radio"))
        element.checked = false;
      if (element instanceof HTMLTextAreaElement) element.value = "";
      if (element instanceof HTMLSelectElement) element.selectedIndex = 0;
    }
    for (const inner of next.querySelectorAll<HTMLElement>("[data-list]")) {
      inner.dataset["list"] = (inner.dataset["list"] ?? "").replace(
        pattern,
        (_all, before: string, start: string, index: string) => `${before}${start}${Number(index) + 1}`,
      );
    }
    const legend = next.querySelector("legend");
    if (legend !== null)
      legend.textContent = (legend.textContent ?? "").replace(/\d+.*$/, `${entries.length + 1} (new)`);
    last.after(next);
    // Whoever hides or previews by what is filled in looks again.
    next.dispatchEvent(new Event("change", { bubbles: true }));
    next.querySelector<HTMLElement>("input,select,textarea")?.focus();
  });
}
