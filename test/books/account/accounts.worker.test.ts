import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { payerSchema, payoutDetailsSchema } from "../../../src/books/account/schema.ts";
import { api, bodyOf, expectInvalid, holding, problemOf } from "../../ground/api.ts";
import { beforeNextWrite } from "../../ground/before-write.ts";
import { createKey, expectGuarded } from "../../operate/key-fixtures.ts";
import { createCreator, createStore } from "../../programme/fixtures.ts";
import { everything } from "../../sales/capture-fixtures.ts";
import { auditedOn } from "../payout-fixtures.ts";

const IBAN = "DE89370400440532013000";
const OTHER_IBAN = "NL91ABNA0417164300";
const SEPA = { method: "sepa", accountHolder: "Zephyrine Quillfeather", iban: "de89 3704 0044 0532 0130 00" };
const NOBODY = "crt_0000000000000zzz";

let creatorId: string;
const path = () => `/creators/${creatorId}/payout-details`;
const put = async (body: unknown) => bodyOf(payoutDetailsSchema, await api("PUT", path(), body));

beforeEach(async () => {
  creatorId = (await createCreator()).id;
});

async function auditOf(entityId: string) {
  const { results } = await env.DB.prepare(
    "SELECT action, before, after FROM audit_log WHERE entity_id = ?1 AND entity IN ('payoutDetails', 'payer') ORDER BY id",
  )
    .bind(entityId)
    .all<{ action: string; before: string | null; after: string | null }>();
  return results.map(({ action, before, after }) => [
    action,
    JSON.parse(before ?? "null"),
    JSON.parse(after ?? "null"),
  ]);
}

describe("payout details", () => {
  test.each([
    ["GET", "orders:read"],
    ["PUT", "orders:write"],
    ["DELETE", "orders:write"],
  ] as const)("%s needs %s", async (method, scope) => expectGuarded(method, path(), scope));

  test("are shown masked, and whole only to who may pay, which is audited", async () => {
    const details = {
      ...SEPA,
      bic: "cobadeff",
      country: "de",
      email: "lea@creator.example",
      note: "n",
      reference: "K-1",
    };
    const shown = await put(details);
    expect(shown).toMatchObject({
      creatorId,
      method: "sepa",
      accountHolder: "Zephyrine Quillfeather",
      iban: "DE•• … 3000",
      bic: "COBADEFF",
      country: "DE",
      email: "l•••@creator.example",
      note: "•••",
      reference: "K-1",
      revealed: false,
      updatedBy: "bootstrap",
    });
    expect(bodyOf(payoutDetailsSchema, await api("GET", path()))).toEqual(shown);
    const reader = await createKey(["orders:read"]);
    const refused = await api("GET", `${path()}?reveal=true`, undefined, holding(reader.key));
    expect(problemOf(refused).code).toBe("forbidden");
    expect(bodyOf(payoutDetailsSchema, await api("GET", path(), undefined, holding(reader.key)))).toEqual(shown);
    expect(await auditOf(creatorId)).toHaveLength(1);
    expect(bodyOf(payoutDetailsSchema, await api("GET", `${path()}?reveal=true`))).toMatchObject({
      iban: IBAN,
      email: "lea@creator.example",
      note: "n",
      revealed: true,
    });
    expect((await auditOf(creatorId)).at(-1)).toEqual(["reveal", null, { method: "sepa" }]);
  });

  test("are nowhere but sealed, for their creator alone, and what changed is audited by its name", async () => {
    await put({ ...SEPA, note: "by letter" });
    await put({ ...SEPA, note: "by letter" });
    await put({ ...SEPA, iban: OTHER_IBAN });
    await put({ method: "other", accountHolder: SEPA.accountHolder, note: "IBAN by phone" });
    expect(await auditOf(creatorId)).toEqual([
      ["create", null, { method: "sepa", changed: ["method", "accountHolder", "iban", "note"] }],
      ["update", { method: "sepa" }, { method: "sepa", changed: ["iban", "note"] }],
      ["update", { method: "sepa" }, { method: "other", changed: ["method", "iban", "note"] }],
    ]);
    expect(await everything()).not.toMatch(/Quillfeather|3704|0417164300|by letter|by phone/);

    const other = await createCreator();
    await env.DB.prepare(
      `INSERT INTO payout_details (creator_id, method, sealed, version, updated_at, updated_by)
       SELECT ?1, method, sealed, 1, 1, 'thief' FROM payout_details WHERE creator_id = ?2`,
    )
      .bind(other.id, creatorId)
      .run();
    const moved = await api("GET", `/creators/${other.id}/payout-details`);
    expect(problemOf(moved)).toMatchObject({ status: 409, code: "account_unreadable" });
    expect((await api("PUT", `/creators/${other.id}/payout-details`, SEPA)).status).toBe(200);
  });

  test.each([
    ["iban", { method: "sepa" }],
    ["iban", { method: "sepa", iban: "DE89 3704 0044 0532 0130 01" }],
    ["iban", { method: "sepa", iban: "SA0380000000608010167519" }],
    ["accountHolder", { ...SEPA, accountHolder: "🦊" }],
    ["bic", { ...SEPA, bic: "COBA" }],
    ["country", { ...SEPA, country: "XX" }],
    ["email", { method: "paypal" }],
    ["note", { method: "other" }],
  ])("a %s that can't be is refused: %o", async (field, body) => {
    expectInvalid(await api("PUT", path(), { accountHolder: "Lea Martin", ...body }), field);
  });

  test("an IBAN that SEPA doesn't reach, and an address at PayPal, are kept by their own methods", async () => {
    expect(await put({ ...SEPA, method: "other", iban: "SA0380000000608010167519" })).toMatchObject({
      method: "other",
    });
    expect(await put({ method: "paypal", accountHolder: "L", email: "l@creator.example" })).toMatchObject({
      iban: null,
    });
  });

  test("of two who change them at once, the later stands on the earlier", async () => {
    await put(SEPA);
    beforeNextWrite(() => put({ ...SEPA, iban: OTHER_IBAN }));
    await put({ ...SEPA, note: "mine" });
    expect((await auditOf(creatorId)).at(-1)).toEqual([
      "update",
      { method: "sepa" },
      { method: "sepa", changed: ["iban", "note"] },
    ]);
  });

  test("are forgotten when asked, and with their creator", async () => {
    const rows = async () => env.DB.prepare("SELECT count(*) AS n FROM payout_details").first("n");
    await put(SEPA);
    expect((await api("DELETE", path())).status).toBe(204);
    expect(problemOf(await api("DELETE", path())).code).toBe("not_found");
    expect(problemOf(await api("GET", path())).code).toBe("not_found");
    await put(SEPA);
    beforeNextWrite(() => api("DELETE", `/creators/${creatorId}`));
    expect(problemOf(await api("PUT", path(), { ...SEPA, iban: OTHER_IBAN })).code).toBe("not_found");
    expect(await rows()).toBe(0);
    expect(problemOf(await api("PUT", `/creators/${NOBODY}/payout-details`, SEPA)).code).toBe("not_found");
  });
});

describe("the account that a store pays from", () => {
  test.each([
    ["GET", ["settings:read"]],
    ["PUT", ["settings:write", "orders:write"]],
    ["DELETE", ["settings:write", "orders:write"]],
  ] as const)("%s needs %s", async (method, scopes) =>
    expectGuarded(method, "/stores/str_0000000000000zzz/payer", ...(scopes as ["settings:read"])),
  );

  test("is kept sealed, shown masked, changed and forgotten", async () => {
    const { id } = await createStore();
    const payer = `/stores/${id}/payer`;
    expect(problemOf(await api("GET", payer)).code).toBe("not_found");
    const body = { name: "Linen & Söhne", iban: "DE89 3704 0044 0532 0130 00" };
    expect(bodyOf(payerSchema, await api("PUT", payer, body))).toMatchObject({
      storeId: id,
      name: "Linen & Söhne",
      iban: "DE•• … 3000",
      bic: null,
    });
    await api("PUT", payer, body);
    await api("PUT", payer, { ...body, iban: OTHER_IBAN });
    expect(bodyOf(payerSchema, await api("GET", payer)).iban).toBe("NL•• … 4300");
    expect(await auditOf(id)).toEqual([
      ["create", null, { changed: ["name", "iban"] }],
      ["update", null, { changed: ["iban"] }],
    ]);
    expect(await everything()).not.toMatch(/Söhne|3704|0417164300/);
    expectInvalid(await api("PUT", payer, { ...body, iban: "SA0380000000608010167519" }), "iban");
    expect((await api("DELETE", payer)).status).toBe(204);
    expect(problemOf(await api("GET", payer)).code).toBe("not_found");
    expect((await auditedOn(id)).at(-1)).toBe("delete");
    expect(problemOf(await api("PUT", "/stores/str_0000000000000zzz/payer", body)).code).toBe("not_found");
  });
});
