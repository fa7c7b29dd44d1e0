import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyLimitBytes } from '../../shared/contract/requests.ts';
import { apiVersion, apiVersionHeader } from '../../shared/contract/version.ts';
import { HomingError } from '../../shared/errors/problem.ts';

/** One request to the control API, and the response to it. */
export interface Call {
  readonly method: string;
  /** As the caller wrote it: nothing is decoded or normalised. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The version of the API that the caller speaks, if it says so. */
  readonly version: string | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function callOf(request: IncomingMessage, response: ServerResponse): Call {
  const { method = '', url = '' } = request;
  const [path = ''] = url.split('?', 1);
  const version = request.headers[apiVersionHeader];
  return {
    method,
    path,
    query: new URLSearchParams(url.slice(path.length)),
    version: version === undefined ? undefined : String(version),
    request,
    response,
  };
}

/** Every answer has it. */
export const versionHeader = { [apiVersionHeader]: String(apiVersion) } as const;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...versionHeader, ...headers });
  response.end(text);
}

/**
 * The body as JSON.
 * @param emptyIs what an empty body stands for; it is refused otherwise
 * @throws HomingError `too-large` or `bad-request`
 */
export async function jsonOf(call: Call, emptyIs = ''): Promise<unknown> {
  const text = await textOf(call.request);
  try {
    return JSON.parse(text === '' ? emptyIs : text);
  } catch {
    throw new HomingError({
      code: 'bad-request',
      title: 'The request is not JSON',
      cause: `The body of ${call.method} ${call.path} could not be parsed.`,
      remedy: 'Send a JSON object; see docs/ARCHITECTURE.md for its form.',
    });
  }
}

/** The rest of a body that is too large is read and dropped by Node, when the refusal has been sent. */
function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const refuse = () => {
      request.off('data', collect);
      reject(tooLarge());
    };
    const collect = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > bodyLimitBytes) refuse();
    };
    if (Number(request.headers['content-length']) > bodyLimitBytes) {
      refuse();
      return;
    }
    request.on('data', collect);
    request.once('end', () => resolve(Buffer.concat(chunks).toString()));
    request.once('error', reject);
  });
}

function tooLarge(): HomingError {
  return new HomingError({
    code: 'too-large',
    title: 'The request is too large',
    cause: `Its body has more than ${bodyLimitBytes} bytes.`,
    remedy: 'A network of 500 controllers and 5,000 machines takes 0.6 MB: check what is sent.',
  });
}
