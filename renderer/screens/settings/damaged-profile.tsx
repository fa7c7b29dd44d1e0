import { useState } from 'react';
import type { AppState } from '../../../shared/contract/app-state.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Question } from '../../components/question.tsx';
import { useActions } from '../../state/use-window-state.ts';

/** A network with unreadable files: they stay unchanged until the user decides. */
export function DamagedProfileNotice({ damaged }: { readonly damaged: AppState['damaged'][number] }) {
  const actions = useActions();
  const [isAsking, setAsking] = useState(false);
  const { id, path, problem } = damaged;
  const remove = async () => {
    setAsking(false);
    await actions.do('forgetDamaged', { id });
  };
  return (
    <Notice title={problem.title}>
      <p>
        {problem.cause} {problem.remedy}
      </p>
      {!problem.cause.includes(path) && <p>It lies at {path}.</p>}
      <Button onPress={() => setAsking(true)} label={`Delete it: the damaged network ${id}`}>
        Delete it
      </Button>
      {isAsking && (
        <Question
          title="Delete the damaged network?"
          answers={[{ words: 'Delete it', look: 'danger', onChoose: () => void remove() }]}
          onCancel={() => setAsking(false)}
        >
          Its files at {path} are deleted, including its key.
        </Question>
      )}
    </Notice>
  );
}
