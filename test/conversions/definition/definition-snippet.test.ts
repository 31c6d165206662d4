import { runInNewContext, Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { snippetOf, type SnippetParts } from "../../../src/conversions/definition/snippet.ts";
import { TEMPLATE_IDS, TEMPLATES } from "../../../src/conversions/definition/templates.ts";

const parts = (values: Partial<SnippetParts> = {}): SnippetParts => ({
  key: "lead",
  origin: "https://go.brand.example",
  storeKey: "shop",
  mode: "none",
  currency: "EUR",
  value: null,
  ...values,
});

/** What a script says to the snippet, run so often: before the snippet is there, or after it. */
function saidBy(js: string, { times = 1, wm }: { times?: number; wm?: (...call: unknown[]) => void } = {}): unknown {
  const calls: unknown[] = [];
  const page: Record<string, unknown> = wm === undefined ? {} : { wm: (...call: unknown[]) => calls.push(call) };
  page["window"] = page;
  for (let run = 0; run < times; run++) runInNewContext(js, page);
  const queued = (page["wm"] as { q?: ArrayLike<unknown>[] }).q ?? [];
  // What comes of another realm is none of this one's arrays.
  return JSON.parse(JSON.stringify([...calls, ...queued.map((call) => Array.from(call))]));
}

describe("the script of a definition (AC-6, AC-18, AC-19)", () => {
  test("says the key with each execution, before the snippet is there and after it", () => {
    const { js } = snippetOf(parts());
    expect(saidBy(js, { times: 3 })).toEqual([
      ["conversion", "lead"],
      ["conversion", "lead"],
      ["conversion", "lead"],
    ]);
    expect(saidBy(js, { wm: () => {} })).toEqual([["conversion", "lead"]]);
  });

  test("passes a value that is given, or the page's own", () => {
    const { js } = snippetOf(parts({ mode: "event", value: "12.50" }));
    expect(saidBy(js)).toEqual([["conversion", "lead", { value: "12.50", currency: "EUR" }]]);
    const open = snippetOf(parts({ mode: "event" })).js;
    expect(saidBy(open)).toEqual([["conversion", "lead", {}]]);
    expect(saidBy(open.replace("wmValue = null;", 'wmValue = "9.90";'))).toEqual([
      ["conversion", "lead", { value: "9.90", currency: "EUR" }],
    ]);
  });

  test("ends no tag and no attribute, whatever it holds", () => {
    const hostile = `</script><img src=x onerror="alert('1')">&\u2028`;
    const { html, js } = snippetOf(parts({ key: hostile, origin: `https://x"><b>`, storeKey: hostile, mode: "none" }));
    expect(saidBy(js)).toEqual([["conversion", hostile]]);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toMatch(/<(?:img|b)\b|onerror="/);
  });
});

describe("standard conversions (AC-12, AC-13)", () => {
  test.each(TEMPLATE_IDS)("%s has steps for a person, with code that runs", (id) => {
    const { id: own, name, description, instructions } = TEMPLATES[id];
    expect(own).toBe(id);
    expect([name, description].every((text) => text.length > 3)).toBe(true);
    expect(instructions.length).toBeGreaterThan(1);
    for (const { code } of instructions) {
      if (code === null) continue;
      const script = /<script>(.*)<\/script>/s.exec(code)?.[1] ?? code;
      expect(() => new Script(script), code).not.toThrow();
    }
  });
});
