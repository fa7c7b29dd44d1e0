import { parseArgs } from 'node:util';
import { HomingError } from '../../shared/errors/problem.ts';
import { inheritedSocket } from '../process/inherited-socket.ts';
import { hostsFileAt } from './hosts-file.ts';
import { hostsWriter } from './writer.ts';

/**
 * `homing-helper hosts-writer [--hosts FILE]`: serves the socket that the service manager passes, until nobody needs it.
 * @param onError called for an error of the socket
 * @throws HomingError `no-inherited-socket`, `bad-inherited-socket`
 */
export function hostsWriterMain(args: readonly string[], onError: (error: Error) => void): void {
  const { values } = parseArgs({
    args: [...args],
    options: { hosts: { type: 'string', default: '/etc/hosts' } },
  });
  const fd = inheritedSocket(process.env, process.pid);
  if (fd === undefined) {
    throw new HomingError({
      code: 'no-inherited-socket',
      title: 'The writer of the hosts file is started by its socket',
      cause: 'No listening socket was passed to it (LISTEN_FDS).',
      remedy: 'Have systemd start homing-hosts.socket; the writer starts with the first connection.',
    });
  }
  const server = hostsWriter(hostsFileAt(values.hosts), () => process.exit(0));
  server.on('error', onError);
  server.listen({ fd });
}
