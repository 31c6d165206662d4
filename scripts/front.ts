import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "./failure.ts";
import { HOST } from "./settings.ts";

/** Requests that are under way when the front closes are answered within this, ms. */
const ANSWER_WITHIN_MS = 5_000;

const POLL_MS = 20;

const BODY = "The Worker starts. Try again in a few seconds.\n";

/** What a request is told while nothing runs behind the front (RFC 9110, sections 10.2.3 and 15.6.4). */
const UNAVAILABLE = [
  "HTTP/1.1 503 Service Unavailable",
  "Content-Type: text/plain",
  `Content-Length: ${BODY.length}`,
  "Retry-After: 5",
  "Cache-Control: no-store",
  "Connection: close",
  "",
  BODY,
].join("\r\n");

/** A connection of a client's, and the one to the Worker that it is handed on by. */
interface Pair {
  client: Socket;
  worker: Socket;
  /** Whether the client has sent something since the Worker last did. */
  asked: boolean;
}

/**
 * What listens on the port that people know, and hands each connection on to the Worker, byte by byte. It belongs to the
 * start script itself, so that the port is closed once the script is gone, however it went; it says so
 * where no Worker runs; and it can stop requests before the Worker ends, which `wrangler dev` can't.
 */
export class Front {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #idle = new Set<Socket>();
  #port: number | null = null;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Opens it on a port of this machine. Throws a {@link Failure} if nothing can listen there. */
  static async open(port: number): Promise<Front> {
    const front = new Front();
    try {
      front.#server.listen(port, HOST);
      await once(front.#server, "listening");
    } catch (error) {
      throw new Failure(`Port ${port} can't be used: ${(error as Error).message}`);
    }
    return front;
  }

  /** Hands connections on to this port from now on; `null`: answers them `503`. */
  leadTo(port: number | null): void {
    this.#port = port;
  }

  /**
   * Lets no more requests through, and waits until those that are under way are answered, for 5 s at most. Connections
   * stay open until {@link close}, so that a long answer may end.
   */
  async hold(): Promise<void> {
    this.#port = null;
    this.#server.close();
    for (const client of this.#idle) client.destroy();
    for (const { client, worker } of this.#pairs) {
      client.unpipe(worker);
      client.pause();
    }
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    while ([...this.#pairs].some(({ asked }) => asked) && Date.now() < deadline) await delay(POLL_MS);
  }

  /** Ends all connections, and listens no longer. */
  close(): void {
    this.#server.close();
    for (const client of this.#idle) client.destroy();
    for (const { client, worker } of this.#pairs) {
      client.destroy();
      worker.destroy();
    }
  }

  #accept(client: Socket): void {
    if (this.#port === null) {
      this.#refuse(client);
      return;
    }
    const worker = connect({ port: this.#port, host: HOST, allowHalfOpen: true, noDelay: true });
    client.setNoDelay();
    const pair: Pair = { client, worker, asked: false };
    this.#pairs.add(pair);
    let isAnswered = false;
    client.on("data", () => (pair.asked = true));
    worker.on("data", () => {
      pair.asked = false;
      isAnswered = true;
    });
    client.pipe(worker).pipe(client);
    client.on("error", () => worker.destroy());
    worker.on("error", () => {
      if (isAnswered) client.destroy();
      else client.end(UNAVAILABLE);
    });
    client.on("close", () => worker.destroy());
    worker.on("close", () => {
      this.#pairs.delete(pair);
      // Where the Worker closed properly the client was told so, and closes too.
      client.destroySoon();
    });
  }

  /** Answers once something was asked, for a client isn't obliged to read before. */
  #refuse(client: Socket): void {
    this.#idle.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => this.#idle.delete(client));
    client.on("end", () => client.end());
    client.once("data", () => {
      client.resume();
      client.end(UNAVAILABLE);
    });
  }
}
