/** A page of the desk to go to after signing in, or the first: never another host, and nothing that a browser reads as one. */
export function pageToGo(asked: string | undefined): string {
  if (asked === undefined || !/^\/admin(?:[/?]|$)/.test(asked) || /[\\\p{Cc}]/u.test(asked)) return "/admin";
  const url = URL.parse(asked, "https://desk.invalid");
  return url?.host === "desk.invalid" && /^\/admin(?:\/|$)/.test(url.pathname) ? url.pathname + url.search : "/admin";
}
