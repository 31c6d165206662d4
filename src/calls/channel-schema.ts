import * as z from "../ground/http/zod.ts";

/**
 * A channel, as numbers are bound to one and costs are entered for one: a name of the admin's own such as `tv`, or a
 * kind of source that visits have. In lower case, so that `TV` and `tv` are one.
 */
export const channelField = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9 _.-]{0,59}$/,
    "must be 1 to 60 letters (a–z), digits, blanks, _, . and -, a letter or digit first",
  )
  .openapi({ example: "tv" });
