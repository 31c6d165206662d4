/** The cookie of a session. The prefix has browsers keep it to this host, whole, and to secure connections. */
export const SESSION_COOKIE = "__Host-wm_session";

/** What a session's token looks like: 32 random bytes, base64url. Nothing else is worth a query. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The token that a `Cookie` header has for the desk; `null`: none that could be one. */
export function tokenOf(header: string | undefined): string | null {
  for (const pair of (header ?? "").split(";")) {
    const [name, value = ""] = pair.trim().split("=", 2);
    if (name === SESSION_COOKIE && TOKEN.test(value)) return value;
  }
  return null;
}

/** A `Set-Cookie` that keeps a token for so many seconds; 0 takes it away (RFC 6265bis, section 4.1.3.2). */
export function sessionCookie(token: string, seconds: number): string {
  return `${SESSION_COOKIE}=${token}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`;
}
