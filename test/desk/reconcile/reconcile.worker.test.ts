import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { reconcile } from "../../../src/books/reconcile/run.ts";
import { api } from "../../ground/api.ts";
import { NOW, STORE } from "../../programme/generation-fixtures.ts";
import { HOUR, insertShop } from "../../sales/order-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

const NEW = "/admin/reconciliations/new";
const HEADER = "Nummer,placed_at,currency,total,status,codes";
const CSV = `${HEADER}\n1,${new Date(NOW - HOUR).toISOString()},EUR,49.90,paid,\n2,03/11/2026,EUR,x,flown,\n`;

/** A form of an upload, as a browser sends it. */
function formOf(values: Readonly<Record<string, string>>, file?: string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ store: STORE, ...values })) form.set(name, value);
  form.set("file", new File(file === undefined ? [] : [file], file === undefined ? "" : "orders.csv"));
  return form;
}

const keptIn = (text: string): string => /name="_kept" value="([^"]+)"/.exec(text)?.[1] ?? "";

/** Has it worked off, by the work behind the answer or as the cron does. */
async function done(id: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await reconcile(env, Date.now(), { id });
        return (await api("GET", `/reconciliations/${id}`)).body;
      },
      { timeout: 20_000 },
    )
    .toMatchObject({ status: "ready" });
}

beforeEach(insertShop);

describe("DSH-3: reconciliations on the desk", () => {
  it("shows a file before it is sent, carries it along, and goes from a dry run to what is applied", async () => {
    const cookie = await signIn();
    expect((await deskGet("/admin/reconciliations", cookie)).text).toContain("No export was compared yet.");
    expect((await deskGet(NEW, cookie)).text).toContain('enctype="multipart/form-data"');
    const without = await deskPost(NEW, formOf({ _step: "look" }), cookie);
    expect(without.status).toBe(422);
    expect(without.text).toMatch(/href="#f-file"/);
    // Its columns are nobody's: they can be chosen then.
    const looked = await deskPost(NEW, formOf({ _step: "look" }, CSV), cookie);
    expect(looked.text).toContain('value="column:Nummer"');
    expect(looked.text).toContain("needs a column order_id");
    const kept = { _kept: keptIn(looked.text), _name: "orders.csv", "map.order_id": "column:Nummer" };
    const again = await deskPost(NEW, formOf({ ...kept, _step: "look" }), cookie);
    expect(again.text).toContain("1 of the first 2 rows can’t be read.");
    expect(again.text).toContain("€49.90");
    expect((await api("GET", "/reconciliations")).body).toMatchObject({ data: [] });
    const refused = await deskPost(NEW, formOf({ _kept: kept._kept, _name: "orders.csv", _step: "dry" }), cookie);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/href="#f-map-order_id"/);
    const dry = await deskPost(NEW, formOf({ ...kept, _step: "dry", _once: "once" }), cookie);
    expect(dry.status).toBe(303);
    const id = /rec_[0-9a-z]+/.exec(dry.to ?? "")?.[0] ?? "";
    await done(id);
    const page = await deskGet(`/admin/reconciliations/${id}`, cookie);
    expect(page.text).toContain("Missing in Waymark");
    expect(page.text).toContain(`/admin/reconciliations/${id}/rows?class=missing_in_tracker`);
    await deskPost(`/admin/reconciliations/${id}/keep`, {}, cookie);
    const rows = await deskGet(`/admin/reconciliations/${id}/rows?class=unreadable`, cookie);
    expect(rows.text).toContain("status: must be one of pending");
    expect((await deskGet(`/admin/reconciliations/${id}/rows.csv`, cookie)).text).toContain("missing_in_tracker");
    const asked = await deskGet(`/admin/reconciliations/${id}/apply?id=1`, cookie);
    expect(asked.text).toMatch(/name="rows"[^>]*value="1"|value="1"[^>]*name="rows"/);
    const warned = await deskPost(`/admin/reconciliations/${id}/apply`, { rows: "1" }, cookie);
    expect(warned.status).toBe(422);
    expect(warned.text).toContain("Nearly nothing of the file matches");
    expect(
      (await deskPost(`/admin/reconciliations/${id}/apply`, { rows: "1", confirmUnmatched: "on" }, cookie)).to,
    ).toBe(`/admin/reconciliations/${id}?done=apply`);
    await done(id);
    expect((await api("GET", `/reconciliations/${id}`)).body).toMatchObject({ progress: { applied: 1 } });
  });
});
