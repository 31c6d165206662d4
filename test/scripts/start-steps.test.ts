import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../../scripts/failure.ts";
import { step } from "../../scripts/progress.ts";
import { requireReady } from "../../scripts/ready.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("a step of a start", () => {
  it("G-28: is announced before it begins, shows that it goes on, and says how long it took", async () => {
    vi.useFakeTimers();
    let said = "";
    let finish = (_result: string): void => undefined;
    const done = step(
      (text) => (said += text),
      "Loading",
      async () => new Promise<string>((resolve) => (finish = resolve)),
    );
    expect(said).toBe("Loading …");
    await vi.advanceTimersByTimeAsync(4_250);
    expect(said).toBe("Loading … . .");
    finish("loaded");
    expect(await done).toBe("loaded");
    expect(said).toBe("Loading … . . 4.3 s\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said).toBe("Loading … . . 4.3 s\n");
  });

  it("ends its line where it fails", async () => {
    let said = "";
    const failing = step(
      (text) => (said += text),
      "Loading",
      async () => Promise.reject(new Failure("no")),
    );
    await expect(failing).rejects.toThrow("no");
    expect(said).toBe("Loading …\n");
  });
});

describe("what the Worker says of itself", () => {
  /** Asks a Worker that answers so. */
  async function ask(status: number, body: string): Promise<{ authorization: string | undefined; message: string }> {
    let authorization: string | undefined;
    const server = createServer((request, response) => {
      ({ authorization } = request.headers);
      response.writeHead(status).end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as AddressInfo;
      await requireReady(`http://127.0.0.1:${port}`, "wmk_key", new AbortController().signal);
      return { authorization, message: "" };
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      return { authorization, message: (error as Failure).message };
    } finally {
      server.close();
    }
  }

  it("G-28: is passed on where it isn't ready, with each reason and what to do", async () => {
    const checks = {
      d1: { state: "ok" },
      kv: { state: "absent" },
      configuration: { state: "failing", detail: "CONSENT_POLICY is not regional, strict, deferred or implied" },
    };
    const { authorization, message } = await ask(503, JSON.stringify({ ready: false, checks }));
    expect(authorization).toBe("Bearer wmk_key");
    expect(message).toContain("isn't ready");
    expect(message).toContain("  - configuration: CONSENT_POLICY is not regional, strict, deferred or implied\n");
    expect(message).not.toContain("d1");
    expect(message).toContain("Correct them and start again.");
    expect((await ask(503, "{}")).message).toContain("/readyz answers: {}");
    expect((await ask(500, "<html>")).message).toContain("/readyz answers: <html>");
  });

  it("is nothing where it is ready", async () => {
    expect((await ask(200, "{}")).message).toBe("");
  });
});
