import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { codeOf } from '../../shared/errors/code-of.ts';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { isNetworkKey, type NetworkKey } from '../../shared/invite/network-key.ts';
import type { VerifiedInvite } from '../../shared/invite/read-invite.ts';
import { memberNameSchema } from '../../shared/names/name-schemas.ts';
import { knownNetworksNotLoaded, knownNetworksNotSaved } from '../../shared/timeline/tunnel-reasons.ts';
import { replaceDurably } from '../journal/durable-file.ts';

/**
 * The signing key of each network that was connected here, and the highest serial of its invites: another key, or an older
 * invite, is refused even if the user's own files were replaced.
 */

const knownSchema = z.strictObject({
  network: memberNameSchema,
  key: z.string().refine(isNetworkKey, 'not an Ed25519 key'),
  serial: z.int().min(1),
});
const fileSchema = z.strictObject({ version: z.literal(1), networks: z.array(knownSchema) });
type Known = z.infer<typeof knownSchema>;

/** Of more networks, those connected longest ago are forgotten. */
const maxNetworks = 256;

export class KnownNetworks {
  readonly #path: string;
  readonly #onProblem: (reason: string) => void;
  /** Connected last comes last. */
  #known: readonly Known[];

  /** @param onProblem called for a file that cannot be read or written; then nothing is known, or stays known */
  constructor(stateDirectory: string, onProblem: (reason: string) => void) {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    this.#path = join(stateDirectory, 'signed-networks.json');
    this.#onProblem = onProblem;
    this.#known = this.#load();
  }

  /** The key that a network of this name was connected with, if it is not the invite's. */
  otherKeyOf({ payload, networkKey }: VerifiedInvite): NetworkKey | undefined {
    const { name } = payload.network;
    return this.#known.find(({ network, key }) => network === name && key !== networkKey)?.key;
  }

  /** @throws HomingError `invite-older-serial` */
  refuseOlder({ payload, networkKey }: VerifiedInvite): void {
    const before = this.#known.find(({ key }) => key === networkKey);
    if (before === undefined || payload.serial >= before.serial) return;
    throw new HomingError({
      code: 'invite-older-serial',
      title: 'The invite is older than one that was connected before',
      cause: `serial is ${payload.serial}; the helper already connected "${payload.network.name}" with serial ${before.serial}.`,
      remedy: 'Ask the admin of the network for the newest invite, and import it.',
    });
  }

  /** Records a network that is connected now. The file is written only if it changes. */
  remember({ payload, networkKey }: VerifiedInvite): void {
    const network = payload.network.name;
    const before = this.#known.find(({ key }) => key === networkKey);
    const serial = Math.max(payload.serial, before?.serial ?? 0);
    const isNewest = this.#known.at(-1) === before && before?.network === network;
    if (isNewest && before?.serial === serial) return;
    const others = this.#known.filter((other) => other.key !== networkKey && other.network !== network);
    this.#known = [...others, { network, key: networkKey, serial }].slice(-maxNetworks);
    try {
      replaceDurably(this.#path, `${this.#path}.new`, JSON.stringify({ version: 1, networks: this.#known }));
    } catch (error) {
      this.#onProblem(knownNetworksNotSaved(problemOf(error).cause));
    }
  }

  #load(): readonly Known[] {
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8'))).networks;
    } catch (error) {
      const isMissing = codeOf(error) === 'ENOENT';
      if (!isMissing) this.#onProblem(knownNetworksNotLoaded(problemOf(error).cause));
      return [];
    }
  }
}
