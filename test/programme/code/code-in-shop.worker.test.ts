import { beforeEach, describe, expect, it } from "vitest";
import { codeDetail, codeSchema } from "../../../src/programme/code/schema.ts";
import { api, bodyOf, pagesOf } from "../../ground/api.ts";
import { createCode, insertPlan, readCode } from "../code-fixtures.ts";
import { become, connect } from "../shop-rows.ts";
import { holdShopQueue } from "../../shops/code/model-run.ts";

const NOWHERE = { state: "none", externalId: null, failure: null, syncedAt: null };
const PENDING = { ...NOWHERE, state: "pending" };
const LIVE = { state: "live", external_id: "77", live_text: "LEA10", synced_at: 86_400_000, next_at: null };

beforeEach(() => void holdShopQueue());

describe("a code shows where it stands in its shop", () => {
  it("nowhere, where the store isn't connected", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    const code = await createCode({ planId, code: "LEA10" });
    expect(code.store).toEqual(NOWHERE);
    expect(await readCode(code.id)).toEqual(code);
    // Connected afterwards, before anything was noted of its codes.
    await connect(storeId);
    expect((await readCode(code.id)).store).toEqual(NOWHERE);
  });

  it("pending from the start, live once it is, and nowhere again when the connection is ended", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    await connect(storeId);
    const code = await createCode({ planId, code: "LEA10" });
    expect(code.store).toEqual(PENDING);
    expect((await readCode(code.id)).store).toEqual(PENDING);

    await become(code.id, LIVE);
    const live = { state: "live", externalId: "77", failure: null, syncedAt: "1970-01-02T00:00:00.000Z" };
    expect((await readCode(code.id)).store).toEqual(live);

    await connect(storeId, "failing");
    expect((await readCode(code.id)).store).toEqual(live);
    await connect(storeId, "disconnected");
    expect((await readCode(code.id)).store).toEqual(NOWHERE);
  });

  it("failed with the reason", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    await connect(storeId);
    const { id } = await createCode({ planId, code: "LEA10" });
    await become(id, { state: "failed", failure_code: "refused", failure_detail: "No." });
    expect((await readCode(id)).store).toEqual({
      ...PENDING,
      state: "failed",
      failure: { code: "refused", detail: "No." },
    });
  });

  it.each([
    ["edited", async (id: string) => api("PATCH", `/codes/${id}`, { code: "LEA20" })],
    ["rotated", async (id: string) => api("POST", `/codes/${id}/rotate`)],
  ])("pending when it is %s, in the answer and afterwards", async (_how, change) => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    await connect(storeId);
    const { id } = await createCode({ planId, code: "LEA10" });
    await become(id, LIVE);
    const before = await readCode(id);
    const { store } = bodyOf(codeDetail, await change(id));
    expect(store).toEqual({ ...before.store, state: "pending" });
    expect((await readCode(id)).store).toEqual(store);
  });

  it("pending when it is retired, until the shop has it no longer", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    await connect(storeId);
    const { id } = await createCode({ planId, code: "LEA10" });
    await become(id, LIVE);
    expect((await api("DELETE", `/codes/${id}`)).status).toBe(204);
    expect((await readCode(id)).store).toMatchObject({ state: "pending", externalId: "77" });
  });

  it("and lists are filtered by it, a page as a whole list", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    const early = await createCode({ planId, code: "EARLY" });
    await connect(storeId);
    const [live, failed, pending] = [
      await createCode({ planId, code: "LIVE1" }),
      await createCode({ planId, code: "FAILED" }),
      await createCode({ planId, code: "PENDING" }),
    ];
    await become(live.id, LIVE);
    await become(failed.id, { state: "failed", failure_code: "refused", failure_detail: "No." });
    const listed = async (query: string) => (await pagesOf(codeSchema, `/codes?${query}`)).flat().map(({ id }) => id);
    expect(await listed(`store=${storeId}&limit=1`)).toEqual([pending.id, failed.id, live.id, early.id]);
    expect(await listed("storeState=live")).toEqual([live.id]);
    expect(await listed("storeState=failed")).toEqual([failed.id]);
    expect(await listed("storeState=pending")).toEqual([pending.id]);
    expect(await listed("storeState=none")).toEqual([early.id]);
    expect(await listed("storeState=withdrawn")).toEqual([]);
    expect((await api("GET", "/codes?storeState=lost")).status).toBe(422);
    const [page = []] = await pagesOf(codeSchema, `/codes?store=${storeId}&limit=50`);
    expect(page.map(({ store }) => store.state)).toEqual(["pending", "failed", "live", "none"]);
  });
});
