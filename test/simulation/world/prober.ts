import { type Endpoint, endpointOf } from '../../../shared/endpoints/endpoint.ts';
import type { ProbeOutcome, ProbeTarget, ProbeTiming } from '../../../shared/paths/probe-target.ts';
import { type Network, type Quality, relayHost, type Seen, type Site } from './network.ts';
import { Pacer } from './pacer.ts';
import type { Timer, VirtualTime } from './virtual-time.ts';

/** A model of the helper's prober: paced messages, several attempts, and an answer only from the holder of the key. */

export interface ProberParts {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: () => number;
  /** Called for each message as it is sent. */
  readonly onSent: (site: Site) => void;
}

export interface ProbeRun {
  readonly site: Site;
  /** The controller knows the probe key; otherwise it answers nothing. */
  readonly knowsProbeKey: boolean;
  readonly targets: readonly ProbeTarget[];
  readonly timing: ProbeTiming;
  readonly onOutcome: (outcome: ProbeOutcome, index: number) => void;
  readonly onEnd: () => void;
}

interface Answer {
  readonly seen: Seen;
  readonly from: string;
  readonly roundTripMs: number;
  readonly quality: Quality;
}

export class Prober {
  readonly #parts: ProberParts;
  readonly #pacer: Pacer<Site>;

  constructor(parts: ProberParts) {
    this.#parts = parts;
    this.#pacer = new Pacer(parts.time);
  }

  /** @returns a function that ends the run, without further outcomes */
  probe(run: ProbeRun): () => void {
    const { time } = this.#parts;
    const state = { isOver: false, open: run.targets.length };
    const timers: Timer[] = [];
    const places: (() => void)[] = [];
    for (const [index, target] of run.targets.entries()) {
      let isSettled = false;
      const settle = (outcome: ProbeOutcome): void => {
        if (isSettled || state.isOver) return;
        isSettled = true;
        state.open -= 1;
        run.onOutcome(outcome, index);
        if (state.open === 0 && !state.isOver) run.onEnd();
      };
      const attempt = (number: number): void => {
        const send = (): void => {
          if (isSettled || state.isOver) return;
          this.#send(run, target, settle);
          const again = (): void => {
            if (number < run.timing.attempts) attempt(number + 1);
            else settle({ verdict: 'unanswered', reason: 'no answer' });
          };
          timers.push(
            time.after(target.timeoutMs ?? run.timing.timeoutMs, () => isSettled || state.isOver || again()),
          );
        };
        places.push(this.#pacer.take(run.site, send));
      };
      attempt(1);
    }
    return () => {
      state.isOver = true;
      for (const timer of timers) time.cancel(timer);
      for (const giveUp of places) giveUp();
    };
  }

  #send(run: ProbeRun, target: ProbeTarget, settle: (outcome: ProbeOutcome) => void): void {
    const { time, network, random, onSent } = this.#parts;
    const { site } = run;
    if (target.kind === 'unicast' && network.routeTo(target.host) === undefined) {
      settle({ verdict: 'refused', reason: 'there is no route to it' });
      return;
    }
    onSent(site);
    const answer = run.knowsProbeKey && site.isUp ? this.#answerTo(site, target) : undefined;
    if (answer === undefined || !network.passes(answer.seen, site, 'outward')) return;
    const { lossShare, jitterMs, bloatMs } = answer.quality;
    if (lossShare > 0 && (random() < lossShare || random() < lossShare)) return;
    const noiseMs = jitterMs * random() + (bloatMs > 0 && random() < 0.25 ? bloatMs * random() : 0);
    const roundTripMs = answer.roundTripMs + noiseMs;
    const from = { host: answer.from, port: target.port };
    time.after(roundTripMs, () => {
      if (site.isUp && network.passes(answer.seen, site, 'inward'))
        settle({ verdict: 'verified', from, roundTripMs });
    });
  }

  #answerTo(site: Site, target: ProbeTarget): Answer | undefined {
    const { network } = this.#parts;
    if (target.kind !== 'broadcast' && target.kind !== 'multicast') {
      const way = network.wayTo(target.host);
      if (way === undefined || way.site !== site) return undefined;
      return { ...way, from: target.host };
    }
    if (network.hostFirewall) return undefined;
    const relayed = target.kind === 'broadcast' ? network.relayed(site) : undefined;
    if (relayed?.relay?.at === 'own-address') return { ...relayed, from: relayHost };
    if (!network.heardOnLan().includes(site)) return undefined;
    const from = target.kind === 'broadcast' ? site.lanHost : site.linkLocalHost;
    if (from === null) return undefined;
    const host = target.kind === 'broadcast' ? from : `${from}%eth0`;
    return { seen: 'home', from: host, roundTripMs: network.roundTrips.lan, quality: network.qualities.lan };
  }
}

export function endpointAt(host: string): Endpoint {
  return endpointOf({ host, port: 51_820 });
}
