import { HomingError } from '../shared/errors/problem.ts';

/** The part of a connected tunnel's status that `homing up` prints. */
export interface ConnectAnswer {
  readonly network: string;
  readonly domain: string;
  readonly peer: string;
  readonly names: number;
  /** Why the names could not be written, in one line; null if they were. */
  readonly namesProblem: string | null;
  readonly controllers: readonly { readonly name: string; readonly endpoint: string | null }[];
}

function refuse(field: string, value: unknown): HomingError {
  return new HomingError({
    code: 'answer-unreadable',
    title: 'The helper’s answer cannot be read',
    cause: `${field} is ${JSON.stringify(value) ?? 'missing'}.`,
    remedy: 'See `homing status`; if that fails too, install the helper again from this version of Homing.',
  });
}

function member(value: unknown, field: string): unknown {
  const key = field.split('.').at(-1) ?? '';
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textAt(value: unknown, field: string): string {
  const text = member(value, field);
  if (typeof text !== 'string') throw refuse(field, text);
  return text;
}

/**
 * The part of a status that `homing up` prints. It does not use the whole schema: loading zod takes 22 ms of processor
 * time, more than the helper needs to set up the tunnel.
 * @throws HomingError `answer-unreadable`; the tunnel may be up anyway
 */
export function parseConnectAnswer(answer: unknown): ConnectAnswer {
  const tunnel = member(answer, 'tunnel');
  if (member(tunnel, 'state') !== 'connected') throw refuse('tunnel.state', member(tunnel, 'state'));
  const hosts = member(tunnel, 'hosts');
  const names = member(hosts, 'names');
  if (typeof names !== 'number') throw refuse('tunnel.hosts.names', names);
  const problem = member(hosts, 'problem');
  const controllers: unknown = member(tunnel, 'controllers');
  if (!Array.isArray(controllers)) throw refuse('tunnel.controllers', controllers);
  return {
    network: textAt(tunnel, 'tunnel.network'),
    domain: textAt(tunnel, 'tunnel.domain'),
    peer: textAt(tunnel, 'tunnel.peer'),
    names,
    namesProblem:
      problem === null
        ? null
        : `${textAt(problem, 'title')}: ${textAt(problem, 'cause')} ${textAt(problem, 'remedy')}`,
    controllers: controllers.map((controller: unknown) => ({
      name: textAt(controller, 'tunnel.controllers.name'),
      endpoint:
        member(controller, 'endpoint') === null ? null : textAt(controller, 'tunnel.controllers.endpoint'),
    })),
  };
}
