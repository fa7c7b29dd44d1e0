import { request } from 'node:http';
import type { Host } from '../../lab/host.ts';

/** The control API without the product's own client: what any program of the user could send. */

export const socketPath = '/run/homing/helper.sock';

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a request to the helper of a host, with the body exactly as given. */
export function rawCall(
  host: Host,
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: host.outsidePath(socketPath), method, path, headers, agent: false });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.end(body);
  });
}
