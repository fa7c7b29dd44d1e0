import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where profiles are stored: `$HOMING_CONFIG_DIR`, else according to the XDG base directory specification. */
export function configDir(env: NodeJS.ProcessEnv): string {
  if (env.HOMING_CONFIG_DIR) return env.HOMING_CONFIG_DIR;
  // The specification: a relative XDG_CONFIG_HOME is invalid and ignored.
  if (env.XDG_CONFIG_HOME?.startsWith('/')) return join(env.XDG_CONFIG_HOME, 'homing');
  return join(env.HOME || homedir(), '.config', 'homing');
}
