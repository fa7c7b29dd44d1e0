import { HomingError, shown } from '../../shared/errors/problem.ts';
import type { PathContext } from './path-keeper.ts';

export function controllerNotInTunnel(name: string | undefined, { profile, plan }: PathContext): HomingError {
  return new HomingError({
    code: 'unknown-controller',
    title: 'There is no such controller',
    cause: `${shown(name)} is not a controller of ${profile.network.name}.`,
    remedy: `Use one of: ${plan.controllers.map((controller) => controller.name).join(', ')}.`,
  });
}
