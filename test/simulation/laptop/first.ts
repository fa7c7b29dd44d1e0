import type { Endpoint } from '../../../shared/endpoints/endpoint.ts';
import {
  beginFirst,
  type FirstCandidates,
  type FirstEffect,
  type FirstEvent,
  firstWakeAtMs,
  stepFirst,
} from '../../../shared/paths/machine/first-endpoint.ts';
import type { Site } from '../world/network.ts';
import type { Prober } from '../world/prober.ts';
import type { VirtualTime } from '../world/virtual-time.ts';

export interface FirstParts {
  readonly time: VirtualTime;
  readonly prober: Prober;
  readonly site: Site;
  readonly knowsProbeKey: boolean;
  readonly candidates: FirstCandidates;
}

const resolveMs = 15;

/** Runs the shipped choice of a controller's first endpoint in virtual time. */
export function chooseFirst(parts: FirstParts, onChosen: (endpoint: Endpoint | null) => void): void {
  const { time, prober, site, knowsProbeKey, candidates } = parts;
  const [begun, firstEffects] = beginFirst(candidates, true, time.nowMs);
  let state = begun;
  const send = (event: FirstEvent): void => {
    const [next, effects] = stepFirst(state, event, time.nowMs);
    if (next === state) return;
    state = next;
    carryOut(effects);
  };
  const carryOut = (effects: readonly FirstEffect[]): void => {
    for (const effect of effects) {
      if (effect.do === 'resolve') {
        time.after(resolveMs, () => send({ type: 'resolved', endpoint: effect.endpoint }));
        continue;
      }
      prober.probe({
        site,
        knowsProbeKey,
        targets: effect.targets,
        timing: effect.timing,
        onOutcome: (outcome) => send({ type: 'probed', outcome }),
        onEnd: () => send({ type: 'round-ended' }),
      });
    }
    if (state.is === 'chosen') onChosen(state.endpoint);
  };
  carryOut(firstEffects);
  const wakeAtMs = firstWakeAtMs(state);
  if (wakeAtMs !== null) time.after(wakeAtMs - time.nowMs, () => send({ type: 'wake' }));
}
