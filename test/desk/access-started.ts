import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the stand-in of a Cloudflare Access team is. */
    accessTeam: string;
    /** The key by which it signs, as a JWK (RFC 7517). */
    accessKey: JsonWebKey;
  }
}

/** Starts a stand-in of a Cloudflare Access team, over real HTTP, once for all test files: it shows the key that signs. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const shown = pair.publicKey.export({ format: "jwk" });
  const server = createServer((request, response) => {
    if (request.url !== "/cdn-cgi/access/certs") return response.writeHead(404).end();
    return response.end(JSON.stringify({ keys: [{ ...shown, kid: "team-1", alg: "RS256", use: "sig" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("accessTeam", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  project.provide("accessKey", pair.privateKey.export({ format: "jwk" }));
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
