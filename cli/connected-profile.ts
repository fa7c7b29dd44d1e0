import { HelperClient } from '../client/helper-client.ts';
import { socketPathFrom } from '../client/helper-socket.ts';
import { HomingError } from '../shared/errors/problem.ts';
import type { CliIo } from './io.ts';

/**
 * The profile that is connected now, or null; also null when no helper runs, since then nothing manages a tunnel.
 * @throws HomingError when a helper runs and cannot be reached
 */
export async function connectedProfileId(io: CliIo): Promise<string | null> {
  try {
    const { tunnel } = await new HelperClient(socketPathFrom(io.env)).status();
    return tunnel.state === 'connected' ? tunnel.profileId : null;
  } catch (error) {
    if (error instanceof HomingError && error.problem.code === 'helper-not-running') return null;
    throw error;
  }
}
