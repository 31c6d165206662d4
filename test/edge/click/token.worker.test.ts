import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ID_PREFIXES } from "../../../src/ground/id.ts";
import { idBytes, idOf } from "../../../src/ground/id-text.ts";
import {
  clickIdOf,
  clickStamp,
  importTokenKeys,
  signToken,
  tokenHead,
  type TokenKeys,
  verifyToken,
} from "../../../src/edge/click/token.ts";

const KEY_1 = `1:${Buffer.alloc(32, 1).toString("base64url")}`;
const KEY_2 = `2:${Buffer.alloc(32, 2).toString("base64url")}`;
const LINK = "lnk_06c4v8e5m1k2n3p4";
const TIME = Date.UTC(2026, 10, 21, 9, 30, 15, 123);
const nonce = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9]).toBase64({ alphabet: "base64url" });

let keys: TokenKeys;

beforeAll(async () => {
  keys = await importTokenKeys(KEY_1);
});

const sign = async (by: TokenKeys) => signToken(by, tokenHead(LINK, by.signingId), clickStamp(TIME, nonce));

describe("the click token", () => {
  it("tells its link, time and click id to whoever holds the key", async () => {
    const text = await sign(keys);
    expect(text).toMatch(/^[\w-]{56}$/);
    const clickId = clickIdOf(clickStamp(TIME, nonce));
    expect(await verifyToken(keys, text)).toEqual({ ok: true, token: { keyId: 1, linkId: LINK, clickId, time: TIME } });
    expect(text).toContain(clickId.slice(4));
  });

  it("outlives the rotation of keys for as long as its own key is listed", async () => {
    const old = await sign(keys);
    const rotated = await importTokenKeys(`${KEY_2},${KEY_1}`);
    expect(await verifyToken(rotated, old)).toMatchObject({ ok: true, token: { keyId: 1 } });
    expect(await verifyToken(rotated, await sign(rotated))).toMatchObject({ ok: true, token: { keyId: 2 } });
    expect(await verifyToken(await importTokenKeys(KEY_2), old)).toEqual({ ok: false, problem: "unknown_key" });
  });

  it("is refused after any change of any character", async () => {
    const text = await sign(keys);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 55 }), fc.constantFrom(..."ABCDwxyz0189-_".split("")), async (index, letter) => {
        fc.pre(text[index] !== letter);
        const forged = text.slice(0, index) + letter + text.slice(index + 1);
        expect(await verifyToken(keys, forged)).toMatchObject({ ok: false });
      }),
    );
  });

  it("is refused when another key signed it under the same id", async () => {
    const stranger = await importTokenKeys(`1:${Buffer.alloc(32, 9).toString("base64url")}`);
    expect(await verifyToken(keys, await sign(stranger))).toEqual({ ok: false, problem: "bad_signature" });
  });

  it("is refused, not thrown at, whatever the text", async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ minLength: 56, maxLength: 56, unit: fc.constantFrom(..."AQaz09-_+/= é".split("")) }),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect((await verifyToken(keys, text)).ok).toBe(false);
      }),
    );
  });

  it("carries every time there is to tell", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        fc.uint8Array({ minLength: 9, maxLength: 9 }),
        async (time, bytes) => {
          const text = signToken(keys, tokenHead(LINK, 1), clickStamp(time, bytes.toBase64({ alphabet: "base64url" })));
          expect(await verifyToken(keys, text)).toMatchObject({ ok: true, token: { time } });
        },
      ),
    );
  });

  it.each([
    ["", /<id 0-255>/],
    ["256:AAAA", /<id 0-255>/],
    [`${KEY_1},${KEY_1}`, /given twice/],
    [`1:${Buffer.alloc(16).toString("base64url")}`, /shorter than 32 bytes/],
  ])("refuses the key list %j and does not repeat it", async (text, message) => {
    const error = await importTokenKeys(text).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(message);
    if (text.length > 20) expect(String(error)).not.toContain(text.slice(2, 20));
  });
});

describe("ids", () => {
  it("come back from their bytes, and sort as their bytes do", () => {
    const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const [a, b] = [idOf(ID_PREFIXES.link, one), idOf(ID_PREFIXES.link, other)];
        expect(idBytes(ID_PREFIXES.link, a)).toEqual(one);
        expect(Math.sign(Buffer.compare(one, other))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it.each(["lnk_short", "crt_06c4v8e5m1k2n3p4", "lnk_06c4v8e5m1k2n3pu", "lnk_06C4V8E5M1K2N3P4"])(
    "refuses %s",
    (text) => {
      expect(() => idBytes(ID_PREFIXES.link, text)).toThrow(RangeError);
    },
  );
});
