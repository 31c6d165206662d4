import { createExecutionContext, createMessageBatch, getQueueResult, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CLICK_QUEUE } from "../../../src/clicks/click/consume.ts";
import { importTokenKeys, verifyToken } from "../../../src/edge/click/token.ts";
import worker from "../../../src/index.ts";
import { linkSchema } from "../../../src/links/link/schema.ts";
import { standbyKey } from "../../../src/edge/standby/standby-tier.ts";
import { api, bodyOf, holding } from "../../ground/api.ts";
import { clickMessage } from "../../clicks/click-message.ts";
import { destination, SHORT_ORIGIN, visitToTheEnd } from "../visit.ts";

const CROWD = 60;

afterEach(() => {
  vi.restoreAllMocks();
});

async function createLink(slug: string) {
  return bodyOf(linkSchema, await api("POST", "/links", { url: "https://shop.example/sale", slug }));
}

/** Bindings of an isolate of its own, which has answered nothing yet. */
function coldIsolate(changes: Partial<Record<keyof Env, unknown>> = {}): Env {
  return { ...env, CLICK_QUEUE: undefined, ...changes } as unknown as Env;
}

/** The click ids that a crowd gets which comes at once; each must be signed by the deployment's key. */
async function idsOfCrowd(path: string, linkId: string, bindings: Env): Promise<string[]> {
  const keys = await importTokenKeys(env.CLICK_TOKEN_KEYS);
  const answers = await Promise.all(Array.from({ length: CROWD }, async () => visitToTheEnd(path, {}, bindings)));
  return Promise.all(
    answers.map(async (answer) => {
      expect(answer.status).toBe(302);
      const verdict = await verifyToken(keys, destination(answer).searchParams.get("wm_click") ?? "");
      if (!verdict.ok) throw new Error(`no click id: ${verdict.problem}`);
      expect(verdict.token.linkId).toBe(linkId);
      return verdict.token.clickId;
    }),
  );
}

describe("the first answers of an isolate", () => {
  it("G2-9: all carry a click id of their own, whose click is in the log", async () => {
    const link = await createLink("first-crowd");
    const ids = await idsOfCrowd("/first-crowd", link.id, coldIsolate());
    const { results } = await env.DB.prepare("SELECT id FROM clicks WHERE link_id = ?1").bind(link.id).all();
    expect(new Set(ids).size).toBe(CROWD);
    expect(results.map(({ id }) => String(id)).toSorted()).toEqual(ids.toSorted());
  });

  it("G2-9: carry one where D1 fails and the link comes from its standby copy", async () => {
    for (const level of ["warn", "error"] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
    const link = await createLink("first-standby");
    await vi.waitFor(async () => expect(await env.LINKS.get(standbyKey("", "first-standby"))).not.toBeNull(), {
      timeout: 20_000,
    });
    const refuse = (): never => {
      throw new Error("D1_ERROR: Network connection lost.");
    };
    const DB = { prepare: refuse, withSession: refuse, batch: refuse };
    const ids = await idsOfCrowd(
      "/first-standby",
      link.id,
      coldIsolate({ DB, CLICK_QUEUE: { send: async () => undefined } }),
    );
    expect(new Set(ids).size).toBe(CROWD);
  });
});

describe("what is on its way into the log", () => {
  async function metricsOf(bindings: Env): Promise<string> {
    const request = new Request<unknown, IncomingRequestCfProperties>(`${SHORT_ORIGIN}/metrics`, {
      headers: holding(env.ADMIN_API_KEY),
    });
    const context = createExecutionContext();
    const response = await worker.fetch(request, bindings, context);
    await waitOnExecutionContext(context);
    expect(response.status).toBe(200);
    return response.text();
  }

  it("G2-9: is told by /metrics while the queue takes it, and as messages in it", async () => {
    await createLink("on-its-way");
    let taken = (): void => undefined;
    const send = async (): Promise<void> => new Promise((resolve) => (taken = resolve));
    const bindings = coldIsolate({
      CLICK_QUEUE: { send, metrics: async () => ({ backlogCount: 7, backlogBytes: 1 }) },
    });
    const visiting = visitToTheEnd("/on-its-way", {}, bindings);
    const tells = (text: string) =>
      vi.waitFor(async () => expect(await metricsOf(bindings)).toContain(text), { timeout: 20_000 });
    await tells("\nwaymark_isolate_buffered_clicks 1\n");
    await tells("\nwaymark_click_queue_messages 7\n");
    // Past the buffer's own wait it is being sent, and still told.
    await scheduler.wait(200);
    await tells("\nwaymark_isolate_buffered_clicks 1\n");
    taken();
    await visiting;
    expect(await metricsOf(bindings)).toContain("\nwaymark_isolate_buffered_clicks 0\n");
  });

  it("G2-9: is told by /metrics while the consumer writes it", async () => {
    const link = await createLink("being-written");
    let write = (): void => undefined;
    const gate = new Promise<void>((resolve) => (write = resolve));
    let held = false;
    const DB = {
      prepare: (sql: string) => env.DB.prepare(sql),
      withSession: (constraint?: string) => env.DB.withSession(constraint),
      // The consumer's first, not those that read the metrics.
      batch: async (statements: D1PreparedStatement[]) => {
        const isFirst = !held;
        held = true;
        if (isFirst) await gate;
        return env.DB.batch(statements);
      },
    };
    const bindings = coldIsolate({ DB });
    const body = JSON.stringify({
      v: 1,
      clicks: [clickMessage({ id: "clk_written", linkId: link.id, time: Date.now() })],
    });
    const batch = createMessageBatch<string>(CLICK_QUEUE, [{ id: "m", timestamp: new Date(), attempts: 1, body }]);
    const context = createExecutionContext();
    const consuming = worker.queue(batch, bindings);
    const tells = async (count: number) =>
      expect(await metricsOf(bindings)).toContain(`\nwaymark_isolate_queue_deliveries ${count}\n`);
    await vi.waitFor(() => tells(1), { timeout: 20_000 });
    write();
    await consuming;
    expect((await getQueueResult(batch, context)).explicitAcks).toEqual(["m"]);
    await tells(0);
  });

  it("G2-9: is left out of /metrics where there is no queue, or it doesn't say; the rest stays", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(await metricsOf(env)).toMatch(/\nwaymark_click_queue_messages \d+\n/);
    const metrics = vi.fn().mockRejectedValue(new Error("no"));
    for (const CLICK_QUEUE of [undefined, { metrics }]) {
      const text = await metricsOf(coldIsolate({ CLICK_QUEUE }));
      expect(text).not.toContain("waymark_click_queue_messages");
      expect(text).toContain("waymark_isolate_buffered_clicks 0\n");
    }
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
