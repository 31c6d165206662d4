import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { claimNumbers } from "../../../src/calls/lease/claim-write.ts";
import { STORE } from "../../programme/generation-fixtures.ts";
import { insertShop, LEA, LEA_LINK, ZOE_LINK } from "../../sales/order-fixtures.ts";
import { callRows, connectCarrier, send, standCall } from "../carrier-fixtures.ts";
import { poolOf, wishOf } from "../lease/lease-fixtures.ts";

const MINUTE = 60_000;

it("BXX-2, BX-2: a call is the visitor's whose page shows the number, in quarantine the last one's, and of two nobody's", async () => {
  await insertShop();
  vi.spyOn(console, "warn").mockReturnValue();
  const { pool, numbers } = await poolOf(1, { createdAt: 0 });
  await env.DB.prepare("UPDATE phone_numbers SET created_at = 0").run();
  const number = numbers[0]?.number ?? "";
  const { carrier, url } = await connectCarrier(STORE, "telnyx");
  const began = Math.floor(Date.now() / 1000) * 1000 - 240 * MINUTE;
  const show = (minute: number, visitor: string, linkId: string, shown: string | null = null) =>
    claimNumbers(
      env.DB,
      [wishOf(pool.target, visitor, { linkId, channel: "creator", shown, visit: `visit of ${visitor}` })],
      began + minute * MINUTE,
    );
  await show(0, "anna", LEA_LINK);
  // Five minutes of lease and thirty of quarantine later it is Bert's; Anna's page woke up and showed it still.
  expect(await show(36, "bert", ZOE_LINK)).toMatchObject([{ number, case: "leased" }]);
  await show(37, "anna", LEA_LINK, number);
  await show(80, "carl", LEA_LINK);
  const at = { before: -5, shown: 1, quarantine: 20, both: 38, last: 90, quiet: 200 };
  for (const [id, minute] of Object.entries(at)) {
    await carrier.call(url, standCall({ id, to: number, startedAt: began + minute * MINUTE }), { send });
  }
  const rows = await callRows();
  const found = Object.fromEntries(rows.map((row) => [(row as unknown as { external_id: string }).external_id, row]));
  expect(found).toMatchObject({
    before: { match: "none", channel: "website", visitor_hash: null },
    shown: { match: "lease", visitor_hash: "anna", visit: "visit of anna", creator_id: LEA, link_id: LEA_LINK },
    quarantine: { match: "lease", visitor_hash: "anna", creator_id: LEA },
    both: { match: "ambiguous", channel: "creator", visitor_hash: null, creator_id: null, lease_id: null },
    last: { match: "lease", visitor_hash: "carl", creator_id: LEA },
    quiet: { match: "none", channel: "website", creator_id: null },
  });
});
