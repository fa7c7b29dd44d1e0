import { describe, expect, test } from 'vitest';
import { hostOfPage, signInPage } from '../../../../shared/portal/sign-in-page.ts';

const asked = '203.0.113.10';
const head = (status: string, ...lines: string[]) => [`HTTP/1.1 ${status}`, ...lines].join('\r\n');

describe('the answer to a question over HTTP', () => {
  test.each([
    [
      'a redirect elsewhere',
      head('302 Found', 'Location: http://login.cafe.example/?a=1'),
      'http://login.cafe.example/?a=1',
    ],
    [
      'a redirect by HTTPS',
      head('303 See Other', 'location: https://login.cafe.example'),
      'https://login.cafe.example/',
    ],
    ['the status for it', head('511 Network Authentication Required'), 'http://203.0.113.10/'],
    [
      'a page in the place of one that nobody has',
      head('200 OK', 'Content-Type: text/html'),
      'http://203.0.113.10/',
    ],
    [
      'an endless address',
      head('302 Found', `Location: http://login.cafe.example/${'x'.repeat(600)}`),
      'http://203.0.113.10/',
    ],
  ])('is a portal’s: %s', (_, text, page) => {
    expect(signInPage(text, asked)).toBe(page);
  });

  test.each([
    ['no such page', head('404 Not Found')],
    ['the same host by HTTPS', head('301 Moved', 'Location: https://203.0.113.10/.well-known/homing-portal')],
    ['a redirect within the host', head('302 Found', 'Location: /login')],
    ['a redirect to no web page', head('302 Found', 'Location: file:///etc/passwd')],
    ['a redirect to nowhere', head('302 Found')],
    ['no content', head('204 No Content')],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9'],
    ['nothing', ''],
  ])('is no portal’s: %s', (_, text) => {
    expect(signInPage(text, asked)).toBeUndefined();
  });
});

test('the host of a page is an address or a name', () => {
  expect(hostOfPage('http://login.cafe.example/a')).toBe('login.cafe.example');
  expect(hostOfPage('http://[2001:db8::1]/')).toBe('2001:db8::1');
});
