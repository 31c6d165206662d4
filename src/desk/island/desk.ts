/**
 * What script adds to every page of the desk. All of it works without: buttons copy what can be selected, suggestions come
 * where ids and names can be typed, and a form that was sent isn't sent again.
 */

const said = document.getElementById("said");

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => void copy(button));
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const text = button.dataset["copy"] ?? "";
  await navigator.clipboard.writeText(text);
  if (said !== null) said.textContent = `${text} copied`;
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 2_000);
}

// A choice of a store, or of another filter that says so, takes effect at once.
for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-now]")) {
  select.addEventListener("change", () => select.form?.requestSubmit());
}

// All rows of a list at once.
for (const all of document.querySelectorAll<HTMLInputElement>("input[data-all]")) {
  const boxes = (): HTMLInputElement[] => [
    ...document.querySelectorAll<HTMLInputElement>(`input[name="${all.dataset["all"]}"]`),
  ];
  const label = document.querySelector<HTMLElement>("[data-chosen]");
  const tell = (): void => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (label !== null) label.textContent = chosen === 0 ? "" : `${chosen} chosen`;
  };
  all.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  document.addEventListener("change", tell);
}

// A second tap on a button that saves is no second wish. The browser's "back" brings the page with buttons that work.
for (const form of document.querySelectorAll<HTMLFormElement>('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset["sent"] !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "";
    setTimeout(() => delete form.dataset["sent"], 5_000);
  });
}

/** Something that a search found. */
interface Found {
  id: string;
  name: string;
  detail: string;
}

// Names as they are typed, where an id is wanted.
for (const input of document.querySelectorAll<HTMLInputElement>("input[data-find]")) {
  const { list } = input;
  if (list === null) continue;
  let timer = 0;
  let asked = "";
  const suggest = async (q: string): Promise<void> => {
    asked = q;
    const query = new URLSearchParams({ q, kind: input.dataset["find"] ?? "" });
    const response = await fetch(`/admin/find?${query.toString()}`, { headers: { accept: "application/json" } });
    if (!response.ok) return;
    const { data } = (await response.json()) as { data: Found[] };
    // What was typed meanwhile asks for itself.
    if (asked !== q) return;
    list.replaceChildren(
      ...data.map(({ id, name, detail }) => {
        const option = document.createElement("option");
        option.value = `${name} (${id})`;
        option.label = detail;
        return option;
      }),
    );
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const q = input.value.trim();
      const isChosen = [...list.querySelectorAll("option")].some(({ value }) => value === q);
      // Suggestions are a help: without them a name is looked up when the form is sent.
      if (q.length > 1 && q !== asked && !isChosen) suggest(q).catch(() => {});
    }, 200);
  });
}
