import type { FieldError } from "../../ground/http/problem.ts";
import { findOf } from "../find/find-load.ts";
import type { Api } from "../frame/api-load.ts";
import type { NamedRef } from "./read.ts";

/**
 * Looks up what was named where an id is wanted. Answers the faults: names of nothing, and names of several things. A part of
 * a name is a guess, which only what changes nothing may take: `guess` says so, as filters do.
 */
export async function resolveRefs(api: Api, refs: readonly NamedRef[], guess = false): Promise<FieldError[]> {
  const faults = await Promise.all(
    refs.map(async ({ path, of, text, put }): Promise<FieldError[]> => {
      const fitting = await findOf(api, of, text);
      const exact = fitting.filter(({ name, detail }) =>
        [name, detail].some((each) => each.toLowerCase() === text.toLowerCase()),
      );
      // Such as a handle, which isn't shown beside an e-mail address.
      if (exact.length === 0) exact.push(...fitting.filter(({ whole }) => whole === true));
      const [only, ...more] = exact.length > 0 ? exact : fitting;
      if (only === undefined) return [{ path, message: `“${text}” is the name of nothing that is known here` }];
      if (more.length > 0) {
        const choices = [only, ...more].slice(0, 5).map(({ name, id }) => `${name} (${id})`);
        return [{ path, message: `“${text}” could be ${choices.join(", ")}: please choose one` }];
      }
      if (exact.length === 0 && !guess)
        return [
          { path, message: `“${text}” is the whole name of nothing: if you mean ${only.name} (${only.id}), choose it` },
        ];
      put(only.id);
      return [];
    }),
  );
  return faults.flat();
}
