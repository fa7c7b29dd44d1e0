import { useState } from 'react';
import type { ProfileSummary } from '../../../shared/contract/app-state.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { FingerprintWords } from '../../components/fingerprint.tsx';
import { Question } from '../../components/question.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './network-entry.module.css';

const keyWords: Readonly<Record<ProfileSummary['key']['state'], string>> = {
  sealed: 'Its key is encrypted by your keyring.',
  file: 'Its key is in a file that only you can read:',
  unreadable: 'Its key cannot be read.',
};

/** One network: its name, its fingerprint and its actions. */
export function NetworkEntry({ profile }: { readonly profile: ProfileSummary }) {
  const actions = useActions();
  const [open, setOpen] = useState<'nothing' | 'rename' | 'forget'>('nothing');
  const { id: profileId, label, network, peer, key, fingerprint } = profile;
  const close = () => setOpen('nothing');
  const forget = async () => {
    close();
    await actions.do('forgetProfile', { profileId });
  };
  return (
    <Card>
      {open === 'rename' ? (
        <Rename profile={profile} onDone={close} />
      ) : (
        <p className={styles.name}>
          <strong>{label}</strong>
          <span>{label === network ? `as ${peer}` : `${network}, as ${peer}`}</span>
        </p>
      )}
      {fingerprint !== null && <FingerprintWords fingerprint={fingerprint} />}
      <p className={key.state === 'sealed' ? styles.key : styles.warning}>
        {keyWords[key.state]} {key.state === 'file' && key.reason}
        {key.state === 'unreadable' && `${key.problem.cause} ${key.problem.remedy}`}
      </p>
      <div className={styles.actions}>
        <Button onPress={() => setOpen('rename')} label={`Rename ${label}`}>
          Rename
        </Button>
        <Button
          onPress={() => actions.go({ screen: 'join-card', profileId })}
          label={`Show the join card for ${label}`}
        >
          Join card
        </Button>
        <Button look="danger" onPress={() => setOpen('forget')} label={`Forget ${label}`}>
          Forget
        </Button>
      </div>
      {open === 'forget' && (
        <Question
          title={`Forget ${label}?`}
          answers={[{ words: `Forget ${label}`, look: 'danger', onChoose: () => void forget() }]}
          onCancel={close}
        >
          The key of this laptop for {label} is deleted. To join again you need an invite, and the admin has
          to add the new key.
        </Question>
      )}
    </Card>
  );
}

interface RenameProps {
  readonly profile: ProfileSummary;
  readonly onDone: () => void;
}

function Rename({ profile, onDone }: RenameProps) {
  const actions = useActions();
  const [text, setText] = useState(profile.label);
  const save = async () => {
    if (await actions.do('renameProfile', { profileId: profile.id, label: text })) onDone();
  };
  return (
    <form
      className={styles.rename}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        aria-label={`New name for ${profile.label}`}
        value={text}
        maxLength={63}
        placeholder={profile.network}
        ref={(input) => input?.focus()}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
        }}
      />
      <Button onPress={() => void save()}>Save</Button>
    </form>
  );
}
