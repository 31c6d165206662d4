/** Stands where something was taken out. */
export const REMOVED = "[removed]";

// Each repetition has a bound: a text of 64 KiB made for it must not take seconds.
const EMAIL = /[^\s"'<>()[\]{},;:&=/@]{1,64}(?:@|%40)[^\s"'<>()[\]{},;:&=/@]{1,190}\.[a-z\d-]{2,63}/gi;
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const IPV6 = /(?<![0-9a-f:])(?:[0-9a-f]{0,4}:){3,7}(?::?[0-9a-f]{1,4}){1,4}/gi;
/** With `::`, however short, with an IPv4 address at its end or a zone; `::` alone is nobody's. */
const IPV6_SHORT =
  /(?<![\w:])(?=[0-9a-f:]{0,45}[0-9a-f])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:(?:[0-9a-f]{1,4}:){0,6}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4}))?(?:%[\w.-]{1,20})?(?![\w:])/gi;

/** A text without e-mail addresses and addresses of the internet protocol. */
export function withoutAddresses(text: string): string {
  return text
    .replaceAll(EMAIL, REMOVED)
    .replaceAll(IPV6_SHORT, REMOVED)
    .replaceAll(IPV4, REMOVED)
    .replaceAll(IPV6, REMOVED);
}
