import { env } from "cloudflare:workers";
import { openDatabase } from "../../src/ground/db/client.ts";
import { links } from "../../src/ground/db/schema/link.ts";
import { domainSchema } from "../../src/links/domain/schema.ts";
import { api, bodyOf } from "../ground/api.ts";

/** Registers a domain. */
export async function createDomain(body: Record<string, unknown> = {}) {
  return bodyOf(domainSchema, await api("POST", "/domains", { hostname: "go.lea.example", ...body }));
}

let linkCount = 0;

/** Puts a link into the database as it would be after the API made it; only what a test is about is given. */
export async function insertLink(values: Partial<typeof links.$inferInsert>): Promise<void> {
  linkCount += 1;
  const slug = `fixture${linkCount}`;
  await openDatabase(env.DB)
    .insert(links)
    .values({
      id: `lnk_${String(linkCount).padStart(16, "0")}`,
      domain: "",
      slug,
      slugKey: slug,
      url: "https://shop.example/",
      kind: "tracking",
      utm: {},
      disabled: false,
      createdAt: 0,
      updatedAt: 0,
      ...values,
    });
}
