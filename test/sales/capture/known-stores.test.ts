import { describe, expect, test } from "vitest";
import type { StoreRow } from "../../../src/programme/store/store.ts";
import {
  KnownStores,
  MAX_STORES,
  MAX_UNKNOWN,
  STORE_FRESH_MS,
  UNKNOWN_FRESH_MS,
} from "../../../src/sales/capture/known-stores.ts";

const storeOf = (key: string): StoreRow => ({ id: `str_${key}`, key }) as StoreRow;

/** A memory that was told of these stores at time 0. */
function knowing(...keys: string[]): KnownStores {
  const known = new KnownStores();
  for (const key of keys) known.set(key, storeOf(key), 0, known.edition);
  return known;
}

describe("remembered stores", () => {
  test("are believed for a while, and what is none for a shorter one", () => {
    const known = knowing("shop");
    known.set("nobody", null, 0, known.edition);
    expect(known.get("shop", STORE_FRESH_MS - 1)).toEqual(storeOf("shop"));
    expect(known.get("shop", STORE_FRESH_MS)).toBeUndefined();
    expect(known.get("nobody", UNKNOWN_FRESH_MS - 1)).toBeNull();
    expect(known.get("nobody", UNKNOWN_FRESH_MS)).toBeUndefined();
    expect(known.get("other", 0)).toBeUndefined();
  });

  test("are what was read last, be it none", () => {
    const known = knowing("shop");
    known.set("shop", null, 1, known.edition);
    expect(known.get("shop", 1)).toBeNull();
    known.set("shop", storeOf("shop"), 2, known.edition);
    expect(known.get("shop", 2)).toEqual(storeOf("shop"));
    expect(known.size).toBe(1);
  });

  test("are forgotten one by one or all, with every key that was no store's", () => {
    const known = knowing("shop", "other");
    known.set("nobody", null, 0, known.edition);
    known.forget("str_shop");
    expect(known.get("shop", 0)).toBeUndefined();
    expect(known.get("nobody", 0)).toBeUndefined();
    expect(known.get("other", 0)).toEqual(storeOf("other"));
    known.clear();
    expect(known.size).toBe(0);
  });

  test("that were read before something was forgotten may be what was, and aren't remembered", () => {
    const known = knowing();
    const { edition } = known;
    known.forget("str_shop");
    known.set("shop", storeOf("shop"), 0, edition);
    expect(known.get("shop", 0)).toBeUndefined();
    const next = known.edition;
    known.clear();
    known.set("shop", storeOf("shop"), 0, next);
    expect(known.get("shop", 0)).toBeUndefined();
  });

  test("are bounded, and pushed out by no number of guessed keys", () => {
    const known = knowing("shop");
    for (let n = 0; n < 10 * MAX_UNKNOWN; n++) known.set(`guess-${n}`, null, 0, known.edition);
    expect(known.get("shop", 0)).toEqual(storeOf("shop"));
    expect(known.size).toBe(1 + MAX_UNKNOWN);
    for (let n = 0; n < 2 * MAX_STORES; n++) known.set(`shop-${n}`, storeOf(`shop-${n}`), 0, known.edition);
    expect(known.size).toBe(MAX_STORES + MAX_UNKNOWN);
    expect(known.get(`shop-${2 * MAX_STORES - 1}`, 0)).not.toBeUndefined();
    expect(known.get("shop-0", 0)).toBeUndefined();
  });
});
