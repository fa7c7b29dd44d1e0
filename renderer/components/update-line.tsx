import type { UpdateState } from '../../shared/contract/app-state.ts';
import { ageText } from '../../shared/text/quantities.ts';
import { useNow } from '../state/use-now.ts';
import { useActions } from '../state/use-window-state.ts';
import { Button } from './button.tsx';
import styles from './update-line.module.css';

function words(update: UpdateState, nowMs: number): string {
  switch (update.state) {
    case 'elsewhere':
      return update.how;
    case 'idle':
      return update.checkedAt === null
        ? 'Not checked yet.'
        : `Up to date (checked ${ageText(update.checkedAt, nowMs)}).`;
    case 'checking':
      return 'Checking…';
    case 'downloading':
      return `Downloading ${update.version || 'the new version'}, ${Math.round(update.percent)} %`;
    case 'ready':
      return `${update.version} is ready.`;
    case 'failed':
      return `${update.problem.title}: ${update.problem.cause} ${update.problem.remedy}`;
  }
}

/** Whether there is a newer version, and the available action. */
export function UpdateLine({ update }: { readonly update: UpdateState }) {
  const actions = useActions();
  const nowMs = useNow();
  return (
    <div className={styles.line}>
      <span className={styles.words} role="status">
        {words(update, nowMs)}
      </span>
      {update.state === 'ready' && (
        <Button onPress={() => void actions.do('installUpdate', undefined)}>Restart and install</Button>
      )}
      {(update.state === 'idle' || update.state === 'failed') && (
        <Button onPress={() => void actions.do('checkForUpdates', undefined)}>Check now</Button>
      )}
    </div>
  );
}
