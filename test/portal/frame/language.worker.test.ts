import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { book } from "../../books/money-fixtures.ts";
import { linksOf } from "../../browser/crawl.ts";
import { ask } from "../access/others-asks.ts";
import { createGuest, createShop, join, NOON, sell } from "../portal-fixtures.ts";

let path: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  const shop = await createShop();
  const lea = await createGuest();
  path = lea.path;
  const spring = await join(shop, lea.id, {}, { creatorLinks: true });
  const summer = await join(shop, lea.id);
  await book({ creatorId: lea.id, storeId: shop.id, amountMinor: 1_000, time: NOON - 86_400_000 });
  for (const { code } of [spring, summer]) await sell(shop, code, NOON - 3_600_000);
});

afterEach(() => {
  vi.useRealTimers();
});

const get = (path: string) => ask({ method: "GET", path, language: "en" });
const post = (path: string, form: Record<string, string>) => ask({ method: "POST", path, form, language: "en" });

/** Where a page's forms of a kind are sent, as browsers read the page. */
function formsOf(page: string, method: "get" | "post"): { to: string; lang: boolean }[] {
  return [...page.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].flatMap(([, tag = "", inner = ""]) =>
    (tag.includes('method="post"') ? "post" : "get") === method
      ? [
          {
            to: (/action="([^"]*)"/.exec(tag)?.[1] ?? "").replaceAll("&amp;", "&"),
            lang: inner.includes('name="lang" value="de"'),
          },
        ]
      : [],
  );
}

describe("DSH-3: a language that the address asks for", () => {
  it("holds on all pages that are reached from there, and by all forms", async () => {
    const seen = new Set<string>();
    const queue = [`${path}?lang=de`];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const { response, text } = await get(next);
      expect(response.status, next).toBe(200);
      if (response.headers.get("content-type")?.startsWith("text/html") !== true) continue;
      expect(text, next).toContain('<html lang="de">');
      for (const to of linksOf(text, next).filter((to) => to.startsWith(path))) {
        expect(to, next).toMatch(/[?&]lang=de$/);
        queue.push(to);
      }
      for (const { to } of formsOf(text, "post")) {
        expect(to, next).toMatch(to.includes("/language") ? /\/language$/ : /\?lang=de$/);
      }
      // Of what such a form's address says, browsers send nothing.
      for (const { lang } of formsOf(text, "get")) expect(lang, next).toBe(true);
    }
    const reached = [...seen].map((each) => each.slice(path.length).replace(/\?.*/, ""));
    for (const page of ["", "/orders", "/links", "/money", "/money/statement"]) expect(reached).toContain(page);
  });

  it("holds in what a form is answered, until another is chosen, and is no more than one of ours", async () => {
    const wrong = await post(`${path}/money/payout-details?lang=de`, { accountHolder: "Lea", iban: "DE1" });
    expect(wrong.text).toContain('<html lang="de">');
    const right = { accountHolder: "Lea Moreau", iban: "DE02 1203 0000 0000 2020 51" };
    const taken = await post(`${path}/money/payout-details?lang=de`, right);
    expect(taken.response.headers.get("location")).toBe(`${path}/money?done=details&lang=de`);
    const asked = await get(`${path}/orders/ask?lang=de`);
    expect(asked.response.headers.get("location")).toBe(`${path}/orders?lang=de#ask`);
    const nowhere = await post(`${path}/links/lnk_0000000000000000/off?lang=de`, {});
    expect(nowhere.text).toContain(`href="${path}?lang=de"`);
    const chosen = await post(`${path}/language`, { language: "fr", tab: "money" });
    expect(chosen.response.headers.get("location")).toBe(`${path}/money`);
    expect((await get(`${path}/money`)).text).toContain('<html lang="fr">');
    for (const lang of ["it", 'de"><script>', "//elsewhere.example", "DE"]) {
      const { text } = await get(`${path}/money?lang=${encodeURIComponent(lang)}`);
      expect(text).toContain('<html lang="fr">');
      expect(text).not.toMatch(/lang=(?!")|elsewhere/);
    }
  });
});
