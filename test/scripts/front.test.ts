import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { Failure } from "../../scripts/failure.ts";
import { Front } from "../../scripts/front.ts";
import { findFreePort } from "../../scripts/settings.ts";

const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
});

/** A Worker that answers `/slow` once it is told to, and everything else at once with what it was sent. */
async function startWorker(): Promise<{ server: Server; port: number; paths: string[]; answerSlow: () => void }> {
  const paths: string[] = [];
  let answerSlow = (): void => undefined;
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    paths.push(url);
    if (url === "/slow") {
      answerSlow = () => response.end("slow");
      return;
    }
    void text(request).then((body) => response.end(JSON.stringify({ host: headers.host, body })));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port, paths, answerSlow: () => answerSlow() };
}

async function openFront(): Promise<{ front: Front; port: number; origin: string }> {
  const port = await findFreePort();
  const front = await Front.open(port);
  cleanUp.push(() => front.close());
  return { front, port, origin: `http://127.0.0.1:${port}` };
}

describe("the front of a local Waymark", () => {
  it("G2-9: hands requests on as they are, large ones too", async () => {
    const { front, port, origin } = await openFront();
    front.leadTo((await startWorker()).port);
    const body = "x".repeat(3_000_000);
    const answer = await (await fetch(`${origin}/a`, { method: "POST", body })).json<Record<string, string>>();
    expect(answer.host).toBe(`127.0.0.1:${port}`);
    expect(answer.body === body).toBe(true);
  });

  it.each([
    ["while nothing is to run behind it", async () => null],
    ["while nothing listens there", findFreePort],
  ])("G2-9: answers 503 with Retry-After %s", async (_when, target) => {
    const { front, origin } = await openFront();
    front.leadTo(await target());
    const response = await fetch(origin);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    front.leadTo((await startWorker()).port);
    expect((await fetch(origin)).status).toBe(200);
  });

  it("G2-9: cuts a connection whose Worker dies, so that nobody waits for an answer", async () => {
    const { front, origin } = await openFront();
    const { server, port, paths } = await startWorker();
    front.leadTo(port);
    const answer = fetch(`${origin}/slow`);
    answer.catch(() => undefined);
    await expect.poll(() => paths).toEqual(["/slow"]);
    server.closeAllConnections();
    await expect(answer).rejects.toThrow();
  });

  it("G2-9: held, answers what is under way and lets nothing else through", async () => {
    const { front, port, origin } = await openFront();
    const { port: workerPort, paths, answerSlow } = await startWorker();
    front.leadTo(workerPort);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanUp.push(() => agent.destroy());
    const ask = async (path: string): Promise<IncomingMessage> => {
      const [response] = (await once(get({ host: "127.0.0.1", port, path, agent }), "response")) as [IncomingMessage];
      return response;
    };
    // A connection that is kept alive and one that is open and hasn't asked, beside the slow one.
    (await ask("/kept")).resume();
    const silent = connect(port, "127.0.0.1");
    await once(silent, "connect");
    const slow = fetch(`${origin}/slow`);
    await expect.poll(() => paths).toEqual(["/kept", "/slow"]);

    let isHeld = false;
    const held = front.hold().then(() => (isHeld = true));
    const late = ask("/late");
    late.catch(() => undefined);
    silent.on("error", () => undefined);
    silent.write("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect(fetch(`${origin}/new`)).rejects.toThrow();
    expect(isHeld).toBe(false);
    answerSlow();
    expect(await (await slow).text()).toBe("slow");
    await held;
    expect(paths).toEqual(["/kept", "/slow"]);
    front.close();
    await expect(late).rejects.toThrow();
  });

  it("says that its port is taken", async () => {
    const { port } = await startWorker();
    await expect(Front.open(port)).rejects.toThrow(Failure);
  });
});
