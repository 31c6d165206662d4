import { describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { deskGet, signIn } from "../desk-fixtures.ts";

/** A day that is over. */
const PAST = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);

/** A key with these scopes alone. */
async function keyWith(...scopes: string[]): Promise<string> {
  const { body } = await api("POST", "/api-keys", { name: scopes.join(" "), scopes });
  return (body as { key: string }).key;
}

describe("the first page of the desk", () => {
  it("DSH-1, DSH-2, DSH-6: says what waits, then how it goes, in less than 100 kB", async () => {
    const cookie = await signIn();
    const empty = await deskGet("/admin", cookie);
    expect(empty.status).toBe(200);
    expect(empty.text).toContain("Nothing waits for you.");
    expect(empty.text).toContain("There is no store yet.");
    const { body: store } = await api("POST", "/stores", {
      name: "Linen & Co",
      currency: "EUR",
      timezone: "Europe/Paris",
      homeUrl: "https://linen.example/",
    });
    const { id } = store as { id: string };
    await api("POST", "/periods", { storeId: id, to: PAST });
    const page = await deskGet(`/admin?store=${id}&days=90`, cookie);
    expect(page.text).toContain(`href="/admin/periods?state=due&amp;store=${id}"`);
    expect(page.text.indexOf("Waits for you")).toBeLessThan(page.text.indexOf("How it goes"));
    expect(page.text).toContain("Linen &amp; Co");
    expect(page.text).toMatch(/aria-current="true"[^>]*>\s*90 days/);
    expect(page.text).not.toMatch(/ style=|<script>/);
    expect(new TextEncoder().encode(page.text).length).toBeLessThan(100_000);
    const wrong = await deskGet("/admin?from=2026-02-01&to=2026-01-01", cookie);
    expect(wrong.status).toBe(200);
    expect(wrong.text).toContain('role="alert"');
    expect(wrong.text).toContain("Waits for you");
  });

  it("names a period by its days on the store's clocks, whatever note it has", async () => {
    const body = { name: "Rain GmbH", currency: "EUR", timezone: "Europe/Berlin", homeUrl: "https://rain.example/" };
    const { id } = (await api("POST", "/stores", body)).body as { id: string };
    await api("POST", "/periods", { storeId: id, to: "2025-10-31T23:00:00Z" });
    await api("POST", "/periods", { storeId: id, to: "2025-11-30T23:00:00Z", note: "Late" });
    const { text } = await deskGet(`/admin?store=${id}`, await signIn());
    expect(text).toMatch(/<a href="\/admin\/periods\/per_\w+">until Oct 31, 2025<\/a>/);
    expect(text).toMatch(/<a href="\/admin\/periods\/per_\w+">Nov 1 – 30<\/a>/u);
    expect(text).not.toContain("without a name");
  });

  it("says what a key may not see, and shows the rest", async () => {
    const page = await deskGet("/admin", await signIn(await keyWith("reports:read")));
    expect(page.status).toBe(200);
    expect(page.text).toContain("Your key doesn’t see everything");
    expect(page.text).toContain("orders:read");
    const none = await deskGet("/admin", await signIn(await keyWith("links:read")));
    expect(none.status).toBe(200);
    expect(none.text.match(/Your key may not see this/g)).toHaveLength(2);
  });
});
