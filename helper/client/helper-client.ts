import { type IncomingMessage, request } from 'node:http';
import type {
  Diagnostics,
  ProbeRequest,
  ProbeResponse,
  TunnelRequest,
} from '../../shared/contract/control-api.ts';
import type { Status } from '../../shared/contract/status.ts';
import { apiVersion, apiVersionHeader } from '../../shared/contract/version.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import { helperNotRunning, refuseUnsafeSocket } from './helper-socket.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function notPermitted(path: string): HomingError {
  return new HomingError({
    code: 'helper-not-permitted',
    title: 'You may not use the helper',
    cause: `${path} is open to one user only, and that is not you.`,
    remedy: 'Run this as the user Homing was installed for, or install it again as yourself.',
  });
}

function otherVersion(found: string): HomingError {
  const older = !(Number(found) > apiVersion);
  return new HomingError({
    code: older ? 'helper-too-old' : 'helper-too-new',
    title: older ? 'The helper is an older version' : 'The helper is a newer version',
    cause: `It speaks version ${found || 'unknown'} of the control API; this program speaks version ${apiVersion}.`,
    remedy: older ? 'Install the helper again from this version of Homing.' : 'Update this program.',
  });
}

function connectionProblem(path: string, error: Error): HomingError {
  const code = 'code' in error ? String(error.code) : error.message;
  return code === 'EACCES' || code === 'EPERM' ? notPermitted(path) : helperNotRunning(path, code);
}

function readAll(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('error', reject);
  });
}

function problemIn(body: unknown, status: number): Problem {
  const error = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined;
  const text = (key: string) => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    code: text('code') ?? 'internal',
    title: text('title') ?? 'The helper could not do it',
    cause: text('cause') ?? `It answered with status ${status}.`,
    remedy: text('remedy') ?? 'Run `homing diagnostics`.',
  };
}

/** Talks to the helper over its unix socket. */
export class HelperClient {
  readonly #path: string;

  constructor(socketPath: string) {
    this.#path = socketPath;
  }

  /** @throws HomingError whatever the helper refused, or why it cannot be reached */
  async status(): Promise<Status> {
    return parsedStatus(await this.#call('GET', '/v1/status'));
  }

  /** Brings the tunnel up. The helper has checked and answered when this returns. */
  async connect(request: TunnelRequest): Promise<Status> {
    return parsedStatus(await this.#call('PUT', '/v1/tunnel', request));
  }

  async disconnect(): Promise<Status> {
    return parsedStatus(await this.#call('DELETE', '/v1/tunnel'));
  }

  async probe(request: ProbeRequest): Promise<ProbeResponse> {
    const { probeResponseSchema } = await import('../../shared/contract/control-api.ts');
    return probeResponseSchema.parse(await this.#call('POST', '/v1/probe', request));
  }

  async diagnostics(): Promise<Diagnostics> {
    const { diagnosticsSchema } = await import('../../shared/contract/control-api.ts');
    return diagnosticsSchema.parse(await this.#call('GET', '/v1/diagnostics'));
  }

  /** Opens the event stream. @returns the raw response; see event-stream.ts */
  async openEvents(signal?: AbortSignal): Promise<IncomingMessage> {
    return this.#send('GET', '/v1/events', undefined, signal);
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#answer(await this.#send(method, path, body));
    if (answer.status < 400) return answer.body;
    throw new HomingError(problemIn(answer.body, answer.status));
  }

  async #answer(response: IncomingMessage): Promise<Answer> {
    const text = await readAll(response);
    try {
      return { status: response.statusCode ?? 0, body: JSON.parse(text) };
    } catch {
      throw otherVersion('');
    }
  }

  #send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    refuseUnsafeSocket(this.#path);
    return new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        [apiVersionHeader]: String(apiVersion),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const call = request({ socketPath: this.#path, method, path, headers, ...(signal && { signal }) });
      call.on('error', (error) => reject(connectionProblem(this.#path, error)));
      call.on('response', (response) => {
        const version = String(response.headers[apiVersionHeader] ?? '');
        if (version === String(apiVersion)) return resolve(response);
        response.resume();
        reject(otherVersion(version));
      });
      call.end(payload);
    });
  }
}

async function parsedStatus(body: unknown): Promise<Status> {
  const { statusSchema } = await import('../../shared/contract/status.ts');
  return statusSchema.parse(body);
}
