import { exitSwitches } from '../../../shared/app/other-traffic.ts';
import type { ProfileSummary } from '../../../shared/contract/app-state.ts';
import { Card, Section } from '../../components/card.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useActions, useApp } from '../../state/use-window-state.ts';

/** The switch that sends all of the laptop's traffic through a controller that offers it. */
export function OtherTrafficCard({ profile }: { readonly profile: ProfileSummary }) {
  const app = useApp();
  const actions = useActions();
  const switches = exitSwitches(app, profile);
  if (switches.length === 0) return null;
  return (
    <Section title="All other traffic">
      <Card>
        {switches.map(({ controller, isOn, canPress, sentence }) => (
          <SettingSwitch
            key={controller}
            name={`Send all traffic through ${controller}`}
            hint={sentence}
            isOn={isOn}
            isDisabled={!canPress}
            onChange={(on) =>
              void actions.do('setExit', { profileId: profile.id, controller: on ? controller : null })
            }
          />
        ))}
      </Card>
    </Section>
  );
}
