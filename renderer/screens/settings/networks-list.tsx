import type { AppState, ProfileSummary } from '../../../shared/contract/app-state.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { useActions } from '../../state/use-window-state.ts';
import { DamagedProfileNotice } from './damaged-profile.tsx';
import { NetworkEntry } from './network-entry.tsx';

interface NetworksListProps {
  readonly profiles: readonly ProfileSummary[];
  readonly damaged: AppState['damaged'];
}

/** The networks that this laptop has joined. */
export function NetworksList({ profiles, damaged }: NetworksListProps) {
  const actions = useActions();
  return (
    <>
      {profiles.map((profile) => (
        <NetworkEntry key={profile.id} profile={profile} />
      ))}
      {damaged.map((profile) => (
        <DamagedProfileNotice key={profile.id} damaged={profile} />
      ))}
      <Card>
        <Button onPress={() => actions.go({ screen: 'import' })}>Import an invite…</Button>
      </Card>
    </>
  );
}
