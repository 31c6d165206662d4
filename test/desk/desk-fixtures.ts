import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";

/** The host that tests call. */
const ORIGIN = "https://go.brand.example";

/** A page of the desk as a browser gets it. */
export interface DeskAnswer {
  status: number;
  text: string;
  headers: Headers;
  /** Where it leads on, if it does. */
  to: string | null;
}

/** Signs in with a key, the bootstrap one if none is named. Answers the `Cookie` header of the session. */
export async function signIn(key: string = env.ADMIN_API_KEY): Promise<string> {
  const answer = await ask("POST", "/admin/login", null, new URLSearchParams({ key }));
  expect(answer.status).toBe(303);
  const cookie = /^(__Host-wm_session=[\w-]+);/.exec(answer.headers.get("set-cookie") ?? "")?.[1];
  if (cookie === undefined) throw new Error("no session was opened");
  return cookie;
}

/** Opens a page with a session. */
export function deskGet(path: string, cookie: string | null): Promise<DeskAnswer> {
  return ask("GET", path, cookie);
}

/** Sends a form of a page of the desk, as a browser does; a name with several values comes as a list, a form with files as itself. */
export function deskPost(
  path: string,
  form: FormData | Readonly<Record<string, string | readonly string[]>>,
  cookie: string | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<DeskAnswer> {
  const body =
    form instanceof FormData
      ? form
      : new URLSearchParams(
          Object.entries(form).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])),
        );
  return ask("POST", path, cookie, body, headers);
}

async function ask(
  method: string,
  path: string,
  cookie: string | null,
  body?: BodyInit,
  headers: Readonly<Record<string, string>> = {},
): Promise<DeskAnswer> {
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(cookie !== null && { cookie }),
        ...(method !== "GET" && { origin: ORIGIN, "sec-fetch-site": "same-origin" }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    }),
  );
  const { status } = response;
  return { status, text: await response.text(), headers: response.headers, to: response.headers.get("location") };
}
