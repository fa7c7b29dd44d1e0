import type { AppState, ProfileSummary } from '../contract/app-state.ts';
import type { ConnectedTunnel } from '../contract/status.ts';
import { lookupText } from '../text/dns-words.ts';

/** Where the laptop's other traffic goes, that which is not for the network, and what may be pressed about it. */

/** The switch of one controller that offers to carry all traffic. */
export interface ExitSwitch {
  readonly controller: string;
  readonly isOn: boolean;
  readonly canPress: boolean;
  /** What becomes of the traffic, and of looking up names. */
  readonly sentence: string;
}

type Facts = Pick<AppState, 'tunnel' | 'prediction'>;

/** The exit switches of a network; empty if no controller offers an exit. */
export function exitSwitches({ tunnel, prediction }: Facts, profile: ProfileSummary): readonly ExitSwitch[] {
  const live = tunnel.state === 'connected' && tunnel.profileId === profile.id ? tunnel : undefined;
  const isChanging = prediction !== null || tunnel.state === 'connecting' || tunnel.state === 'disconnecting';
  return profile.exits.map((controller) => {
    const isOn = profile.settings.exit === controller;
    return {
      controller,
      isOn,
      canPress: !isChanging,
      sentence: isOn ? onSentence(controller, live) : offSentence(profile),
    };
  });
}

function offSentence({ label, settings }: ProfileSummary): string {
  return settings.exit === null
    ? `Only what is for ${label} goes through the tunnel`
    : `Your traffic goes through ${settings.exit}`;
}

function onSentence(controller: string, live: ConnectedTunnel | undefined): string {
  if (live === undefined) return 'As soon as you are connected';
  // A helper before 0.2 does not report the exit: the profile's value is shown.
  if (live.exit !== undefined && live.exit !== controller) return 'With the next connection';
  const path = live.controllers.find(({ name }) => name === controller)?.path;
  if (path === 'none') return `${controller} can’t be reached: your other traffic goes nowhere`;
  return `Nothing goes around it but your LAN. ${lookups(live)}`;
}

function lookups({ dns }: ConnectedTunnel): string {
  if (dns === null || dns === undefined) return 'Names are looked up as before';
  if (dns.problem !== null) return `Names are looked up as before: ${dns.problem.cause}`;
  return `Lookups: ${lookupText(dns)}`;
}
