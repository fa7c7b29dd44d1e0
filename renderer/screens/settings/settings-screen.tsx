import { Section } from '../../components/card.tsx';
import { Screen } from '../../components/screen.tsx';
import { useApp } from '../../state/use-window-state.ts';
import { AboutSettings } from './about-settings.tsx';
import { AppSettings } from './app-settings.tsx';
import { HelperSettings } from './helper-settings.tsx';
import { KillSwitchSettings } from './kill-switch-settings.tsx';
import { NetworkSettings } from './network-settings.tsx';
import { NetworksList } from './networks-list.tsx';
import { UpdateSettings } from './update-settings.tsx';

/** All settings, and diagnostics. */
export function SettingsScreen() {
  const app = useApp();
  const selected = app.profiles.find(({ id }) => id === app.selectedProfileId);
  return (
    <Screen title="Settings" aside={`Homing ${app.about.version}`}>
      <AppSettings preferences={app.preferences} />
      {selected !== undefined && <NetworkSettings profile={selected} tunnel={app.tunnel} />}
      <KillSwitchSettings />
      <Section title="Networks">
        <NetworksList profiles={app.profiles} damaged={app.damaged} />
      </Section>
      <UpdateSettings update={app.update} isAutomatic={app.preferences.checkForUpdates} />
      <HelperSettings helper={app.helper} installer={app.about.installer} />
      <AboutSettings about={app.about} tunnel={app.tunnel} />
    </Screen>
  );
}
