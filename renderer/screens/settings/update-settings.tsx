import type { UpdateState } from '../../../shared/contract/app-state.ts';
import { Card, Section } from '../../components/card.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { UpdateLine } from '../../components/update-line.tsx';
import { useActions } from '../../state/use-window-state.ts';

interface UpdateSettingsProps {
  readonly update: UpdateState;
  readonly isAutomatic: boolean;
}

/** Newer versions: checked periodically, installed on request. */
export function UpdateSettings({ update, isAutomatic }: UpdateSettingsProps) {
  const actions = useActions();
  const isElsewhere = update.state === 'elsewhere';
  return (
    <Section title="Updates">
      <Card>
        {!isElsewhere && (
          <SettingSwitch
            name="Check for updates"
            isOn={isAutomatic}
            onChange={(checkForUpdates) => void actions.do('setPreferences', { checkForUpdates })}
          />
        )}
        <UpdateLine update={update} />
      </Card>
    </Section>
  );
}
