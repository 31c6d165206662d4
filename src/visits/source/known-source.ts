import type { SourceKind } from "../../ground/model/visit.ts";

/** A search engine, a network, a service for mail, or another site that sends many. */
export interface KnownSource {
  /** What rules name it by. */
  key: string;
  /** What reports name it by. */
  name: string;
  kind: Extract<SourceKind, "search" | "social" | "email" | "referral">;
  /** Registrable domains, to the letter. */
  domains?: readonly string[];
  /**
   * The label before the suffix, where it owns that under each country's: `google` meets `google.co.uk`. It meets `.com`,
   * a country's, and `com.` or `co.` before that, and no other suffix.
   */
  brand?: string;
  /**
   * What may stand before the registrable domain, to the letter, or `*.` and how it may end; left out: anything.
   * The empty text is nothing.
   */
  before?: readonly string[];
  /** Packages of its Android apps. */
  apps?: readonly string[];
  /** What campaigns name it by in `utm_source`, beside its key and its domains. */
  aliases?: readonly string[];
}
