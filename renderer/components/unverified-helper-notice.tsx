import type { Problem } from '../../shared/errors/problem.ts';
import { useActions } from '../state/use-window-state.ts';
import { Button } from './button.tsx';
import styles from './notice.module.css';
import { Notice } from './notice.tsx';

interface UnverifiedHelperNoticeProps {
  readonly problem: Problem;
  readonly onDismiss: () => void;
}

/** Whether a helper was refused because it is no verified release. */
export function isUnverifiedHelper({ code }: Problem): boolean {
  return code.startsWith('release-');
}

/** A helper that is no verified release, and the button for an administrator who wants it all the same. */
export function UnverifiedHelperNotice({ problem, onDismiss }: UnverifiedHelperNoticeProps) {
  const actions = useActions();
  return (
    <Notice title={problem.title} onDismiss={onDismiss}>
      {problem.cause} The installed helper stays. Replace it only by a build that you made or trust: it runs
      as root.
      <div className={styles.actions}>
        <Button look="danger" onPress={() => void actions.do('installHelper', { unverified: true })}>
          Replace it anyway
        </Button>
      </div>
    </Notice>
  );
}
