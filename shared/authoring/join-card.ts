import * as z from 'zod';
import { HomingError, shown } from '../errors/problem.ts';
import { fromBase64url, toBase64url } from '../invite/base64url.ts';
import { payloadProblem } from '../invite/payload-problem.ts';
import { publicKeySchema } from '../keys/key-schemas.ts';
import { memberNameSchema } from '../names/name-schemas.ts';

/** The public data that a peer returns to the admin. It holds no secret. */
const joinCardSchema = z
  .strictObject({
    type: z.literal('homing-join-card'),
    version: z.union([z.literal(1), z.literal(2)]),
    network: memberNameSchema,
    peer: memberNameSchema,
    publicKey: publicKeySchema,
    probePublicKey: publicKeySchema,
    /** Created with the secret of the invite, see join-proof.ts. Absent in version 1. */
    proof: z
      .string()
      .regex(/^[\w-]{43}$/, 'not 32 bytes in base64url')
      .optional(),
  })
  .refine((card) => card.publicKey !== card.probePublicKey, {
    path: ['probePublicKey'],
    message: 'the same as publicKey, though a peer probes with a key of its own',
  });

export type JoinCard = z.infer<typeof joinCardSchema>;

const newestVersion = 2;

const linePrefix = 'homing-card:';
/** A card has some 300 bytes. */
const cardLimitBytes = 8192;

/** The card as readable JSON, with a newline. */
export function joinCardJson(card: JoinCard): string {
  return `${JSON.stringify(card, null, 2)}\n`;
}

/** The card as one line, for a chat or a QR code. */
export function joinCardLine(card: JoinCard): string {
  return `${linePrefix}${toBase64url(new TextEncoder().encode(JSON.stringify(card)))}`;
}

/**
 * Parses a card in either form.
 * @throws HomingError `join-card-malformed`, `join-card-unknown-version`, `bad-key`
 */
export function parseJoinCard(text: string): JoinCard {
  if (text.length > cardLimitBytes) throw malformed(`It has ${text.length} characters; a card has some 300.`);
  const value = cardValue(text.trim());
  const field = (name: string) =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const version = field('version');
  if (field('type') === 'homing-join-card' && typeof version === 'number' && version > newestVersion) {
    throw new HomingError({
      code: 'join-card-unknown-version',
      title: 'The join card was made by a newer Homing',
      cause: `version is ${version}; this Homing reads up to version ${newestVersion}.`,
      remedy: 'Update Homing on this machine.',
    });
  }
  const parsed = joinCardSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw payloadProblem(parsed.error, value, {
    code: 'join-card-malformed',
    title: 'The join card cannot be read',
    remedy: 'Ask for the card again: `homing join-card` prints it.',
  });
}

function cardValue(text: string): unknown {
  if (text === '') throw malformed('It is empty.');
  const line = text.startsWith(linePrefix) ? fromBase64url(text.slice(linePrefix.length)) : undefined;
  if (text.startsWith(linePrefix) && line === undefined) throw malformed('The line is cut off or damaged.');
  const json = line === undefined ? text : new TextDecoder().decode(line);
  try {
    return JSON.parse(json);
  } catch {
    throw malformed(`It begins with ${shown(text.slice(0, 24))}.`);
  }
}

function malformed(cause: string): HomingError {
  return new HomingError({
    code: 'join-card-malformed',
    title: 'The join card cannot be read',
    cause,
    remedy: 'Ask for the card again: `homing join-card` prints it.',
  });
}
