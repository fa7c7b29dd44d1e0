import type { ProfileSummary } from '../../../shared/contract/app-state.ts';
import { unreachableText } from '../../../shared/text/path-words.ts';
import { Notice } from '../../components/notice.tsx';

type Controller = ProfileSummary['controllers'][number];

function why({ hasPrivate, hasPublic }: Controller): string {
  if (!hasPublic) {
    return 'It has no public endpoint, and it is not on this network. It comes back by itself when you are home.';
  }
  const where = hasPrivate
    ? 'Neither its LAN side nor its public endpoint answers'
    : 'Its public endpoint does not answer';
  return `${where}. Homing keeps trying, and takes the first way that proves itself.`;
}

/** An unreachable controller, and what to expect. */
export function UnreachableNotice({ controller }: { readonly controller: Controller }) {
  return <Notice title={unreachableText(controller.name)}>{why(controller)}</Notice>;
}
