/** The queue of what pages told, as `wrangler.toml` names it. */
export const VISIT_QUEUE = "waymark-visits";

/** The queue of what of it could not be written. */
export const VISIT_DEAD_LETTER_QUEUE = "waymark-visits-dead";
