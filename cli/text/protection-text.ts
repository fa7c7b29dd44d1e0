import type { Status } from '../../shared/contract/status.ts';
import { killSwitchSentence, portalSentence } from '../../shared/text/protection-words.ts';

type Protected = Pick<Status, 'killSwitch' | 'portal' | 'tunnel'>;

/** What `homing kill-switch` prints. */
export function killSwitchStatusText({ killSwitch, tunnel }: Protected): string {
  if (killSwitch === undefined) return 'This helper has no kill switch. Install the helper again.';
  return `The kill switch is ${killSwitch.state}. ${killSwitchSentence(killSwitch, tunnel)}`;
}

/** What `homing portal` prints. */
export function portalText({ portal }: Protected): string {
  const sentence = portal === undefined ? undefined : portalSentence(portal);
  if (portal === undefined || sentence === undefined) return 'No sign-in page was found here.';
  return portal.state === 'found' ? `${sentence}\nTo reach it: homing portal open` : sentence;
}

/** The first lines of `homing status`; empty when nothing is blocked. */
export function protectionLines(status: Protected): string[] {
  const { killSwitch, portal } = status;
  return [
    ...(killSwitch?.state === 'on' ? [`${killSwitchStatusText(status)}${turnOff(killSwitch)}`] : []),
    ...(portal === undefined || portal.state === 'none' ? [] : [portalText(status)]),
  ];
}

function turnOff(killSwitch: { readonly isBlocking: boolean }): string {
  return killSwitch.isBlocking ? '\nTo turn it off: homing kill-switch off' : '';
}
