import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requireFreePort } from "../../scripts/settings.ts";
import { commandBeside, commandOn } from "../../scripts/start-command.ts";
import { holdState } from "../../scripts/state-lock.ts";

describe("what is proposed to whoever can't have a port or the data", () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });

  afterAll(() => server.close());

  it("is what they asked for, with nothing left out and no secret in it", () => {
    expect(commandOn(8797, { empty: false, variables: {} })).toBe("PORT=8797 npm start");
    const variables = { PORT: "8787", WAYMARK_STATE: "my data", WAYMARK_HISTORY: "none", WAYMARK_STORE_SECRET: "s3" };
    expect(commandOn(8797, { empty: true, variables })).toBe(
      "PORT=8797 WAYMARK_STATE='my data' WAYMARK_HISTORY=none npm start -- --empty",
    );
    expect(commandBeside(8797, { empty: true, variables: { WAYMARK_STATE: "/tmp/data/" } })).toBe(
      "PORT=8797 WAYMARK_STATE=/tmp/data-2 npm start -- --empty",
    );
    expect(commandBeside(8797, { empty: false, variables: {} })).toBe(
      "PORT=8797 WAYMARK_STATE=.wrangler/state-2 npm start",
    );
  });

  it("is on a port that is free", async () => {
    const refused = requireFreePort(port, (other) => commandOn(other, { empty: true, variables: {} }));
    const message = await refused.catch(({ message }: Error) => message);
    expect(message).toMatch(/^Port \d+ is taken: .* Try another: PORT=\d+ npm start -- --empty$/);
    const proposed = Number(/PORT=(\d+)/.exec(message ?? "")?.[1]);
    expect(proposed).not.toBe(port);
    await requireFreePort(proposed, () => "");
  });

  it("takes neither the data nor the port of one that runs", async () => {
    const state = await mkdtemp(join(tmpdir(), "waymark-held-"));
    try {
      // The parent is somebody else's process that is there.
      await writeFile(join(state, "running.json"), JSON.stringify({ pid: process.ppid, port }));
      const asked = { empty: true, variables: { WAYMARK_STATE: "data" } };
      const held = holdState(state, port, (other) => commandBeside(other, asked));
      const message = await held.catch((error: Error) => error.message);
      expect(message).toMatch(/own: PORT=\d+ WAYMARK_STATE=data-2 npm start -- --empty$/);
      expect(message).not.toContain(`PORT=${port} `);
    } finally {
      await rm(state, { recursive: true });
    }
  });
});
