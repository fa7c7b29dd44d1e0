import { connect } from 'node:net';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError } from '../../shared/errors/problem.ts';
import type { HostEntry } from '../../shared/plan/host-names.ts';
import { withBlock } from './block.ts';
import { isUnchangedBy } from './file.ts';
import type { HostsFile } from './hosts-file.ts';
import { type WriterAnswer, type WriterRequest, writerAnswerSchema } from './writer-protocol.ts';

/** On a slow machine the start of the writer takes seconds. */
const timeoutMs = 15_000;
/** An answer is a line with a problem at most. */
const answerLimitCharacters = 64 * 1024;

function noAnswer(socketPath: string, why: string): HomingError {
  return new HomingError({
    code: 'hosts-writer-silent',
    title: 'The names of the network are not in the hosts file',
    cause: `The writer of the hosts file did not answer at ${socketPath}: ${why}.`,
    remedy: 'The tunnel works by address. Look at what the system says of the service homing-hosts.',
  });
}

/** Sends one request. @returns the text of the answer @throws HomingError `hosts-writer-silent` */
function exchange(socketPath: string, request: WriterRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath, allowHalfOpen: true });
    let text = '';
    const fail = (why: string) => {
      socket.destroy();
      reject(noAnswer(socketPath, why));
    };
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => fail(`nothing within ${timeoutMs} ms`));
    socket.on('error', (error) => fail(String(codeOf(error) ?? error.message)));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > answerLimitCharacters) fail('the answer is too long');
    });
    socket.on('end', () => {
      socket.destroy();
      if (text.endsWith('\n')) resolve(text);
      else reject(noAnswer(socketPath, 'it ended meanwhile'));
    });
    socket.end(`${JSON.stringify(request)}\n`);
  });
}

function answerFrom(socketPath: string, text: string): WriterAnswer {
  try {
    return writerAnswerSchema.parse(JSON.parse(text));
  } catch {
    throw noAnswer(socketPath, 'the answer is malformed');
  }
}

/**
 * The hosts file, changed by the writer behind a socket.
 * @param path the same file, to read
 */
export function hostsBehindWriter(socketPath: string, path: string): HostsFile {
  const send = async (entries: readonly HostEntry[]): Promise<boolean> => {
    // Everybody may read the file: the writer is started only for a change.
    if (await isUnchangedBy(path, (before) => withBlock(before, entries))) return false;
    // Machines have further fields; the request is strict.
    const request = entries.map(({ address, names }) => ({ address, names: [...names] }));
    const answer = answerFrom(socketPath, await exchange(socketPath, { version: 1, entries: request }));
    if ('error' in answer) throw new HomingError(answer.error);
    return answer.changed;
  };
  return { path, write: send, clear: () => send([]) };
}
