import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { api } from "../../ground/api.ts";
import { createKey } from "../../operate/key-fixtures.ts";
import { enter, IBAN, LEA_ACCOUNT, OTHER_IBAN, proposalsOf, THIRD_IBAN } from "../../portal/money/money-fixtures.ts";
import { createGuest } from "../../portal/portal-fixtures.ts";
import { deskGet, deskPost, signIn } from "../desk-fixtures.ts";

const PLACE = "/admin/payout-detail-proposals";

let lea: { id: string; path: string };

/** Enters an account on the creator's page. Answers the desk's page of it. */
async function propose(fields: Record<string, string>): Promise<string> {
  expect((await enter(lea.path, fields)).status).toBe(303);
  const [newest] = await proposalsOf(lea.id);
  return `${PLACE}/${newest?.id}`;
}

beforeEach(async () => {
  lea = await createGuest();
});

describe("DSH-3: payout details that creators enter, on the desk", () => {
  it("wait on the first page, stand beside what is in force, and are confirmed or refused", async () => {
    const cookie = await signIn();
    expect((await deskGet(PLACE, cookie)).text).toContain("No change of payout details waits.");
    const first = await propose({ ...LEA_ACCOUNT, iban: OTHER_IBAN });
    expect((await deskGet(first, cookie)).text).toContain("This is the first account of this creator.");
    await api("PUT", `/creators/${lea.id}/payout-details`, { method: "sepa", accountHolder: "Lea", iban: THIRD_IBAN });
    const late = await deskGet(first, cookie);
    expect(late.text).toContain("so it can’t be confirmed");
    expect(late.text).not.toContain(`${first}/confirm`);

    const here = await propose(LEA_ACCOUNT);
    const today = await deskGet("/admin", cookie);
    expect(today.text).toContain("creator entered an account to be paid to");
    expect(today.text).toContain(`${PLACE}?state=open`);
    expect((await deskGet(`/admin/creators/${lea.id}`, cookie)).text).toContain(here);
    const page = (await deskGet(here, cookie)).text;
    expect(page).toContain("This is another account than the one in force.");
    expect(page).toContain("ask the creator by another way");
    for (const part of ["FR•• … 2606", "DE•• … 2051", "Replaced by a later one"]) expect(page).toContain(part);
    for (const whole of [IBAN, THIRD_IBAN]) expect(page).not.toContain(whole);
    const revealed = await deskPost(`${here}/reveal`, {}, cookie);
    for (const whole of [IBAN, THIRD_IBAN]) expect(revealed.text).toContain(whole);
    expect((await deskGet(`${here}/confirm`, cookie)).text).toContain("Have them say the last four characters.");
    expect((await deskPost(`${here}/confirm`, {}, cookie)).to).toBe(`${here}?done=confirm`);
    expect((await api("GET", `/creators/${lea.id}/payout-details?reveal=true`)).body).toMatchObject({ iban: IBAN });

    const next = await propose({ ...LEA_ACCOUNT, iban: OTHER_IBAN });
    expect((await deskPost(`${next}/refuse`, { reason: "" }, cookie)).status).toBe(422);
    expect((await deskPost(`${next}/refuse`, { reason: "You said it wasn’t you" }, cookie)).to).toContain(
      "done=refuse",
    );
    expect((await deskGet(`${PLACE}?state=refused`, cookie)).text).toContain("Lea Moreau");
    expect((await deskGet("/admin", cookie)).text).not.toContain("entered an account to be paid to");
  });

  it("are called the first of their creator only where they are", async () => {
    const here = await propose(LEA_ACCOUNT);
    const cookie = await signIn();
    const first = "it is the first that this creator entered";
    expect((await deskGet(here, cookie)).text).toContain(first);
    const columns = "creator_id, token_id, method, sealed, base_version, created_at";
    await env.DB.prepare(
      `INSERT INTO payout_detail_proposals (id, state, ${columns})
       SELECT substr(p.id, 1, 4) || 'zzzzzzzzzzzzzz' || (value + 10), 'replaced', ${columns}
       FROM payout_detail_proposals p, json_each('[0,1,2,3,4,5,6,7,8,9,10]')`,
    ).run();
    const late = (await deskGet(here, cookie)).text;
    expect(late).not.toContain(first);
    const [, all = ""] = /href="([^"]+)">All of this creator/.exec(late) ?? [];
    const list = (await deskGet(all.replaceAll("&amp;", "&"), cookie)).text;
    expect(list).toContain("Replaced by a later one</span>");
    // Its file has them, too.
    const [, file = ""] = /href="([^"]+)">\s*CSV/.exec(list) ?? [];
    expect((await deskGet(file.replaceAll("&amp;", "&"), cookie)).text).toContain("replaced");
  });

  it("warn of a portal link that was revoked since, and are decided by nobody who may not pay", async () => {
    const here = await propose(LEA_ACCOUNT);
    const { data } = (await api("GET", `/creators/${lea.id}/portal-links`)).body as { data: { id: string }[] };
    await api("DELETE", `/creators/${lea.id}/portal-links/${data[0]?.id}`);
    expect((await deskGet(here, await signIn())).text).toContain("The portal link by which it came is revoked");
    const reader = await signIn((await createKey(["orders:read", "plans:read"])).key);
    const page = await deskGet(here, reader);
    expect(page.text).toContain("DE•• … 2051");
    expect(page.text).not.toMatch(/\/(?:confirm|refuse|reveal)"/);
    for (const action of ["confirm", "refuse", "reveal"]) {
      expect((await deskPost(`${here}/${action}`, { reason: "x" }, reader)).status, action).toBe(403);
    }
  });
});
