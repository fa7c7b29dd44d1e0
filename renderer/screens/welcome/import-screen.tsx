import { FileDown } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Card, Section } from '../../components/card.tsx';
import { Screen } from '../../components/screen.tsx';
import { useActions } from '../../state/use-window-state.ts';
import styles from './import-screen.module.css';

interface ImportScreenProps {
  /** Without a network there is no screen to go back to. */
  readonly onBack: (() => void) | undefined;
}

/** The ways to import an invite: a file, dropped or opened, or its text. */
export function ImportScreen({ onBack }: ImportScreenProps) {
  const actions = useActions();
  const [text, setText] = useState('');
  const look = () => void actions.importText(text, 'pasted text');
  return (
    <Screen title={onBack === undefined ? 'Welcome to Homing' : 'Import an invite'}>
      <Card>
        <div className={styles.drop}>
          <FileDown size={30} strokeWidth={1.5} aria-hidden="true" />
          <p className={styles.lead}>Drop an invite here</p>
          <p className={styles.hint}>
            The admin of the network sends it: a .homing file or a link. A WireGuard .conf works too, and a
            picture of a QR code.
          </p>
          <Button look="main" onPress={() => void actions.do('openInvite', undefined)}>
            Choose a file…
          </Button>
        </div>
      </Card>
      <Section title="Or paste it">
        <Card>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              look();
            }}
          >
            <textarea
              className={styles.text}
              aria-label="The invite as text"
              placeholder="homing://join/…"
              rows={4}
              value={text}
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
            <Button look="main" isDisabled={text.trim() === ''} onPress={look}>
              Look at it
            </Button>
          </form>
          {onBack !== undefined && (
            <Button look="plain" onPress={onBack}>
              Not now
            </Button>
          )}
        </Card>
      </Section>
      <p className={styles.note}>Nothing changes before you have seen what it does and agreed.</p>
    </Screen>
  );
}
