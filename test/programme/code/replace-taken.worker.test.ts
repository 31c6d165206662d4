import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/ground/db/client.ts";
import { createIdSource } from "../../../src/ground/id.ts";
import { PROVIDER_TABLE } from "../../../src/ground/model/provider.ts";
import { replaceTaken } from "../../../src/programme/code/replace-run.ts";
import { api } from "../../ground/api.ts";
import { holdShopQueue } from "../../shops/code/model-run.ts";
import { createCode, insertPlan, readCode, useCode } from "../code-fixtures.ts";

beforeEach(() => void holdShopQueue());

/** Replaces a code's text; `bytes` are the random ones, one after the other. */
async function replace(id: string, taken: string, bytes: readonly number[] = [8]): Promise<string | null> {
  const left = [...bytes];
  const random = (array: Uint8Array): void => {
    array.fill(left.shift() ?? 0);
  };
  const newId = createIdSource(Date.now, (array) => void crypto.getRandomValues(array));
  const rules = PROVIDER_TABLE.shopify.capabilities.code!;
  return replaceTaken({ d1: env.DB, db: openDatabase(env.DB), newId, random }, id, taken, rules, Date.now());
}

const textsOf = async (id: string): Promise<unknown[]> =>
  (
    await env.DB.prepare("SELECT text FROM code_texts WHERE code_id = ?1 ORDER BY text")
      .bind(id)
      .all<{ text: string }>()
  ).results.map(({ text }) => text);

describe("a text that a shop has as somebody else's", () => {
  it("is given back for one with a random character, which is free in the store", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    const { id } = await createCode({ planId, code: "LEA10" });
    await createCode({ planId, code: "LEA10A" });
    // The first character makes a text that another code has.
    expect(await replace(id, "LEA10", [8, 9])).toBe("LEA10B");
    expect(await textsOf(id)).toEqual(["LEA10B"]);
    expect(await readCode(id)).toMatchObject({ code: "LEA10B", earlier: [], storeId });
    // Whoever gets the taken text later gets it as a new one.
    expect((await createCode({ planId, code: "LEA10" })).code).toBe("LEA10");
  });

  it("stays where an order came with it in the meantime", async () => {
    const { id: planId, storeId } = await insertPlan({}, { provider: "shopify" });
    const { id } = await createCode({ planId, code: "LEA10" });
    await useCode(storeId, "lea10", [0]);
    const before = await readCode(id);
    expect(await replace(id, "LEA10")).toBeNull();
    expect(await readCode(id)).toEqual(before);
    expect(await textsOf(id)).toEqual(["LEA10"]);
  });

  it("stays where the code was changed or retired in the meantime", async () => {
    const { id: planId } = await insertPlan({}, { provider: "shopify" });
    const { id } = await createCode({ planId, code: "LEA10" });
    await api("PATCH", `/codes/${id}`, { code: "LEA20" });
    expect(await replace(id, "LEA10")).toBeNull();
    await api("DELETE", `/codes/${id}`);
    expect(await replace(id, "LEA20")).toBeNull();
    expect(await replace("cod_0000000000000000", "LEA20")).toBeNull();
    expect(await textsOf(id)).toEqual(["LEA10", "LEA20"]);
  });
});
