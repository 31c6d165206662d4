import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ingestClicks } from "../../../src/clicks/click/ingest.ts";
import { readConfig } from "../../../src/ground/config.ts";
import { clickMessage } from "../click-message.ts";
import { viewedClicks, wipeLog } from "../log-fixtures.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const config = readConfig({});

/** A program, a visitor whom nothing tells apart, and one who has a key: each is counted in another way. */
const clicks = [
  clickMessage({ id: "clk_program", linkId: "lnk_a", time: NOW, userAgent: null }),
  clickMessage({ id: "clk_nobody", linkId: "lnk_a", time: NOW + 1, pseudonym: null }),
  clickMessage({ id: "clk_somebody", linkId: "lnk_a", time: NOW + 2 }),
];
const message = { id: "msg_1", clicks };
const byThemselves = { id: null, clicks };

beforeEach(() => wipeLog());

/** `DB`, and a way to have something happen just before its next transaction. */
function interrupted() {
  let next: (() => Promise<void>) | null = null;
  const d1 = new Proxy(env.DB, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "batch") return value.bind(target);
      return async (statements: D1PreparedStatement[]) => {
        const happens = next;
        next = null;
        await happens?.();
        return target.batch(statements);
      };
    },
  });
  return {
    where: { ...env, DB: d1 },
    before: (happens: () => Promise<void>) => {
      next = happens;
    },
  };
}

const idsOf = async (): Promise<string[]> => (await viewedClicks()).map(({ id }) => String(id)).toSorted();
const once = clicks.map(({ id }) => id).toSorted();

describe("a click that comes by a message and by itself", () => {
  it("is logged once if it comes by itself first, as after a restore from the Worker's log", async () => {
    await ingestClicks(env, config, [byThemselves], NOW);
    await ingestClicks(env, config, [message], NOW + 60_000);
    expect(await idsOf()).toEqual(once);
  });

  it("is logged once if only some of the message's have come", async () => {
    await ingestClicks(env, config, [{ id: null, clicks: clicks.slice(0, 1) }], NOW);
    await ingestClicks(env, config, [message], NOW + 60_000);
    await ingestClicks(env, config, [message], NOW + 120_000);
    expect(await idsOf()).toEqual(once);
  });

  it("is logged once if the message comes first", async () => {
    await ingestClicks(env, config, [message], NOW);
    await ingestClicks(env, config, [byThemselves], NOW + 60_000);
    expect(await idsOf()).toEqual(once);
  });

  // A visitor who is known would be met by the first visit of the other.
  const unknown = clicks.slice(0, 2);
  it.each([
    ["the message", { id: "msg_1", clicks: unknown }, { id: null, clicks: unknown }],
    ["the click", { id: null, clicks: unknown }, { id: "msg_1", clicks: unknown }],
  ])("is logged once if the other comes as %s is about to be written", async (_name, outer, inner) => {
    const { where, before } = interrupted();
    const known = clickMessage({ id: "clk_before", linkId: "lnk_b", time: NOW });
    // From here on the day's salt is known: the next transaction is the log's.
    await ingestClicks(where, config, [{ id: "msg_0", clicks: [known] }], NOW);
    let happened = false;
    const happens = async () => {
      happened = true;
      await ingestClicks(env, config, [inner], NOW);
      expect(await idsOf()).toEqual(["clk_before", "clk_nobody", "clk_program"]);
    };
    // A click that comes by itself is looked for before it is written.
    before(outer.id === null ? async () => before(happens) : happens);
    await ingestClicks(where, config, [outer], NOW);
    expect(happened).toBe(true);
    expect(await idsOf()).toEqual(["clk_before", "clk_nobody", "clk_program"]);
  });
});
