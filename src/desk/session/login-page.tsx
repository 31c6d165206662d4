import type { Context } from "hono";
import type { AppTypes } from "../../ground/deps.ts";
import { type Problem, PROBLEMS } from "../../ground/http/problem.ts";
import { answerPlain } from "../frame/shell-page.tsx";
import type { AccessPerson } from "./access-load.ts";

/** Who comes to sign in. */
interface Login {
  /** Where they go on to. */
  to: string;
  /** Whether a session of theirs has ended. */
  ended: boolean;
  /** Whom Access vouches for; `null`: nobody. */
  person: AccessPerson | null;
}

/** The page on which somebody shows their key. `problem` says why the last one didn't do. */
export function loginPage(
  c: Context<AppTypes>,
  { to, ended, person }: Login,
  problem: Problem | null,
): Promise<Response> {
  const fault = problem?.message ?? null;
  return answerPlain(
    c,
    "Sign in",
    <>
      {ended ? <p class="warn">Your session has ended. Please sign in again.</p> : null}
      {person === null ? null : (
        <form method="post" action="/admin/login" class="form">
          <input type="hidden" name="to" value={to} />
          <p>
            <button class="main">Go on as {person.name}</button>
          </p>
          <p>or with a key:</p>
        </form>
      )}
      <form method="post" action="/admin/login" class="form">
        <input type="hidden" name="to" value={to} />
        <div class={fault === null ? "field" : "field faulty"}>
          <label for="key">API key</label>
          <input
            id="key"
            name="key"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-describedby={fault === null ? "key-hint" : "key-fault key-hint"}
            {...(fault !== null && { "aria-invalid": "true" as const })}
          />
          {fault === null ? null : (
            <p class="fault" id="key-fault" role="alert">
              {fault}
            </p>
          )}
          <p class="hint" id="key-hint">
            It begins with <code>wmk_</code>, or is the deployment’s <code>ADMIN_API_KEY</code>. The desk can do what
            the key can, and no more.
          </p>
        </div>
        <div class="row">
          <button class="main">Sign in</button>
        </div>
      </form>
    </>,
    {},
    problem === null ? 200 : PROBLEMS[problem.code].status,
  );
}
