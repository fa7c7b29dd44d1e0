import type { CallInput } from '../../shared/contract/app-ipc.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { useActions } from '../state/use-window-state.ts';
import { Button } from './button.tsx';
import styles from './notice.module.css';
import { Notice } from './notice.tsx';

interface UnverifiedHelperNoticeProps {
  readonly problem: Problem;
  /** Of the installation that was refused. */
  readonly choices: CallInput<'installHelper'>;
  readonly onDismiss: () => void;
}

/** A helper that is no verified release, and the button for an administrator who wants it all the same. */
export function UnverifiedHelperNotice({ problem, choices, onDismiss }: UnverifiedHelperNoticeProps) {
  const actions = useActions();
  return (
    <Notice title={problem.title} onDismiss={onDismiss}>
      {problem.cause} The installed helper stays. Replace it only by a build that you made or trust: it runs
      as root.
      <div className={styles.actions}>
        <Button
          look="danger"
          onPress={() => void actions.do('installHelper', { ...choices, unverified: true })}
        >
          Replace it anyway
        </Button>
      </div>
    </Notice>
  );
}
