import { readdir } from 'node:fs/promises';
import type { InstalledHost } from './installed-host.ts';

/** The content of the user's store for the only imported network. */
export interface StoredProfile {
  readonly directory: string;
  readonly profile: Readonly<Record<string, unknown>>;
  readonly privateKey: string;
}

/** Reads the user's only profile as unchecked JSON, to be damaged by a test. */
export async function storedProfile(installed: InstalledHost): Promise<StoredProfile> {
  const { host, user } = installed;
  const profiles = `${user.home}/.config/homing/profiles`;
  const [id, second] = await readdir(host.outsidePath(profiles));
  if (id === undefined || second !== undefined) throw new Error(`not exactly one profile in ${profiles}`);
  const directory = `${profiles}/${id}`;
  const profile: unknown = JSON.parse(await host.readFile(`${directory}/profile.json`));
  if (typeof profile !== 'object' || profile === null) throw new Error(`no object in ${directory}`);
  return {
    directory,
    profile: { ...profile },
    privateKey: (await host.readFile(`${directory}/private.key`)).trim(),
  };
}

/** A copy of a JSON value with one place replaced; the path is of keys and indices. */
export function withValue(json: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(json);
  const last = path.at(-1);
  let place: unknown = copy;
  for (const part of path.slice(0, -1)) {
    if (typeof place === 'object' && place !== null) place = Reflect.get(place, part);
  }
  if (last === undefined || typeof place !== 'object' || place === null)
    throw new Error(`there is no ${path.join('.')} in ${JSON.stringify(json)}`);
  Reflect.set(place, last, value);
  return copy;
}
