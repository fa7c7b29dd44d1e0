import type { Problem } from '../../shared/errors/problem.ts';
import { useActions } from '../state/use-window-state.ts';
import { Button } from './button.tsx';
import styles from './notice.module.css';
import { Notice } from './notice.tsx';

interface ApprovalNoticeProps {
  readonly problem: Problem;
  readonly profileId: string;
  readonly onDismiss: () => void;
}

/** Refusals that an administrator's decision answers. */
export function isApprovalQuestion({ code }: Problem): boolean {
  return code === 'approval-needed' || code === 'network-key-changed';
}

/** A network that an administrator must allow, and the button that asks for the password. */
export function ApprovalNotice({ problem, profileId, onDismiss }: ApprovalNoticeProps) {
  const actions = useActions();
  return (
    <Notice title={problem.title} onDismiss={onDismiss}>
      {problem.cause} Compare the six words with the admin of the network; then an administrator of this
      laptop can allow it.
      <div className={styles.actions}>
        <Button onPress={() => void actions.do('allowNetwork', { profileId })}>Ask an administrator</Button>
      </div>
    </Notice>
  );
}
