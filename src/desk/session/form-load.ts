import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { readBounded } from "../../ground/http/body.ts";
import { Problem } from "../../ground/http/problem.ts";

/** Largest form of somebody who isn't signed in yet, bytes: a key and where to go on. */
export const MAX_LOGIN_FORM = 16_384;

/** Largest form, bytes: 1 MiB of what the API takes, as forms write it. */
const MAX_FORM = 4_194_304;

/** Largest form that brings a file which the API takes as one, bytes: the page itself says how large that may be. */
const MAX_FILE_FORM = 37_748_736;

/** Pages whose files are larger than a form. */
const FILES = /^\/admin\/(?:reconciliations\/new|stores\/[^/]+\/(?:tags|attribution-reports)\/import)$/;

/** Largest form of a page, bytes. */
export function formLimit(path: string): number {
  return FILES.test(path) ? MAX_FILE_FORM : MAX_FORM;
}

/**
 * Reads the form of a request up to a limit, bytes, and keeps it where `c.req.formData()` finds it. Throws a `Problem`: 413 for
 * a larger one, 422 for what is no form.
 */
export async function takeForm(c: Context<AppTypes>, limit: number): Promise<void> {
  const { url, method, headers } = c.req.raw;
  if (limit > MAX_FORM) {
    // A file is held once: it isn't read here first, and so has to be announced.
    const announced = Number(headers.get("content-length") ?? Number.NaN);
    if (!(announced <= limit)) throw new Problem("body_too_large", `A form may have ${limit} bytes here.`);
  } else {
    const body = await readBounded(c.req.raw, limit);
    const kept = new Headers(headers);
    // A button alone sends nothing, and is a form all the same.
    if (body.length === 0) kept.set("content-type", "application/x-www-form-urlencoded");
    c.req.raw = new Request(url, { method, headers: kept, body });
  }
  try {
    await c.req.formData();
  } catch {
    throw Problem.invalid("", "The page sent what is no form. Open it again and try once more.");
  }
}
