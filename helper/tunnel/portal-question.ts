import { connect } from 'node:net';
import { askedPath } from '../../shared/portal/sign-in-page.ts';
import { anyProbePort } from './probe-ports.ts';

const timeoutMs = 3_000;
const headLimitBytes = 8 * 1024;

/**
 * Requests a page over plain HTTP from a probe port, so outside an exit and the kill switch.
 * @returns the head of the response; undefined without a response
 */
export function askForPage(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 80, localPort: anyProbePort(), timeout: timeoutMs });
    let text = '';
    const done = (head: string | undefined) => {
      socket.destroy();
      resolve(head);
    };
    const tooLate = setTimeout(() => done(undefined), timeoutMs);
    socket.setEncoding('latin1');
    socket.once('connect', () => {
      const host = address.includes(':') ? `[${address}]` : address;
      socket.write(`GET ${askedPath} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\r\n\r\n');
      if (end >= 0) done(text.slice(0, end));
      else if (text.length > headLimitBytes) done(undefined);
    });
    // Nothing answers there, or the port was in use: the next request follows soon.
    socket.once('error', () => done(undefined));
    socket.once('close', () => {
      clearTimeout(tooLate);
      done(undefined);
    });
  });
}
