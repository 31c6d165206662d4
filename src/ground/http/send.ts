import { errorText } from "../error-text.ts";

/** Longest that an endpoint may take to answer, ms. */
export const TIMEOUT_MS = 10_000;

/** Most that is read of an answer, bytes, and kept of it, characters. */
const MAX_READ = 4_096;
const MAX_KEPT = 200;

/** What an endpoint answered. */
export interface Answer {
  /** HTTP status; `null`: none came. */
  status: number | null;
  /** Why it doesn't count as taken; `null`: it does. */
  error: string | null;
}

/**
 * POSTs a message. Taken is what is answered by a status of 200 to 299 in time; redirects are not followed,
 * for they could lead where no endpoint may be. Never throws.
 */
export async function send(
  request: typeof fetch,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await request(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Waymark-Webhooks", ...headers },
      body,
      redirect: "manual",
      signal,
    });
    const { status } = response;
    if (response.ok) {
      await response.body?.cancel().catch(() => {});
      return { status, error: null };
    }
    if (status >= 300 && status < 400) {
      await response.body?.cancel().catch(() => {});
      return { status, error: `HTTP ${status}: redirects are not followed` };
    }
    const said = await beginningOf(response, signal);
    return { status, error: said === "" ? `HTTP ${status}` : `HTTP ${status}: ${said}` };
  } catch (error) {
    return { status: null, error: signal.aborted ? `no answer within ${timeoutMs} ms` : shortened(errorText(error)) };
  }
}

/** The beginning of an answer's text, in one line; empty if it can't be read in time. */
async function beginningOf({ body }: Response, signal: AbortSignal): Promise<string> {
  if (body === null) return "";
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (let size = 0; size < MAX_READ;) {
      const { value } = await reader.read();
      if (value === undefined) break;
      text += decoder.decode(value.subarray(0, MAX_READ - size), { stream: true });
      size += value.length;
    }
  } catch {
    // What was read till then is as good.
  }
  stop();
  return shortened(text);
}

function shortened(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_KEPT)
    .toWellFormed();
}
