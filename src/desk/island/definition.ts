/**
 * Shows what a definition would have come to as its form is filled in. The desk reads the form as it does when it is sent,
 * and asks the API; without script the form's own Preview says the same.
 */

/** How long nothing may be typed before it is asked for, ms. */
const PAUSE_MS = 700;

for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
  const form = document.querySelector<HTMLFormElement>("form.form");
  const shown = part.querySelector<HTMLElement>("[data-shown]");
  if (form !== null && shown !== null) follow(part, form, shown);
}

function follow(part: HTMLElement, form: HTMLFormElement, shown: HTMLElement): void {
  let timer = 0;
  let said = "";
  let running: AbortController | null = null;
  const look = async (): Promise<void> => {
    const data = new FormData(form);
    data.delete("_once");
    const body = new URLSearchParams(
      [...data].flatMap(([name, value]): [string, string][] => (typeof value === "string" ? [[name, value]] : [])),
    );
    const hasTrigger = [...body].some(([name, value]) => /^triggers\.\d+\.type$/.test(name) && value !== "");
    const text = body.toString();
    if (!hasTrigger || text === said) return;
    said = text;
    // What was typed meanwhile asks for itself.
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    shown.setAttribute("aria-busy", "true");
    const response = await fetch(part.dataset["live"] ?? "", { method: "POST", body, signal });
    // A session that ended leads to the login, which is no preview.
    if (!response.ok || response.redirected) return;
    const html = await response.text();
    if (signal.aborted) return;
    // The desk's own words, escaped by it.
    shown.innerHTML = html;
    shown.removeAttribute("aria-busy");
    part.hidden = false;
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // It is a help: without it the form is sent as it is.
      look().catch(() => {});
    }, PAUSE_MS);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  soon();
}
