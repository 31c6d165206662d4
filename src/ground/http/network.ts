/**
 * Whom a limit counts: an IPv4 address as it is, of an IPv6 address its first 64 bits, since whoever has
 * one address of such a network has all of them (RFC 4291, section 2.5.4).
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const last = tail === "" ? [] : tail.split(":");
    groups.push(...Array<string>(Math.max(0, 8 - groups.length - last.length)).fill("0"), ...last);
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}
