import type { UpdateState } from '../../../shared/contract/app-state.ts';
import { durationText } from '../../../shared/text/quantities.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useNow } from '../../state/use-now.ts';
import { useActions } from '../../state/use-window-state.ts';
import styles from './lines.module.css';

interface UpdateSettingsProps {
  readonly update: UpdateState;
  readonly isAutomatic: boolean;
}

function words(update: UpdateState, nowMs: number): string {
  switch (update.state) {
    case 'elsewhere':
      return update.how;
    case 'idle':
      return update.checkedAt === null
        ? 'Not looked for yet.'
        : `Up to date, looked ${durationText(Math.max(0, nowMs - Date.parse(update.checkedAt)))} ago.`;
    case 'checking':
      return 'Looking…';
    case 'downloading':
      return `Fetching ${update.version || 'the new version'}, ${Math.round(update.percent)} %`;
    case 'ready':
      return `${update.version} is ready.`;
    case 'failed':
      return `${update.problem.title}: ${update.problem.cause} ${update.problem.remedy}`;
  }
}

/** Newer versions: looked for now and then, installed when the person says so. */
export function UpdateSettings({ update, isAutomatic }: UpdateSettingsProps) {
  const actions = useActions();
  const nowMs = useNow();
  const isElsewhere = update.state === 'elsewhere';
  return (
    <Section title="Updates">
      <Card>
        {!isElsewhere && (
          <SettingSwitch
            name="Look for updates"
            isOn={isAutomatic}
            onChange={(checkForUpdates) => void actions.do('setPreferences', { checkForUpdates })}
          />
        )}
        <div className={styles.line}>
          <span className={styles.words} role="status">
            {words(update, nowMs)}
          </span>
          {update.state === 'ready' && (
            <Button onPress={() => void actions.do('installUpdate', undefined)}>Restart and install</Button>
          )}
          {(update.state === 'idle' || update.state === 'failed') && (
            <Button onPress={() => void actions.do('checkForUpdates', undefined)}>Look now</Button>
          )}
        </div>
      </Card>
    </Section>
  );
}
