import type { KillSwitchStatus, PortalStatus, TunnelStatus } from '../contract/status.ts';
import { blockedBy } from '../plan/kill-switch.ts';

/** The current effect of the kill switch, as a sentence for users. */
export function killSwitchSentence(killSwitch: KillSwitchStatus, tunnel: TunnelStatus): string {
  if (killSwitch.state === 'off') return 'Without a tunnel, traffic goes its usual way.';
  const { problem, allowLan } = killSwitch;
  if (problem?.code === 'kill-switch-failed') return `It is not in force: ${problem.cause} ${problem.remedy}`;
  const said = `${lead(tunnel)}${allowLan ? ' The networks that you are in can be reached.' : ''}`;
  return problem === null ? said : `${said} ${problem.cause} ${problem.remedy}`;
}

function lead(tunnel: TunnelStatus): string {
  switch (blockedBy(tunnel)) {
    case 'not-connected':
      return 'It blocks all traffic, since there is no tunnel.';
    case 'no-exit':
      return 'It blocks what is not for this network, since no controller carries your other traffic.';
    case 'exit-unreachable':
      return `It blocks your other traffic, since ${exitName(tunnel)} can’t be reached.`;
    case undefined:
      return `All traffic goes through ${exitName(tunnel)}; nothing passes beside it.`;
  }
}

function exitName(tunnel: TunnelStatus): string {
  return (tunnel.state === 'connected' ? tunnel.exit : null) ?? 'the exit';
}

/** What a captive portal requires, as a sentence; undefined if there is none. */
export function portalSentence(portal: PortalStatus): string | undefined {
  if (portal.state === 'none') return undefined;
  if (portal.state === 'found') return `This network wants a sign-in first, at ${portal.url}`;
  return `The sign-in page can be reached now, at ${portal.url}`;
}
