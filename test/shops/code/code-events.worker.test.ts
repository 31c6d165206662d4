import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { createCode, insertPlan } from "../../programme/code-fixtures.ts";
import { become, connect } from "../../programme/shop-rows.ts";
import { holdShopQueue } from "./model-run.ts";

beforeEach(() => void holdShopQueue());

describe("a code that a shop doesn't take is told like one that could not be made", () => {
  it("by the event code.failed, each time that it fails anew", async () => {
    await env.DB.prepare(
      `INSERT INTO webhook_endpoints (id, url, types, description, secret_sealed, disabled, created_at, updated_at)
       VALUES ('whk_1', 'https://hooks.example/', '[]', '', '', 0, 0, 0)`,
    ).run();
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    await connect(storeId);
    const { id, creatorId } = await createCode({ planId, code: "LEA10" });
    const failure = { state: "failed", failure_code: "refused", failure_detail: "No.", checked_at: 5 };
    await become(id, failure);
    await become(id, failure);
    const { results } = await env.DB.prepare("SELECT * FROM events WHERE type = 'code.failed'").all();
    expect(results).toEqual([expect.objectContaining({ store_id: storeId, subject_id: creatorId, time: 5 })]);
    expect(JSON.parse(String(results[0]?.["data"]))).toEqual({
      planId,
      campaignId: null,
      code: "refused",
      detail: "No.",
    });
  });
});
