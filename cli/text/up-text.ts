import { alignedRows } from './table.ts';

/** A value inside a JSON value; undefined where it is not. */
function at(json: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    json,
  );
}

/** Where a controller is reached first. */
function controllerRow(controller: unknown): string[] | undefined {
  const name = at(controller, 'name');
  const endpoint = at(controller, 'endpoint');
  if (typeof name !== 'string' || (typeof endpoint !== 'string' && endpoint !== null)) return undefined;
  return [name, endpoint ?? 'looking for it on the LAN'];
}

function namesText(tunnel: unknown): string | undefined {
  const [names, domain] = [at(tunnel, 'hosts', 'names'), at(tunnel, 'domain')];
  if (typeof names !== 'number' || typeof domain !== 'string') return undefined;
  const problem = at(tunnel, 'hosts', 'problem');
  if (problem === null)
    return `${names === 1 ? '1 name ends' : `${names} names end`} in .${domain}. See which way each is reached: homing status`;
  return `${at(problem, 'title')}: ${at(problem, 'cause')} ${at(problem, 'remedy')}`;
}

/**
 * What `homing up` says when it is done. It looks only at what it prints, so that the schema of the whole status needs
 * not be loaded.
 * @param status the helper's answer, checked or not
 * @returns undefined when it is not that of a connected tunnel
 */
export function upText(status: unknown, tookMs: number): string | undefined {
  const tunnel = at(status, 'tunnel');
  const [state, network, peer] = [at(tunnel, 'state'), at(tunnel, 'network'), at(tunnel, 'peer')];
  const controllers = at(tunnel, 'controllers');
  const names = namesText(tunnel);
  if (state !== 'connected' || !Array.isArray(controllers) || names === undefined) return undefined;
  const rows = controllers.map(controllerRow).filter((row) => row !== undefined);
  if (rows.length < controllers.length) return undefined;
  return [
    `Connected to ${network} in ${Math.round(tookMs)} ms, as ${peer}.`,
    alignedRows(rows, '  '),
    names,
    '',
  ].join('\n');
}
