import * as z from "../../ground/http/zod.ts";
import { getDomain } from "tldts";
import { hostnameField, idField, timeOut, urlField } from "../../ground/http/fields.ts";

const domainFields = {
  storeId: idField("store").nullable().openapi({ description: "The store whose links use this host." }),
  cookieDomain: hostnameField.nullable().openapi({
    description: "Host that shares the click cookie: the host itself or a parent of it. `null`: the host alone.",
    example: "brand.com",
  }),
  rootUrl: urlField.nullable().openapi({
    description: "Where the domain itself leads, its `/`. `null`: a plain page that says what it is.",
    example: "https://brand.com/",
  }),
};

/** Body of `POST /domains`. */
export const newDomain = z
  .strictObject({
    hostname: hostnameField.openapi({ description: "Can't be changed later.", example: "go.brand.com" }),
    storeId: domainFields.storeId.default(null),
    cookieDomain: domainFields.cookieDomain.default(null),
    rootUrl: domainFields.rootUrl.default(null),
    caseSensitive: z.boolean().default(false).openapi({
      description: "Whether slugs tell upper from lower case. Can't be changed later: slugs are looked up by it.",
    }),
  })
  .openapi("NewDomain");

/** Body of `PATCH /domains/{id}`: without `hostname` and `caseSensitive`, which addresses in print depend on. */
export const domainPatch = z.strictObject(domainFields).partial().openapi("DomainPatch");

/** A domain as the API shows it. */
export const domainSchema = z
  .object({
    id: idField("domain"),
    hostname: z.string(),
    storeId: z.string().nullable(),
    cookieDomain: z.string().nullable(),
    rootUrl: z.string().nullable(),
    caseSensitive: z.boolean(),
    createdAt: timeOut,
    updatedAt: timeOut,
  })
  .openapi("Domain");

/** A validated {@link domainPatch}. */
export type DomainPatch = z.infer<typeof domainPatch>;
/** See {@link domainSchema}. */
export type Domain = z.infer<typeof domainSchema>;

/**
 * Why a host can't set a cookie for `cookieDomain`, or `null` if it can (RFC 6265bis, 5.6). Browsers
 * refuse such cookies in silence, so that clicks would go uncredited; and a public suffix that they
 * don't know yet would hand the click to strangers' sites. IP addresses have no parent.
 */
export function cookieDomainProblem(hostname: string, cookieDomain: string | null): string | null {
  if (cookieDomain === null) return null;
  if (hostname !== cookieDomain && !hostname.endsWith(`.${cookieDomain}`)) {
    return `must be ${hostname} or a parent of it`;
  }
  if (getDomain(cookieDomain, { allowPrivateDomains: true }) === null) {
    return "must not be a public suffix such as co.uk, a bare name or an IP address";
  }
  return null;
}
