import { createServer, type Server, type Socket } from 'node:net';
import { HomingError, type Problem, problemOf, shown } from '../../shared/errors/problem.ts';
import { SerialQueue } from '../serial-queue.ts';
import type { HostsFile } from './hosts-file.ts';
import { requestLimitBytes, type WriterAnswer, writerRequestSchema } from './writer-protocol.ts';

/**
 * The writer of the hosts file: the only part of Homing that runs as root beside a helper that does not. It has one job,
 * and trusts nothing that it receives: only the block between Homing's marker lines changes, and each line is checked
 * again. Who may connect is decided by the owner and mode of its socket.
 */

export interface WriterLimits {
  readonly connections: number;
  /** For a whole request, and for reading the answer. */
  readonly requestTimeoutMs: number;
  /** The writer ends when nobody is connected for this long; systemd starts it again for the next connection. */
  readonly idleMs: number;
}

/** The helper has one connection at a time, a killed one and its successor two. */
export const writerLimits: WriterLimits = { connections: 4, requestTimeoutMs: 10_000, idleMs: 2_000 };

function badRequest(cause: string): HomingError {
  return new HomingError({
    code: 'bad-hosts-request',
    title: 'The names of the network are not in the hosts file',
    cause,
    remedy: 'The tunnel works by address. Install Homing again, so that its parts have one version.',
  });
}

/** @throws HomingError `bad-hosts-request`, `bad-host-entry`, `hosts-not-writable` */
async function carryOut(hosts: HostsFile, line: string): Promise<boolean> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw badRequest('The request is not JSON.');
  }
  const { success, data, error } = writerRequestSchema.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    throw badRequest(`The request is malformed at ${shown(issue?.path.join('.') ?? '')}.`);
  }
  return data.entries.length === 0 ? await hosts.clear() : await hosts.write(data.entries);
}

/** The first line; everything after it is ignored. @throws HomingError `bad-hosts-request` */
async function lineFrom(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    const end = chunk.indexOf('\n');
    const part: Buffer = end === -1 ? chunk : chunk.subarray(0, end);
    bytes += part.length;
    if (bytes > requestLimitBytes) throw badRequest(`The request has more than ${requestLimitBytes} bytes.`);
    chunks.push(part);
    if (end !== -1) return Buffer.concat(chunks).toString('utf8');
  }
  throw badRequest('The request has no end.');
}

async function answer(hosts: HostsFile, turns: SerialQueue, socket: Socket): Promise<WriterAnswer> {
  try {
    const line = await lineFrom(socket);
    return { changed: await turns.run(() => carryOut(hosts, line)) };
  } catch (error) {
    const problem: Problem = problemOf(error);
    return { error: problem };
  }
}

/**
 * Serves requests one after the other.
 * @param onIdle called once, after the server has closed, when nobody was connected for `idleMs`
 */
export function hostsWriter(
  hosts: HostsFile,
  onIdle: () => void,
  { connections, requestTimeoutMs, idleMs }: WriterLimits = writerLimits,
): Server {
  const turns = new SerialQueue();
  let open = 0;
  let idle: NodeJS.Timeout | undefined;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open += 1;
    clearTimeout(idle);
    const late = setTimeout(() => socket.destroy(), requestTimeoutMs);
    // A caller that ends early gets no answer; its request is refused or carried out whole.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(late);
      open -= 1;
      waitForCaller();
    });
    void answer(hosts, turns, socket).then((said) => socket.end(`${JSON.stringify(said)}\n`));
  });
  server.maxConnections = connections;
  const waitForCaller = () => {
    if (open > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => server.close(onIdle), idleMs);
  };
  server.once('listening', waitForCaller);
  return server;
}
