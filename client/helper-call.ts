import { type IncomingMessage, request } from 'node:http';
import { apiVersion, apiVersionHeader } from '../shared/contract/version.ts';
import { HomingError } from '../shared/errors/problem.ts';
import { connectionProblem, otherVersion, problemIn } from './call-problems.ts';
import { refuseUnsafeSocket } from './helper-socket.ts';

/** One call of the control API, without its schemas: who wants a checked answer asks helper-client.ts. */
export interface HelperCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

function readAll(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('error', reject);
  });
}

/** Sends a call. @returns the answer as it comes @throws HomingError when the helper cannot be reached or is of another version */
export function openCall(socketPath: string, call: HelperCall): Promise<IncomingMessage> {
  refuseUnsafeSocket(socketPath);
  return new Promise((resolve, reject) => {
    const { method, path, body, signal } = call;
    const headers = {
      [apiVersionHeader]: String(apiVersion),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = request({ socketPath, method, path, headers, ...(signal && { signal }) });
    sent.on('error', (error) => reject(connectionProblem(socketPath, error)));
    sent.on('response', (response) => {
      const version = String(response.headers[apiVersionHeader] ?? '');
      if (version === String(apiVersion)) return resolve(response);
      response.resume();
      reject(otherVersion(version));
    });
    sent.end(body);
  });
}

/** Sends a call. @returns the JSON of the answer, unchecked @throws HomingError whatever the helper refused, or why it cannot be reached */
export async function callHelper(socketPath: string, call: HelperCall): Promise<unknown> {
  const response = await openCall(socketPath, call);
  const text = await readAll(response);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw otherVersion('');
  }
  const status = response.statusCode ?? 0;
  if (status < 400) return body;
  throw new HomingError(problemIn(body, status));
}
