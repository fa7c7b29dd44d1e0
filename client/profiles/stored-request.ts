import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isKeyText } from '../../shared/keys/wireguard-key.ts';
import { configDir } from './config-dir.ts';

const idPattern = /^[a-z0-9]{16}$/;

interface StoredText {
  readonly id: string;
  readonly networkName: unknown;
  readonly text: string;
}

/** @throws Error for a file that is missing, or holds no profile */
function storedText(profiles: string, id: string): StoredText {
  const text = readFileSync(join(profiles, id, 'profile.json'), 'utf8');
  const { id: written, network }: { id: unknown; network: { name: unknown } } = JSON.parse(text);
  if (written !== id) throw new Error('it is the profile of another id');
  return { id, networkName: network.name, text };
}

/**
 * The body of `PUT /v1/tunnel` for a stored profile, as the files hold it: the helper checks all of it, and to check
 * it here as well takes the schemas, whose loading the first packet would wait for.
 * @param nameOrId as for `findProfile`
 * @returns undefined when anything is out of the ordinary, for profiles.ts to say what
 */
export function storedRequest(env: NodeJS.ProcessEnv, nameOrId: string | undefined): string | undefined {
  const profiles = join(configDir(env), 'profiles');
  try {
    const ids = readdirSync(profiles).filter((entry) => idPattern.test(entry));
    const stored = ids.map((id) => storedText(profiles, id));
    const [only, second] = stored.filter(
      ({ id, networkName }) => nameOrId === undefined || id === nameOrId || networkName === nameOrId,
    );
    if (only === undefined || second !== undefined) return undefined;
    const privateKey = readFileSync(join(profiles, only.id, 'private.key'), 'utf8').trim();
    return isKeyText(privateKey) ? `{"profile":${only.text},"privateKey":"${privateKey}"}` : undefined;
  } catch {
    return undefined;
  }
}
