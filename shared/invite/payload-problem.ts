import type * as z from 'zod';
import type { HomingError } from '../errors/problem.ts';
import { fieldPath, schemaProblem } from '../errors/schema-problem.ts';

/** The title and remedy for a wrong field. The first matching pattern counts. */
interface FieldProblem {
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
}

/** Marks on custom issues of the payload schema; see `params` in payload.ts. */
const problemOfMark: Readonly<Record<string, FieldProblem>> = {
  repeat: {
    code: 'duplicate-entry',
    title: 'Two entries stand for the same thing',
    remedy: 'Rename or remove one of the two.',
  },
  'repeated-controller': {
    code: 'duplicate-controller',
    title: 'Two controllers stand for the same thing',
    remedy: 'Rename or remove one of the two controllers.',
  },
  'unknown-controller': {
    code: 'unknown-controller',
    title: 'The controllers do not agree with the other lists',
    remedy: 'Ask the admin of the network for a new invite.',
  },
  'outside-network': {
    code: 'subnet-outside-network',
    title: 'A controller claims addresses outside its network',
    remedy: 'Do not use this invite; ask for a new one.',
  },
};

const problemOfField: readonly (readonly [RegExp, FieldProblem])[] = [
  [
    /endpoints\.(private|public)\[\d+\]$/,
    {
      code: 'bad-endpoint',
      title: 'An endpoint cannot be used',
      remedy: 'It must be ip:port, [ipv6]:port or host:port with a port from 1 to 65535.',
    },
  ],
  [
    /(^|\.)domain$/,
    {
      code: 'bad-domain',
      title: 'The domain of the network cannot be used',
      remedy: 'The domain must be a private name such as "wgnet".',
    },
  ],
  [
    /(\.name|defaultController|^name|aliases\[\d+\])$/,
    {
      code: 'bad-name',
      title: 'A name cannot be used as a host name',
      remedy: 'Names are letters, digits, inner hyphens and dots, at most 63 bytes, for example "nas".',
    },
  ],
  [
    /(ipv4|ipv4\.range|ipv4\.controller)$/,
    {
      code: 'bad-ipv4',
      title: 'An IPv4 address of the network cannot be used',
      remedy: 'Each member has its own address in one private range, for example 10.42.0.0/16.',
    },
  ],
  [
    /(publicKey|probePublicKey|presharedKey)$/,
    {
      code: 'bad-key',
      title: 'A key is not a WireGuard key',
      remedy: 'A key is the 44 characters that `wg pubkey` prints.',
    },
  ],
];

/** The problem of the first issue of a payload or a network file, with the code of its kind. */
export function payloadProblem(error: z.ZodError, input: unknown, otherwise: FieldProblem): HomingError {
  const [issue] = error.issues;
  const field = fieldPath(issue?.path ?? []);
  const mark = issue?.code === 'custom' ? issue.params?.mark : undefined;
  const marked = typeof mark === 'string' ? problemOfMark[mark] : undefined;
  const named = problemOfField.find(([pattern]) => pattern.test(field))?.[1];
  return schemaProblem(error, input, marked ?? named ?? otherwise);
}
