import { RadioGroup } from 'radix-ui';
import type { Preferences } from '../../../shared/contract/app-state.ts';
import { Card, Section } from '../../components/card.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './app-settings.module.css';

const themes = [
  { value: 'system', name: 'System' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
] as const;

/** Settings of the app, for all networks. */
export function AppSettings({ preferences }: { readonly preferences: Preferences }) {
  const actions = useActions();
  const set = (change: Partial<Preferences>) => void actions.do('setPreferences', change);
  const choose = (value: string) => {
    const theme = themes.find((theme) => theme.value === value);
    if (theme !== undefined) set({ theme: theme.value });
  };
  return (
    <Section title="App">
      <Card>
        <SettingSwitch
          name="Open at login"
          hint="It waits in the tray"
          isOn={preferences.launchAtLogin}
          onChange={(launchAtLogin) => set({ launchAtLogin })}
        />
        <SettingSwitch
          name="Connect when it starts"
          isOn={preferences.connectAtStart}
          onChange={(connectAtStart) => set({ connectAtStart })}
        />
        <SettingSwitch
          name="Notifications"
          hint="When you come home, when a controller is lost"
          isOn={preferences.notifications}
          onChange={(notifications) => set({ notifications })}
        />
        <div className={styles.theme}>
          <span id="theme-name">Theme</span>
          <RadioGroup.Root
            className={styles.choices}
            aria-labelledby="theme-name"
            value={preferences.theme}
            onValueChange={choose}
          >
            {themes.map(({ value, name }) => (
              <RadioGroup.Item key={value} value={value} className={styles.choice}>
                {name}
              </RadioGroup.Item>
            ))}
          </RadioGroup.Root>
        </div>
      </Card>
    </Section>
  );
}
