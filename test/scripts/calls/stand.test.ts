import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, expect, it } from "vitest";
import { makeCarrier } from "../../../scripts/calls/stand.ts";

const received: { headers: Record<string, unknown>; body: string }[] = [];
const server = createServer((request, response) => void take(request, response));

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  received.push({ headers: request.headers, body: await text(request) });
  response.end();
}

afterAll(() => void server.close());

it("a stand-in carrier sends what it is told to over HTTP, signed, in that order and as often", async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/x`;
  const call = {
    id: "call",
    from: "+4930555",
    to: "+4930111",
    forwardsTo: "+4930999",
    startedAt: 0,
    outcome: "answered" as const,
    ringSeconds: 5,
    talkSeconds: 60,
  };
  for (const [name, header] of [
    ["twilio", "x-twilio-signature"],
    ["telnyx", "telnyx-signature-ed25519"],
    ["texml", "telnyx-signature-ed25519"],
    ["callrail", "signature"],
  ] as const) {
    const carrier = await makeCarrier(name);
    const messages = carrier.messagesOf(call).map(({ body }) => body);
    received.length = 0;
    expect(await carrier.call(url, call, { places: [1, 0, 1] })).toEqual([200, 200, 200]);
    expect(received.map(({ body }) => body)).toEqual([1, 0, 1].map((place) => messages[place]));
    for (const { headers } of received) expect(headers[header]).toMatch(/^[\w+/]+={0,2}$/);
  }
});
