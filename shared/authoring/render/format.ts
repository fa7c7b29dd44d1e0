import { HomingError, shown } from '../../errors/problem.ts';
import type { ControllerPlan, RenderedFile } from './controller-plan.ts';
import { renderHosts } from './hosts.ts';
import { renderNetworkd } from './networkd.ts';
import { renderNixos } from './nixos.ts';
import { renderWgQuick } from './wg-quick.ts';

const renderers: Readonly<Record<string, (plan: ControllerPlan) => RenderedFile[]>> = {
  'wg-quick': renderWgQuick,
  networkd: renderNetworkd,
  nixos: renderNixos,
  hosts: renderHosts,
};

/** A controller's configuration in one of the formats. @throws HomingError `unknown-format` */
export function renderController(plan: ControllerPlan, format: string): RenderedFile[] {
  const render = Object.hasOwn(renderers, format) ? renderers[format] : undefined;
  if (render !== undefined) return render(plan);
  throw new HomingError({
    code: 'unknown-format',
    title: 'There is no such format',
    cause: `--format is ${shown(format)}.`,
    remedy: `Use ${Object.keys(renderers).join(', ')}.`,
  });
}
