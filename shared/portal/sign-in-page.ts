/**
 * A captive portal answers in the place of whoever is asked over plain HTTP. Homing asks the controllers themselves, by address, for
 * a page that no web server has: nobody hears of it who is not asked by every probe anyway.
 */
export const askedPath = '/.well-known/homing-portal';

const urlMaxCharacters = 500;

/**
 * The page to sign in at.
 * @param head what came back over HTTP, up to the end of its head
 * @param asked the address that was asked
 * @returns undefined when it is no portal's answer: a web server of the controller's own has no such page (404), or sends to itself by
 * another scheme
 */
export function signInPage(head: string, asked: string): string | undefined {
  const code = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(head)?.[1]);
  const here = `http://${asked.includes(':') ? `[${asked}]` : asked}/`;
  // RFC 6585 section 6: the network demands a sign-in. Pages with content come from portals that do not redirect.
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
