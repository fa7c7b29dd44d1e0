import { killSwitchSentence } from '../../../shared/text/protection-words.ts';
import { Card, Section } from '../../components/card.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useActions, useApp } from '../../state/use-window-state.ts';

/** Whether only the tunnel may pass; for the whole laptop, not for one network. */
export function KillSwitchSettings() {
  const { killSwitch, tunnel } = useApp();
  const actions = useActions();
  if (killSwitch === null) return null;
  const isOn = killSwitch.state === 'on';
  return (
    <Section title="Kill switch">
      <Card>
        <SettingSwitch
          name="Let only the tunnel pass"
          hint={
            isOn ? killSwitchSentence(killSwitch, tunnel) : 'Until you turn it off, also while disconnected'
          }
          isOn={isOn}
          onChange={(on) => void actions.do('setKillSwitch', { on })}
        />
        {killSwitch.state === 'on' && (
          <SettingSwitch
            name="Allow the LAN"
            hint="Printers, the router, whatever is on the network you are in"
            isOn={killSwitch.allowLan}
            onChange={(allowLan) => void actions.do('setKillSwitch', { on: true, allowLan })}
          />
        )}
      </Card>
    </Section>
  );
}
