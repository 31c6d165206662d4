/** The bucket that a request ends in. */
export type Bucket = "counted" | "bot" | "prefetch" | "head" | "embedded" | "duplicate" | "inactive";
