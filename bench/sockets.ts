import { once } from "node:events";
import { connect } from "node:net";

/** What to send, and how long. */
export interface Volley {
  port: number;
  /** Whole requests, sent in turn. */
  requests: readonly string[];
  connections: number;
  /** Ends with the first of these two to be reached; every request sent is answered before. */
  seconds: number;
  total: number;
  /** What each answer's status must be; if left out, 302. */
  status?: number;
}

/** What came back. */
export interface VolleyOutcome {
  sent: number;
  completed: number;
  /** Answers of another status, and connections lost. */
  failed: number;
  seconds: number;
  /** Of each answer, ms. */
  latencies: number[];
}

const HEAD_END = "\r\n\r\n";

/**
 * Sends requests over connections that stay open, one at a time on each. `onHead` sees every
 * answer's status line and headers, and what was asked. Rejects if the port can't be reached.
 */
export async function fire(volley: Volley, onHead?: (head: string, request: string) => void): Promise<VolleyOutcome> {
  const outcome: VolleyOutcome = { sent: 0, completed: 0, failed: 0, seconds: 0, latencies: [] };
  const started = performance.now();
  const deadline = started + volley.seconds * 1000;

  const next = (): string | null => {
    if (outcome.sent >= volley.total || performance.now() >= deadline) return null;
    return volley.requests[outcome.sent++ % volley.requests.length] ?? null;
  };

  async function useConnection(): Promise<void> {
    const socket = connect(volley.port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    await once(socket, "connect");
    let received = "";
    let sentAt = 0;
    let asked = "";
    const sendNext = (): void => {
      const request = next();
      if (request === null) socket.end();
      else socket.write((asked = request), "latin1");
      sentAt = performance.now();
    };
    socket.on("data", (text: string) => {
      received += text;
      const end = answerEnd(received);
      if (end < 0) return;
      outcome.latencies.push(performance.now() - sentAt);
      outcome.completed++;
      if (!received.startsWith(`HTTP/1.1 ${volley.status ?? 302}`)) outcome.failed++;
      onHead?.(received.slice(0, received.indexOf(HEAD_END)), asked);
      received = received.slice(end);
      sendNext();
    });
    socket.on("error", () => {
      outcome.failed++;
    });
    sendNext();
    await once(socket, "close");
  }

  await Promise.all(Array.from({ length: volley.connections }, useConnection));
  outcome.seconds = (performance.now() - started) / 1000;
  return outcome;
}

/** Where the first answer in a text ends, or -1 while it isn't complete. */
function answerEnd(text: string): number {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return -1;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? "0";
  const end = headEnd + HEAD_END.length + Number(length);
  return text.length < end ? -1 : end;
}
