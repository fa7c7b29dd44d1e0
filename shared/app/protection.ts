import type { AppState } from '../contract/app-state.ts';
import { killSwitchSentence } from '../text/protection-words.ts';
import { clockText } from '../text/quantities.ts';

/** What the window shows about the kill switch and captive portals. */

export interface ProtectionNotice {
  readonly title: string;
  readonly sentence: string;
}

type KillSwitchFacts = Pick<AppState, 'killSwitch' | 'tunnel'>;

/** The banner while the kill switch blocks traffic or could not be applied; null otherwise. */
export function killSwitchNotice({ killSwitch, tunnel }: KillSwitchFacts): ProtectionNotice | null {
  if (killSwitch === null || killSwitch.state === 'off') return null;
  const { isBlocking, problem } = killSwitch;
  if (!isBlocking && problem === null) return null;
  const title =
    problem?.code === 'kill-switch-failed'
      ? 'The kill switch is not in force'
      : isBlocking
        ? 'The kill switch blocks your traffic'
        : 'The kill switch';
  return { title, sentence: killSwitchSentence(killSwitch, tunnel) };
}

/** The sign-in page of the current network, and the action of its button; null if there is none. */
export function portalNotice({
  portal,
}: Pick<AppState, 'portal'>):
  | (ProtectionNotice & { readonly url: string; readonly press: 'open' | 'close' })
  | null {
  if (portal.state === 'none') return null;
  const { url } = portal;
  if (portal.state === 'found') {
    const sentence =
      'Nothing gets through before that. The page opens in your browser; all else stays as it is.';
    return { title: 'This network wants a sign-in', sentence, url, press: 'open' };
  }
  const sentence = `Only the sign-in page can be reached beside the tunnel, until ${clockText(portal.until)}.`;
  return { title: 'Open for the sign-in', sentence, url, press: 'close' };
}

/** Whether a page may be handed to the browser: its address comes from the network and may be anything. */
export function isWebPage(url: string): boolean {
  return /^https?:\/\/[^/]/i.test(url);
}
