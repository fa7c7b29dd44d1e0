import type { AddressSet } from '../../shared/addresses/range.ts';
import type { Endpoint } from '../../shared/endpoints/endpoint.ts';
import type { PublicKey } from '../../shared/keys/wireguard-key.ts';
import {
  beginFirst,
  type FirstEffect,
  type FirstEvent,
  type FirstState,
  firstWakeAtMs,
  probedFirst,
  stepFirst,
} from '../../shared/paths/machine/first-endpoint.ts';
import type { ProbeOutcome } from '../../shared/paths/probe-target.ts';
import type { PlannedController } from '../../shared/plan/tunnel-plan.ts';
import type { Prober } from './probe/prober.ts';
import type { Remembered } from './remembered-endpoints.ts';
import { resolveEndpoints } from './resolve-endpoints.ts';
import type { Time } from './time.ts';

export interface FirstEndpointParts {
  readonly controllers: readonly PlannedController[];
  readonly defaultController: string;
  readonly time: Time;
  readonly prober: Pick<Prober, 'probe'>;
  readonly tunnel: AddressSet;
  readonly remembered: (controller: string) => Remembered | undefined;
  /** The controllers whose LAN is quarantined in the present network. */
  readonly quarantined: ReadonlySet<string>;
  readonly onIgnored: (controller: string, reasons: readonly string[]) => void;
}

/** The first endpoint of each controller; an unreachable controller is missing. Quick, and never throws. */
export async function firstEndpoints(parts: FirstEndpointParts): Promise<Map<PublicKey, Endpoint>> {
  const { controllers, defaultController, quarantined } = parts;
  const names = controllers.map(({ name }) => name);
  const probed = probedFirst(names, defaultController);
  const first = new Map<PublicKey, Endpoint>();
  await Promise.all(
    controllers.map(async (controller) => {
      const endpoint = await new FirstEndpoint(
        parts,
        controller,
        probed.has(controller.name) && !quarantined.has(controller.name),
      ).chosen;
      if (endpoint !== null) first.set(controller.publicKey, endpoint);
    }),
  );
  return first;
}

/** Feeds events to the machine of one controller's first endpoint, and carries out its effects. */
class FirstEndpoint {
  readonly #parts: FirstEndpointParts;
  readonly #controller: PlannedController;
  readonly #chosen = Promise.withResolvers<Endpoint | null>();
  #state: FirstState;

  constructor(parts: FirstEndpointParts, controller: PlannedController, isProbed: boolean) {
    this.#parts = parts;
    this.#controller = controller;
    const { time, remembered } = parts;
    const { name, endpoints } = controller;
    const known = {
      privateEndpoints: endpoints.private,
      publicEndpoints: endpoints.public,
      remembered: remembered(name),
    };
    const nowMs = time.nowMs();
    const [state, effects] = beginFirst(known, isProbed, nowMs);
    this.#state = state;
    const atMs = firstWakeAtMs(state);
    if (atMs !== null) void time.sleep(atMs - nowMs).then(() => this.#send({ type: 'wake' }));
    this.#carryOut(effects);
  }

  get chosen(): Promise<Endpoint | null> {
    return this.#chosen.promise;
  }

  #send(event: FirstEvent): void {
    const [state, effects] = stepFirst(this.#state, event, this.#parts.time.nowMs());
    this.#state = state;
    this.#carryOut(effects);
  }

  #carryOut(effects: readonly FirstEffect[]): void {
    for (const effect of effects) {
      if (effect.do === 'probe') this.#probe(effect);
      else void this.#resolve(effect.endpoint);
    }
    if (this.#state.is === 'chosen') this.#chosen.resolve(this.#state.endpoint);
  }

  #probe({ targets, timing }: Extract<FirstEffect, { do: 'probe' }>): void {
    const { name, publicKey, presharedKey } = this.#controller;
    const controller = { name, publicKey, ...(presharedKey === undefined ? {} : { presharedKey }) };
    const onOutcome = (outcome: ProbeOutcome) => this.#send({ type: 'probed', outcome });
    const ended = () => this.#send({ type: 'round-ended' });
    // A probe that could not be sent counts as unanswered.
    this.#parts.prober.probe({ controller, targets, ...timing }, { onOutcome }).then(ended, ended);
  }

  async #resolve(endpoint: Endpoint): Promise<void> {
    const { tunnel, onIgnored } = this.#parts;
    const { endpoints, ignored } = await resolveEndpoints([endpoint], tunnel);
    onIgnored(this.#controller.name, ignored);
    this.#send({ type: 'resolved', endpoint: endpoints[0] ?? null });
  }
}
