import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { type Privileges, protocol, type Session } from 'electron';

/** The page has a scheme of its own: `file://` pages can read other files, and have no origin. */
export const appOrigin = 'app://homing';
export const appPage = `${appOrigin}/index.html`;

const privileges: Privileges = { standard: true, secure: true, supportFetchAPI: false };

/** Before the app is ready, as Electron requires. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }]);
}

/** Only the bundle's content; no inline script, no eval, no connections. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

const headers = {
  'content-security-policy': contentPolicy,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** The file of the bundle for a URL, or undefined: another host, or a path outside the folder. */
export function bundledFile(folder: string, url: string): string | undefined {
  const { protocol: scheme, host, pathname } = new URL(url);
  if (scheme !== 'app:' || host !== 'homing') return undefined;
  const path = normalize(join(folder, decodeURIComponent(pathname)));
  return path.startsWith(folder + sep) && extname(path) in types ? path : undefined;
}

/** Serves the renderer's bundle. @param folder absolute */
export function serveAppScheme(session: Session, folder: string): void {
  session.protocol.handle('app', async ({ url }) => {
    try {
      const path = bundledFile(folder, url);
      if (path === undefined) return new Response(null, { status: 404 });
      const body = new Uint8Array(await readFile(path));
      return new Response(body, { headers: { ...headers, 'content-type': types[extname(path)] ?? '' } });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
