import type { Miniflare } from "miniflare";

/** Pause between two looks, ms. */
const PAUSE_MS = 25;

/** What a Worker's isolate had in memory, bytes. */
export interface HeapPeak {
  /** Before anything was done. */
  idle: number;
  /** The most that was seen: what waits for the garbage collector is counted, too. */
  peak: number;
}

interface Answer {
  id?: number;
  result?: { usedSize: number; backingStorageSize?: number };
}

/**
 * Watches the heap of a Worker's isolate, and the buffers that it holds outside of it, while `run` runs: what
 * Cloudflare limits to 128 MB. V8 itself is asked, so that neither the runtime nor its databases are counted.
 * The Miniflare must have an `inspectorPort`. Rejects if there is nobody to ask.
 */
export async function watchHeap(miniflare: Miniflare, worker: string, run: () => Promise<void>): Promise<HeapPeak> {
  const base = await miniflare.getInspectorURL();
  const listed = await fetch(new URL("/json", base.href.replace(/^ws/, "http")));
  const targets = await listed.json<{ id: string; webSocketDebuggerUrl: string }[]>();
  const target = targets.find(({ id }) => id.endsWith(worker));
  if (target === undefined) throw new Error(`no isolate of ${worker} among ${targets.map(({ id }) => id).join(", ")}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("the inspector does not answer")));
  });

  let asked = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener("message", ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    waiting.get(answer.id ?? 0)?.(answer);
    waiting.delete(answer.id ?? 0);
  });
  const used = async (): Promise<number> => {
    asked += 1;
    const answer = new Promise<Answer>((resolve) => void waiting.set(asked, resolve));
    socket.send(JSON.stringify({ id: asked, method: "Runtime.getHeapUsage" }));
    const { result } = await answer;
    return (result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0);
  };
  const seen: HeapPeak = { idle: await used(), peak: 0 };
  const watching = new AbortController();
  const watch = (async () => {
    while (!watching.signal.aborted) {
      seen.peak = Math.max(seen.peak, await used());
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  try {
    await run();
  } finally {
    watching.abort();
    await watch;
    socket.close();
  }
  return seen;
}
