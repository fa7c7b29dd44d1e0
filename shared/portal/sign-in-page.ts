/**
 * A captive portal answers plain HTTP requests in place of the destination. Homing requests a page that no web server
 * has from the controllers themselves, by address: only hosts that receive probes anyway see the request.
 */
export const askedPath = '/.well-known/homing-portal';

const urlMaxCharacters = 500;

/**
 * The page to sign in at.
 * @param head the HTTP response up to the end of its head
 * @param asked the address that was queried
 * @returns undefined when it is no portal's response: a web server of the controller has no such page (404), or
 * redirects to itself with another scheme
 */
export function signInPage(head: string, asked: string): string | undefined {
  const code = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]);
  const here = `http://${asked.includes(':') ? `[${asked}]` : asked}/`;
  // RFC 6585 section 6: the network requires a sign-in. Pages with content come from portals that do not redirect.
  if (code === 511 || code === 200) return here;
  if (![301, 302, 303, 307, 308].includes(code)) return undefined;
  const location = /^location:[ \t]*(\S+)/im.exec(head)?.[1] ?? '';
  const url = urlOf(location, here);
  if (url === undefined || url.hostname === new URL(here).hostname) return undefined;
  return url.href.length <= urlMaxCharacters ? url.href : here;
}

function urlOf(text: string, base: string): URL | undefined {
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

/** The host of a page, without the brackets of an IPv6 address. */
export function hostOfPage(page: string): string {
  return new URL(page).hostname.replace(/^\[|\]$/g, '');
}

/** The port that the address of a page names; undefined for the usual one of its scheme. */
export function portOfPage(page: string): number | undefined {
  const { port } = new URL(page);
  return port === '' ? undefined : Number(port);
}
