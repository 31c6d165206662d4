import { env } from "cloudflare:workers";
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { AboutShop } from "../../../scripts/shops/shop.ts";
import { runCron } from "../../../src/cron.ts";
import worker from "../../../src/index.ts";
import { codeDetail } from "../../../src/programme/code/schema.ts";
import { SHOP_QUEUE } from "../../../src/programme/code/send-due.ts";
import { api, bodyOf } from "../../ground/api.ts";
import { createCode, insertCampaign, readCode } from "../../programme/code-fixtures.ts";
import { PLATFORMS } from "../../sales/shop/live-fixtures.ts";
import { connectionOf } from "../connection-fixtures.ts";
import { DAY, generatedCode, holdShopQueue, manyCodes, openAlarm, places } from "./model-run.ts";
import { changeByHand, codesIn, deleteByHand, makeByHand, standStore, syncOver } from "./stand-run.ts";

beforeEach(() => void holdShopQueue());

describe.each(PLATFORMS)("codes in a shop of %s, over HTTP", (provider) => {
  it("are made as their plan says, each once, and counted in the connection (UPF-17–20, UPF-41)", async () => {
    const limits = {
      totalUses: 20,
      oncePerCustomer: true,
      minimum: { type: "cartValue", amountMinor: 5_000 } as const,
      products: ["123"],
    };
    const endsAt = Date.now() + 30 * DAY;
    const { storeId, planId, shop } = await standStore(provider, { limits, startsAt: Date.now() - DAY, endsAt });
    const ids = await manyCodes(planId, storeId, 60);
    expect((await connectionOf(storeId)).codes).toMatchObject({ live: 0, pending: 60, failed: 0 });
    const run = await syncOver(storeId, Date.now());
    expect(run).toEqual({ worked: 60, left: false });
    const codes = await codesIn(shop);
    expect(codes).toHaveLength(60);
    expect(codes.find(({ text }) => text === "CODE7")).toEqual({
      text: "CODE7",
      title: `Autumn (${ids[6]})`,
      percent: 10,
      isPublished: true,
    });
    expect((await connectionOf(storeId)).codes).toMatchObject({ live: 60, pending: 0, failed: 0 });
    // A day later all of them are compared, and are as they were.
    expect(await syncOver(storeId, Date.now() + DAY)).toEqual({ worked: 60, left: false });
    expect(await codesIn(shop)).toEqual(codes);
    expect(await places(storeId)).toEqual({ live: 60 });
  });

  it("follow edits, rotations, rejections, approvals and their plan", async () => {
    const { storeId, planId, shop } = await standStore(provider);
    const { id, creatorId } = await createCode({ planId, code: "LEA10" });
    const campaign = await insertCampaign(planId, [creatorId]);
    const now = Date.now();
    await syncOver(storeId, now);
    const first = (await readCode(id)).store.externalId;
    await api("POST", `/codes/${id}/rotate`, { code: "LEA20" });
    await api("PATCH", `/tracking-plans/${planId}`, { discount: { type: "percentage", value: 25 } });
    await syncOver(storeId, now);
    expect(await codesIn(shop)).toMatchObject([{ text: "LEA20", percent: 25 }]);
    expect((await readCode(id)).store).toMatchObject({ state: "live", externalId: first });
    await api("POST", `/campaigns/${campaign}/creators/${creatorId}/reject`, {});
    await syncOver(storeId, now);
    expect(await codesIn(shop)).toEqual([]);
    await api("POST", `/campaigns/${campaign}/creators/${creatorId}/approve`, {});
    await syncOver(storeId, now);
    expect(await codesIn(shop)).toMatchObject([{ text: "LEA20", percent: 25 }]);
    await api("DELETE", `/codes/${id}`);
    await syncOver(storeId, now);
    expect(await codesIn(shop)).toEqual([]);
    expect((await readCode(id)).store.state).toBe("withdrawn");
  });

  it("give way to a merchant's own, which stays as it is", async () => {
    const { storeId, planId, shop } = await standStore(provider);
    await makeByHand(shop, "LEA10");
    const { id } = await generatedCode(planId, "LEA10");
    await syncOver(storeId, Date.now());
    const code = await readCode(id);
    expect(code.code).toMatch(/^LEA10[2-9A-Z]$/);
    expect(code.store.state).toBe("live");
    const [byHand, ours] = await codesIn(shop);
    expect(byHand).toMatchObject({ text: "LEA10", title: "By hand", percent: 5 });
    expect(ours).toMatchObject({ text: code.code, title: `Autumn (${id})`, percent: 10 });
  });

  it("that are changed or deleted there by hand are found, and put right when that is asked for (SHP-22, SHP-23)", async () => {
    const { storeId, planId, shop } = await standStore(provider);
    const changed = await createCode({ planId, code: "CHANGED" });
    const gone = await createCode({ planId, code: "GONE10" });
    await createCode({ planId, code: "SAME10" });
    const now = Date.now();
    await syncOver(storeId, now);
    await changeByHand(shop, "CHANGED");
    await deleteByHand(shop, "GONE10");
    await syncOver(storeId, now + DAY);
    expect((await readCode(changed.id)).store).toMatchObject({ state: "failed", failure: { code: "changed_in_shop" } });
    expect((await readCode(gone.id)).store).toMatchObject({ state: "failed", failure: { code: "gone_from_shop" } });
    expect(await places(storeId)).toEqual({ live: 1, failed: 2 });
    expect(await openAlarm("code_drift", storeId)).toMatchObject({
      detail: { count: 2, codes: ["CHANGED", "GONE10"] },
    });
    for (const { id } of [changed, gone]) {
      expect(bodyOf(codeDetail, await api("POST", `/codes/${id}/sync`)).store.state).toBe("pending");
    }
    await syncOver(storeId, now + DAY);
    expect(await places(storeId)).toEqual({ live: 3 });
    expect((await codesIn(shop)).map(({ text, percent }) => [text, percent])).toEqual([
      ["CHANGED", 10],
      ["GONE10", 10],
      ["SAME10", 10],
    ]);
    expect(await openAlarm("code_drift", storeId)).toBeUndefined();
  });

  it("that were made by a try whose answer got lost are found again, not made twice", async () => {
    const { storeId, planId, shop } = await standStore(provider);
    const { id } = await createCode({ planId, code: "LEA10" });
    const { makesCode: match } = await shop.act<AboutShop>("about");
    await shop.faults({ next: [{ kind: "lost", match, times: 9 }] });
    const now = Date.now();
    await syncOver(storeId, now);
    await shop.faults({});
    await syncOver(storeId, now + DAY);
    expect(await codesIn(shop)).toMatchObject([{ text: "LEA10", title: `Autumn (${id})` }]);
    expect((await readCode(id)).store).toMatchObject({ state: "live", failure: null });
  });

  it("are made by the message that a change sends, and by the minute where that got lost", async () => {
    const sent = holdShopQueue();
    sent.mockClear();
    const { storeId, planId, shop } = await standStore(provider);
    await createCode({ planId, code: "LEA10" });
    expect(sent.mock.calls.map(([body]) => body)).toContain(storeId);
    sent.mockClear();
    await runCron("* * * * *", env, Date.now());
    // Stores of other tests may be due as well.
    expect(sent.mock.calls.map(([body]) => body)).toContain(storeId);
    const message = { id: "wake", body: storeId, attempts: 1, timestamp: new Date() };
    const batch = createMessageBatch<string>(SHOP_QUEUE, [message]);
    const context = createExecutionContext();
    await worker.queue(batch, env);
    expect((await getQueueResult(batch, context)).explicitAcks).toEqual(["wake"]);
    expect(await codesIn(shop)).toMatchObject([{ text: "LEA10" }]);
    // Without a queue the minute does it by itself.
    await createCode({ planId, code: "LEA20" });
    await runCron("* * * * *", { ...env, SHOP_QUEUE: undefined } as unknown as Env, Date.now());
    expect((await codesIn(shop)).map(({ text }) => text)).toEqual(["LEA10", "LEA20"]);
  });
});

it("WooCommerce, which has no start, keeps a code as a draft until it begins (UPF-48)", async () => {
  const startsAt = Date.now() + DAY / 2;
  const { storeId, planId, shop } = await standStore("woocommerce", { startsAt });
  const { id } = await createCode({ planId, code: "LEA10" });
  await syncOver(storeId, Date.now());
  expect(await codesIn(shop)).toMatchObject([{ text: "LEA10", isPublished: false }]);
  expect((await readCode(id)).store.state).toBe("live");
  await syncOver(storeId, startsAt - 1);
  expect(await codesIn(shop)).toMatchObject([{ isPublished: false }]);
  await syncOver(storeId, startsAt);
  expect(await codesIn(shop)).toMatchObject([{ text: "LEA10", isPublished: true }]);
});
