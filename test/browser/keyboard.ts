import type { Page } from "playwright-core";

/** Presses at most, from one thing on a page to another. */
const MOST_TABS = 250;

/** A keyboard before a page: no mouse, no other way to anything on it. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Goes on by Tab until what has the focus is named so, and is of a kind: a link, a button, a field. Throws if nothing is. */
  async tabTo(selector: string, name?: RegExp): Promise<void> {
    const passed: string[] = [];
    for (let presses = 0; presses < MOST_TABS; presses++) {
      const focus = await this.#page.evaluate<{ fits: boolean; name: string; isSeen: boolean }>(`(() => {
        const here = document.activeElement;
        const name = [...(here.labels ?? [])].map((label) => label.textContent).join(" ") || here.getAttribute("aria-label") || here.textContent || "";
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(here);
        const isSeen = here === document.body || boxShadow !== "none" || (outlineStyle !== "none" && outlineWidth !== "0px");
        return { fits: here.matches(${JSON.stringify(selector)}), name: name.trim().replaceAll(/\\s+/g, " "), isSeen };
      })()`);
      if (!focus.isSeen) throw new Error(`the focus can't be seen on "${focus.name}"`);
      if (focus.fits && (name === undefined || name.test(focus.name))) return;
      passed.push(focus.name.slice(0, 30));
      await this.#page.keyboard.press("Tab");
    }
    throw new Error(`nothing is ${selector} ${String(name)}; there are ${[...new Set(passed)].join(", ")}`);
  }

  /** Types where the focus is. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** Presses a key where the focus is. */
  async press(key: string): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** Presses Enter, which leads to another page. */
  async go(to: RegExp): Promise<void> {
    await Promise.all([this.#page.waitForURL(to), this.#page.keyboard.press("Enter")]);
    await this.#page.waitForLoadState();
  }
}
