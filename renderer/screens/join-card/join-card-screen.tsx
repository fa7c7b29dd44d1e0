import { useEffect, useState } from 'react';
import type { JoinCardView } from '../../../shared/contract/app-ipc.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Notice } from '../../components/notice.tsx';
import { Screen } from '../../components/screen.tsx';
import { useActions, useApp } from '../../state/use-window-state.ts';
import styles from './join-card-screen.module.css';
import { QrCode } from './qr-code.tsx';

/** The data for the admin of the network: this laptop's name and public keys. */
export function JoinCardScreen({ profileId }: { readonly profileId: string }) {
  const actions = useActions();
  const { profiles, tunnel } = useApp();
  const [card, setCard] = useState<JoinCardView>();
  const [done, setDone] = useState('');
  const profile = profiles.find(({ id }) => id === profileId);

  useEffect(() => {
    void actions.attempt(async (bridge) => setCard(await bridge.call('joinCard', { profileId })));
  }, [actions, profileId]);

  if (profile === undefined) return null;
  const copy = async (text: string) => {
    if (await actions.do('copyText', { text })) setDone('Copied. Paste it into a message to them.');
  };
  const save = () =>
    actions.attempt(async (bridge) => {
      const path = await bridge.call('saveJoinCard', { profileId });
      if (path !== null) setDone(`Saved as ${path}.`);
    });
  const isLive = tunnel.state === 'connected' && tunnel.profileId === profileId;
  const proceed = async () => {
    actions.go({ screen: 'status' });
    if (!isLive) await actions.do('connect', { profileId });
  };
  return (
    <Screen title="Join card" aside={profile.label}>
      <Card>
        <p className={styles.lead}>Send this to the admin of {profile.network}</p>
        <p className={styles.hint}>
          It holds the name {profile.peer} and two public keys. It contains no secrets.
        </p>
        {card !== undefined && (
          <>
            <QrCode rows={card.qr} name={`Join card of ${card.peer} as a QR code`} />
            <textarea
              className={styles.text}
              aria-label="The join card as text"
              readOnly
              rows={3}
              value={card.text}
            />
            <p className={styles.hint}>They see the same six words when they add it:</p>
            <p className={styles.words}>{card.words.join(' ')}</p>
            <div className={styles.actions}>
              <Button onPress={() => void copy(card.text)}>Copy as text</Button>
              <Button onPress={() => void save()}>Save as a file…</Button>
            </div>
          </>
        )}
        <p className={styles.done} role="status">
          {done}
        </p>
      </Card>
      {!profile.joined && (
        <Notice tone="hint" title="Waiting for the admin to add this laptop">
          You can connect now: the connection starts as soon as they have added it.
        </Notice>
      )}
      <Card>
        <Button look="main" onPress={() => void proceed()}>
          {isLive ? 'Done' : 'Connect'}
        </Button>
        {!isLive && (
          <Button look="plain" onPress={() => actions.go({ screen: 'status' })}>
            Not now
          </Button>
        )}
      </Card>
    </Screen>
  );
}
