import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { payoutDetailsSchema } from "../../../src/books/account/schema.ts";
import { proposalSchema, shownProposal } from "../../../src/books/proposal/schema.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { enter, IBAN, LEA_ACCOUNT, OTHER_IBAN, proposalsOf, THIRD_IBAN } from "../../portal/money/money-fixtures.ts";
import { createGuest } from "../../portal/portal-fixtures.ts";
import { everything } from "../../sales/capture-fixtures.ts";
import { auditedOn } from "../payout-fixtures.ts";

const NOBODY = "/payout-detail-proposals/pdp_0000000000000zzz";

let lea: { id: string; path: string };
const inForce = () => api("GET", `/creators/${lea.id}/payout-details?reveal=true`);
const at = (id: string) => `/payout-detail-proposals/${id}`;
const shown = async (id: string, query = "") => bodyOf(shownProposal, await api("GET", `${at(id)}${query}`));
const put = (body: object) => api("PUT", `/creators/${lea.id}/payout-details`, { method: "sepa", ...body });

/** Enters an account, and answers the id of the proposal. */
async function propose(fields: Record<string, string> = LEA_ACCOUNT): Promise<string> {
  expect((await enter(lea.path, fields)).status).toBe(303);
  const [newest] = await proposalsOf(lea.id);
  return newest?.id ?? "";
}

beforeEach(async () => {
  lea = await createGuest();
});

describe("payout details that a creator enters", () => {
  test.each([
    ["GET", "", "orders:read"],
    ["POST", "/confirm", "orders:write"],
    ["POST", "/refuse", "orders:write"],
  ] as const)("%s %s needs %s", async (method, action, scope) => expectGuarded(method, `${NOBODY}${action}`, scope));

  test("change nothing until they are confirmed, and are shown beside what is in force", async () => {
    await put({ accountHolder: "Lea Quillfeather", iban: OTHER_IBAN, bic: "ABNANL2A", note: "old", reference: "K-7" });
    const before = (await inForce()).body;
    const id = await propose();
    expect((await inForce()).body).toEqual(before);
    const one = await shown(id);
    expect(one).toMatchObject({
      creatorId: lea.id,
      state: "open",
      method: "sepa",
      details: { accountHolder: "Lea Quillfeather", iban: "DE•• … 2051", bic: null, note: null, reference: "K-7" },
      inForce: { iban: "NL•• … 4300", bic: "ABNANL2A", note: "•••", reference: "K-7" },
      changed: ["iban", "bic", "note"],
      stale: false,
      revealed: false,
      portalLink: { label: null, revokedAt: null },
      decidedAt: null,
    });
    const reader = await createKey(["orders:read"]);
    const refused = await api("GET", `${at(id)}?reveal=true`, undefined, holding(reader.key));
    expect(problemOf(refused).code).toBe("forbidden");
    expect(await shown(id, "?reveal=true")).toMatchObject({ details: { iban: IBAN }, inForce: { iban: OTHER_IBAN } });
    const decided = bodyOf(proposalSchema, await api("POST", `${at(id)}/confirm`));
    expect(decided).toMatchObject({ state: "confirmed", decidedBy: "bootstrap" });
    expect((await inForce()).body).toMatchObject({
      method: "sepa",
      accountHolder: "Lea Quillfeather",
      iban: IBAN,
      bic: null,
      note: null,
      reference: "K-7",
      updatedBy: "bootstrap",
    });
    expect(await auditedOn(id)).toEqual(["create", "reveal", "approve"]);
    expect(problemOf(await api("POST", `${at(id)}/confirm`)).code).toBe("proposal_decided");
    expect(problemOf(await api("POST", `${at(id)}/refuse`, { reason: "no" })).code).toBe("proposal_decided");
  });

  test("can be the first; an account that SEPA doesn't reach is paid otherwise", async () => {
    const id = await propose({ accountHolder: "Lea", iban: "SA03 8000 0000 6080 1016 7519", bic: "ncbksajeXXX" });
    expect(await shown(id)).toMatchObject({ method: "other", inForce: null, inForceSince: null, stale: false });
    expect((await api("POST", `${at(id)}/confirm`)).status).toBe(200);
    expect((await inForce()).body).toMatchObject({ method: "other", bic: "NCBKSAJEXXX" });
  });

  test("are refused with a reason that the creator reads", async () => {
    const id = await propose();
    expectInvalid(await api("POST", `${at(id)}/refuse`, { reason: " " }), "reason");
    const decided = bodyOf(proposalSchema, await api("POST", `${at(id)}/refuse`, { reason: "We called you" }));
    expect(decided).toMatchObject({ state: "refused", reason: "We called you" });
    expect(problemOf(await inForce()).code).toBe("not_found");
    expect(problemOf(await api("POST", `${at(id)}/confirm`)).code).toBe("proposal_decided");
    expect(problemOf(await api("POST", `${NOBODY}/confirm`)).code).toBe("not_found");
  });

  test("take the place of those that wait, which nobody can confirm any more", async () => {
    const first = await propose();
    const second = await propose({ ...LEA_ACCOUNT, iban: THIRD_IBAN });
    expect((await proposalsOf(lea.id)).map(({ id, state }) => [id, state])).toEqual([
      [second, "open"],
      [first, "replaced"],
    ]);
    expect(problemOf(await api("POST", `${at(first)}/confirm`)).code).toBe("proposal_decided");
    // While somebody confirms what they see, another comes.
    beforeNextWrite(async () => void (await enter(lea.path, { ...LEA_ACCOUNT, iban: OTHER_IBAN })));
    expect(problemOf(await api("POST", `${at(second)}/confirm`)).code).toBe("proposal_decided");
    expect(problemOf(await inForce()).code).toBe("not_found");
    const open = await api("GET", `/payout-detail-proposals?state=open`);
    expect((open.body as { data: unknown[] }).data).toHaveLength(1);
  });

  test("aren't confirmed once what is in force is another, however it came to be so", async () => {
    const account = { accountHolder: "L", iban: OTHER_IBAN };
    const late = await propose();
    await put(account);
    expect(await shown(late)).toMatchObject({ stale: true });
    expect(problemOf(await api("POST", `${at(late)}/confirm`)).code).toBe("proposal_stale");

    // Deleted and entered anew: their version is the same again.
    const id = await propose();
    await api("DELETE", `/creators/${lea.id}/payout-details`);
    await put({ ...account, iban: THIRD_IBAN });
    expect(problemOf(await api("POST", `${at(id)}/confirm`)).code).toBe("proposal_stale");

    const meanwhile = await propose();
    beforeNextWrite(async () => void (await put(account)));
    expect(problemOf(await api("POST", `${at(meanwhile)}/confirm`)).code).toBe("proposal_stale");
    expect(bodyOf(payoutDetailsSchema, await inForce()).iban).toBe(OTHER_IBAN);
  });

  test("are nowhere but sealed, for their row alone, and erased with their creator", async () => {
    const id = await propose();
    await enter(lea.path, { ...LEA_ACCOUNT, iban: "DE02120300000000202052" });
    expect(await everything()).not.toMatch(/Quillfeather|1203|202051/i);
    const other = await createGuest();
    await enter(other.path, { ...LEA_ACCOUNT, iban: OTHER_IBAN });
    const [theirs] = await proposalsOf(other.id);
    await env.DB.prepare(
      "UPDATE payout_detail_proposals SET sealed = (SELECT sealed FROM payout_detail_proposals WHERE id = ?1) WHERE id = ?2",
    )
      .bind(id, theirs?.id)
      .run();
    expect(await shown(theirs?.id ?? "")).toMatchObject({ details: null });
    expect(problemOf(await api("POST", `${at(theirs?.id ?? "")}/confirm`)).code).toBe("account_unreadable");
    expect((await api("POST", `${at(theirs?.id ?? "")}/refuse`, { reason: "Please enter it again" })).status).toBe(200);
    expect((await api("DELETE", `/creators/${lea.id}`)).status).toBe(204);
    expect(problemOf(await api("GET", at(id))).code).toBe("not_found");
  });
});
