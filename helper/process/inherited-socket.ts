import { HomingError } from '../../shared/errors/problem.ts';

/** The first descriptor that a service manager passes (sd_listen_fds(3), SD_LISTEN_FDS_START). */
const firstDescriptor = 3;

/**
 * The listening socket that the service manager passed to this process (sd_listen_fds(3)).
 * @param env with LISTEN_PID and LISTEN_FDS
 * @returns its descriptor; undefined if none was passed
 * @throws HomingError `bad-inherited-socket` if there is more than one
 */
export function inheritedSocket(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { LISTEN_PID, LISTEN_FDS } = env;
  // Passed to another process, which left its environment to this one.
  if (LISTEN_PID !== `${pid}` || LISTEN_FDS === undefined) return undefined;
  if (LISTEN_FDS === '1') return firstDescriptor;
  throw new HomingError({
    code: 'bad-inherited-socket',
    title: 'The service manager passed the wrong sockets',
    cause: `LISTEN_FDS is ${JSON.stringify(LISTEN_FDS)}; this service has one socket.`,
    remedy: 'Install Homing again, which writes its units again.',
  });
}
