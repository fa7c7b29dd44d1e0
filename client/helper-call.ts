import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { apiVersion, apiVersionHeader } from '../shared/contract/version.ts';
import { HomingError } from '../shared/errors/problem.ts';
import { connectionProblem, otherVersion, problemIn } from './call-problems.ts';
import { refuseUnsafeSocket } from './helper-socket.ts';

/** A call of the control API, without its schemas: helper-client.ts validates the response. */
export interface HelperCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HelperAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** Ends with the connection. */
  readonly body: Readable;
}

/** Far more than the helper sends. */
const headLimitBytes = 16 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

/**
 * A call as HTTP/1.0 (RFC 1945): the response ends with the connection and is not chunked. `node:http` would take 12 ms
 * of processor time to load, more than half of what the helper needs to set up a tunnel.
 */
function requestText({ method, path, body }: HelperCall): string {
  const head = [`${method} ${path} HTTP/1.0`, 'Host: helper', `${apiVersionHeader}: ${apiVersion}`];
  if (body !== undefined) {
    head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`);
  }
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** Reads up to the end of the head, and leaves the rest in the socket. @throws Error when the response ends earlier */
async function readHead(socket: Socket): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed) throw new Error('it ended without an answer');
      await new Promise<void>((resolve, reject) => {
        const settle = (end: () => void) => () => {
          socket.off('readable', ready).off('end', ready).off('error', failed);
          end();
        };
        const ready = settle(resolve);
        const failed = (error: Error) => settle(() => reject(error))();
        socket.once('readable', ready).once('end', ready).once('error', failed);
      });
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(headEnd);
    if (end >= 0) {
      socket.unshift(head.subarray(end + headEnd.length));
      return head.subarray(0, end).toString('latin1');
    }
    if (head.length > headLimitBytes) throw new Error('its answer has no end of the head');
  }
}

function headerOf(lines: readonly string[], name: string): string {
  const line = lines.find((line) => line.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

/** Sends a call. @returns the response @throws HomingError when the helper cannot be reached or has another version */
export async function openCall(socketPath: string, call: HelperCall): Promise<HelperAnswer> {
  refuseUnsafeSocket(socketPath);
  const socket = connect({ path: socketPath, ...(call.signal && { signal: call.signal }) });
  try {
    socket.write(requestText(call));
    const [statusLine = '', ...headers] = (await readHead(socket)).split('\r\n');
    const version = headerOf(headers, apiVersionHeader);
    if (version !== String(apiVersion)) throw otherVersion(version);
    return { status: Number(statusLine.split(' ')[1]), body: socket };
  } catch (error) {
    socket.destroy();
    if (error instanceof HomingError) throw error;
    throw connectionProblem(socketPath, error instanceof Error ? error : new Error(String(error)));
  }
}

async function readAll(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Sends a call. @returns the JSON of the response, not validated @throws HomingError the helper's refusal, or why it
 * cannot be reached
 */
export async function callHelper(socketPath: string, call: HelperCall): Promise<unknown> {
  const { status, body } = await openCall(socketPath, call);
  let json: unknown;
  try {
    json = JSON.parse(await readAll(body));
  } catch {
    throw otherVersion('');
  }
  if (status < 400) return json;
  throw new HomingError(problemIn(json, status));
}
