import { connect } from 'node:net';
import { apiVersion, apiVersionHeader } from '../shared/contract/version.ts';
import { HomingError } from '../shared/errors/problem.ts';
import { connectionProblem, otherVersion, problemIn } from './call-problems.ts';
import { refuseUnsafeSocket } from './helper-socket.ts';

/** All of an answer until the helper closes the connection. */
function exchange(socketPath: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const chunks: Buffer[] = [];
    socket.on('error', (error) => reject(connectionProblem(socketPath, error)));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.write(request);
  });
}

/**
 * Sends one `PUT` as HTTP/1.0 (RFC 1945), whose answer ends with the connection and has no parts to put together. It
 * does without `node:http`, whose loading and first request take 12 ms, as long as the helper needs for the tunnel.
 * @param body JSON text
 * @returns the JSON of the answer, unchecked
 * @throws HomingError whatever the helper refused, or why it cannot be reached
 */
export async function plainPut(socketPath: string, path: string, body: string): Promise<unknown> {
  refuseUnsafeSocket(socketPath);
  const head = [
    `PUT ${path} HTTP/1.0`,
    'Host: helper',
    `${apiVersionHeader}: ${apiVersion}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const answer = await exchange(socketPath, `${head.join('\r\n')}\r\n\r\n${body}`);
  const split = answer.indexOf('\r\n\r\n');
  const [statusLine = '', ...headers] = answer.slice(0, split).split('\r\n');
  const version = headers.find((line) => line.toLowerCase().startsWith(`${apiVersionHeader}:`));
  const found = version?.slice(apiVersionHeader.length + 1).trim() ?? '';
  if (found !== String(apiVersion)) throw otherVersion(found);
  const status = Number(statusLine.split(' ')[1]);
  let json: unknown;
  try {
    json = JSON.parse(answer.slice(split));
  } catch {
    throw otherVersion('');
  }
  if (status < 400) return json;
  throw new HomingError(problemIn(json, status));
}
