import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decisionsAnswer } from "../../src/reports/decisions/schema.ts";
import { payoutPreview } from "../../src/books/payout/schema.ts";
import { api, bodyOf } from "../ground/api.ts";
import { beforeNextWrite } from "../ground/before-write.ts";
import { createCreator } from "../programme/fixtures.ts";
import { enter, IBAN, LEA_ACCOUNT, OTHER_IBAN, proposalsOf, THIRD_IBAN } from "../portal/money/money-fixtures.ts";
import { createGuest, createShop, look, NOON, textOf } from "../portal/portal-fixtures.ts";
import { everything } from "../sales/capture-fixtures.ts";
import { book } from "../books/money-fixtures.ts";
import { lockTo } from "../books/payout-fixtures.ts";

const DAY = 86_400_000;

let lea: { id: string; path: string };
const money = async () => (await look(`${lea.path}/money`)).text;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  lea = await createGuest();
  await api("PUT", `/creators/${lea.id}/payout-details`, {
    method: "sepa",
    accountHolder: "Lea Quillfeather",
    iban: IBAN,
  });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("whoever got hold of the address of a creator's page", () => {
  test("is paid nothing by entering an account, and the creator, the desk and whoever pays are told", async () => {
    const shop = await createShop();
    await book({ creatorId: lea.id, storeId: shop.id, amountMinor: 5_000, time: NOON - DAY });
    await lockTo(NOON - 1, shop.id);
    expect((await enter(lea.path, { accountHolder: "Thief", iban: OTHER_IBAN })).status).toBe(303);
    const [proposal] = await proposalsOf(lea.id);

    const page = textOf(await money());
    expect(page).toContain("A change to your payout details is waiting");
    expect(page).toContain("ends in 4300 was entered");
    expect(page).toContain("If that wasn’t you, tell the shop at once");
    expect(page).toContain("To the account that ends in 2051");

    const { data } = bodyOf(decisionsAnswer, await api("GET", "/decisions"));
    const waits = data.find(({ kind }) => kind === "payout_details_proposed");
    expect(waits).toMatchObject({ count: 1, samples: [{ id: proposal?.id, name: "Lea Moreau", aboutId: lea.id }] });

    const preview = bodyOf(payoutPreview, await api("POST", "/payouts/preview", { storeId: shop.id }));
    expect(preview.lines).toMatchObject([{ creatorId: lea.id, method: "sepa", proposalId: proposal?.id }]);
    const run = (await api("POST", "/payouts", { storeId: shop.id })).body as { id: string };
    const lines = (await api("GET", `/payouts/${run.id}/lines`)).body as { data: unknown[] };
    expect(lines.data).toMatchObject([{ proposalId: proposal?.id }]);
    await api("PUT", `/stores/${shop.id}/payer`, { name: "Linen", iban: IBAN });
    const { status } = await api("POST", `/payout-detail-proposals/${proposal?.id}/refuse`, { reason: "Not you" });
    expect(status).toBe(200);
    expect(((await api("GET", `/payouts/${run.id}/lines`)).body as typeof lines).data).toMatchObject([
      { proposalId: null },
    ]);
    expect(textOf(await money())).toMatch(/ends in 4300 was refused on Nov 22, 2026 Not you/);
  });

  test("reads no whole account on it, whatever was entered and decided, and no log or table has one", async () => {
    const logged = [
      vi.spyOn(console, "log"),
      vi.spyOn(console, "error").mockImplementation(() => {}),
      vi.spyOn(console, "warn"),
    ];
    const wholes = [IBAN, OTHER_IBAN, THIRD_IBAN].map((iban) => iban.slice(4, -4));
    const accounts = [OTHER_IBAN, THIRD_IBAN];
    for (const iban of accounts) {
      await enter(lea.path, { ...LEA_ACCOUNT, iban });
      for (const whole of wholes) expect(await money()).not.toContain(whole);
    }
    const [open] = await proposalsOf(lea.id);
    await api("POST", `/payout-detail-proposals/${open?.id}/confirm`);
    for (const whole of wholes) expect(await money()).not.toContain(whole);
    const kept = await everything();
    const said = JSON.stringify(logged.flatMap(({ mock }) => mock.calls));
    for (const whole of [...wholes, "Quillfeather"]) {
      expect(kept).not.toContain(whole);
      expect(said).not.toContain(whole);
    }
    expect(textOf(await money())).toContain("To the account that ends in 2606");
    vi.restoreAllMocks();
  });

  test("enters five a day by one link, and none by a link that is revoked, from another site, or for another creator", async () => {
    for (let count = 0; count < 5; count += 1) expect((await enter(lea.path, LEA_ACCOUNT)).status).toBe(303);
    const sixth = await enter(lea.path, LEA_ACCOUNT);
    expect([sixth.status, textOf(sixth.text)]).toEqual([429, expect.stringContaining("Several accounts were entered")]);
    const both = await Promise.all([enter(lea.path, LEA_ACCOUNT), enter(lea.path, LEA_ACCOUNT)]);
    expect(both.map(({ status }) => status)).toEqual([429, 429]);
    expect(await proposalsOf(lea.id)).toHaveLength(5);
    vi.setSystemTime(NOON + DAY + 1);
    expect((await enter(lea.path, LEA_ACCOUNT)).status).toBe(303);

    const other = await createGuest();
    for (const [name, value] of [
      ["Origin", "https://thief.example"],
      ["Sec-Fetch-Site", "cross-site"],
    ] as const) {
      expect((await enter(other.path, LEA_ACCOUNT, { [name]: value })).status).toBe(403);
    }
    const fields = { ...LEA_ACCOUNT, creatorId: lea.id, creator: lea.id, state: "confirmed", tokenId: "x" };
    expect((await enter(other.path, fields)).status).toBe(303);
    expect(await proposalsOf(other.id)).toMatchObject([{ state: "open", creatorId: other.id }]);
    expect(await proposalsOf(lea.id)).toHaveLength(6);
    const { data } = (await api("GET", `/creators/${other.id}/portal-links`)).body as { data: { id: string }[] };
    await api("DELETE", `/creators/${other.id}/portal-links/${data[0]?.id}`);
    expect((await enter(other.path, LEA_ACCOUNT)).status).toBe(404);
    expect(await proposalsOf(other.id)).toMatchObject([{ portalLink: { revokedAt: new Date().toISOString() } }]);
  });

  test("enters none by a link that ends while it is sent, or that is another creator's", async () => {
    const tokens = (change: string) => env.DB.prepare(`UPDATE portal_tokens SET ${change}`).run();
    const { id: other } = await createCreator();
    for (const [ends, again] of [
      ["revoked_at = 1", "revoked_at = NULL"],
      [`expires_at = ${NOON}`, "expires_at = NULL"],
      [`creator_id = '${other}'`, `creator_id = '${lea.id}'`],
    ] as const) {
      beforeNextWrite(() => tokens(ends), "payout_detail_proposals");
      expect((await enter(lea.path, LEA_ACCOUNT)).status, ends).toBe(404);
      await tokens(again);
    }
    expect(await proposalsOf(lea.id)).toEqual([]);
    vi.restoreAllMocks();
  });

  test("doesn't learn whether an account is the one in force", async () => {
    const same = await enter(lea.path, LEA_ACCOUNT);
    const differs = await enter(lea.path, { ...LEA_ACCOUNT, iban: THIRD_IBAN });
    expect([same.status, same.to]).toEqual([differs.status, differs.to]);
  });
});
