import { useState } from 'react';
import type { ProfileSummary } from '../../../shared/contract/app-state.ts';
import type { TunnelStatus } from '../../../shared/contract/status.ts';
import { maxListenPort, minListenPort } from '../../../shared/profile/listen-port.ts';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { SettingSwitch } from '../../components/setting-switch.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './network-settings.module.css';

interface NetworkSettingsProps {
  readonly profile: ProfileSummary;
  readonly tunnel: TunnelStatus;
}

/** Settings of the selected network. They take effect with the next connection. */
export function NetworkSettings({ profile, tunnel }: NetworkSettingsProps) {
  const actions = useActions();
  const { id: profileId, settings, label, domain, mtu } = profile;
  const [changed, setChanged] = useState(false);
  const isLive = tunnel.state === 'connected' && tunnel.profileId === profileId;
  const set = async (change: { discovery?: boolean; shortNames?: boolean; listenPort?: number | null }) => {
    if (await actions.do('changeProfileSettings', { profileId, ...change })) setChanged(true);
  };
  const apply = async () => {
    if (await actions.do('connect', { profileId })) setChanged(false);
  };
  return (
    <Section title={`Network ${label}`}>
      <Card>
        <SettingSwitch
          name="Short names"
          hint={`nas as well as nas.${domain}`}
          isOn={settings.shortNames}
          onChange={(shortNames) => void set({ shortNames })}
        />
        <SettingSwitch
          name="Find controllers on the LAN"
          hint="Searches the current network, even if the invite lists no address there"
          isOn={settings.discovery}
          onChange={(discovery) => void set({ discovery })}
        />
        <ListenPort
          key={settings.listenPort ?? 'any'}
          port={settings.listenPort}
          onChange={(listenPort) => void set({ listenPort })}
        />
        <p className={styles.fact}>
          Largest packet (MTU) <span>{mtu} octets</span>
        </p>
        {changed && isLive && (
          <p className={styles.apply}>
            Takes effect with the next connection.
            <Button onPress={() => void apply()}>Apply now</Button>
          </p>
        )}
      </Card>
    </Section>
  );
}

interface ListenPortProps {
  readonly port: number | null;
  readonly onChange: (port: number | null) => void;
}

function ListenPort({ port, onChange }: ListenPortProps) {
  const saved = port === null ? '' : String(port);
  const [text, setText] = useState(saved);
  const wanted = /^\d{1,5}$/.test(text) ? Number(text) : null;
  const isValid = text === '' || (wanted !== null && wanted >= minListenPort && wanted <= maxListenPort);
  return (
    <form
      className={styles.port}
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && text !== saved) onChange(wanted);
      }}
    >
      <label htmlFor="listen-port">
        Port
        <span className={styles.hint}>
          {isValid ? 'Empty: a free port' : `A number from ${minListenPort} to ${maxListenPort}, or nothing`}
        </span>
      </label>
      {text !== saved && (
        <Button onPress={() => onChange(wanted)} isDisabled={!isValid} label="Save the port">
          Save
        </Button>
      )}
      <input
        id="listen-port"
        inputMode="numeric"
        placeholder="any"
        value={text}
        aria-invalid={!isValid}
        onChange={(event) => setText(event.target.value.trim())}
      />
    </form>
  );
}
